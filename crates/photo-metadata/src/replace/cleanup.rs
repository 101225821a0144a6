//! Takes a work folder away: when a stage is given up, and after a crash.
//!
//! It removes names, one level deep, through the handle of the folder: a link in it is removed and not
//! followed, and a folder in it, which we never made, ends the matter. ExifTool that was killed may still
//! create its file while the folder is emptied, so a folder that is not empty is emptied again a few times.

use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{AtFlags, Dir, Mode, OFlags, openat, unlinkat};
use rustix::io::Errno;

use super::identity::open_folder;
use crate::error::MetadataError;

/// How every work folder's name starts; 16 hexadecimal digits follow.
pub(super) const WORK_DIR_PREFIX: &str = ".immich-sync-";

/// Pauses between attempts to remove a folder that fills again, 0.4 s in all.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(120),
    Duration::from_millis(200),
];

/// Whether this is the name of a work folder, exactly as we make them.
pub(super) fn is_work_dir_name(name: &[u8]) -> bool {
    name.strip_prefix(WORK_DIR_PREFIX.as_bytes()).is_some_and(|digits| {
        digits.len() == 16 && digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Removes a work folder that a crash left; `false` when there is none. For names out of the caller's journal.
///
/// Refuses a name that is not of our form, a symbolic link, and a folder that holds a folder.
pub fn remove_work_dir(path: &Path) -> Result<bool, MetadataError> {
    let not_ours = |reason| MetadataError::NotOurWorkFolder { path: path.to_path_buf(), reason };
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(not_ours("it has no name"));
    };
    if !path.is_absolute() || !is_work_dir_name(name.as_bytes()) {
        return Err(not_ours("its name is not of our form"));
    }
    let parent = match open_folder(parent) {
        Err(MetadataError::Missing { .. }) => return Ok(false),
        parent => parent?,
    };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let work = match openat(&parent, name, flags, Mode::empty()) {
        Ok(work) => work,
        Err(Errno::NOENT) => return Ok(false),
        Err(Errno::LOOP | Errno::NOTDIR) => return Err(not_ours("it is not a folder")),
        Err(errno) => return Err(MetadataError::from_errno(path, "open", errno)),
    };
    match remove_contents_and_folder(&parent, &work, name.to_string_lossy().as_ref()) {
        Ok(()) => Ok(true),
        Err(Errno::ISDIR) => Err(not_ours("it holds a folder")),
        Err(errno) => Err(MetadataError::from_errno(path, "remove", errno)),
    }
}

/// Empties the folder behind the handle and removes its name. A folder that is gone already is fine.
pub(super) fn remove_contents_and_folder(parent: &OwnedFd, work: &OwnedFd, name: &str) -> Result<(), Errno> {
    let mut pauses = PAUSES.iter();
    loop {
        remove_contents(work)?;
        match unlinkat(parent, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            Err(errno @ (Errno::NOTEMPTY | Errno::EXIST | Errno::BUSY)) => match pauses.next() {
                Some(pause) => wait(*pause),
                None => return Err(errno),
            },
            Err(errno) => return Err(errno),
        }
    }
}

/// Names are collected first: to remove while reading confuses some file systems.
fn remove_contents(work: &OwnedFd) -> Result<(), Errno> {
    let mut names: Vec<CString> = Vec::new();
    let mut entries = match Dir::read_from(work) {
        Ok(entries) => entries,
        Err(Errno::NOENT) => return Ok(()),
        Err(errno) => return Err(errno),
    };
    while let Some(entry) = entries.read() {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_bytes() != b"." && name.to_bytes() != b".." {
            names.push(name.to_owned());
        }
    }
    for name in names {
        match unlinkat(work, name.as_c_str(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            // POSIX says EPERM for a folder, Linux EISDIR.
            Err(Errno::ISDIR | Errno::PERM) => return Err(folder_or_forbidden(work, &name)),
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

fn folder_or_forbidden(work: &OwnedFd, name: &CString) -> Errno {
    use rustix::fs::{FileType, statat};
    match statat(work, name.as_c_str(), AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => Errno::ISDIR,
        _ => Errno::PERM,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "at most 0.4 s for a process that is dying, in which nothing can be stopped"
)]
fn wait(pause: Duration) {
    std::thread::sleep(pause);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_as_we_make_them_are_ours() {
        assert!(is_work_dir_name(super::super::work_dir_name(0xdead_beef).as_bytes()));
        for name in [
            ".immich-sync-",
            ".immich-sync-0123",
            "immich-sync-0123456789abcdef",
            ".immich-sync-0123456789ABCDEF",
        ] {
            assert!(!is_work_dir_name(name.as_bytes()), "{name}");
        }
    }
}
