//! The upper folders of a library, and in which of them a name lies.
//!
//! A mount may sit some levels deep in the library folder, so each of its upper folders may be where the
//! server's folder is. Trying every tail of every sample below every folder would ask a network share hundreds
//! of thousands of times; listing each folder once answers the same. Links are not entered: what they lead to
//! is either in the library, and found there, or no business of ours.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::stop::StopFlag;

/// How many levels below the library folder a mount may sit.
const DEPTH: usize = 3;

/// At most so many folders are listed.
const LIMIT: usize = 5_000;

/// Folders of storage systems that hold copies, thumbnails or what was deleted.
const NOT_ORIGINALS: [&str; 6] =
    ["@eaDir", "#recycle", "#snapshot", "lost+found", "$RECYCLE.BIN", "System Volume Information"];

/// The library folder and its upper folders, each relative to it, in a fixed order.
#[derive(Debug, Default)]
pub(super) struct Folders {
    all: Vec<PathBuf>,
    holding: HashMap<OsString, Vec<usize>>,
    /// Whether there are more than were listed.
    pub(super) cut_off: bool,
}

impl Folders {
    /// Lists the folders of a library and remembers which of them hold one of the `names`. What cannot be
    /// listed is left out.
    pub(super) fn list(root: &Path, names: &HashSet<&OsStr>, stop: &StopFlag) -> Self {
        let mut folders = Self::default();
        let mut open = VecDeque::from([(PathBuf::new(), 0)]);
        while let Some((folder, depth)) = open.pop_front() {
            if folders.all.len() == LIMIT || stop.is_raised() {
                folders.cut_off = true;
                break;
            }
            let (entries, below) = entries(root, &folder, names);
            for name in entries {
                folders.holding.entry(name).or_default().push(folders.all.len());
            }
            if depth < DEPTH {
                open.extend(below.into_iter().map(|name| (folder.join(name), depth + 1)));
            }
            folders.all.push(folder);
        }
        folders
    }

    /// The folders that may hold something of this name.
    ///
    /// A file system may spell a letter with an accent in another way than it is asked for, and still find it;
    /// so for those names every folder is one.
    pub(super) fn holding(&self, name: &str) -> Vec<&Path> {
        if !name.is_ascii() {
            return self.all.iter().map(PathBuf::as_path).collect();
        }
        let found = self.holding.get(OsStr::new(name)).map_or(&[][..], Vec::as_slice);
        found.iter().map(|index| self.all[*index].as_path()).collect()
    }
}

/// Which of the names lie in a folder, and the folders in it, sorted.
fn entries(root: &Path, folder: &Path, names: &HashSet<&OsStr>) -> (Vec<OsString>, Vec<OsString>) {
    let (mut wanted, mut below) = (Vec::new(), Vec::new());
    let listing = match std::fs::read_dir(root.join(folder)) {
        Ok(listing) => listing,
        Err(error) => {
            tracing::debug!(%error, folder = ?folder, "a folder cannot be listed");
            return (wanted, below);
        }
    };
    for entry in listing.flatten() {
        let name = entry.file_name();
        if names.contains(name.as_os_str()) {
            wanted.push(name.clone());
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && may_hold_originals(&name) {
            below.push(name);
        }
    }
    below.sort();
    (wanted, below)
}

/// Hidden folders, our own work folders among them, hold no originals.
fn may_hold_originals(name: &OsStr) -> bool {
    !name.as_bytes().starts_with(b".") && !NOT_ORIGINALS.iter().any(|other| name == *other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(folders: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        root
    }

    fn holding(root: &Path, name: &str) -> Vec<PathBuf> {
        let folders = Folders::list(root, &HashSet::from([OsStr::new(name)]), &StopFlag::new());
        folders.holding(name).into_iter().map(Path::to_owned).collect()
    }

    #[test]
    fn a_name_is_found_three_levels_deep_and_no_deeper() {
        let root = tree(&["2024", "a/2024", "a/b/c/2024", "a/b/c/d/2024"]);

        assert_eq!(holding(root.path(), "2024"), ["", "a", "a/b/c"].map(PathBuf::from));
    }

    #[test]
    fn hidden_folders_and_those_of_storage_systems_are_not_entered() {
        let root =
            tree(&[".trash/2024", ".immich-sync-0000000000000007/2024", "@eaDir/2024", "#snapshot/2024"]);

        assert_eq!(holding(root.path(), "2024"), [] as [PathBuf; 0]);
    }

    #[test]
    fn a_link_is_not_entered() {
        let (root, outside) = (tree(&["in"]), tree(&["2024"]));
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();

        assert_eq!(holding(root.path(), "2024"), [] as [PathBuf; 0]);
    }

    #[test]
    fn a_stop_ends_the_listing() {
        let root = tree(&["2024"]);
        let stop = StopFlag::new();
        stop.raise();

        let folders = Folders::list(root.path(), &HashSet::new(), &stop);

        assert!(folders.cut_off && folders.all.is_empty());
    }
}
