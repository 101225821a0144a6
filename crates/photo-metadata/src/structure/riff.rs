//! WebP: chunks in a RIFF list; AVI shares the list, but nobody writes metadata into it here.
//!
//! Protected is every chunk except `EXIF`, `XMP ` and the header `VP8X`, and what stands behind the list. A
//! simple file gets a `VP8X` chunk when it gets metadata, so of that chunk only what it says twice is
//! protected: the size of the canvas, which for a simple file comes from the bitstream.

use std::io;

use super::Problem;
use super::examination::Examination;
use super::source::{le32, read_array, read_up_to};

pub(super) fn walk_webp(x: &mut Examination<'_>) -> io::Result<()> {
    let Some(size) = read_array::<4>(x.source, 4)?.map(u32::from_le_bytes) else {
        x.truncated("RIFF header", 4);
        return Ok(());
    };
    let end = 8 + u64::from(size);
    if end > x.len() {
        x.truncated("RIFF list", end - x.len());
    }
    let end = end.min(x.len());
    let mut canvas = None;
    let mut at = 12;
    while at + 8 <= end {
        let Some(kind) = read_array::<4>(x.source, at)? else { break };
        let Some(size) = read_array::<4>(x.source, at + 4)? else { break };
        let length = u64::from(u32::from_le_bytes(size));
        let start = at + 8;
        let name = String::from_utf8_lossy(&kind).into_owned();
        if kind == [0; 4] {
            x.malformed("empty chunk", at);
            break;
        }
        if start + length > end {
            x.truncated(format!("chunk {}", name.trim()), start + length - end);
        }
        canvas = canvas.or(canvas_of(x, kind, start)?);
        if !matches!(&kind, b"EXIF" | b"XMP " | b"VP8X") {
            x.signed |= &kind == b"C2PA";
            x.digest_range(&format!("chunk {name}"), start, length.min(end - start))?;
        }
        at = start.saturating_add(length).saturating_add(length & 1);
    }
    let (width, height) = canvas.unwrap_or((0, 0));
    x.digest("canvas", &[width.to_le_bytes(), height.to_le_bytes()].concat());
    if canvas.is_none() {
        x.malformed("image chunk", 12);
    }
    if end < x.len() {
        x.problem(Problem::TrailingUnknown { offset: end, length: x.len() - end });
        x.digest_range("behind the list", end, u64::MAX)?;
    }
    Ok(())
}

/// Width and height, from whichever chunk tells them.
fn canvas_of(x: &Examination<'_>, kind: [u8; 4], start: u64) -> io::Result<Option<(u32, u32)>> {
    let head = read_up_to(x.source, start, 10)?;
    let size = match &kind {
        b"VP8X" => le32(&head, 4).zip(le32(&head, 6)).map(|(width, height)| {
            // Three bytes each: the width without the byte above it, the height without the one below it.
            ((width & 0x00ff_ffff) + 1, (height >> 8) + 1)
        }),
        b"VP8 " => le32(&head, 6).map(|both| (both & 0x3fff, (both >> 16) & 0x3fff)),
        b"VP8L" => le32(&head, 1).map(|both| ((both & 0x3fff) + 1, ((both >> 14) & 0x3fff) + 1)),
        _ => None,
    };
    Ok(size)
}
