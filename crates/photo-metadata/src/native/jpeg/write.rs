//! How renewed blocks get into a JPEG.
//!
//! A block takes the place of its old segment; new segments stand where ExifTool puts them, EXIF behind JFIF and XMP
//! behind EXIF, but always in front of the index of pictures (MPF), whose offsets then stay right. From the first
//! scan on nothing is touched, and it moves as seldom as the padding of the XMP packet can avoid it.

use super::behind::{self, Trailer};
use super::find::{EXIF_HEADER, Layout, PHOTOSHOP, XMP};
use super::mpf::Index;
use super::padding::{FRAME, Surroundings, as_i64, blanks};
use super::segments::{LONGEST_CONTENT, Segment};
use crate::draft::Splice;
use crate::native::blocks::{Blocks, NewExif, NewXmp, Renewed};
use crate::native::fault::Fault;
use crate::source::{Source, read_up_to};
use crate::structure::has_end_of_image;

const EXIF_START: &[u8] = b"Exif\0\0";

/// All splices of a new version.
pub(super) fn splices(
    layout: &Layout,
    blocks: &Blocks,
    source: &dyn Source,
    renewed: &Renewed,
) -> Result<Vec<Splice>, Fault> {
    if !has_end_of_image(source, layout.scan)? {
        return Err(Fault::beyond("its picture has no end"));
    }
    let trailer = behind::trailer(source)?;
    let mut splices = Vec::new();
    if let Some(exif) = &renewed.exif {
        splices.extend(exif_splices(layout, blocks, exif)?);
    }
    if let Some(resources) = &renewed.photoshop {
        if matches!(trailer, Trailer::Afcp | Trailer::FotoStation) {
            return Err(Fault::beyond("its IPTC block stands a second time behind the picture"));
        }
        splices.extend(photoshop_splice(layout, blocks, resources)?);
    }
    let packet = layout.xmp.and_then(|index| layout.segments.get(index));
    let tail = source.len().saturating_sub(packet.map_or_else(|| behind_exif(layout), Segment::end));
    let rest = growth(&splices);
    splices.extend(match &renewed.xmp {
        Some(xmp) => vec![xmp_splice(layout, blocks, xmp, rest, tail)?],
        None => stretched_packet(layout, blocks, rest, tail)?,
    });
    if growth(&splices) != 0 {
        if trailer == Trailer::Afcp {
            return Err(Fault::beyond("its AFCP trailer says where in the file it stands"));
        }
        require_no_pointers(layout, blocks, source)?;
    }
    let moved = moved_pictures(layout, source, &splices)?;
    splices.extend(moved);
    Ok(splices)
}

/// By how much splices make a file longer.
fn growth<'a>(splices: impl IntoIterator<Item = &'a Splice>) -> i64 {
    let length = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX / 4);
    splices
        .into_iter()
        .map(|splice| length(splice.bytes.len() as u64) - length(splice.end - splice.start))
        .sum()
}

/// A segment as bytes.
fn segment(marker: u8, header: &[u8], content: &[u8]) -> Result<Vec<u8>, Fault> {
    let length = stored_length(header.len() + content.len())?;
    Ok([&[0xff, marker], &length[..], header, content].concat())
}

/// The two bytes that say how long a segment is.
fn stored_length(content: usize) -> Result<[u8; 2], Fault> {
    let length = u16::try_from(content + 2).map_err(|_| too_long("a part of its metadata"))?;
    Ok(length.to_be_bytes())
}

fn too_long(what: &str) -> Fault {
    Fault::beyond(format!("{what} would get longer than a JPEG segment may be"))
}

/// Where a new EXIF segment goes: behind the APP0 segments at the start, and in front of MPF.
fn behind_jfif(layout: &Layout) -> u64 {
    let first = layout.segments.iter().take_while(|segment| segment.marker == 0xe0).last();
    first.map_or(2, Segment::end).min(first_index(layout))
}

/// Where a new XMP segment goes: behind EXIF, and in front of MPF.
fn behind_exif(layout: &Layout) -> u64 {
    let exif = layout.exif.and_then(|index| layout.segments.get(index));
    exif.map_or_else(|| behind_jfif(layout), Segment::end).min(first_index(layout))
}

fn first_index(layout: &Layout) -> u64 {
    let first = layout.mpf.first().and_then(|index| layout.segments.get(*index));
    first.map_or(layout.scan, |segment| segment.start)
}

fn exif_splices(layout: &Layout, blocks: &Blocks, new: &NewExif) -> Result<Vec<Splice>, Fault> {
    if new.bytes.len() + EXIF_HEADER > LONGEST_CONTENT {
        return Err(too_long("its EXIF block"));
    }
    let old = layout.exif.and_then(|index| layout.segments.get(index)).zip(blocks.exif.as_ref());
    let Some((segment_at, old)) = old else {
        return Ok(vec![Splice::insert(behind_jfif(layout), segment(0xe1, EXIF_START, &new.bytes)?)]);
    };
    let place = segment_at.content() + EXIF_HEADER as u64;
    let shifted =
        |splice: &Splice| Splice::replace(place + splice.start, place + splice.end, splice.bytes.clone());
    let difference = as_i64(new.bytes.len()) - as_i64(old.bytes.len());
    let mut splices: Vec<Splice> = match &new.splices {
        Some(inner) if growth(inner) == difference => inner.iter().map(shifted).collect(),
        _ => vec![Splice::replace(place, segment_at.end(), new.bytes.clone())],
    };
    if difference != 0 {
        let length = stored_length(EXIF_HEADER + new.bytes.len())?;
        splices.insert(0, Splice::patch(segment_at.start + 2, length.to_vec()));
    }
    Ok(splices)
}

