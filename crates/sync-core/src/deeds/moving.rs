//! Files on their way into a trash and back: renamed, never copied, never over something else.
//!
//! The note comes first and holds the name, as the Trash specification asks; then the file is renamed, and both folders are
//! brought to the disk. A file that is there under the announced name is looked at before it is believed: numbers of files
//! change on some file systems, so its content may speak for it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use photo_metadata::replace::{FileIdentity, identity};
use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, RenameFlags, fsync, openat, renameat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;

use super::TrashedFile;
use super::files::{open as open_file, sha1 as sha1_of};

/// Where a file is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// Where it always was.
    Home,
    /// In the trash, and something else may be at its place.
    Trash,
    /// In neither, though both folders are there: somebody emptied the trash, or took it out.
    Lost,
    /// One of the two folders is not there: a disk may be away.
    Away,
}

/// Looks for it.
pub(crate) fn whereabouts(item: &TrashedFile) -> Whereabouts {
    if is_it(&item.in_trash(), item) {
        return Whereabouts::Trash;
    }
    if is_it(item.from.path(), item) {
        return Whereabouts::Home;
    }
    let is_folder = |path: Option<&Path>| path.is_some_and(Path::is_dir);
    let are_there = is_folder(item.from.path().parent()) && is_folder(item.in_trash().parent());
    if are_there { Whereabouts::Lost } else { Whereabouts::Away }
}

/// Whether what is at a path is that file: by its number, size and time, else by its content.
pub(crate) fn is_it(path: &Path, item: &TrashedFile) -> bool {
    let Ok(now) = identity(path) else { return false };
    let then = &item.identity;
    let is_same = now.inode == then.inode && now.mtime_ns == then.mtime_ns;
    now.size == then.size && (is_same || sha1(path).is_ok_and(|sha1| sha1 == item.sha1))
}

/// SHA-1 of a file in hexadecimal digits.
pub(crate) fn sha1(path: &Path) -> io::Result<String> {
    sha1_of(&mut open_file(path)?)
}

/// Whether its name is free in the trash: neither a file nor a note has it.
pub(crate) fn is_free(item: &TrashedFile) -> bool {
    item.in_trash().symlink_metadata().is_err() && item.in_info().symlink_metadata().is_err()
}

/// Puts the note of a file into its trash. [`io::ErrorKind::AlreadyExists`] when somebody was faster.
pub(crate) fn write_note(item: &TrashedFile) -> io::Result<()> {
    let path = item.in_info();
    let note = Folder::of(&path)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(openat(&note.folder, note.name, flags, Mode::from_raw_mode(0o600))?);
    file.write_all(item.note.as_bytes())?;
    file.sync_all()?;
    Ok(fsync(&note.folder)?)
}

/// Removes the note, if it is the one that we wrote or began to write.
pub(crate) fn drop_note(item: &TrashedFile) -> io::Result<()> {
    let path = item.in_info();
    let is_ours = match std::fs::read(&path) {
        Ok(found) => item.note.as_bytes().starts_with(&found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if is_ours {
        let note = Folder::of(&path)?;
        unlinkat(&note.folder, note.name, AtFlags::empty())?;
        fsync(&note.folder)?;
    }
    Ok(())
}

/// Renames a file into its trash, if it is still what it was when it was looked at, to the last attribute.
pub(crate) fn go(item: &TrashedFile) -> io::Result<()> {
    if looked_at(item.from.path())? != item.identity {
        return Err(io::Error::other("it was changed at this moment"));
    }
    let in_trash = item.in_trash();
    let (at, to) = (Folder::of(item.from.path())?, Folder::of(&in_trash)?);
    at.rename(&to)?;
    if is_it(&in_trash, item) {
        return at.sync_with(&to);
    }
    // Somebody put another file there between the look and the rename.
    to.rename(&at)?;
    Err(io::Error::other("it was changed at this moment"))
}

/// Renames a file out of its trash to where it was, and removes the note.
pub(crate) fn come_back(item: &TrashedFile) -> io::Result<()> {
    let in_trash = item.in_trash();
    let (at, to) = (Folder::of(&in_trash)?, Folder::of(item.from.path())?);
    at.rename(&to)?;
    at.sync_with(&to)?;
    if let Err(error) = drop_note(item) {
        tracing::debug!(?error, "a note stays in the trash");
    }
    Ok(())
}

/// Undoes as much of a move as there is of it.
pub(crate) fn bring_back(item: &TrashedFile) {
    let ended = match whereabouts(item) {
        Whereabouts::Trash => come_back(item),
        Whereabouts::Home => drop_note(item),
        Whereabouts::Lost | Whereabouts::Away => Ok(()),
    };
    if let Err(error) = ended {
        let path: &Path = item.from.path();
        tracing::warn!(%error, path = %path.display(), "it cannot be put back");
    }
}

fn looked_at(path: &Path) -> io::Result<FileIdentity> {
    identity(path).map_err(|error| io::Error::other(crate::error::chain(&error)))
}

fn open_folder(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(CWD, path, flags, Mode::empty())?)
}

/// A name in a folder that is open.
struct Folder<'a> {
    folder: OwnedFd,
    name: &'a OsStr,
}

impl<'a> Folder<'a> {
    fn of(path: &'a Path) -> io::Result<Self> {
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it has no name"));
        };
        Ok(Self { folder: open_folder(above)?, name })
    }

    /// Never over something else. Where the kernel cannot promise that, it is looked at just before.
    fn rename(&self, to: &Self) -> io::Result<()> {
        match renameat_with(&self.folder, self.name, &to.folder, to.name, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                match statat(to.folder.as_fd(), to.name, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => Ok(renameat(&self.folder, self.name, &to.folder, to.name)?),
                    Err(errno) => Err(errno.into()),
                    Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                }
            }
            Err(Errno::XDEV) => Err(io::Error::other(
                "its trash is on another file system, and nothing is ever copied there and deleted; name a folder on \
                 the same one with --local-trash",
            )),
            Err(errno) => Err(errno.into()),
        }
    }

    fn sync_with(&self, other: &Self) -> io::Result<()> {
        fsync(&other.folder)?;
        Ok(fsync(&self.folder)?)
    }
}
