//! The size of a WebP's picture, and the header chunk that says it.

use super::chunks::{Chunk, HEADER, LIST};
use super::{Fault, framed};
use crate::draft::Splice;
use crate::source::{Source, le32, read_up_to};

const ALPHA_FLAG: u8 = 0x10;

/// A header with flags, three bytes of nothing, and three bytes each for width and height.
const HEADER_LENGTH: u64 = 10;

/// What a header says, or would say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    flags: u8,
    /// Whether there is a header.
    has_header: bool,
}

impl Canvas {
    /// From the first chunk: the header, or the image of a simple file, which is all that it has.
    pub(super) fn of(source: &dyn Source, chunks: &[Chunk]) -> Result<Self, Fault> {
        let Some(first) = chunks.first() else { return Err(Fault::beyond("it has no image")) };
        let head = read_up_to(source, first.content(), usize::try_from(first.length.min(10)).unwrap_or(10))?;
        let canvas = match &first.kind {
            b"VP8X" if first.length == HEADER_LENGTH => extended(&head),
            b"VP8 " => lossy(&head),
            b"VP8L" => lossless(&head),
            _ => None,
        };
        let canvas = canvas.ok_or_else(|| Fault::beyond("the size of its picture is not known"))?;
        let needs_header = |chunk: &Chunk| matches!(&chunk.kind, b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP");
        let others = &chunks[1..];
        if others.iter().any(|chunk| &chunk.kind == b"VP8X") {
            return Err(Fault::beyond("its header does not stand first"));
        }
        if !canvas.has_header && others.iter().any(needs_header) {
            return Err(Fault::beyond("it has no header although it is no simple WebP"));
        }
        Ok(canvas)
    }

    /// The splice that makes the header say so.
    pub(super) fn with(self, flags: u8) -> Result<Option<Splice>, Fault> {
        let all = self.flags | flags;
        if self.has_header {
            return Ok((all != self.flags).then(|| Splice::patch(LIST + HEADER, vec![all])));
        }
        if flags == 0 {
            return Ok(None);
        }
        let mut header = vec![all, 0, 0, 0];
        for pixels in [self.width, self.height] {
            header.extend_from_slice(&(pixels - 1).to_le_bytes()[..3]);
        }
        Ok(Some(Splice::insert(LIST, framed(*b"VP8X", &header)?)))
    }

    /// What it says apart from some flags.
    pub(super) fn without(self, flags: u8) -> String {
        format!("{}x{} {:02x}", self.width, self.height, self.flags & !flags)
    }
}

fn extended(head: &[u8]) -> Option<Canvas> {
    let (width, height) = le32(head, 4).zip(le32(head, 6))?;
    // Three bytes each: the width without the byte above it, the height without the one below it.
    let (width, height) = ((width & 0x00ff_ffff) + 1, (height >> 8) + 1);
    Some(Canvas { width, height, flags: *head.first()?, has_header: true })
}

/// A key frame (RFC 6386, section 9.1); the two bits above each size are a scale.
fn lossy(head: &[u8]) -> Option<Canvas> {
    if head.get(3..6)? != b"\x9d\x01\x2a" {
        return None;
    }
    let both = le32(head, 6)?;
    let (width, height) = (both & 0x3fff, (both >> 16) & 0x3fff);
    (width > 0 && height > 0).then_some(Canvas { width, height, flags: 0, has_header: false })
}

/// A signature, 14 bits each for width and height, and one for whether alpha is used.
fn lossless(head: &[u8]) -> Option<Canvas> {
    if head.first()? != &0x2f {
        return None;
    }
    let bits = le32(head, 1)?;
    let flags = if bits & (1 << 28) == 0 { 0 } else { ALPHA_FLAG };
    Some(Canvas { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1, flags, has_header: false })
}
