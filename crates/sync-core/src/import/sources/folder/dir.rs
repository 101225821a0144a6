//! One folder: its files with size and times, and the folders in it, in the order of their names.
//!
//! Everything is looked up relative to the open folder, so that the system resolves a long path once and not for each
//! file. Links are not followed.

use std::ffi::CStr;
use std::path::Path;

use jiff::Timestamp;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

use crate::import::Stamp;

/// A file of a folder.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: Box<[u8]>,
    pub(super) size: u64,
    pub(super) modified: Timestamp,
    /// Changes when its bytes may have changed.
    pub(super) stamp: Stamp,
}

/// What is in a folder.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Device and number of the folder itself.
    pub(super) number: (u64, u64),
    pub(super) files: Vec<Entry>,
    pub(super) folders: Vec<Box<[u8]>>,
    /// Links, pipes and the like.
    pub(super) others: Vec<Box<[u8]>>,
    /// What cannot be looked at.
    pub(super) unreadable: Vec<(Box<[u8]>, Errno)>,
    /// What ended the list before its end.
    pub(super) broken: Option<Errno>,
}

/// Reads a folder. With `ignore_inode` only size and time of a file count.
pub(super) fn read(path: &Path, ignore_inode: bool) -> Result<Contents, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = openat(CWD, path, flags, Mode::empty())?;
    let about = fstat(&folder)?;
    let mut contents = Contents { number: number(&about), ..Contents::default() };
    let list = Dir::read_from(&folder)?;
    for entry in list {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                contents.broken = Some(error);
                break;
            }
        };
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        match entry.file_type() {
            FileType::Directory => contents.folders.push(name.to_bytes().into()),
            FileType::RegularFile | FileType::Unknown => contents.look(&folder, name, ignore_inode),
            _ => contents.others.push(name.to_bytes().into()),
        }
    }
    contents.files.sort_unstable_by(|one, other| by_letters(&one.name, &other.name));
    contents.folders.sort_unstable();
    contents.others.sort_unstable();
    Ok(contents)
}

/// The names of the folders in a folder; nothing is asked about its files where the system tells them apart.
pub(super) fn folders(path: &Path) -> Result<Vec<Box<[u8]>>, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = openat(CWD, path, flags, Mode::empty())?;
    let mut folders = Vec::new();
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_folder = match entry.file_type() {
            FileType::Directory => true,
            FileType::Unknown => statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)
                .is_ok_and(|about| FileType::from_raw_mode(about.st_mode) == FileType::Directory),
            _ => false,
        };
        if is_folder && !matches!(name.to_bytes(), b"." | b"..") {
            folders.push(name.to_bytes().into());
        }
    }
    Ok(folders)
}

/// The order of names whatever the case of their letters; of two that are equal then, the bytes decide.
pub(super) fn by_letters(one: &[u8], other: &[u8]) -> std::cmp::Ordering {
    let letters = |byte: &u8| byte.to_ascii_lowercase();
    one.iter().map(letters).cmp(other.iter().map(letters)).then_with(|| one.cmp(other))
}

impl Contents {
    fn look(&mut self, folder: &impl std::os::fd::AsFd, name: &CStr, ignore_inode: bool) {
        match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(about) => match FileType::from_raw_mode(about.st_mode) {
                FileType::RegularFile => self.files.push(file(name, &about, ignore_inode)),
                FileType::Directory => self.folders.push(name.to_bytes().into()),
                _ => self.others.push(name.to_bytes().into()),
            },
            // It went away meanwhile.
            Err(Errno::NOENT) => {}
            Err(error) => self.unreadable.push((name.to_bytes().into(), error)),
        }
    }
}

#[expect(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "the fields have other types on other systems"
)]
fn file(name: &CStr, about: &Stat, ignore_inode: bool) -> Entry {
    let size = about.st_size as u64;
    let (second, part) = (about.st_mtime as i64, about.st_mtime_nsec as i64);
    let modified = Timestamp::new(second, i32::try_from(part).unwrap_or(0)).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut facts = [0_u8; 48];
    let mut put = |at: usize, number: u64| facts[at..at + 8].copy_from_slice(&number.to_le_bytes());
    put(0, size);
    put(8, second as u64);
    put(16, part as u64);
    // The change time also moves with a rename or new rights: then the file is hashed once more, and not sent again.
    if !ignore_inode {
        put(24, about.st_ctime as u64);
        put(32, about.st_ctime_nsec as u64);
        put(40, about.st_ino as u64);
    }
    Entry { name: name.to_bytes().into(), size, modified, stamp: Stamp::of([&facts[..]]) }
}

#[expect(clippy::unnecessary_cast, reason = "the fields have other types on other systems")]
fn number(about: &Stat) -> (u64, u64) {
    (about.st_dev as u64, about.st_ino as u64)
}
