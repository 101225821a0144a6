//! The folder of the originals: its disk, and photos of the server in it.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use immich_api::{Asset, Client};
use photo_metadata::replace::identity;
use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
use sync_core::lock::LibraryLock;
use sync_core::paths::{Evidence, Library, LibraryPath, PathMapping, PathRule, Proof, fit};
use sync_core::state::SqliteStore;
use sync_core::writeback::{Account, find_paths};
use sync_core::{Event, Reporter, StopFlag, SyncError};

use super::super::facts::{LibraryFacts, Room, Sample};
use super::{PATIENCE, disk, in_one_line, within};
use crate::commands::init::samples;
use crate::output::clean;
use crate::settings::{Sources, catalogue, path_mapping};

/// Photos that are compared.
const COMPARED: usize = 50;

pub(super) fn look(
    sources: &Sources<'_>,
    client: Option<&Arc<Client>>,
    state: Option<PathBuf>,
    may_probe: bool,
    stop: &StopFlag,
) -> LibraryFacts {
    let me = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let mut facts = LibraryFacts { me, ..LibraryFacts::default() };
    let Ok(Some(_)) = sources.path(&catalogue::LIBRARY) else { return facts };
    let mapping = match path_mapping(sources) {
        Ok(mapping) => mapping,
        Err(error) => {
            facts.folder = sources.path(&catalogue::LIBRARY).ok().flatten();
            facts.error = Some(clean(&in_one_line(&error)));
            return facts;
        }
    };
    facts.folder = Some(mapping.root.clone());
    let root = mapping.root.clone();
    match within(PATIENCE, move || library(&root)) {
        None => facts.error = Some("it does not answer; its disk or network hangs".to_owned()),
        Some(Err(error)) => facts.error = Some(error),
        Some(Ok((read_only, room, used_by))) => {
            (facts.read_only, facts.room, facts.used_by) = (read_only, room, used_by);
            if let Some(client) = client.cloned() {
                let (mapping, stop) = (mapping.clone(), stop.clone());
                facts.sample =
                    within(3 * PATIENCE, move || compared(&client, mapping, state.as_deref(), &stop))
                        .map(|sample| sample.map_err(|error| clean(&in_one_line(&error))));
            }
            if may_probe && facts.read_only == Some(false) {
                let root = mapping.root.clone();
                facts.abilities = within(PATIENCE, move || disk::probe(&root)).map(|tried| {
                    tried.map_err(|error| format!("a private folder cannot be made in the library: {error}"))
                });
            }
        }
    }
    facts
}

type Looked = (Option<bool>, Option<Room>, Option<String>);

fn library(root: &Path) -> Result<Looked, String> {
    let opened = Library::open(PathMapping { root: root.to_owned(), rule: PathRule::Prefixes(Vec::new()) });
    let library = opened.map_err(|error| match error {
        SyncError::Library { message, .. } => message,
        error => error.to_string(),
    })?;
    let read_only =
        statvfs(library.root()).ok().map(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY));
    let used_by = match LibraryLock::acquire(library.root()) {
        Err(SyncError::Locked { holder, .. }) => Some(holder),
        // Released at once.
        Ok(_) | Err(_) => None,
    };
    Ok((read_only, room(library.root()), used_by))
}

/// What is left on the disk of a folder.
pub(super) fn room(folder: &Path) -> Option<Room> {
    let found = statvfs(folder).ok()?;
    let bytes = found.f_bavail.saturating_mul(found.f_frsize);
    Some(Room { bytes, names: (found.f_files > 0).then_some(found.f_favail) })
}

/// Some photos of the server, each looked for here.
fn compared(client: &Client, mapping: PathMapping, state: Option<&Path>, stop: &StopFlag) -> Result<Sample> {
    let assets = samples(client)?;
    let step = assets.len().div_ceil(COMPARED).max(1);
    let assets: Vec<Asset> = assets.into_iter().step_by(step).collect();
    let mut sample = Sample { photos: assets.len() as u64, ..Sample::default() };
    if assets.is_empty() {
        return Ok(sample);
    }
    let mapping = if mapping.rule == PathRule::Search {
        searched(client, &mapping.root, state, stop)?
    } else {
        mapping
    };
    let library = Library::open(mapping)?;
    for asset in &assets {
        let path = library.locate(&asset.original_path).ok().flatten().map(LibraryPath::into_path_buf);
        let seen = path.as_deref().and_then(|path| identity(path).ok().map(|seen| (path, seen)));
        let Some((path, seen)) = seen else {
            sample.missing = Some(asset.original_path.clone());
            continue;
        };
        match fit(path, &seen, &Evidence::of(asset), Proof::Sha1) {
            Ok(fit) if fit.is_same() => sample.same += 1,
            Ok(_) | Err(_) => sample.unlike += 1,
        }
        beside(path, &mut sample);
    }
    Ok(sample)
}

/// The rule as a run would find it: as it is remembered, or by looking.
fn searched(
    client: &Client,
    root: &Path,
    state: Option<&Path>,
    stop: &StopFlag,
) -> Result<PathMapping, SyncError> {
    struct Nobody;
    impl Reporter for Nobody {
        fn report(&self, _: &Event<'_>) {}
    }
    let remembered = match state {
        Some(state) => SqliteStore::open_read_only(state)?,
        None => None,
    };
    let store = match remembered {
        Some(store) => store,
        None => SqliteStore::in_memory()?,
    };
    find_paths(&[Account::of(client)], root, &store, &Nobody, stop, false)
}

/// Who may replace a file is who may write its folder; and what sidecars it has.
fn beside(path: &Path, sample: &mut Sample) {
    let Some(folder) = path.parent() else { return };
    if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() || access(path, Access::READ_OK).is_err() {
        sample.unwritable.0 += 1;
        if let Ok(found) = folder.metadata() {
            sample.unwritable.1 = Some((path.to_owned(), found.uid(), found.gid()));
        }
    }
    let mut whole = path.as_os_str().to_owned();
    whole.push(".xmp");
    let names = [PathBuf::from(whole), path.with_extension("xmp")];
    match names.iter().filter(|name| name.is_file()).count() {
        0 => {}
        1 => sample.sidecars += 1,
        _ => {
            sample.sidecars += 1;
            sample.twice = Some(path.to_owned());
        }
    }
}
