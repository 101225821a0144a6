//! Everything in a JPEG that is not ours, in a form that can be compared.
//!
//! Segments are named in the order of the file by length and hash. What the index of pictures says is named without
//! the offsets, and with the bytes that they lead to: that is what has to stay the same. The rest of the file is never
//! read, so of it only the length and the borders are named.

use super::find::Layout;
use super::mpf::Index;
use super::segments::{Segment, Window};
use crate::native::blocks::Listing;
use crate::native::fault::Fault;
use crate::source::{Source, read_up_to};

/// How much is hashed where the rest of the file starts and ends.
const BORDER: usize = 4096;

/// How much is hashed where a picture starts.
const START_OF_PICTURE: usize = 64;

/// The parts of one file.
pub(super) fn list(layout: &Layout, source: &dyn Source) -> Result<Listing, Fault> {
    let mut window = Window::new(source);
    let mut listing = Listing::new();
    for (index, segment) in layout.segments.iter().enumerate().filter(|(index, _)| !layout.is_ours(*index)) {
        let content = window.content(segment)?;
        let name = format!("JPEG:{}", name(segment, content));
        if !layout.mpf.contains(&index) {
            listing.entry(name).or_default().push(summary(content));
            continue;
        }
        let content = content.get(4..).unwrap_or_default();
        let Some(pictures) = Index::parse(content) else {
            listing.entry(name).or_default().push(summary(content));
            continue;
        };
        listing.entry(name).or_default().push(summary(&pictures.without_places()));
        let targets = targets(&pictures, segment.content() + 4, layout.scan, source)?;
        listing.entry("JPEG:MPF pictures".to_owned()).or_default().extend(targets);
    }
    listing.insert("JPEG:scan".to_owned(), scan(layout.scan, source)?);
    Ok(listing)
}

/// `APP2 ICC_PROFILE`, `COM`, `DQT`.
fn name(segment: &Segment, content: &[u8]) -> String {
    let marker = segment.marker;
    match marker {
        0xe0..=0xef => {
            let name: Vec<u8> = content.iter().copied().take_while(u8::is_ascii_graphic).take(40).collect();
            format!("APP{} {}", marker - 0xe0, String::from_utf8_lossy(&name)).trim_end().to_owned()
        }
        0xfe => "COM".to_owned(),
        0xdb => "DQT".to_owned(),
        0xc4 => "DHT".to_owned(),
        0xdd => "DRI".to_owned(),
        _ => format!("segment {marker:02X}"),
    }
}

fn summary(bytes: &[u8]) -> String {
    format!("{} {}", bytes.len(), blake3::hash(bytes).to_hex())
}

/// What the offsets of an index lead to. The length of the first picture counts from the scan, since it includes the
/// header.
fn targets(index: &Index<'_>, base: u64, scan: u64, source: &dyn Source) -> Result<Vec<String>, Fault> {
    let mut targets = Vec::new();
    for (number, picture) in index.pictures().enumerate() {
        let length = i64::from(picture.length);
        let header = if number == 0 { i64::try_from(scan).unwrap_or(i64::MAX) } else { 0 };
        let start = if picture.offset == 0 {
            "the file".to_owned()
        } else {
            let start = read_up_to(source, base + u64::from(picture.offset), START_OF_PICTURE)?;
            let magic = start.first_chunk::<4>().map_or(0, |magic| u32::from_be_bytes(*magic));
            format!("{magic:08x} {}", blake3::hash(&start).to_hex())
        };
        targets.push(format!("{} {start}", length.saturating_sub(header)));
    }
    Ok(targets)
}

/// Length and borders of all from the first scan on.
fn scan(start: u64, source: &dyn Source) -> Result<Vec<String>, Fault> {
    let length = source.len().saturating_sub(start);
    let last = source.len().saturating_sub(BORDER as u64).max(start);
    let border = |at| read_up_to(source, at, BORDER).map(|bytes| blake3::hash(&bytes).to_hex().to_string());
    Ok(vec![length.to_string(), border(start)?, border(last)?])
}
