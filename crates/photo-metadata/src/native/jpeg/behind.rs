//! What stands behind the picture, and what says where it does.
//!
//! Nothing there is ever changed, but some of it is pointed at. Sony, Minolta, Olympus and others keep a large preview
//! behind the picture, Sony also data of its own and Leica all of its notes, at offsets in MakerNotes that
//! count from the EXIF block or from the notes. When the header grows, these would be wrong. MakerNotes are not
//! understood here; but what is pointed at begins in a way that no compressed picture contains, so a number that
//! leads there is taken for an offset.

use std::io;

use crate::source::{Source, read_array, read_up_to};

/// A trailer that does not allow every edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trailer {
    /// None, or one that does not care.
    Any,
    /// Holds a second IPTC block, and says where in the file it starts.
    Afcp,
    /// Holds a second IPTC block; its offsets count from the end.
    FotoStation,
}

/// What a file ends with.
pub(super) fn trailer(source: &dyn Source) -> io::Result<Trailer> {
    let end = read_up_to(source, source.len().saturating_sub(12), 12)?;
    Ok(if end.starts_with(b"AXS!") || end.starts_with(b"AXS*") {
        Trailer::Afcp
    } else if end.ends_with(b"\xa1\xb2\xc3\xd4") {
        Trailer::FotoStation
    } else {
        Trailer::Any
    })
}

/// Whether an EXIF block at `place` points at something behind `scan`.
pub(super) fn points_there(source: &dyn Source, exif: &[u8], place: u64, scan: u64) -> io::Result<bool> {
    let Some(notes) = maker_notes(exif) else { return Ok(false) };
    // Offsets count from the file, from the block, or from the notes of the maker or their header.
    let bases = [0, place, place + notes, place + notes + 8, place + notes + 10, place + notes + 12];
    let (nearest, farthest) = (scan.saturating_sub(place + notes + 12), source.len());
    for at in (0..exif.len().saturating_sub(3)).step_by(2) {
        for is_big in [true, false] {
            let Some(offset) = number(exif, at, is_big) else { continue };
            if offset < nearest || offset >= farthest || !has_length(exif, at, is_big, farthest) {
                continue;
            }
            for target in bases.map(|base| base + offset).into_iter().filter(|target| *target > scan) {
                if begins_something(source, target)? {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

fn number(exif: &[u8], at: usize, is_big: bool) -> Option<u64> {
    let bytes = *exif.get(at..)?.first_chunk()?;
    Some(u64::from(if is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }))
}

/// Whether a number stands where offsets stand: in an entry of a directory, or beside a length. Without this the file
/// would be looked at in many places for nothing.
fn has_length(exif: &[u8], at: usize, is_big: bool, longest: u64) -> bool {
    let beside = |at: Option<usize>| {
        at.and_then(|at| number(exif, at, is_big)).is_some_and(|length| (16..longest).contains(&length))
    };
    let kind = at.checked_sub(6).and_then(|at| Some(*exif.get(at..)?.first_chunk()?));
    let kind = kind.map(|kind| if is_big { u16::from_be_bytes(kind) } else { u16::from_le_bytes(kind) });
    // Canon has the length three numbers before the offset, all others have it in front or behind.
    matches!(kind, Some(4 | 13))
        || beside(at.checked_sub(4))
        || beside(at.checked_sub(12))
        || beside(at.checked_add(4))
}

/// Where tag 0x927C says that the notes are, from the start of the block.
fn maker_notes(exif: &[u8]) -> Option<u64> {
    let (entry, is_big) = match exif.get(..2)? {
        b"MM" => (&b"\x92\x7c\x00\x07"[..], true),
        _ => (&b"\x7c\x92\x07\x00"[..], false),
    };
    let at = memchr::memmem::find(exif, entry)?;
    number(exif, at + 8, is_big)
}

/// A picture, also one whose first byte a maker has changed and one behind the 32 bytes that Sony puts in front; Sony's
/// own data; Leica's notes. A compressed picture has no byte but 0 and RST0 to RST7 behind an `FF`.
fn begins_something(source: &dyn Source, at: u64) -> io::Result<bool> {
    let start = read_array::<36>(source, at)?;
    let start = start.as_ref().map_or(&[][..], |start| &start[..]);
    let picture = |bytes: Option<&[u8]>| matches!(bytes, Some([0xd8, 0xff, 0xc4 | 0xdb | 0xe0..=0xef]));
    Ok(picture(start.get(1..4))
        || picture(start.get(33..36))
        || start.starts_with(b"\x55\x26\x11\x05\0")
        || start.starts_with(b"LEICA\0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block with notes of a maker, in which one number stands in front of a length.
    fn exif(number: u32) -> Vec<u8> {
        let mut bytes = b"MM\0*\0\0\0\x08\0\x01\x92\x7c\0\x07\0\0\0\x08\0\0\0\x1a\0\0\0\0".to_vec();
        bytes.extend([number.to_be_bytes(), 60_u32.to_be_bytes()].concat());
        bytes
    }

    fn file(exif: &[u8], preview: usize) -> Vec<u8> {
        let mut file = vec![0; 12];
        file.extend(exif);
        file.resize(preview, 0x77);
        file.extend(b"\xff\xd8\xff\xdb\x00\x43");
        file.resize(preview + 100, 0x77);
        file
    }

    #[test]
    fn an_offset_to_a_preview_is_found_whatever_it_counts_from() {
        for base in [0, 12, 12 + 26, 12 + 26 + 8] {
            let exif = exif(500 - base);
            assert!(points_there(&file(&exif, 500), &exif, 12, 100).unwrap(), "{base}");
        }
        let behind_header_of_sony = exif(500 - 12 - 32);
        assert!(points_there(&file(&behind_header_of_sony, 500), &behind_header_of_sony, 12, 100).unwrap());
    }

    #[test]
    fn a_number_that_leads_nowhere_is_no_offset() {
        for number in [0, 300, 487, 4_000_000_000] {
            let exif = exif(number);
            assert!(!points_there(&file(&exif, 500), &exif, 12, 100).unwrap(), "{number}");
        }
    }

    #[test]
    fn an_offset_in_an_entry_of_a_directory_needs_no_length_beside() {
        let mut exif = exif(0);
        exif.extend(b"\x20\x01\0\x04\0\0\0\x01");
        exif.extend((500_u32 - 12).to_be_bytes());
        assert!(points_there(&file(&exif, 500), &exif, 12, 100).unwrap());
    }

    #[test]
    fn trailers_are_known_by_the_end_of_the_file() {
        let ends: [(&[u8], Trailer); 4] = [
            (b"........AXS!\0\0\0\xfb\0\0\0\0", Trailer::Afcp),
            (b"........\0\0\0:\xa1\xb2\xc3\xd4", Trailer::FotoStation),
            (b"\0\0\0?cbipcbbl", Trailer::Any),
            (b"", Trailer::Any),
        ];
        for (end, expected) in ends {
            assert_eq!(trailer(&end.to_vec()).unwrap(), expected);
        }
    }
}
