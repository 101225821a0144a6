//! The trashes that the files of a run go to, one for each file system, looked for and made once.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::TrashPlace;
use super::place::Site;

/// Trashes by file system.
pub(crate) struct Sites<'a> {
    place: &'a TrashPlace,
    /// With whether it is ready.
    found: BTreeMap<u64, Result<(Site, bool), String>>,
}

impl<'a> Sites<'a> {
    /// None is looked for yet.
    pub(crate) fn new(place: &'a TrashPlace) -> Self {
        Self { place, found: BTreeMap::new() }
    }

    /// The trash for a file, and its file system: that of its folder, since a file may state another one (overlays).
    pub(crate) fn of(&mut self, path: &Path) -> Result<(Site, u64), String> {
        let real = real(path).map_err(|error| error.to_string())?;
        let folder = real.parent().unwrap_or(&real);
        let device = folder.metadata().map_err(|error| error.to_string())?.dev();
        let find = || self.place.site(folder, device).map(|site| (site, false));
        let site = self.found.entry(device).or_insert_with(find).clone()?;
        Ok((site.0, device))
    }

    /// Makes a trash where it is missing.
    pub(crate) fn prepare(&mut self, site: &Site, device: u64) -> Result<(), String> {
        let ready = self.found.get(&device);
        if let Some(Ok((_, true))) = ready {
            return Ok(());
        }
        let prepared = site.prepare(device).map(|()| (site.clone(), true));
        self.found.insert(device, prepared.clone());
        prepared.map(drop)
    }
}

/// A path whose folder has no links in it; its last part is not followed.
pub(crate) fn real(path: &Path) -> std::io::Result<PathBuf> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => Ok(folder.canonicalize()?.join(name)),
        _ => Err(std::io::ErrorKind::InvalidInput.into()),
    }
}
