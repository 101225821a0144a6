//! Into which files the data of an asset go: the original, a sidecar beside it, or both.
//!
//! A sidecar that exists is always kept in step, because its values win in Immich. `IMG_1.xmp` is Lightroom's name
//! for the sidecar of `IMG_1.CR2`; where `IMG_1.jpg` lies beside it too, that one file cannot be the sidecar of
//! both, and belongs to the raw file.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use photo_metadata::replace::{FileIdentity, identity};
use photo_metadata::structure::expected_containers;
use photo_metadata::{Container, MetadataError};

use super::{ManagedPolicy, SidecarForm, Target, WriteOptions};
use crate::state::Role;

/// One file of an asset, that is or will be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) role: Role,
    pub(super) path: PathBuf,
    /// What the file is; `None` for a sidecar that is still to be made.
    pub(super) file: Option<FileIdentity>,
}

/// What decides about the files of one asset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    target: Target,
    form: SidecarForm,
    /// Whether the original itself may be written: raw files only if that was allowed.
    original: bool,
}

impl Wish {
    /// From the settings. `library` is the external library of the asset, if it is in one.
    pub(super) fn new(
        options: &WriteOptions,
        managed: Option<ManagedPolicy>,
        library: Option<&immich_api::LibraryId>,
        original: &Path,
    ) -> Self {
        let target = match (library, managed) {
            (Some(library), _) => options.targets.by_library.get(library).copied(),
            (None, Some(ManagedPolicy::Sidecar)) => Some(Target::Sidecar),
            (None, _) => None,
        };
        let target = target.unwrap_or(options.targets.target);
        let leave_raw = is_raw_by_name(original) && !options.allowed.raw;
        Self { target, form: options.targets.form, original: target != Target::Sidecar && !leave_raw }
    }

    /// Whether the original is written as well, or only what lies beside it.
    pub(super) fn writes_original(self) -> bool {
        self.original
    }

    /// Whether a sidecar is wanted even where there is none.
    fn wants_sidecar(self) -> bool {
        self.target != Target::Original || !self.original
    }

    /// The same, for an original that turned out to be one that is not written.
    pub(super) fn without_original(self) -> Self {
        Self { original: false, ..self }
    }
}

/// The name says that the file holds the data of a sensor. DNG is made to hold metadata.
fn is_raw_by_name(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    let kinds = expected_containers(extension);
    !kinds.is_empty() && kinds.iter().all(|kind| kind.is_raw() && *kind != Container::Dng)
}

/// Finds the files of assets.
#[derive(Debug, Default)]
pub(super) struct Places {
    folders: HashMap<PathBuf, Folder>,
}

/// The photos and videos of a folder.
#[derive(Debug, Default)]
struct Folder {
    names: HashSet<OsString>,
    stems: HashMap<OsString, Stem>,
}

/// Photos and videos that share a name up to the extension.
#[derive(Debug, Default)]
struct Stem {
    files: u32,
    raw: Vec<OsString>,
}

/// Folders whose names are kept: a library is listed by date, so that few are in use at a time.
const FOLDERS: usize = 32;

impl Places {
    /// The files that data of this asset go into. Looks at sidecars, and opens nothing.
    pub(super) fn of(
        &mut self,
        original: &Path,
        file: FileIdentity,
        wish: Wish,
    ) -> Result<Vec<Place>, MetadataError> {
        let mut places = Vec::new();
        if wish.original {
            places.push(Place { role: Role::Original, path: original.to_path_buf(), file: Some(file) });
        }
        let whole = with_xmp(original);
        let stem = original.with_extension("xmp");
        let mut found = false;
        if let Some(file) = present(&whole)? {
            places.push(Place { role: Role::Sidecar, path: whole.clone(), file: Some(file) });
            found = true;
        }
        let stem_file = if stem == original { None } else { present(&stem)? };
        let is_ours = match &stem_file {
            None => wish.form == SidecarForm::Lightroom && wish.wants_sidecar() && self.is_alone(original),
            Some(_) => self.owns_stem(original),
        };
        if let Some(file) = stem_file.filter(|_| is_ours) {
            places.push(Place { role: Role::StemSidecar, path: stem.clone(), file: Some(file) });
            found = true;
        }
        if wish.wants_sidecar() && !found {
            places.push(if is_ours {
                Place { role: Role::StemSidecar, path: stem, file: None }
            } else {
                Place { role: Role::Sidecar, path: whole, file: None }
            });
        }
        Ok(places)
    }

    /// Whether a sidecar without the extension of the photo belongs to this photo. `a.nef.xmp` is that of `a.nef`, also
    /// where `a.nef.jpg` lies beside it.
    fn owns_stem(&mut self, original: &Path) -> bool {
        let name = original.file_name();
        self.stem_of(original).is_some_and(|stem| match stem.raw.as_slice() {
            [] => stem.files == 1,
            [raw] => Some(raw.as_os_str()) == name,
            _ => false,
        })
    }

    /// Whether no other photo has the same name up to the extension. Immich would read a sidecar without the extension
    /// for each of them, and the caption of a raw file would become that of its JPEG.
    fn is_alone(&mut self, original: &Path) -> bool {
        self.stem_of(original).is_some_and(|stem| stem.files == 1)
    }

