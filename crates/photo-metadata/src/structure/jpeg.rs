//! JPEG: a list of segments, then the image, then whatever else a maker hung behind it.
//!
//! Protected is everything from the first scan to the end of the file as one piece: entropy-coded data, the
//! further images of MPF, gain maps, motion videos, trailers of Samsung and others. Before the scan every
//! segment is protected by its content, in order, except those that hold metadata: Exif, XMP, extended XMP
//! (APP1), Photoshop resources (APP13), and the MPF index (APP2), whose offsets move with the header. JFIF,
//! ICC, Adobe, JUMBF, comments and all unknown segments are protected.
//!
//! Trailers in which IPTC is kept a second time (AFCP, FotoStation, PhotoMechanic) are rewritten by ExifTool
//! when IPTC is written, and then the digest rightly differs.

use std::io;

use super::examination::{Depth, Examination};
use super::source::{Buffered, Source, be16, be32, read_array, read_up_to};
use super::{MotionPhoto, Problem};

pub(super) fn walk(x: &mut Examination<'_>) -> io::Result<()> {
    let Some(scan) = walk_segments(x)? else {
        x.problem(Problem::NoEndOfImage);
        return Ok(());
    };
    x.digest_range("scan and trailers", scan, u64::MAX)?;
    if x.depth == Depth::Header && ends_with_its_mark(x.source, scan)? {
        return Ok(());
    }
    match end_of_image(x.source, scan)? {
        Some(end) => look_behind(x, end),
        None => {
            x.problem(Problem::NoEndOfImage);
            Ok(())
        }
    }
}

/// Goes through the segments; returns where the first scan (or an early end of image) starts.
fn walk_segments(x: &mut Examination<'_>) -> io::Result<Option<u64>> {
    let mut at = 2;
    loop {
        let Some(marker_at) = next_marker(x, at)? else { return Ok(None) };
        let Some([_, marker]) = read_array::<2>(x.source, marker_at)? else { return Ok(None) };
        at = marker_at + 2;
        if matches!(marker, 0xda | 0xd9) {
            return Ok(Some(marker_at));
        }
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let Some(length) = read_array::<2>(x.source, at)?.map(u16::from_be_bytes) else {
            x.truncated(format!("segment {marker:02X}"), 2);
            return Ok(None);
        };
        if length < 2 {
            x.malformed(format!("length of segment {marker:02X}"), at);
            return Ok(None);
        }
        let end = at + u64::from(length);
        if end > x.len() {
            x.truncated(format!("segment {marker:02X}"), end - x.len());
            return Ok(None);
        }
        segment(x, marker, &read_up_to(x.source, at + 2, usize::from(length) - 2)?);
        at = end;
    }
}

/// The next `FF` with a marker behind it. Bytes in between are against the format, and reported.
fn next_marker(x: &mut Examination<'_>, from: u64) -> io::Result<Option<u64>> {
    // Nearly always it is right here, and nothing is read ahead.
    if let Some([0xff, marker]) = read_array::<2>(x.source, from)?
        && !matches!(marker, 0x00 | 0xff)
    {
        return Ok(Some(from));
    }
    let mut bytes = Buffered::new(x.source);
    let mut at = from;
    let mut skipped = false;
    loop {
        let Some(pair) = bytes.array::<2>(at)? else { return Ok(None) };
        match pair {
            [0xff, 0xff] => {}
            [0xff, marker] if marker != 0 => break,
            _ => {
                if !skipped {
                    x.malformed("bytes between segments", at);
                }
                skipped = true;
            }
        }
        at += 1;
    }
    Ok(Some(at))
}

fn segment(x: &mut Examination<'_>, marker: u8, payload: &[u8]) {
    match marker {
        0xe1 if is_metadata_app1(payload) => {}
        0xe2 if payload.starts_with(b"MPF\0") => {}
        0xed if payload.starts_with(b"Photoshop 3.0\0") || payload.starts_with(b"Adobe_Photoshop2.5:") => {
            x.has_iptc |= holds_iptc(payload);
        }
        _ => {
            x.signed |= marker == 0xeb && payload.starts_with(b"JP") && payload.get(12..16) == Some(b"jumb");
            x.digest(&format!("segment {marker:02X}"), payload);
        }
    }
}

