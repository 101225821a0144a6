//! Opens a file of a photo folder, carefully: it may be a pipe by now, or be written at this moment.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};

use super::detail::digest16;

/// What a file is beside of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::organize) struct FileFacts {
    /// Its size in bytes.
    pub(in crate::organize) size: u64,
    /// When it was modified, in nanoseconds since 1970.
    pub(in crate::organize) modified: i128,
    /// Its number on its file system.
    pub(in crate::organize) inode: u64,
}

/// Out of a `stat`.
pub(in crate::organize) fn facts_of(metadata: &Metadata) -> FileFacts {
    let modified = i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
    FileFacts { size: metadata.len(), modified, inode: metadata.ino() }
}

impl FileFacts {
    /// A digest of all of them.
    pub(in crate::organize) fn stamp(&self) -> [u8; 16] {
        digest16("file", &[&self.size.to_le_bytes(), &self.modified.to_le_bytes(), &self.inode.to_le_bytes()])
    }
}

/// Why a file was not read.
#[derive(Debug)]
pub(in crate::organize) enum NotRead {
    /// It is not there any more, is no file, or is another one than was listed.
    Vanished,
    /// It has more bytes than allowed.
    TooLarge(u64),
    /// The system says no.
    Failed(io::Error),
}

/// Opens a file that was listed with this stamp. Links are not followed, and nothing but a file is waited for.
pub(in crate::organize) fn open(path: &Path, stamp: [u8; 16]) -> Result<(File, FileFacts), NotRead> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(CWD, path, flags, Mode::empty()).map(File::from).map_err(|errno| match errno {
        rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR | rustix::io::Errno::LOOP => NotRead::Vanished,
        other => NotRead::Failed(other.into()),
    })?;
    let metadata = file.metadata().map_err(NotRead::Failed)?;
    let facts = facts_of(&metadata);
    if !metadata.is_file() || facts.stamp() != stamp {
        return Err(NotRead::Vanished);
    }
    Ok((file, facts))
}

/// Whether a file is still what it was when it was opened.
pub(in crate::organize) fn is_same(file: &File, stamp: [u8; 16]) -> bool {
    file.metadata().is_ok_and(|metadata| facts_of(&metadata).stamp() == stamp)
}

/// Reads what is left of a file, if it is no longer than allowed.
pub(in crate::organize) fn read_rest(
    file: &mut File,
    facts: &FileFacts,
    mut bytes: Vec<u8>,
    most: u64,
) -> Result<Vec<u8>, NotRead> {
    if facts.size > most {
        return Err(NotRead::TooLarge(facts.size));
    }
    bytes.reserve_exact(usize::try_from(facts.size).unwrap_or(0).saturating_sub(bytes.len()));
    file.take(most).read_to_end(&mut bytes).map_err(NotRead::Failed)?;
    Ok(bytes)
}
