//! Gives a file that is complete its name in the destination: in a place where nothing is, or over the file that we put
//! there ourselves and that is still the same.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use photo_metadata::replace::{FileIdentity, identity};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// Folders whose entries have to be brought to the disk.
#[derive(Debug, Default)]
pub(super) struct Touched {
    folders: BTreeSet<PathBuf>,
}

impl Touched {
    /// Makes the folder of a file, and those above it up to the destination.
    pub(super) fn make_folder(&mut self, root: &Path, file: &Path) -> io::Result<()> {
        let Some(folder) = file.parent() else { return Ok(()) };
        if !folder.is_dir() {
            std::fs::create_dir_all(folder)?;
            let above = folder.ancestors().skip(1).take_while(|above| above.starts_with(root));
            self.folders.extend(above.map(Path::to_path_buf));
        }
        self.folders.insert(folder.to_owned());
        Ok(())
    }

    /// Brings them to the disk. A file system that cannot is no reason to fail: the files themselves are there.
    pub(super) fn sync(&mut self) {
        for folder in std::mem::take(&mut self.folders) {
            if let Err(error) = File::open(&folder).and_then(|folder| folder.sync_all()) {
                tracing::debug!(%error, folder = %folder.display(), "a folder cannot be brought to the disk");
            }
        }
    }
}

/// Renames it to a place where nothing is.
pub(super) fn put_new(at: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, at, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => {
            Err(io::Error::new(io::ErrorKind::AlreadyExists, "another file came to be there"))
        }
        // Where the kernel cannot promise that, it is looked at just before.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => match to.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => rename(at, to),
            Err(error) => Err(error),
            Ok(_) => Err(io::Error::new(io::ErrorKind::AlreadyExists, "another file came to be there")),
        },
        Err(errno) => Err(errno.into()),
    }
}

/// Renames it over the file that is expected there.
pub(super) fn put_over(at: &Path, to: &Path, expected: &FileIdentity) -> io::Result<()> {
    match identity(to) {
        Ok(now) if now.same_content_as(expected) => rename(at, to),
        Ok(_) => Err(io::Error::other("it was changed at this moment")),
        Err(_) => Err(io::Error::other("it is not there any more")),
    }
}

fn rename(at: &Path, to: &Path) -> io::Result<()> {
    Ok(rustix::fs::rename(at, to)?)
}
