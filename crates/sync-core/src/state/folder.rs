//! The state folder: made private, on a disk of this machine, and named without links on the way.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::filesystem::remote_file_system;
use super::room;
use super::trouble::Trouble;
use crate::error::SyncError;

/// Makes the folder and its parents where missing (0700), and refuses one that another machine may change.
/// The answer is its path without links. A folder that exists keeps its mode: it is the user's choice.
pub(crate) fn prepare(folder: &Path) -> Result<PathBuf, SyncError> {
    prepared(folder).map_err(|trouble| trouble.at(folder))
}

fn prepared(folder: &Path) -> Result<PathBuf, Trouble> {
    refuse_remote(nearest(folder))?;
    room::require(nearest(folder))?;
    create(folder).map_err(|error| Trouble::Io("make the folder", error))?;
    refuse_remote(folder)?;
    folder.canonicalize().map_err(|error| Trouble::Io("find the folder", error))
}

/// Refuses a folder on a file system over a network; nothing is made there first.
pub(super) fn refuse_remote(folder: &Path) -> Result<(), Trouble> {
    match remote_file_system(folder).map_err(|error| Trouble::Io("look at its file system", error))? {
        None => Ok(()),
        Some(kind) => Err(Trouble::Told(format!(
            "its file system is {kind}, and a database breaks when several machines can change it; choose a \
             folder on a disk of this machine with --state-dir"
        ))),
    }
}

/// The folder itself or the closest one above it that exists.
fn nearest(folder: &Path) -> &Path {
    let exists = folder.ancestors().find(|above| above.exists());
    exists.filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn create(folder: &Path) -> io::Result<()> {
    match create_one(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(folder.parent().ok_or(error)?)?;
            create_one(folder)
        }
        other => other,
    }
}

/// Makes one folder, and its name durable: a power cut must not take it with the journal in it.
fn create_one(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
            _ => sync_folder(Path::new(".")),
        },
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes an empty file that only its owner may read, or takes the rights of others away from one that is
/// there. SQLite gives the mode of the database to the files beside it.
pub(super) fn private_file(path: &Path) -> Result<(), Trouble> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => path
            .parent()
            .map_or(Ok(()), sync_folder)
            .map_err(|error| Trouble::Io("make its folder durable", error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            restrict(path);
            Ok(())
        }
        Err(error) => Err(Trouble::Io("make the file", error)),
    }
}

/// Not every file system has modes (exFAT says 0777 and refuses a change), so a failure is no obstacle.
fn restrict(path: &Path) {
    let mode =
        fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map(|found| found.permissions().mode());
    let Some(wide) = mode.filter(|mode| mode & 0o077 != 0) else { return };
    if let Err(error) = fs::set_permissions(path, fs::Permissions::from_mode(wide & 0o700)) {
        tracing::warn!(path = ?path, %error, "others may be able to read the state");
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems (vboxsf, old FUSE ones) cannot sync a folder and say so this way.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_several_levels_down_is_made_private_on_each() {
        let place = tempfile::tempdir().unwrap();

        let folder = prepare(&place.path().join("a/b/c")).unwrap();

        for made in folder.ancestors().take(3) {
            assert_eq!(
                fs::metadata(made).unwrap().permissions().mode() & 0o7777,
                0o700,
                "{}",
                made.display()
            );
        }
    }

    #[test]
    fn a_folder_that_exists_keeps_its_mode() {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();

        prepare(place.path()).unwrap();

        assert_eq!(fs::metadata(place.path()).unwrap().permissions().mode() & 0o7777, 0o755);
    }

    #[test]
    fn a_file_in_the_way_is_an_error_that_names_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("taken");
        fs::write(&folder, "x").unwrap();

        let message = prepare(&folder).unwrap_err().to_string();

        assert!(message.contains("taken"), "{message}");
    }

    #[test]
    fn the_nearest_folder_is_looked_at_before_anything_is_made() {
        assert_eq!(nearest(Path::new("/proc/none/of/it")), Path::new("/proc"));
        assert_eq!(nearest(Path::new("not-there/at-all")), Path::new("."));
    }
}
