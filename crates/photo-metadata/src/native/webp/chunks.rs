//! The chunks of a WebP, found by reading their headers only.

use super::super::fault::Fault;
use crate::source::{Source, read_array};

/// Name and length in front of the content.
pub(super) const HEADER: u64 = 8;

/// `RIFF`, a length, `WEBP`.
pub(super) const LIST: u64 = 12;

/// More chunks than any sound file has; an animation has one for each picture.
const MOST_CHUNKS: usize = 1 << 16;

/// A chunk.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) kind: [u8; 4],
    pub(super) start: u64,
    /// The length of the content.
    pub(super) length: u64,
}

impl Chunk {
    pub(super) fn content(&self) -> u64 {
        self.start + HEADER
    }

    /// Behind the padding that makes its length even.
    pub(super) fn end(&self) -> u64 {
        self.content() + self.length + (self.length & 1)
    }
}

/// The chunks of the list, and where the list ends.
pub(super) fn walk(source: &dyn Source) -> Result<(Vec<Chunk>, u64), Fault> {
    let head: Option<[u8; 12]> = read_array(source, 0)?;
    let Some([b'R', b'I', b'F', b'F', a, b, c, d, b'W', b'E', b'B', b'P']) = head else {
        return Err(Fault::beyond("it does not start as a WebP does"));
    };
    let length = u32::from_le_bytes([a, b, c, d]);
    let end = HEADER + u64::from(length);
    if length % 2 == 1 || end < LIST || end > source.len() {
        return Err(Fault::beyond("its list of chunks has a wrong length"));
    }
    let chunks = list(source, LIST, end)?;
    if chunks.last().map_or(LIST, Chunk::end) != end {
        return Err(Fault::beyond("its chunks do not fill the list"));
    }
    readable_behind(source, end)?;
    Ok((chunks, end))
}

fn list(source: &dyn Source, start: u64, end: u64) -> Result<Vec<Chunk>, Fault> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut at = start;
    while at + HEADER <= end {
        let Some([k0, k1, k2, k3, l0, l1, l2, l3]) = read_array(source, at)? else { break };
        let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        let chunk = Chunk { kind: [k0, k1, k2, k3], start: at, length };
        if chunk.kind == [0; 4] || chunk.end() > end {
            return Err(Fault::beyond("one of its chunks has no sound header"));
        }
        if chunks.len() >= MOST_CHUNKS {
            return Err(Fault::beyond("it has more chunks than are looked at"));
        }
        at = chunk.end();
        chunks.push(chunk);
    }
    Ok(chunks)
}

/// ExifTool reads on behind the list, and would show metadata there as the file's own.
fn readable_behind(source: &dyn Source, end: u64) -> Result<(), Fault> {
    let behind = match list(source, end, source.len()) {
        Ok(chunks) => chunks,
        Err(Fault::Io(error)) => return Err(error.into()),
        // A sound chain that ends in nonsense is a rare thing; it is not worth a second look.
        Err(Fault::Beyond(_)) => {
            let first = read_array::<4>(source, end)?;
            return if first.is_some_and(may_hold_metadata) { Err(odd_behind()) } else { Ok(()) };
        }
    };
    if behind.iter().any(|chunk| may_hold_metadata(chunk.kind)) { Err(odd_behind()) } else { Ok(()) }
}

fn odd_behind() -> Fault {
    Fault::beyond("it has metadata behind its list of chunks")
}

/// Whether readers look for tags in it, apart from `EXIF` and `XMP ` in their place.
pub(super) fn may_hold_metadata(kind: [u8; 4]) -> bool {
    matches!(&kind, b"EXIF" | b"XMP ") || is_foreign(kind)
}

/// Chunks of other kinds of RIFF files, and misnamed ones, in which readers find tags too.
pub(super) fn is_foreign(kind: [u8; 4]) -> bool {
    matches!(&kind, b"XMP\0" | b"_PMX" | b"RIFF" | b"LIST" | b"JUNK" | b"id3 " | b"ID3 ")
}
