//! Files made of boxes: the list at the top, and which walker looks into them.
//!
//! A box says its length, a length of 1 means that a longer one follows, and 0 means up to the end of the
//! file, which is legal for the last box. What runs past the end is a cut file. JPEG XL and JPEG 2000 are
//! plain lists, in which only the metadata boxes are not protected.

use std::io;

use super::examination::Examination;
use super::source::{read_array, read_up_to};
use super::{Container, MotionPhoto, heif, video};

/// More boxes in one list than any sound file has; long fragmented videos have some ten thousand.
const MOST_BOXES: usize = 1 << 18;

/// XMP in a box of its own, in QuickTime, MP4, JPEG 2000 and CR3.
pub(super) const XMP_UUID: [u8; 16] = *b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
const C2PA_UUID: [u8; 16] = *b"\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81";
/// Exif and IPTC in JPEG 2000, as Adobe writes them.
const JP2_EXIF_UUID: [u8; 16] = *b"JpgTiffExif->JP2";
const JP2_IPTC_UUID: [u8; 16] = *b"\x33\xc7\xa4\xd2\xb8\x1d\x47\x23\xa0\xba\xf1\xa3\xe0\x97\xad\x38";
/// How an Insta360 video ends; in front of it stands the length of the trailer.
const INSTA360: &[u8] = b"8db42d694ccc418790edff439fe026bf";

/// One box: where it is and what it says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoxAt {
    pub(super) kind: [u8; 4],
    /// Of a `uuid` box.
    pub(super) uuid: Option<[u8; 16]>,
    pub(super) start: u64,
    /// Where the content starts; behind the uuid.
    pub(super) content: u64,
    pub(super) end: u64,
}

impl BoxAt {
    pub(super) fn length(&self) -> u64 {
        self.end - self.content
    }

    pub(super) fn name(&self) -> String {
        self.kind.escape_ascii().to_string()
    }
}

/// The boxes between two positions. A list that breaks off is reported and answered as far as it goes.
pub(super) fn boxes(x: &mut Examination<'_>, start: u64, end: u64) -> io::Result<Vec<BoxAt>> {
    let mut list = Vec::new();
    let mut at = start;
    while at < end {
        if end - at < 8 {
            // QuickTime ends some lists with four zero bytes.
            if read_up_to(x.source, at, 8)?.iter().any(|byte| *byte != 0) {
                x.truncated("box header", 8 - (end - at));
            }
            break;
        }
        let Some(found) = box_at(x, at, end)? else { break };
        at = found.end;
        list.push(found);
        if list.len() > MOST_BOXES || !x.spend(16) {
            x.too_complex();
            break;
        }
    }
    Ok(list)
}

fn box_at(x: &mut Examination<'_>, start: u64, limit: u64) -> io::Result<Option<BoxAt>> {
    let Some([s0, s1, s2, s3, kind @ ..]) = read_array::<8>(x.source, start)? else { return Ok(None) };
    let mut content = start + 8;
    let size = match u32::from_be_bytes([s0, s1, s2, s3]) {
        0 => limit - start,
        1 => {
            content += 8;
            read_array::<8>(x.source, start + 8)?.map_or(0, u64::from_be_bytes)
        }
        size => u64::from(size),
    };
    let uuid = if &kind == b"uuid" { read_array::<16>(x.source, content)? } else { None };
    content += if uuid.is_some() { 16 } else { 0 };
    if size < content - start {
        x.malformed(format!("box {}", kind.escape_ascii()), start);
        return Ok(None);
    }
    let end = start.saturating_add(size);
    if end > limit {
        x.truncated(format!("box {}", kind.escape_ascii()), end - limit);
        if content > limit {
            return Ok(None);
        }
    }
    Ok(Some(BoxAt { kind, uuid, start, content, end: end.min(limit) }))
}

/// Walks a file of boxes of whatever kind.
pub(super) fn walk(x: &mut Examination<'_>) -> io::Result<()> {
    let end = trailer_start(x)?;
    let top = boxes(x, 0, end)?;
    x.signed |= top.iter().any(|found| found.uuid == Some(C2PA_UUID) || &found.kind == b"jumb");
    match x.container {
        Container::Heic | Container::Avif => {
            if top.iter().any(|found| matches!(&found.kind, b"mpvd" | b"sefd")) {
                x.motion_photo = Some(MotionPhoto::SamsungHeic);
            }
            heif::walk(x, &top)?;
        }
        Container::Jxl | Container::Jp2 => plain_list(x, &top)?,
        _ => video::walk(x, &top)?,
    }
    x.digest_range("trailer of the maker", end, u64::MAX)
}

/// Where the boxes end: at the end of the file, or where an Insta360 trailer starts.
fn trailer_start(x: &mut Examination<'_>) -> io::Result<u64> {
    let Some(tail_at) = x.len().checked_sub(78) else { return Ok(x.len()) };
    let tail = read_up_to(x.source, tail_at, 78)?;
    if !tail.ends_with(INSTA360) {
        return Ok(x.len());
    }
    x.container = Container::Insv;
    let length = super::source::le32(&tail, 38).map_or(0, u64::from);
    match x.len().checked_sub(length) {
        Some(start) if length >= 78 => Ok(start),
        _ => {
            x.malformed("length of the Insta360 trailer", tail_at);
            Ok(x.len())
        }
    }
}

/// Every box but those for metadata, by content. ExifTool may turn a last box of length 0 into one with a length.
fn plain_list(x: &mut Examination<'_>, top: &[BoxAt]) -> io::Result<()> {
    for found in top {
        let metadata = match &found.kind {
            b"Exif" | b"xml " | b"free" | b"skip" => true,
            b"brob" => {
                let inner = read_array::<4>(x.source, found.content)?;
                inner.is_some_and(|inner| matches!(&inner, b"Exif" | b"xml "))
            }
            b"uuid" => {
                found.uuid.is_some_and(|uuid| [XMP_UUID, JP2_EXIF_UUID, JP2_IPTC_UUID].contains(&uuid))
            }
            _ => false,
        };
        if !metadata {
            x.digest_range(&format!("box {}", found.name()), found.content, found.length())?;
        }
    }
    if !top.iter().any(|found| matches!(&found.kind, b"jxlc" | b"jxlp" | b"jp2c")) {
        x.problem(super::Problem::NoEndOfImage);
    }
    Ok(())
}
