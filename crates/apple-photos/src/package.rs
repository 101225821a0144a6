//! A package on disk: whether it is one that can be read, and where its database is.

use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// The folder of a library, checked.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// As the caller named it: what messages and paths of files start with.
    pub(crate) root: PathBuf,
    /// With every link resolved: what must hold everything that is read.
    pub(crate) real_root: PathBuf,
}

/// The parts of a database file that matter. The third, `-shm`, is an index that SQLite makes anew.
pub(crate) const MAIN: &str = "database/Photos.sqlite";
pub(crate) const LOG: &str = "database/Photos.sqlite-wal";

/// The database of Photos 4 and older; newer ones have a stub of it.
pub(crate) const OLD_MAIN: &str = "database/photos.db";
pub(crate) const OLD_LOG: &str = "database/photos.db-wal";

/// Whose library it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// Photos 5 or newer.
    Photos,
    /// Photos 4 or older.
    OldPhotos,
}

impl Package {
    /// Looks whether this is a library of Photos.
    pub(crate) fn find(root: &Path, program: &Path) -> Result<(Self, Writer), Error> {
        let real_root = root.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NotALibrary { path: root.to_path_buf() },
            _ => unreadable(root, error, program),
        })?;
        let package = Self { root: root.to_path_buf(), real_root };
        let main = root.join(MAIN);
        match main.symlink_metadata() {
            Ok(_) => Ok((package, Writer::Photos)),
            Err(error) if is_absence(&error) => {
                package.is_old(program)?;
                Ok((package, Writer::OldPhotos))
            }
            Err(error) => Err(unreadable(&main, error, program)),
        }
    }

    /// The real path of something in the package; an error if it leads out of it. None if it is not there.
    pub(crate) fn inside(&self, relative: &str, program: &Path) -> Result<Option<PathBuf>, Error> {
        let path = self.root.join(relative);
        match path.canonicalize() {
            Ok(real) if real.starts_with(&self.real_root) => Ok(Some(real)),
            Ok(_) => Err(Error::LeadsOut { path }),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(unreadable(&path, error, program)),
        }
    }

    /// Whether a folder without a database of Photos 5 is at least one of Photos; else the error says what it is.
    fn is_old(&self, program: &Path) -> Result<(), Error> {
        let path = self.root.clone();
        // The list of the folder tells a denied permission from a folder that is something else.
        if let Err(source) = self.root.read_dir() {
            return Err(match source.kind() {
                io::ErrorKind::NotADirectory => Error::NotALibrary { path },
                _ => unreadable(&self.root, source, program),
            });
        }
        let has = |relative: &str| self.root.join(relative).symlink_metadata().is_ok();
        if has("AlbumData.xml") || has("Database/Library.apdb") || has("Library.apdb") {
            Err(Error::IPhoto { path })
        } else if has(OLD_MAIN) {
            Ok(())
        } else {
            Err(Error::NotALibrary { path })
        }
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// An error of the file system, told apart: permission is something that the user can give.
pub(crate) fn unreadable(path: &Path, source: io::Error, program: &Path) -> Error {
    let path = path.to_path_buf();
    match source.kind() {
        io::ErrorKind::PermissionDenied => Error::NotAllowed { path, program: program.to_path_buf(), source },
        _ => Error::Unreadable { path, source },
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_denied_permission_names_the_setting_and_the_program() {
        // Macs say EPERM where a privacy setting denies, and EACCES where the mode of a file does.
        for number in [rustix::io::Errno::PERM, rustix::io::Errno::ACCESS] {
            let source = io::Error::from_raw_os_error(number.raw_os_error());

            let error =
                unreadable(Path::new("/lib/Photos.sqlite"), source, Path::new("/usr/local/bin/program"));

            let message = error.to_string();
            for part in ["Full Disk Access", "/usr/local/bin/program", "/lib/Photos.sqlite", "Terminal"] {
                assert!(message.contains(part), "{message}");
            }
            assert!(error.source().is_some() && !error.is_transient());
        }
        let other = unreadable(Path::new("x"), io::Error::from(io::ErrorKind::TimedOut), Path::new("p"));
        assert!(matches!(other, Error::Unreadable { .. }) && other.is_transient());
    }
}
