//! The boxes at the top of a video, and whether something may be put behind the last of them.
//!
//! Makers append what is found by counting from the end of the file: Insta360's trailer, Samsung's directory, the index
//! of a fragmented video (`mfra`). Nothing may come behind those. Others hide data in boxes that are called free, so
//! only zeros are free here.

use crate::draft::Splice;
use crate::native::boxes::{BoxAt, SizeField, boxes};
use crate::native::fault::Fault;
use crate::source::{Source, read_up_to};

/// The `uuid` of an XMP packet in MP4 (XMP part 3, 1.2.7.1).
pub(super) const XMP_UUID: [u8; 16] = *b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";

/// ExifTool does not read a larger `moov` (32 MiB less the header): 30 hours of video have one.
const LONGEST_MOVIE: u64 = (32 << 20) - 8;

/// A longer free box is not looked through, and not used.
const LONGEST_FREE: u64 = 4 << 20;

/// The boxes at the top.
pub(super) struct Layout {
    /// All of them, in the order of the file.
    pub(super) top: Vec<BoxAt>,
    /// The one movie.
    pub(super) moov: BoxAt,
    /// Whether readers look for XMP where QuickTime has it.
    pub(super) is_quicktime: bool,
    /// The length of the file.
    pub(super) length: u64,
}

impl Layout {
    pub(super) fn read(source: &dyn Source) -> Result<Self, Fault> {
        no_trailer(source)?;
        let top = boxes(source, 0, source.len())?;
        let mut movies = top.iter().filter(|found| found.is(b"moov"));
        let (Some(&moov), None) = (movies.next(), movies.next()) else {
            return Err(Fault::beyond("it has no movie box, or several"));
        };
        if moov.size == SizeField::ToEnd || moov.length() > LONGEST_MOVIE {
            return Err(Fault::beyond("its movie box is too long"));
        }
        for skip in top.iter().filter(|found| found.is(b"skip")) {
            // Canon keeps EXIF in one.
            if read_up_to(source, skip.content, 8)?.get(4..6) == Some(b"CN") {
                return Err(Fault::beyond("its maker keeps metadata in a box that is to be skipped"));
            }
        }
        let is_quicktime = is_quicktime(source, &top)?;
        Ok(Self { top, moov, is_quicktime, length: source.len() })
    }

    /// Whether `moov` may move within the file.
    pub(super) fn require_movable(&self, source: &dyn Source) -> Result<(), Fault> {
        if self.top.iter().any(is_fragment) {
            return Err(Fault::beyond("it is a fragmented video, whose movie box stays as it is"));
        }
        for found in self.top.iter().filter(|found| matches!(&found.kind, b"free" | b"skip")) {
            // DJI keeps a list of positions in one; GPAC writes its name there, Adobe the headers of what there was.
            let length = usize::try_from(found.length().min(64)).unwrap_or(0);
            let start = read_up_to(source, found.content, length)?;
            if !start.iter().all(|byte| matches!(byte, 0 | b' '..=b'~')) {
                return Err(Fault::beyond("its maker keeps data in free space, perhaps positions"));
            }
        }
        Ok(())
    }

    /// What has to change so that a box may follow the last one; fails where none may.
    pub(super) fn open_end(&self) -> Result<Option<Splice>, Fault> {
        let closed = |found: &BoxAt| {
            is_fragment(found) || matches!(&found.kind, b"inst" | b"mpvd" | b"sefd" | b"SEAL")
        };
        if let Some(found) = self.top.iter().find(|found| closed(found)) {
            return Err(Fault::beyond(format!("nothing may be put behind its box {}", found.name())));
        }
        let last = self.top.last().filter(|last| last.end == self.length);
        let last = last.ok_or_else(|| Fault::beyond("it ends with bytes that belong to no box"))?;
        let is_known = matches!(
            &last.kind,
            b"mdat" | b"moov" | b"free" | b"skip" | b"wide" | b"uuid" | b"udta" | b"meta"
        );
        if !is_known {
            return Err(Fault::beyond(format!(
                "it ends with a box {}, which has to be the last",
                last.name()
            )));
        }
        if last.size != SizeField::ToEnd {
            return Ok(None);
        }
        let size = u32::try_from(last.end - last.start)
            .map_err(|_| Fault::beyond("its last box says no length, and is too long to get one"))?;
        Ok(Some(Splice::patch(last.start, size.to_be_bytes().to_vec())))
    }

    /// How many bytes right behind a position are free space without content.
    pub(super) fn room_behind(&self, source: &dyn Source, position: u64) -> Result<u64, Fault> {
        let mut end = position;
        for found in self.top.iter().filter(|found| found.start >= position) {
            let is_free = matches!(&found.kind, b"free" | b"skip") && found.size == SizeField::Short;
            if found.start != end || !is_free || !is_empty(source, found)? {
                break;
            }
            end = found.end;
        }
        Ok(end - position)
    }
}

fn is_fragment(found: &BoxAt) -> bool {
    matches!(&found.kind, b"moof" | b"mfra" | b"sidx" | b"styp" | b"ssix")
}

/// Whether there are only zeros in it.
pub(super) fn is_empty(source: &dyn Source, found: &BoxAt) -> Result<bool, Fault> {
    const PIECE: u64 = 64 << 10;
    if found.length() > LONGEST_FREE {
        return Ok(false);
    }
    let mut at = found.content;
    while at < found.end {
        let length = PIECE.min(found.end - at);
        let bytes = read_up_to(source, at, usize::try_from(length).unwrap_or(0))?;
        if bytes.is_empty() || bytes.iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        at += bytes.len() as u64;
    }
    Ok(true)
}

/// As ExifTool decides it when it writes: QuickTime has no `ftyp`, or one with `qt  ` behind the main brand.
fn is_quicktime(source: &dyn Source, top: &[BoxAt]) -> Result<bool, Fault> {
    let Some(first) = top.first().filter(|first| first.is(b"ftyp") && first.length() < 100_000) else {
        return Ok(true);
    };
    let content = first.read(source, 100_000)?;
    Ok(content.chunks_exact(4).skip(1).any(|brand| brand == b"qt  "))
}

/// Trailers that ExifTool knows by the end of the file: Insta360, LigoGPS, MIE.
fn no_trailer(source: &dyn Source) -> Result<(), Fault> {
    let tail = read_up_to(source, source.len().saturating_sub(40), 40)?;
    let is_mie = memchr::memmem::find(&tail, b"~\0\x04\0zmie~").is_some();
    let is_ligo = tail.len() >= 8 && tail.get(tail.len() - 8..tail.len() - 4) == Some(b"&&&&");
    if is_mie || is_ligo || tail.ends_with(b"8db42d694ccc418790edff439fe026bf") {
        return Err(Fault::beyond("its maker's trailer counts from the end of the file"));
    }
    Ok(())
}
