//! Writes a new version into the original itself, where copying a long video would cost more than it is worth.
//!
//! Only for versions in which nothing moves: bytes are patched where they stand, and what is new in length comes
//! behind the end. For a moment the file is neither the old version nor the new one. So before the first byte, the
//! caller's journal has the way back on the disk, and room for all that is appended is set aside; the append is on the
//! disk before the first patch; and whatever breaks off on the way, here or at the next start, ends with the old
//! bytes back in their place ([`settle_inside`]).
//!
//! Before bytes go back, the file is read as it would be then and compared with the digest of the old version: what
//! somebody else did to it meanwhile is left as it is.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rustix::fs::{
    FlockOperation, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, flock, fstat, futimens, openat,
};
use rustix::io::Errno;

use super::digest::Digest;
use super::identity::{FileIdentity, open_folder, require_regular};
use super::kernel;
use super::parts::{Parts, require_unchanged};
use crate::error::MetadataError;
use crate::recipe::{Recipe, View};
use crate::source::FileSource;

/// The most bytes that a change in place may take away or bring: they go through the journal.
pub(super) const MOST: u64 = 16 << 20;

/// A version that is written into the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inside {
    pub(super) forward: Recipe,
    pub(super) back: Recipe,
    pub(super) old: Digest,
    pub(super) new: Digest,
}

/// What a change in place came to that was broken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The new version is complete.
    Complete(FileIdentity),
    /// The file is as it was before.
    AsBefore,
}

impl Inside {
    /// Whether a change is of the kind that may be written in place.
    pub(super) fn new(forward: &Recipe, back: &Recipe, old: &Digest, new: &Digest) -> Option<Self> {
        let stays = forward.keeps_places() && back.keeps_places();
        let is_small = forward.new_bytes().saturating_add(back.new_bytes()) <= MOST;
        (stays && is_small).then(|| Self {
            forward: forward.clone(),
            back: back.clone(),
            old: old.clone(),
            new: new.clone(),
        })
    }

    /// Writes it. Afterwards the file is the new version, or the old one, or the error is
    /// [`MetadataError::HalfWritten`].
    pub(super) fn write(&self, parts: &Parts, before: &FileIdentity) -> Result<FileIdentity, MetadataError> {
        let path = &parts.original;
        let file = open_for_writing(&parts.parent, &parts.name, path)?;
        lock(&file, path)?;
        let stat = fstat(&file).map_err(|errno| parts.errno("look at", errno))?;
        require_regular(path, &stat)?;
        require_unchanged(path, before, &FileIdentity::from_stat(&stat))?;
        let failed = |error| MetadataError::from_io(path, "write into", error);
        let times = if parts.options.touch { None } else { Some(times_of(before, Some(&stat))) };
        let target = Target { path, file: File::from(file.try_clone().map_err(failed)?), handle: file };
        // Where times cannot be set at all, that shows before the first byte.
        times.as_ref().map_or(Ok(()), |times| target.set_times(times)).map_err(failed)?;
        let written = target
            .append(self)
            .and_then(|()| target.patch(self))
            .and_then(|()| times.as_ref().map_or(Ok(()), |times| target.set_times(times)))
            .and_then(|()| target.sync())
            .map_err(failed)
            .and_then(|()| target.require(&self.new));
        match written {
            Ok(()) => target
                .identity()
                .map_err(|error| MetadataError::Unconfirmed { path: path.clone(), source: Box::new(error) }),
            Err(error) => Err(target.give_up(&self.back, &self.old, &times_of(before, Some(&stat)), error)),
        }
    }
}

/// Ends a change in place that was broken off: looks which version the file is, and brings the old bytes back where it
/// is neither.
///
/// `before` is what the original was, `back` the way from the new version to the old one; both digests are those of
/// the journal. With `touch` a complete new version keeps its present time. A file that somebody else changed since is
/// left as it is: [`MetadataError::Conflict`].
pub fn settle_inside(
    path: &Path,
    before: &FileIdentity,
    back: &Recipe,
    old: &Digest,
    new: &Digest,
    touch: bool,
) -> Result<Settled, MetadataError> {
    let unsupported = |reason| MetadataError::UnsupportedName { path: path.to_path_buf(), reason };
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(unsupported("it has no file name"));
    };
    let handle = open_for_writing(&open_folder(parent)?, name, path)?;
    let failed = |error| MetadataError::from_io(path, "read", error);
    let stat = fstat(&handle).map_err(|errno| failed(errno.into()))?;
    require_regular(path, &stat)?;
    lock(&handle, path)?;
    let target = Target { path, file: File::from(handle.try_clone().map_err(failed)?), handle };
    let keep_times = |target: &Target<'_>| {
        target.put_times_back(&times_of(before, None));
        target.sync()
    };
    let source = target.source().map_err(failed)?;
    if new.matches_source(&source).map_err(failed)? {
        let kept = if touch { target.sync() } else { keep_times(&target) };
        kept.map_err(|error| MetadataError::from_io(path, "sync", error))?;
        return target.identity().map(Settled::Complete);
    }
    if !old.matches_source(&source).map_err(failed)? {
        target.bring_back(back, old)?;
    }
    keep_times(&target).map_err(|error| MetadataError::from_io(path, "sync", error))?;
    target.require(old)?;
    Ok(Settled::AsBefore)
}

/// The original, open for writing.
struct Target<'a> {
    path: &'a Path,
    file: File,
    handle: OwnedFd,
}