    /// Those that share a name with this one, unless a photo is named like that and nothing more.
    fn stem_of(&mut self, original: &Path) -> Option<&Stem> {
        let (folder, stem) = (original.parent()?, original.file_stem()?);
        if !self.folders.contains_key(folder) {
            if self.folders.len() >= FOLDERS {
                self.folders.clear();
            }
            self.folders.insert(folder.to_path_buf(), stems(folder));
        }
        let folder = self.folders.get(folder)?;
        folder.stems.get(stem).filter(|_| !folder.names.contains(stem))
    }
}

/// `IMG_1.jpg` becomes `IMG_1.jpg.xmp`.
fn with_xmp(original: &Path) -> PathBuf {
    let mut name = original.as_os_str().to_os_string();
    name.push(".xmp");
    PathBuf::from(name)
}

/// What is at a path; something that is no plain file is an error there.
fn present(path: &Path) -> Result<Option<FileIdentity>, MetadataError> {
    match identity(path) {
        Ok(file) => Ok(Some(file)),
        // Beside a photo whose name fills the file system's limit there can be no longer one.
        Err(MetadataError::Missing { .. } | MetadataError::NameTooLong { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn stems(folder: &Path) -> Folder {
    let mut found = Folder::default();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = PathBuf::from(entry.file_name());
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        let kinds = expected_containers(extension);
        if kinds.is_empty() || kinds.contains(&Container::Xmp) {
            continue;
        }
        let Some(stem) = path.file_stem() else { continue };
        let stem = found.stems.entry(stem.to_os_string()).or_default();
        stem.files += 1;
        if is_raw_by_name(&path) || path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("dng")) {
            stem.raw.push(entry.file_name());
        }
        found.names.insert(entry.file_name());
    }
    found
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn wish(target: Target, form: SidecarForm, original: bool) -> Wish {
        Wish { target, form, original }
    }

    fn roles(folder: &Path, name: &str, wish: Wish) -> Vec<(Role, bool)> {
        let path = folder.join(name);
        let file = identity(&path).unwrap();
        let places = Places::default().of(&path, file, wish).unwrap();
        places.into_iter().map(|place| (place.role, place.file.is_some())).collect()
    }

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        folder
    }

    #[test]
    fn an_original_alone_is_written_itself() {
        let folder = folder(&["a.jpg"]);
        let wish = wish(Target::Original, SidecarForm::Immich, true);

        assert_eq!(roles(folder.path(), "a.jpg", wish), [(Role::Original, true)]);
    }

    #[test]
    fn a_sidecar_that_exists_is_kept_in_step() {
        let folder = folder(&["a.jpg", "a.jpg.xmp", "b.jpg", "b.xmp"]);
        let wish = wish(Target::Original, SidecarForm::Immich, true);

        assert_eq!(roles(folder.path(), "a.jpg", wish), [(Role::Original, true), (Role::Sidecar, true)]);
        assert_eq!(roles(folder.path(), "b.jpg", wish), [(Role::Original, true), (Role::StemSidecar, true)]);
    }

    #[test]
    fn the_sidecar_of_a_pair_belongs_to_the_raw_file() {
        let folder = folder(&["a.jpg", "a.CR2", "a.xmp"]);
        let raw = wish(Target::Original, SidecarForm::Immich, false);
        let jpeg = wish(Target::Original, SidecarForm::Immich, true);

        assert_eq!(roles(folder.path(), "a.CR2", raw), [(Role::StemSidecar, true)]);
        assert_eq!(roles(folder.path(), "a.jpg", jpeg), [(Role::Original, true)]);
    }

    #[test]
    fn a_new_sidecar_that_two_photos_would_share_gets_the_whole_name() {
        let folder = folder(&["a.jpg", "a.CR2"]);
        let wish = wish(Target::Sidecar, SidecarForm::Lightroom, false);

        assert_eq!(roles(folder.path(), "a.CR2", wish), [(Role::Sidecar, false)]);
    }

    #[test]
    fn a_new_sidecar_is_named_as_asked() {
        let folder = folder(&["a.CR2", "b.jpg", "b.png"]);
        let immich = wish(Target::Sidecar, SidecarForm::Immich, false);
        let lightroom = wish(Target::Sidecar, SidecarForm::Lightroom, false);

        assert_eq!(roles(folder.path(), "a.CR2", immich), [(Role::Sidecar, false)]);
        assert_eq!(roles(folder.path(), "a.CR2", lightroom), [(Role::StemSidecar, false)]);
        assert_eq!(
            roles(folder.path(), "b.jpg", lightroom),
            [(Role::Sidecar, false)],
            "`b.xmp` would be two's"
        );
    }

    #[test]
    fn raw_files_are_told_by_their_names() {
        assert!(is_raw_by_name(Path::new("/a/b.CR2")) && is_raw_by_name(Path::new("/a/b.nef")));
        assert!(!is_raw_by_name(Path::new("/a/b.dng")) && !is_raw_by_name(Path::new("/a/b.jpg")));
        assert!(!is_raw_by_name(Path::new("/a/b")));
    }
}
