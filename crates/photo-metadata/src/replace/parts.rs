//! What the stages of a replacement share: the handles, and the steps that look and refuse.
//!
//! The original is held open from the first look on, so that its attributes come from the very file that was
//! looked at. The work folder is held open as well: a new version is taken from it by handle, so whoever puts
//! another folder in its place gains nothing.

use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, Mode, OFlags, RenameFlags, Stat, fstat, fstatvfs, linkat, mkdirat, openat, renameat,
    renameat_with, symlinkat, unlinkat,
};
use rustix::io::Errno;

use super::attributes;
use super::cleanup::remove_contents_and_folder;
use super::identity::{FileIdentity, identity_at, require_regular};
use super::workspace::{HardLinkPolicy, ReplaceOptions};
use crate::error::MetadataError;

/// The name of the file that asks whether there is room.
const PROBE: &str = "room";

/// What every stage needs; removes the folder when it is dropped.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) original: PathBuf,
    pub(super) name: OsString,
    pub(super) parent: OwnedFd,
    /// The original itself, so that its attributes come from the file that was looked at. For a file that is made:
    /// the one that it is made for.
    pub(super) file: OwnedFd,
    pub(super) stat: Stat,
    /// What the original is; `None` when the file is made.
    pub(super) before: Option<FileIdentity>,
    pub(super) options: ReplaceOptions,
    pub(super) work_name: String,
    pub(super) work: OwnedFd,
    pub(super) target_name: String,
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Err(error) = remove_contents_and_folder(&self.parent, &self.work, &self.work_name) {
            let folder = self.original.with_file_name(&self.work_name);
            tracing::warn!(?folder, ?error, "a work folder is left behind");
        }
    }
}

impl Parts {
    /// A writer gets the real path unless that could be taken for something else; the link then has a plain one.
    pub(super) fn make_source(&self, folder: &Path, extension: &str) -> Result<PathBuf, MetadataError> {
        let plain = |byte: &u8| !matches!(byte, 0..=31 | 127 | b'%');
        if self.original.as_os_str().as_bytes().iter().all(plain) {
            return Ok(self.original.clone());
        }
        let link = format!("source.{extension}");
        symlinkat(&self.original, &self.work, link.as_str())
            .map_err(|errno| MetadataError::from_errno(folder, "make a link in", errno))?;
        Ok(folder.join(link))
    }

    pub(super) fn open_target(&self) -> Result<OwnedFd, MetadataError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let target = match openat(&self.work, self.target_name.as_str(), flags, Mode::empty()) {
            Ok(target) => target,
            Err(Errno::NOENT) => return Err(self.refused("the writer left none")),
            Err(Errno::LOOP) => return Err(self.refused("it is a symbolic link")),
            Err(errno) => {
                return Err(MetadataError::from_errno(&self.original, "open a new version of", errno));
            }
        };
        let stat = |fd: &OwnedFd| {
            fstat(fd).map_err(|errno| MetadataError::from_errno(&self.original, "look at", errno))
        };
        let (new, work) = (stat(&target)?, stat(&self.work)?);
        if require_regular(&self.original, &new).is_err() {
            return Err(self.refused("it is not a regular file"));
        }
        if new.st_size == 0 {
            return Err(self.refused("it is empty"));
        }
        if new.st_nlink != 1 {
            return Err(self.refused("it has further names"));
        }
        // The folder is ours, and on a share that maps users both carry the mapped one.
        if new.st_uid != work.st_uid || new.st_dev != work.st_dev {
            return Err(self.refused("somebody else made it"));
        }
        Ok(target)
    }

    /// Asks the file system for as many bytes as the original has, and gives them back.
    ///
    /// Small files are really written, because a quota shows no other way; for large ones the free space that
    /// the file system states has to do.
    pub(super) fn probe_room(&self) -> Result<(), MetadataError> {
        const REALLY_WRITTEN: u64 = 64 << 20;
        let wanted = self.before.map_or(0, |before| before.size) + (64 << 10);
        if wanted > REALLY_WRITTEN {
            let free = fstatvfs(&self.work).map_err(|errno| self.errno("look at the disk of", errno))?;
            let room = free.f_bavail.saturating_mul(free.f_frsize);
            return if room < wanted { Err(self.errno("write", Errno::NOSPC)) } else { Ok(()) };
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let probe = openat(&self.work, PROBE, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|errno| self.errno("write", errno))?;
        let written = std::io::copy(&mut std::io::repeat(0).take(wanted), &mut std::fs::File::from(probe));
        let removed = unlinkat(&self.work, PROBE, AtFlags::empty());
        written.map_err(|error| MetadataError::from_io(&self.original, "write", error))?;
        removed.map_err(|errno| self.errno("remove a probe of", errno))
    }

    /// Makes the file of the new version, empty.
    pub(super) fn make_target(&self) -> Result<OwnedFd, MetadataError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        openat(&self.work, self.target_name.as_str(), flags, Mode::RUSR | Mode::WUSR)
            .map_err(|errno| self.errno("write a new version of", errno))
    }

    /// Takes it away again.
    pub(super) fn remove_target(&self) -> Result<(), MetadataError> {
        unlinkat(&self.work, self.target_name.as_str(), AtFlags::empty())
            .map_err(|errno| self.errno("remove a new version of", errno))
    }

    /// Writes a small file into the work folder.
    pub(super) fn plant(&self, name: &str, bytes: &[u8]) -> Result<(), MetadataError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.work, name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|errno| self.errno("write", errno))?;
        std::io::Write::write_all(&mut std::fs::File::from(file), bytes)
            .map_err(|error| MetadataError::from_io(&self.original, "write", error))
    }

    /// Gives the new file its name, unless something has that name by now.
    ///
    /// Where the file system knows no such rename, a second name does the same; where it has no second names
    /// either (exFAT), the look a moment ago has to do.
    pub(super) fn place_new(&self) -> Result<(), MetadataError> {
        let (from, to) = (self.target_name.as_str(), self.name.as_os_str());
        let failed = |errno| match errno {
            Errno::EXIST => {
                MetadataError::Conflict { path: self.original.clone(), change: "it is there by now" }
            }
            errno => self.errno("make", errno),
        };
        let unknown = |errno| matches!(errno, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM);
        match renameat_with(&self.work, from, &self.parent, to, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            Err(errno) if unknown(errno) => {}
            Err(errno) => return Err(failed(errno)),
        }
        match linkat(&self.work, from, &self.parent, to, AtFlags::empty()) {
            Ok(()) => unlinkat(&self.work, from, AtFlags::empty()).map_err(failed),
            Err(errno) if unknown(errno) => renameat(&self.work, from, &self.parent, to).map_err(failed),
            Err(errno) => Err(failed(errno)),
        }
    }

    pub(super) fn errno(&self, action: &'static str, errno: Errno) -> MetadataError {
        MetadataError::from_errno(&self.original, action, errno)
    }

    pub(super) fn failed(&self, action: &'static str, error: std::io::Error) -> MetadataError {
        MetadataError::from_io(&self.original, action, error)
    }

    pub(super) fn not_as_written(&self) -> MetadataError {
        let finding = "its content did not read back as written".to_owned();
        MetadataError::NotVerified { path: self.original.clone(), finding }
    }

    pub(super) fn refused(&self, reason: &'static str) -> MetadataError {
        MetadataError::NewVersionRefused { path: self.original.clone(), reason }
    }
}

