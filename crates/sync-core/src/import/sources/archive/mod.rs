//! Files in archives, read where they are: nothing is unpacked to a disk, and no name in an archive ever becomes a path
//! that is opened.
//!
//! The readers are our own for three reasons. The table of contents of an archive of 100,000 photos is read as a stream,
//! so memory does not grow with it. A zip that was cut off during its download still gives the photos in front of the
//! cut. And a file in the middle of a compressed stream of 50 GB is found through copies of the decompressor's state,
//! not by decompressing everything in front of it again.

mod checked;
mod gzip;
mod kept;
mod tar;
mod tgz;
mod zip;

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

pub(super) use kept::Kept;
pub(super) use tgz::{Pool, Tgz};
pub(super) use zip::Zip;

/// One file in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member<'a> {
    /// Its path in the archive, whatever bytes those are.
    pub(super) path: &'a [u8],
    /// When it was last changed, in seconds since 1970.
    pub(super) modified: i64,
    /// Where its bytes are.
    pub(super) place: Place,
}

/// Where the bytes of a file in an archive are, and how to know them again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// In a zip, where its header begins; in a compressed stream, where its bytes begin after decompression.
    pub(super) at: u64,
    /// Bytes in the archive.
    pub(super) packed: u64,
    /// Bytes unpacked.
    pub(super) size: u64,
    /// CRC-32 of the unpacked bytes.
    pub(super) sum: u32,
    /// Whether it is compressed by itself.
    pub(super) deflated: bool,
}

/// Is told what an archive holds.
pub(super) trait Visitor {
    /// Whether the content of a file is wanted at once. Only small files are.
    fn wants(&mut self, path: &[u8], size: u64) -> bool;

    /// A file, with its content when that was wanted.
    fn member(&mut self, member: Member<'_>, content: Option<&[u8]>) -> ControlFlow<()>;

    /// A file that cannot be read, and why.
    fn spoiled(&mut self, path: &[u8], why: &str) -> ControlFlow<()>;
}

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Visit {
    /// Everything was told.
    Complete,
    /// The visitor had enough.
    Stopped,
    /// The archive is damaged or cut off; what could be told was told, and is whole.
    Damaged(String),
    /// The archive is damaged, and which of the files that were told are whole, nobody can say.
    Doubtful(String),
}

/// A file on the disk as it was when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Likeness {
    /// Bytes.
    pub(super) size: u64,
    /// Seconds since 1970.
    pub(super) modified: i64,
    nanos: i64,
    changed: (i64, i64),
    inode: (u64, u64),
}

impl Likeness {
    /// What a file is like now.
    pub(super) fn of(metadata: &std::fs::Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.mtime(),
            nanos: metadata.mtime_nsec(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            inode: (metadata.dev(), metadata.ino()),
        }
    }

    /// The same as bytes, for digests.
    pub(super) fn bytes(&self) -> [u8; 56] {
        let mut bytes = [0; 56];
        let parts = [
            self.size.to_le_bytes(),
            self.modified.to_le_bytes(),
            self.nanos.to_le_bytes(),
            self.changed.0.to_le_bytes(),
            self.changed.1.to_le_bytes(),
            self.inode.0.to_le_bytes(),
            self.inode.1.to_le_bytes(),
        ];
        for (to, from) in bytes.chunks_exact_mut(8).zip(parts) {
            to.copy_from_slice(&from);
        }
        bytes
    }
}

/// An archive on the disk, as it was when it was looked at. It is opened anew for each use: an export may have more parts
/// than a process may have open files.
#[derive(Debug)]
pub(super) struct ArchiveFile {
    path: PathBuf,
    likeness: Likeness,
}

impl ArchiveFile {
    /// Looks at an archive.
    pub(super) fn look(path: &Path) -> io::Result<Self> {
        let likeness = Likeness::of(&std::fs::metadata(path)?);
        Ok(Self { path: path.to_owned(), likeness })
    }

    /// Opens it; `None` when it is another file than it was.
    fn open(&self) -> io::Result<Option<File>> {
        let file = File::open(&self.path)?;
        let is_same = Likeness::of(&file.metadata()?) == self.likeness;
        Ok(is_same.then_some(file))
    }

    /// Bytes of the whole archive.
    pub(super) fn length(&self) -> u64 {
        self.likeness.size
    }

    /// What it was like.
    pub(super) fn likeness(&self) -> &Likeness {
        &self.likeness
    }
}

/// Reads a part of a file from any thread, without a position that is shared.
#[derive(Debug)]
struct Part {
    file: File,
    at: u64,
    end: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let length = left.min(buffer.len());
        let read = self.file.read_at(&mut buffer[..length], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// A number of two bytes, the small end first; 0 behind the end.
fn short(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// A number of four bytes.
fn int(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// A number of eight bytes.
fn long(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// An error for bytes that are not what they should be.
fn spoiled(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}
