//! What a file was when somebody looked, so that a later look can tell whether it is still that file.
//!
//! The change time is the part that nobody can set back: a program that restores the modification time after
//! an edit (many photo programs do) is still seen. It also moves when a file is linked or its mode changes,
//! so a plan that is days old compares with [`FileIdentity::same_content_as`], and a write that takes
//! seconds compares everything.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, openat, statat};
use serde::{Deserialize, Serialize};

use crate::error::MetadataError;

/// Which file it is, and in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIdentity {
    /// The file system.
    pub device: u64,
    /// The file in it.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When the content changed last, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When content or attributes changed last, in nanoseconds since 1970.
    pub ctime_ns: i64,
    /// How many names the file has.
    pub links: u64,
}

impl FileIdentity {
    /// Whether device, inode, size and modification time agree; mode changes and new links do not count.
    pub fn same_content_as(&self, other: &Self) -> bool {
        self.device == other.device
            && self.inode == other.inode
            && self.size == other.size
            && self.mtime_ns == other.mtime_ns
    }

    /// What differs first, in words; `None` when nothing does.
    pub(super) fn difference(&self, now: &Self) -> Option<&'static str> {
        let differences = [
            (self.device != now.device || self.inode != now.inode, "another file is at its place"),
            (self.size != now.size, "its size"),
            (self.mtime_ns != now.mtime_ns, "its modification time"),
            (self.links != now.links, "its number of hard links"),
            (self.ctime_ns != now.ctime_ns, "its attributes"),
        ];
        differences.iter().find(|(differs, _)| *differs).map(|(_, what)| *what)
    }

    /// Reads the answer of the system, whose field types differ between platforms.
    pub(super) fn from_stat(stat: &Stat) -> Self {
        Self {
            device: unsigned(stat.st_dev),
            inode: unsigned(stat.st_ino),
            size: unsigned(stat.st_size),
            mtime_ns: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
            ctime_ns: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
            links: unsigned(stat.st_nlink),
        }
    }
}

fn unsigned(value: impl TryInto<u64>) -> u64 {
    value.try_into().unwrap_or(0)
}

fn nanoseconds(seconds: impl TryInto<i64>, nanoseconds: impl TryInto<i64>) -> i64 {
    let seconds: i64 = seconds.try_into().unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds.try_into().unwrap_or(0))
}

/// Looks at what is at a path, without following a link in its last part; only a regular file has an identity.
pub fn identity(path: &Path) -> Result<FileIdentity, MetadataError> {
    let stat = statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|errno| MetadataError::from_errno(path, "look at", errno))?;
    require_regular(path, &stat)?;
    Ok(FileIdentity::from_stat(&stat))
}

/// The same below a folder that is open.
pub(super) fn identity_at(
    folder: impl AsFd,
    name: &OsStr,
    path: &Path,
) -> Result<FileIdentity, MetadataError> {
    let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|errno| MetadataError::from_errno(path, "look at", errno))?;
    require_regular(path, &stat)?;
    Ok(FileIdentity::from_stat(&stat))
}

/// Refuses everything that is no regular file, and says what it is.
pub(crate) fn require_regular(path: &Path, stat: &Stat) -> Result<(), MetadataError> {
    let what = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Symlink => "a symbolic link",
        FileType::Directory => "a folder",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::BlockDevice | FileType::CharacterDevice => "a device",
        FileType::Unknown => "something unknown",
    };
    Err(MetadataError::NotRegular { path: path.to_path_buf(), what })
}

/// Opens a folder as a handle. Links on the way to it are followed: a library may well be one.
pub(super) fn open_folder(path: &Path) -> Result<OwnedFd, MetadataError> {
    openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|errno| MetadataError::from_errno(path, "open", errno))
}
