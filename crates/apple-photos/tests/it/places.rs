//! Where the tests find what is not part of the repository.

use std::path::{Path, PathBuf};

use apple_photos::{Library, OpenOptions};
use tempfile::TempDir;

/// The libraries that can be read, by their names without extension.
pub(crate) const READABLE: [&str; 3] = ["macos10.15-shared", "macos15.7-mediatypes", "macos26.1"];

/// The folder of collected libraries, or a line that says what was left out because it is absent.
pub(crate) fn shared(test: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a crate in a workspace");
    let folder = std::env::var_os("IMMICH_SYNC_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let libraries = folder.join("apple-photos");
    if libraries.is_dir() {
        return Some(libraries);
    }
    eprintln!("SKIPPED {test}: no shared folder at {}", folder.display());
    None
}

/// A library that is open, with the folder of its copy.
pub(crate) struct Opened {
    pub(crate) library: Library,
    _scratch: TempDir,
}

pub(crate) fn open(package: &Path) -> Result<Opened, apple_photos::Error> {
    let scratch = tempfile::tempdir().expect("a folder");
    let library = Library::open(package, &OpenOptions::new(scratch.path(), "/usr/bin/test"))?;
    Ok(Opened { library, _scratch: scratch })
}