fn is_metadata_app1(payload: &[u8]) -> bool {
    payload.starts_with(b"Exif\0")
        || payload.starts_with(b"http://ns.adobe.com/xap/1.0/\0")
        || payload.starts_with(b"http://ns.adobe.com/xmp/extension/\0")
}

/// Resource 0x0404 of Photoshop. A search and not a walk: resources may start in one segment and end in another.
fn holds_iptc(payload: &[u8]) -> bool {
    memchr::memmem::find(payload, b"8BIM\x04\x04").is_some()
}

/// Whether the image is whole whose first scan starts here. It is not looked for where the file ends with the mark that
/// ends an image.
pub(crate) fn has_end_of_image(source: &dyn Source, scan: u64) -> io::Result<bool> {
    Ok(ends_with_its_mark(source, scan)? || end_of_image(source, scan)?.is_some())
}

fn ends_with_its_mark(source: &dyn Source, scan: u64) -> io::Result<bool> {
    let Some(last) = source.len().checked_sub(2).filter(|last| *last >= scan) else { return Ok(false) };
    Ok(read_array::<2>(source, last)? == Some([0xff, 0xd9]))
}

/// Where the image ends: behind its `FF D9`. `None` when the file ends first.
fn end_of_image(source: &dyn Source, scan: u64) -> io::Result<Option<u64>> {
    let mut bytes = Buffered::new(source);
    let mut at = scan;
    loop {
        let piece = bytes.from(at)?;
        if piece.is_empty() {
            return Ok(None);
        }
        let Some(skip) = memchr::memchr(0xff, piece) else {
            at += piece.len() as u64;
            continue;
        };
        at += skip as u64;
        let Some(marker) = bytes.byte(at + 1)? else { return Ok(None) };
        at += match marker {
            0xd9 => return Ok(Some(at + 2)),
            0xff => 1,
            0x00 | 0x01 | 0xd0..=0xd8 => 2,
            _ => match bytes.array::<2>(at + 2)? {
                Some(length) => 2 + u64::from(u16::from_be_bytes(length)).max(2),
                None => return Ok(None),
            },
        };
    }
}

/// What is behind the image: a video, a trailer of a known kind, or something unknown.
fn look_behind(x: &mut Examination<'_>, end: u64) -> io::Result<()> {
    let length = x.len().saturating_sub(end);
    if length == 0 {
        return Ok(());
    }
    if find_video(x, end)? {
        x.motion_photo = Some(MotionPhoto::Trailer);
    } else if !is_known_trailer(x, end, length)? {
        x.problem(Problem::TrailingUnknown { offset: end, length });
    }
    Ok(())
}

/// Looks for the `ftyp` box that starts a video, with a sensible length in front of it.
fn find_video(x: &Examination<'_>, from: u64) -> io::Result<bool> {
    let mut at = from;
    loop {
        let piece = read_up_to(x.source, at, 256 << 10)?;
        let is_first_box = |at: usize| {
            let size = at.checked_sub(4).and_then(|start| be32(&piece, start));
            size.is_some_and(|size| (16..256).contains(&size))
        };
        if memchr::memmem::find_iter(&piece, b"ftyp").any(is_first_box) {
            return Ok(true);
        }
        if piece.len() < 256 << 10 {
            return Ok(false);
        }
        at += piece.len() as u64 - 7;
    }
}

fn is_known_trailer(x: &Examination<'_>, start: u64, length: u64) -> io::Result<bool> {
    let first = read_up_to(x.source, start, 64)?;
    let tail = read_up_to(x.source, x.len().saturating_sub(length.min(64)), 64)?;
    let at_end = |mark: &[u8], back: usize| {
        tail.len().checked_sub(back).and_then(|at| tail.get(at..)).is_some_and(|end| end.starts_with(mark))
    };
    let further_image = first.windows(3).any(|window| window == b"\xff\xd8\xff");
    Ok(further_image
        || at_end(b"SEFT", 4)
        || at_end(b"AXS!", 12)
        || at_end(b"AXS*", 12)
        || at_end(b"cbipcbbl", 8)
        || at_end(b"CANON OPTIONAL DATA\0", 64)
        || at_end(b"\xa1\xb2\xc3\xd4", 4)
        || first.starts_with(b"~\x10\x04") && be16(&first, 6).is_some())
}