/// A file that is to be made must not be there yet.
pub(super) fn require_absent(parent: &OwnedFd, name: &OsStr, path: &Path) -> Result<(), MetadataError> {
    match identity_at(parent, name, path) {
        Err(MetadataError::Missing { .. }) => Ok(()),
        Ok(_) | Err(MetadataError::NotRegular { .. }) => {
            Err(MetadataError::Conflict { path: path.to_path_buf(), change: "it is there by now" })
        }
        Err(error) => Err(error),
    }
}

/// `NONBLOCK` so that a pipe with the name of a photo does not hold us up; it has no effect on files.
pub(super) fn open_original(parent: &OwnedFd, name: &OsStr, path: &Path) -> Result<OwnedFd, MetadataError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match openat(parent, name, flags, Mode::empty()) {
        Ok(file) => Ok(file),
        // A socket or a device without a driver.
        Err(Errno::NXIO | Errno::NODEV) => {
            Err(MetadataError::NotRegular { path: path.to_path_buf(), what: "a socket or a device" })
        }
        Err(errno) => Err(MetadataError::from_errno(path, "open", errno)),
    }
}

pub(super) fn require_unchanged(
    path: &Path,
    before: &FileIdentity,
    now: &FileIdentity,
) -> Result<(), MetadataError> {
    match before.difference(now) {
        None => Ok(()),
        Some(change) => Err(MetadataError::Conflict { path: path.to_path_buf(), change }),
    }
}

pub(super) fn require_replaceable(
    path: &Path,
    file: &OwnedFd,
    before: &FileIdentity,
    options: ReplaceOptions,
) -> Result<(), MetadataError> {
    if before.links > 1 && options.hard_links == HardLinkPolicy::Refuse {
        return Err(MetadataError::HardLinked { path: path.to_path_buf(), links: before.links });
    }
    if attributes::is_immutable(file) {
        return Err(MetadataError::Immutable { path: path.to_path_buf() });
    }
    Ok(())
}

pub(super) fn make_work_dir(parent: &OwnedFd, name: &str, folder: &Path) -> Result<OwnedFd, MetadataError> {
    mkdirat(parent, name, Mode::RWXU)
        .map_err(|errno| MetadataError::from_errno(folder, "make the work folder", errno))?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(parent, name, flags, Mode::empty()).map_err(|errno| {
        // It is empty; where it cannot be removed either, the caller's journal knows its name.
        let _ = unlinkat(parent, name, AtFlags::REMOVEDIR);
        MetadataError::from_errno(folder, "open the work folder", errno)
    })
}

/// The extension when it is short and plain, since ExifTool goes by it; else one that stands for nothing.
pub(super) fn plain_extension(name: &OsStr) -> String {
    Path::new(name)
        .extension()
        .and_then(OsStr::to_str)
        .filter(|text| {
            text.len() <= 8 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
        .unwrap_or("dat")
        .to_owned()
}

/// Brings the rename to the disk. Some file systems cannot sync a folder and say so; that is all they can do.
pub(super) fn sync_folder(parent: &OwnedFd, path: &Path) -> Result<(), MetadataError> {
    let error = match sync(parent) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        _ => Err(MetadataError::from_io(path, "sync the folder of", error)),
    }
}

/// Through the standard library, which on macOS asks for the flush that reaches the disk.
pub(super) fn sync(file: &OwnedFd) -> std::io::Result<()> {
    std::fs::File::from(file.try_clone()?).sync_all()
}