/// Resources may be cut anywhere, and are joined again by readers; without any there is no segment.
fn photoshop_splice(layout: &Layout, blocks: &Blocks, new: &[u8]) -> Result<Option<Splice>, Fault> {
    let old = layout.segments.get(layout.photoshop.clone()).unwrap_or_default();
    let (Some(first), Some(last), Some(block)) = (old.first(), old.last(), &blocks.photoshop) else {
        return Err(Fault::beyond("it has no Photoshop resources to change"));
    };
    if block.bytes == new {
        return Ok(None);
    }
    let pieces = new.chunks(LONGEST_CONTENT - PHOTOSHOP.len());
    let segments: Vec<Vec<u8>> =
        pieces.map(|piece| segment(0xed, PHOTOSHOP, piece)).collect::<Result<_, _>>()?;
    Ok(Some(Splice::replace(first.start, last.end(), segments.concat())))
}

/// What is known of the room for a packet when the rest of the header grows by so much.
fn surroundings(blocks: &Blocks, growth: i64, tail: u64) -> Surroundings {
    match &blocks.xmp {
        Some(old) => Surroundings { old: old.bytes.len(), growth, tail },
        None => Surroundings { old: 0, growth: growth + as_i64(FRAME), tail },
    }
}

fn xmp_splice(
    layout: &Layout,
    blocks: &Blocks,
    new: &NewXmp,
    growth: i64,
    tail: u64,
) -> Result<Splice, Fault> {
    let length = surroundings(blocks, growth, tail).length(new.least());
    let packet = length.and_then(|length| new.in_length(length)).ok_or_else(|| too_long("its XMP packet"))?;
    let Some(old) = layout.xmp.and_then(|index| layout.segments.get(index)) else {
        return Ok(Splice::insert(behind_exif(layout), segment(0xe1, XMP, &packet)?));
    };
    if XMP.len() + packet.len() == old.length {
        return Ok(Splice::patch(old.content() + XMP.len() as u64, packet));
    }
    Ok(Splice::replace(old.start, old.end(), segment(0xe1, XMP, &packet)?))
}

/// More or fewer blanks at the end of the packet, so that what the rest grows by moves nothing, or whole blocks.
fn stretched_packet(layout: &Layout, blocks: &Blocks, growth: i64, tail: u64) -> Result<Vec<Splice>, Fault> {
    let packet = layout.xmp.and_then(|index| layout.segments.get(index)).zip(blocks.xmp.as_ref());
    let Some((segment, packet)) = packet.filter(|_| growth != 0) else { return Ok(Vec::new()) };
    let Some(room) = blanks(&packet.bytes) else { return Ok(Vec::new()) };
    let by = surroundings(blocks, growth, tail).stretch(room.len());
    let change = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
    let end = segment.content() + (XMP.len() + room.end) as u64;
    let (length, blank) = match by {
        0 => return Ok(Vec::new()),
        1.. => (segment.length + change, Splice::insert(end, vec![b' '; change])),
        _ => (segment.length - change, Splice::replace(end - change as u64, end, Vec::new())),
    };
    Ok(vec![Splice::patch(segment.start + 2, stored_length(length)?.to_vec()), blank])
}

/// Some makers keep a preview or more behind the picture, and say in EXIF where: that would not be right any more.
fn require_no_pointers(layout: &Layout, blocks: &Blocks, source: &dyn Source) -> Result<(), Fault> {
    let Some(exif) = &blocks.exif else { return Ok(()) };
    match exif.place {
        Some(place) if behind::points_there(source, &exif.bytes, place, layout.scan)? => {
            Err(Fault::beyond("its EXIF block points to something behind the picture"))
        }
        _ => Ok(()),
    }
}

/// The indices of pictures, put right.
fn moved_pictures(layout: &Layout, source: &dyn Source, splices: &[Splice]) -> Result<Vec<Splice>, Fault> {
    let all = growth(splices);
    let mut moved = Vec::new();
    for segment in layout.mpf.iter().filter_map(|index| layout.segments.get(*index)) {
        let base = segment.content() + 4;
        let behind = growth(splices.iter().filter(|splice| splice.start >= segment.end()));
        if all == 0 && behind == 0 {
            continue;
        }
        let bytes = read_up_to(source, base, segment.length.saturating_sub(4))?;
        let index = Index::parse(&bytes)
            .ok_or_else(|| Fault::beyond("its index of pictures (MPF) is not built as it should be"))?;
        moved.extend(index.moved(base, layout.scan, all, behind)?);
    }
    Ok(moved)
}
