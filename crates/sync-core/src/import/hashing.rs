//! The SHA-1 of a file, read once: what is small stays in memory until it is sent.
//!
//! The memory for that is bounded by bytes and not by files. A file for which there is no room is hashed piece by piece
//! and read again to be sent.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha1::{Digest as _, Sha1};

use super::{Media, Source, SourceError};

/// Files up to this size are kept, in bytes.
pub(super) const SMALL: usize = 4 << 20;

/// Bytes that are read at a time.
const PIECE: usize = 256 << 10;

/// Room for files that wait in memory.
#[derive(Debug)]
pub(super) struct Room(AtomicUsize);

impl Room {
    pub(super) fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self(AtomicUsize::new(bytes)))
    }

    fn take(self: &Arc<Self>, size: u64) -> Option<Held> {
        let size = usize::try_from(size).ok().filter(|size| *size <= SMALL)?;
        let taken = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(size));
        taken.ok().map(|_| Held { bytes: Vec::new(), size, room: Arc::clone(self) })
    }
}

/// A file in memory; its room is free again when it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) bytes: Vec<u8>,
    size: usize,
    room: Arc<Room>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.0.fetch_add(self.size, Ordering::AcqRel);
    }
}

/// A file that was read, or of which it is known what it is.
#[derive(Debug)]
pub(super) struct Hashed {
    pub(super) sha1: [u8; 20],
    /// Its bytes, where they are kept.
    pub(super) held: Option<Held>,
}

impl Hashed {
    /// A file that is not read because it is known.
    pub(super) fn known(sha1: [u8; 20]) -> Self {
        Self { sha1, held: None }
    }
}

/// Reads a file from its beginning to its end. One that has another size than when it was listed is changing.
pub(super) fn hash(source: &dyn Source, media: &Media, room: &Arc<Room>) -> Result<Hashed, SourceError> {
    let mut reader = source.open(media)?;
    let unreadable = |error| SourceError::Unreadable { path: media.path.path().to_path_buf(), source: error };
    let changed = || SourceError::Changed { path: media.path.path().to_path_buf() };
    if let Some(mut held) = room.take(media.size) {
        // One byte more than there should be, so that the end is seen without another round.
        held.bytes.reserve_exact(held.size + 1);
        reader.take(media.size + 1).read_to_end(&mut held.bytes).map_err(unreadable)?;
        if held.bytes.len() != held.size {
            return Err(changed());
        }
        return Ok(Hashed { sha1: Sha1::digest(&held.bytes).into(), held: Some(held) });
    }
    let (mut digest, mut length, mut piece) = (Sha1::new(), 0, vec![0; PIECE]);
    loop {
        match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                digest.update(&piece[..count]);
                length += count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
        if length > media.size {
            return Err(changed());
        }
    }
    if length != media.size {
        return Err(changed());
    }
    Ok(Hashed { sha1: digest.finalize().into(), held: None })
}