impl Target<'_> {
    /// What is new in length comes first, and is on the disk before anything else changes.
    fn append(&self, inside: &Inside) -> io::Result<()> {
        let (old, new) = (inside.forward.from_length(), inside.forward.length());
        if new <= old {
            return Ok(());
        }
        kernel::reserve(&self.handle, old, new - old)?;
        for (at, bytes) in inside.forward.new_pieces() {
            let (_, bytes) = bytes.split_at(usize_or_all(old.saturating_sub(at), bytes));
            if !bytes.is_empty() {
                self.file.write_all_at(bytes, at.max(old))?;
            }
        }
        self.file.sync_data()
    }

    fn patch(&self, inside: &Inside) -> io::Result<()> {
        let (old, new) = (inside.forward.from_length(), inside.forward.length());
        for (at, bytes) in inside.forward.new_pieces() {
            let (bytes, _) = bytes.split_at(usize_or_all(old.saturating_sub(at), bytes));
            self.file.write_all_at(bytes, at)?;
        }
        if new < old {
            self.file.sync_data()?;
            self.file.set_len(new)?;
        }
        Ok(())
    }

    /// Brings the old bytes back after an error, so that it is the error of a file that is untouched.
    fn give_up(
        &self,
        back: &Recipe,
        old: &Digest,
        times: &Timestamps,
        error: MetadataError,
    ) -> MetadataError {
        let brought = self.bring_back(back, old).and_then(|()| {
            self.put_times_back(times);
            self.sync().map_err(|error| MetadataError::from_io(self.path, "sync", error))
        });
        match brought.and_then(|()| self.require(old)) {
            Ok(()) => error,
            Err(worse) => {
                MetadataError::HalfWritten { path: self.path.to_path_buf(), source: Box::new(worse) }
            }
        }
    }

    fn bring_back(&self, back: &Recipe, old: &Digest) -> Result<(), MetadataError> {
        let failed = |error| MetadataError::from_io(self.path, "write into", error);
        let conflict = |change| MetadataError::Conflict { path: self.path.to_path_buf(), change };
        let source = self.source().map_err(failed)?;
        let (now, lengths) = (crate::source::Source::len(&source), [back.length(), back.from_length()]);
        if lengths.iter().all(|length| now > *length) || lengths.iter().all(|length| now < *length) {
            return Err(conflict("its size"));
        }
        if !back.keeps_places() || !old.matches_source(&View::new(&source, back)).map_err(failed)? {
            return Err(conflict("its content"));
        }
        if !old.matches_source(&source).map_err(failed)? {
            for (at, bytes) in back.new_pieces() {
                self.file.write_all_at(bytes, at).map_err(failed)?;
            }
        }
        // Also gives back what was set aside behind the end.
        self.file.set_len(back.length()).map_err(failed)
    }

    fn require(&self, version: &Digest) -> Result<(), MetadataError> {
        let read = self.source().and_then(|source| version.matches_source(&source));
        if read.map_err(|error| MetadataError::from_io(self.path, "read", error))? {
            return Ok(());
        }
        let finding = "its content did not read back as written".to_owned();
        Err(MetadataError::NotVerified { path: self.path.to_path_buf(), finding })
    }

    fn source(&self) -> io::Result<FileSource> {
        FileSource::new(self.file.try_clone()?)
    }

    fn set_times(&self, times: &Timestamps) -> io::Result<()> {
        Ok(futimens(&self.handle, times)?)
    }

    /// The bytes are what counts: a file with another time is not one that is written in part.
    fn put_times_back(&self, times: &Timestamps) {
        if let Err(error) = self.set_times(times) {
            tracing::warn!(path = ?self.path, ?error, "the times of a file could not be put back");
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    fn identity(&self) -> Result<FileIdentity, MetadataError> {
        let stat = fstat(&self.handle);
        stat.map(|stat| FileIdentity::from_stat(&stat))
            .map_err(|errno| MetadataError::from_errno(self.path, "look at", errno))
    }
}

fn usize_or_all(length: u64, bytes: &[u8]) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len())
}

pub(super) fn open_for_writing(
    parent: impl AsFd,
    name: &OsStr,
    path: &Path,
) -> Result<OwnedFd, MetadataError> {
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    openat(parent, name, flags, Mode::empty())
        .map_err(|errno| MetadataError::from_errno(path, "write into", errno))
}

/// Held as long as the file is open. Programs that ask first (and another one of ours) keep away meanwhile.
fn lock(file: &OwnedFd, path: &Path) -> Result<(), MetadataError> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Err(errno @ Errno::WOULDBLOCK) => {
            Err(MetadataError::Busy { path: path.to_path_buf(), source: errno.into() })
        }
        // Not every file system has such locks.
        _ => Ok(()),
    }
}

/// The times of the original. That of the last access stays as it is where it is not known.
fn times_of(before: &FileIdentity, stat: Option<&rustix::fs::Stat>) -> Timestamps {
    let modified = Timespec {
        tv_sec: before.mtime_ns.div_euclid(1_000_000_000),
        tv_nsec: before.mtime_ns.rem_euclid(1_000_000_000),
    };
    let accessed = stat.map_or(Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT }, |stat| Timespec {
        tv_sec: stat.st_atime,
        tv_nsec: i64::try_from(stat.st_atime_nsec).unwrap_or(UTIME_OMIT),
    });
    Timestamps { last_access: accessed, last_modification: modified }
}
