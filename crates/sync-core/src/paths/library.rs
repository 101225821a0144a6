//! The library folder on this machine, and paths in it that were checked once.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::mapping::{PathMapping, Unmapped, is_below, plain_parts};
use crate::error::SyncError;

/// The library folder, links resolved.
#[derive(Debug, Clone)]
pub struct Library {
    mapping: PathMapping,
    real_root: PathBuf,
}

/// A file of the library: absolute, its folder without links, inside the library folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryPath(PathBuf);

impl LibraryPath {
    /// The path.
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// The path, owned.
    pub fn into_path_buf(self) -> PathBuf {
        self.0
    }
}

impl Library {
    /// Checks that the folder is there, and resolves its links.
    pub fn open(mapping: PathMapping) -> Result<Self, SyncError> {
        let unusable = |message: String| SyncError::Library { path: mapping.root.clone(), message };
        let real_root = mapping
            .root
            .canonicalize()
            .map_err(|error| unusable(format!("{error}; name the folder that holds the originals")))?;
        if !real_root.is_dir() {
            return Err(unusable("it is no folder".to_owned()));
        }
        Ok(Self { mapping, real_root })
    }

    /// The folder, links resolved.
    pub fn root(&self) -> &Path {
        &self.real_root
    }

    /// Whether a file is `place` or lies below it; a relative place starts at the library folder, and links in it
    /// are resolved.
    pub fn holds(&self, place: &Path, file: &LibraryPath) -> bool {
        let place = self.mapping.root.join(place);
        let real = place.canonicalize().unwrap_or_else(|_| self.real_root.join(&place));
        file.as_path().starts_with(real)
    }

    /// Where a file of the server is here, whether or not it exists.
    ///
    /// `Ok(None)` when its folder does not exist. Links between folders are followed as long as they stay in
    /// the library; the last part is not followed here, and a link there is refused when it is opened.
    pub fn locate(&self, server_path: &str) -> Result<Option<LibraryPath>, Unmapped> {
        self.beneath(&self.mapping.relative(server_path)?)
    }

    /// The folder of the mapping that a path of the server lies in, if it looks like a mount that is not there:
    /// it does not exist, or it is empty. Then the file is away and not gone.
    ///
    /// Asks the file system each time, since a disk may come and go during a run.
    pub fn away(&self, server_path: &str) -> Option<&Path> {
        let folder = self.mapping.folder_of(server_path).ok()?;
        let is_away = match std::fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        };
        is_away.then_some(folder)
    }

    /// The same as [`Self::locate`] for a path below the library folder.
    pub(super) fn beneath(&self, relative: &Path) -> Result<Option<LibraryPath>, Unmapped> {
        let hostile = |why| Unmapped::Hostile { path: relative.to_string_lossy().into_owned(), why };
        let parts = plain_parts(relative).ok_or_else(|| hostile("it is no plain path"))?;
        let (name, folders) = parts.split_last().ok_or_else(|| hostile("it is empty"))?;
        let folder = folders.iter().fold(self.real_root.clone(), |folder, part| folder.join(part));
        let real_folder = match folder.canonicalize() {
            Ok(real_folder) => real_folder,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(Unmapped::Unreadable { path: folder, message: error.to_string() }),
        };
        if !is_below(&real_folder, &self.real_root) {
            return Err(Unmapped::Outside { path: folder.join(name) });
        }
        Ok(Some(LibraryPath(real_folder.join(name))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::{PathRule, PrefixMap};

    fn library(root: &Path) -> Library {
        Library::open(PathMapping { root: root.to_owned(), rule: PathRule::LastSegments(2) }).unwrap()
    }

    #[test]
    fn a_file_is_found_below_the_root() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("07")).unwrap();

        let found = library(folder.path()).locate("/data/2024/07/a.jpg").unwrap().unwrap();

        assert_eq!(found.as_path(), folder.path().canonicalize().unwrap().join("07/a.jpg"));
    }

    #[test]
    fn a_link_out_of_the_library_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("07")).unwrap();

        assert!(matches!(library(folder.path()).locate("/x/07/a.jpg"), Err(Unmapped::Outside { .. })));
    }

    #[test]
    fn a_mount_that_is_not_there_is_told_from_a_file_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        std::fs::create_dir_all(root.join("mounted/2024")).unwrap();
        std::fs::create_dir(root.join("empty")).unwrap();
        let map = |server: &str, local: &str| PrefixMap { server: server.into(), local: root.join(local) };
        let maps = vec![map("/a", "mounted"), map("/b", "empty"), map("/c", "nowhere")];
        let library =
            Library::open(PathMapping { root: root.clone(), rule: PathRule::Prefixes(maps) }).unwrap();

        assert_eq!(library.away("/a/2024/x.jpg"), None);
        assert_eq!(library.away("/b/2024/x.jpg"), Some(root.join("empty").as_path()));
        assert_eq!(library.away("/c/2024/x.jpg"), Some(root.join("nowhere").as_path()));
        assert_eq!(library.away("/elsewhere/x.jpg"), None);
    }

    #[test]
    fn a_missing_folder_is_no_error() {
        let folder = tempfile::tempdir().unwrap();

        assert_eq!(library(folder.path()).locate("/x/07/a.jpg"), Ok(None));
    }
}
