//! What is in the folders of the destination: one listing of each, however many files are in it.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::os::unix::fs::DirEntryExt as _;
use std::path::{Path, PathBuf};

use super::hashes::{name, short};
use super::names::composed;
use crate::error::SyncError;

/// The folders that were listed, by their path below the destination.
#[derive(Debug)]
pub(super) struct Listings {
    root: PathBuf,
    folders: HashMap<String, Listing>,
}

/// A folder: 16 bytes a file for what is there, and 8 for the names that are taken.
#[derive(Debug, Default)]
struct Listing {
    /// Numbers of files by the hash of their name.
    files: HashMap<u64, u64>,
    /// Names without ending and capitals.
    names: HashSet<u64>,
}

impl Listings {
    pub(super) fn of(root: &Path) -> Self {
        Self { root: root.to_owned(), folders: HashMap::new() }
    }

    /// The number of the file of this name, if there is one.
    pub(super) fn inode(&mut self, folder: &str, file: &str) -> Result<Option<u64>, SyncError> {
        Ok(self.folder(folder)?.files.get(&exact(file)).copied())
    }

    /// Whether a file has this name, whatever its ending and its capitals are.
    pub(super) fn has_name(&mut self, folder: &str, name: u64) -> Result<bool, SyncError> {
        Ok(self.folder(folder)?.names.contains(&name))
    }

    fn folder(&mut self, folder: &str) -> Result<&Listing, SyncError> {
        if !self.folders.contains_key(folder) {
            let listing = list(&self.root.join(folder), folder)?;
            self.folders.insert(folder.to_owned(), listing);
        }
        // It was put there just now.
        Ok(self.folders.entry(folder.to_owned()).or_default())
    }
}

/// Some file systems give names back in another form than they were given.
fn exact(file: &str) -> u64 {
    short(&[composed(file).as_bytes()])
}

fn list(path: &Path, folder: &str) -> Result<Listing, SyncError> {
    let unusable = |error: std::io::Error| SyncError::Named {
        what: "the folder of the export",
        path: path.to_owned(),
        message: format!("it cannot be listed: {error}"),
    };
    let mut listing = Listing::default();
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(listing),
        Err(error) => return Err(unusable(error)),
    };
    for entry in entries {
        let entry = entry.map_err(unusable)?;
        let file = entry.file_name();
        let file = file.to_string_lossy();
        listing.files.insert(exact(&file), entry.ino());
        listing.names.insert(name(folder, &file));
    }
    Ok(listing)
}
