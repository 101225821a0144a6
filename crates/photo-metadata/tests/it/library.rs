//! A folder with one original in it, and what happens to that.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use photo_metadata::MetadataError;
use photo_metadata::replace::{FileIdentity, ReplaceOptions, Sealed, Workspace, identity, work_dir_name};

pub(crate) const OLD: &[u8] = b"the old version";
pub(crate) const NEW: &[u8] = b"the new and longer version";

/// What somebody does to a path.
pub(crate) type Act<'a> = &'a dyn Fn(&Path);

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A folder with one original in it.
pub(crate) struct Library {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) original: PathBuf,
}

impl Library {
    pub(crate) fn new() -> Self {
        Self::with_name(b"photo.jpg")
    }

    pub(crate) fn with_name(name: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let original = folder.path().join(OsStr::from_bytes(name));
        fs::write(&original, OLD).expect("an original");
        Self { folder, original }
    }

    pub(crate) fn open(&self, options: ReplaceOptions) -> Result<Workspace, MetadataError> {
        Workspace::create(&self.original, &identity(&self.original)?, &work_dir_name(7), options)
    }

    pub(crate) fn workspace(&self) -> Workspace {
        self.open(ReplaceOptions::default()).expect("a workspace")
    }

    pub(crate) fn sealed(&self) -> Sealed {
        let workspace = self.workspace();
        fs::write(workspace.target(), NEW).expect("a new version");
        workspace.seal().expect("a sealed version")
    }

    pub(crate) fn content(&self) -> Vec<u8> {
        fs::read(&self.original).expect("a readable original")
    }

    /// Nothing but the original is in the folder.
    pub(crate) fn is_clean(&self) -> bool {
        fs::read_dir(self.folder.path()).expect("the folder").count() == 1
    }
}

pub(crate) fn replace(library: &Library, options: ReplaceOptions) -> Result<FileIdentity, MetadataError> {
    let workspace = library.open(options)?;
    fs::write(workspace.target(), NEW).expect("a new version");
    workspace.seal()?.commit()
}
