//! Which segments hold metadata, told apart as ExifTool does.
//!
//! What it reads in a special way (a second EXIF segment, EXIF over several segments, a second XMP packet, XMP under
//! another header, resources of Photoshop 2.5) is rare, and left to it: a reading that differs would be worse than
//! a slow one.

use std::ops::Range;

use super::extended::Extended;
use super::segments::{Segment, Window, walk};
use crate::native::blocks::{Block, Blocks, Further};
use crate::native::fault::Fault;
use crate::source::be16;

/// How an EXIF segment starts; one more byte follows, which some cameras set.
pub(super) const EXIF: &[u8] = b"Exif\0";
/// With that byte.
pub(super) const EXIF_HEADER: usize = 6;
pub(super) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(super) const EXTENDED_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
pub(super) const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
const OLD_PHOTOSHOP: &[u8] = b"Adobe_Photoshop2.5:";
pub(super) const MPF: &[u8] = b"MPF\0";

/// Thumbnails and paths of Photoshop have some hundred kilobytes.
const LONGEST_RESOURCES: usize = 16 << 20;

/// The header of a file, and which segments of it are ours.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) segments: Vec<Segment>,
    /// Where the first scan starts: all from here on is never touched.
    pub(super) scan: u64,
    pub(super) exif: Option<usize>,
    pub(super) xmp: Option<usize>,
    /// Neighbours that hold one list of resources.
    pub(super) photoshop: Range<usize>,
    pub(super) mpf: Vec<usize>,
}

impl Layout {
    /// Whether a segment holds metadata whose content is listed elsewhere.
    pub(super) fn is_ours(&self, index: usize) -> bool {
        self.exif == Some(index) || self.xmp == Some(index) || self.photoshop.contains(&index)
    }
}

/// Goes through the header.
pub(super) fn find(window: &mut Window<'_>) -> Result<(Layout, Blocks), Fault> {
    let (segments, scan) = walk(window)?;
    let mut layout = Layout { segments, scan, ..Layout::default() };
    let (mut blocks, mut extended) = (Blocks::default(), Extended::default());
    for (index, segment) in layout.segments.clone().iter().enumerate() {
        match segment.marker {
            0xe1 => app1(window.content(segment)?, index, segment, &mut layout, &mut blocks, &mut extended)?,
            0xe2 if window.get(segment.content(), segment.length.min(MPF.len()))? == MPF => {
                layout.mpf.push(index);
            }
            0xed => photoshop(window.content(segment)?, index, segment, &mut layout, &mut blocks)?,
            marker if is_frame(marker) && blocks.size.is_none() => {
                blocks.size = size(window.get(segment.content(), segment.length.min(6))?);
            }
            _ => {}
        }
    }
    let packet = blocks.xmp.as_ref().map(|block| block.bytes.as_slice());
    blocks.further = extended.join(packet)?.map(Further::Xmp).into_iter().collect();
    Ok((layout, blocks))
}

/// Start of frame 0 to 15, between which other markers stand.
fn is_frame(marker: u8) -> bool {
    (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// Width and height of a frame, behind its precision.
fn size(frame: &[u8]) -> Option<(u32, u32)> {
    frame.get(5)?;
    Some((be16(frame, 3)?.into(), be16(frame, 1)?.into()))
}

fn app1(
    content: &[u8],
    index: usize,
    segment: &Segment,
    layout: &mut Layout,
    blocks: &mut Blocks,
    extended: &mut Extended,
) -> Result<(), Fault> {
    if content.starts_with(EXIF) && content.len() >= EXIF_HEADER {
        if blocks.exif.is_some() {
            return Err(Fault::beyond("it has more than one EXIF segment"));
        }
        layout.exif = Some(index);
        blocks.exif = block(content, EXIF_HEADER, segment);
    } else if is_odd_exif(content) {
        return Err(Fault::beyond("its EXIF segment has an unusual header"));
    } else if content.starts_with(EXTENDED_XMP) {
        extended.add(content)?;
    } else if content.starts_with(XMP) {
        if blocks.xmp.is_some() {
            return Err(Fault::beyond("it has more than one XMP packet"));
        }
        layout.xmp = Some(index);
        blocks.xmp = block(content, XMP.len(), segment);
    } else if is_odd_xmp(content) {
        return Err(Fault::beyond("its XMP stands in a segment with an unusual header"));
    }
    Ok(())
}

fn block(content: &[u8], header: usize, segment: &Segment) -> Option<Block> {
    let place = Some(segment.content() + header as u64);
    Some(Block { bytes: content.get(header..)?.to_vec(), place })
}

/// In other letters, or behind up to four bytes that do not belong there.
fn is_odd_exif(content: &[u8]) -> bool {
    (0..=4).any(|skip| {
        let found =
            content.get(skip..skip + EXIF.len()).is_some_and(|start| start.eq_ignore_ascii_case(EXIF));
        found && content.len() > skip + EXIF.len()
    })
}

fn is_odd_xmp(content: &[u8]) -> bool {
    let of_a_maker = [&b"QVCI\0"[..], b"FLIR\0", b"PARROT\0"].iter().any(|start| content.starts_with(start));
    let holds = |text: &[u8]| memchr::memmem::find(content, text).is_some();
    !of_a_maker
        && (content.starts_with(b"http")
            || content.starts_with(b"XMP\0")
            || holds(b"<exif:")
            || holds(b"<?xpacket"))
}

fn photoshop(
    content: &[u8],
    index: usize,
    segment: &Segment,
    layout: &mut Layout,
    blocks: &mut Blocks,
) -> Result<(), Fault> {
    if content.starts_with(OLD_PHOTOSHOP) {
        return Err(Fault::beyond("it has resources in the form of Photoshop 2.5"));
    }
    let Some(resources) = content.strip_prefix(PHOTOSHOP) else { return Ok(()) };
    match &mut blocks.photoshop {
        None => {
            layout.photoshop = index..index + 1;
            blocks.photoshop = block(content, PHOTOSHOP.len(), segment);
        }
        Some(held) if held.bytes.len() > LONGEST_RESOURCES => {
            return Err(Fault::beyond("its Photoshop resources are longer than is handled"));
        }
        Some(joined) if layout.photoshop.end == index => {
            layout.photoshop.end += 1;
            joined.bytes.extend_from_slice(resources);
            joined.place = None;
        }
        Some(_) => return Err(Fault::beyond("it has more than one list of Photoshop resources")),
    }
    Ok(())
}
