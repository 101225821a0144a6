//! Everything in a block, so that nothing can go missing unseen.
//!
//! A value is named by its type, its count and its bytes; where readers follow it to a picture, by the picture; a
//! MakerNote also by its place, on which the positions inside of it depend. Pointers to directories are not listed:
//! they may change, and what they lead to is listed instead.

use std::ops::Range;

use super::parse::{EXIF_POINTER, GPS_POINTER, Parsed};
use super::reading::{plain, shown_tag};
use super::tags::{companion_of, tag_of};
use super::tiff::{ByteOrder, Directory, Entry};
use crate::native::blocks::Listing;
use crate::native::fault::Fault;
use crate::native::shown;

const MAKER_NOTE: u16 = 0x927c;

/// Where a picture starts, and its length: JPEG previews, strips, tiles.
const PICTURES: [(u16, u16); 3] = [(0x0201, 0x0202), (0x0111, 0x0117), (0x0144, 0x0145)];

/// More strips than any preview has.
const MOST_STRIPS: usize = 4096;

/// All entries of all directories.
pub(super) fn list(bytes: &[u8], parsed: &Parsed) -> Result<Listing, Fault> {
    let mut listing = Listing::new();
    for directory in &parsed.directories {
        let name = &directory.name;
        for entry in &directory.entries {
            if name == "IFD0" && matches!(entry.id, EXIF_POINTER | GPS_POINTER) {
                continue;
            }
            let (key, value) = describe(name, entry, parsed.order, bytes)?;
            listing.entry(key).or_default().push(value);
        }
        for (id, range) in pictures(directory, parsed.order, bytes) {
            let picture = bytes.get(range).map_or_else(|| "outside".to_owned(), shown::fingerprint);
            listing.entry(format!("{name}:0x{id:04x}-picture")).or_default().push(picture);
        }
    }
    Ok(listing)
}

fn describe(name: &str, entry: &Entry, order: ByteOrder, bytes: &[u8]) -> Result<(String, String), Fault> {
    if let Some(tag) = tag_of(name, entry.id) {
        let text = shown_tag(tag, entry, order, bytes)?.unwrap_or_else(|| "nowhere".to_owned());
        return Ok((tag.name().to_owned(), text));
    }
    let data = entry.value.clone().and_then(|range| bytes.get(range));
    if let (Some(companion), Some(data)) = (companion_of(name, entry.id), data) {
        let text = match entry.id {
            // Shown as numbers, although its type is the one for unknown bytes.
            0x9101 => data.iter().map(u8::to_string).collect::<Vec<_>>().join(" "),
            _ => shown::text(&plain(entry, order, data)?),
        };
        return Ok((companion.to_owned(), text));
    }
    let value = data.map_or_else(|| "nowhere".to_owned(), shown::fingerprint);
    let place = match (&entry.value, entry.id) {
        (Some(range), MAKER_NOTE) if !entry.is_inline() => format!("@{}", range.start),
        _ => String::new(),
    };
    let key = format!("{name}:0x{:04x}", entry.id);
    Ok((key, format!("{}:{}:{value}{place}", entry.kind, entry.count)))
}

/// The pictures that a directory leads to, by the tag that says where they start.
pub(super) fn pictures(directory: &Directory, order: ByteOrder, bytes: &[u8]) -> Vec<(u16, Range<usize>)> {
    let mut found = Vec::new();
    for (starts, lengths) in PICTURES {
        let numbers = |id| directory.first(id).map(|entry| numbers(entry, order, bytes)).unwrap_or_default();
        for (start, length) in numbers(starts).into_iter().zip(numbers(lengths)) {
            found.push((starts, start..start.saturating_add(length)));
        }
    }
    found
}

fn numbers(entry: &Entry, order: ByteOrder, bytes: &[u8]) -> Vec<usize> {
    let Some(range) = entry.value.clone() else { return Vec::new() };
    let number = |at: usize| match entry.kind {
        3 => order.u16(bytes, at).map(u32::from),
        4 => order.u32(bytes, at),
        _ => None,
    };
    let step = if entry.kind == 3 { 2 } else { 4 };
    let places = range.step_by(step).take(MOST_STRIPS);
    places.filter_map(|at| number(at).and_then(|number| usize::try_from(number).ok())).collect()
}
