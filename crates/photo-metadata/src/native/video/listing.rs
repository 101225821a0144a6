//! Everything in a video that is not ours, in a form that can be compared.
//!
//! Boxes in `moov` are named by their path and hashed whole, tables included, since no sample may move. Dates are left
//! out of the headers. Samples are far too many to read: `mdat` stands for its length and its borders, and for each
//! track what lies at its first chunk.

use super::keys::KeyTable;
use super::layout::{Layout, XMP_UUID, is_empty};
use super::movie::Movie;
use super::packets::USER_DATA_XMP;
use super::user_data::COORDINATES;
use crate::native::blocks::Listing;
use crate::native::boxes::{BoxAt, boxes};
use crate::native::fault::Fault;
use crate::source::{Source, read_array, read_up_to};
use crate::tag::Tag;

/// Longer boxes at the top are known by their borders.
const HASHED_WHOLE: u64 = 64 << 10;
const BORDER: u64 = 4 << 10;
const PIECE: u64 = 64 << 10;

/// Deeper than any box of a sound file.
const MOST_LEVELS: usize = 12;

pub(super) fn list(source: &dyn Source, layout: &Layout, movie: &Movie) -> Result<Listing, Fault> {
    let mut lister = Lister { source, movie, listing: Listing::new() };
    let mut track = 0;
    for found in &layout.top {
        match &found.kind {
            b"moov" => {}
            b"uuid" if found.uuid == Some(XMP_UUID) => {}
            b"free" | b"skip" | b"wide" => lister.free(format!("MP4:{}", found.name()), found)?,
            _ => {
                let borders = lister.borders(found)?;
                lister.add(format!("MP4:{}", found.name()), borders);
                lister.add("MP4:order".to_owned(), found.name());
            }
        }
    }
    for child in &movie.children {
        if child.is(b"trak") {
            track += 1;
            lister.tree(&format!("Movie:trak{track}"), child, 0)?;
            lister.first_chunk(layout, track, child)?;
        } else {
            lister.child("Movie:", child, 0)?;
        }
    }
    for table in movie.keys.iter().filter(|table| table.is_movies && table.is_of_keys()) {
        for (key, hash) in table.listing()? {
            lister.add(key, hash);
        }
        for (child, content) in &table.children {
            if !matches!(&child.kind, b"keys" | b"ilst" | b"hdlr" | b"free") {
                lister
                    .add(format!("Movie:meta/{}", child.name()), blake3::hash(content).to_hex().to_string());
            }
        }
    }
    Ok(lister.listing)
}

struct Lister<'a> {
    source: &'a dyn Source,
    movie: &'a Movie,
    listing: Listing,
}

impl Lister<'_> {
    fn add(&mut self, key: String, value: String) {
        self.listing.entry(key).or_default().push(value);
    }

    fn tree(&mut self, path: &str, parent: &BoxAt, level: usize) -> Result<(), Fault> {
        if level > MOST_LEVELS {
            return Err(Fault::beyond("its boxes are nested too deep"));
        }
        for child in boxes(self.source, parent.content, parent.end)? {
            self.child(&format!("{path}/"), &child, level + 1)?;
        }
        Ok(())
    }

    fn child(&mut self, path: &str, child: &BoxAt, level: usize) -> Result<(), Fault> {
        let key = format!("{path}{}", child.name());
        match &child.kind {
            b"mdia" | b"minf" | b"stbl" | b"edts" | b"dinf" | b"mvex" => self.tree(&key, child, level),
            b"udta" if level == 0 => self.user_data(child),
            b"meta" if level == 0 && self.is_keys(child) => Ok(()),
            b"free" | b"skip" | b"wide" => self.free(key, child),
            b"mvhd" | b"tkhd" | b"mdhd" => self.header(key, child),
            _ => self.leaf(key, child),
        }
    }

    fn is_keys(&self, meta: &BoxAt) -> bool {
        let is_listed = |table: &KeyTable| table.at == *meta && table.is_movies && table.is_of_keys();
        self.movie.keys.iter().any(is_listed)
    }

    fn user_data(&mut self, user_data: &BoxAt) -> Result<(), Fault> {
        for child in boxes(self.source, user_data.content, user_data.end)? {
            match child.kind {
                USER_DATA_XMP => {}
                COORDINATES => self.leaf(Tag::UserDataCoordinates.name().to_owned(), &child)?,
                _ => self.leaf(format!("UserData:{}", child.name()), &child)?,
            }
        }
        Ok(())
    }

    /// Free space that holds something is somebody's.
    fn free(&mut self, key: String, found: &BoxAt) -> Result<(), Fault> {
        if !self.looks_empty(found)? {
            let borders = self.borders(found)?;
            self.add(key, borders);
        }
        Ok(())
    }

    /// Long ones are looked at where they start and end.
    fn looks_empty(&self, found: &BoxAt) -> Result<bool, Fault> {
        if found.length() <= HASHED_WHOLE {
            return is_empty(self.source, found);
        }
        let first = BoxAt { end: found.content + BORDER, ..*found };
        let last = BoxAt { content: found.end - BORDER, ..*found };
        Ok(is_empty(self.source, &first)? && is_empty(self.source, &last)?)
    }

    /// A header without its creation time, which is 4 or 8 bytes long by its version.
    fn header(&mut self, key: String, header: &BoxAt) -> Result<(), Fault> {
        let mut bytes = header.read(self.source, 1 << 16)?;
        let width = if bytes.first() == Some(&1) { 8 } else { 4 };
        bytes.iter_mut().skip(4).take(width).for_each(|byte| *byte = 0);
        self.add(key, blake3::hash(&bytes).to_hex().to_string());
        Ok(())
    }

    fn leaf(&mut self, key: String, found: &BoxAt) -> Result<(), Fault> {
        let hash = self.hash(found.start + 8, found.end)?;
        self.add(key, format!("{} {hash}", found.end - found.start));
        Ok(())
    }

    fn borders(&self, found: &BoxAt) -> Result<String, Fault> {
        let (start, end) = (found.start + 8, found.end);
        let length = end.saturating_sub(start);
        if length <= HASHED_WHOLE && !found.is(b"mdat") {
            return Ok(format!("{length} {}", self.hash(start, end)?));
        }
        let first = self.hash(found.content, found.end.min(found.content + BORDER))?;
        let last = self.hash(found.content.max(found.end.saturating_sub(BORDER)), found.end)?;
        Ok(format!("{} {first} {last}", found.length()))
    }

    fn hash(&self, start: u64, end: u64) -> Result<String, Fault> {
        let mut hasher = blake3::Hasher::new();
        let mut at = start;
        while at < end {
            let bytes = read_up_to(self.source, at, usize::try_from(PIECE.min(end - at)).unwrap_or(0))?;
            if bytes.is_empty() {
                return Err(Fault::beyond("it is cut off"));
            }
            hasher.update(&bytes);
            at += bytes.len() as u64;
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    /// What lies where the first chunk of a track is said to be, and in which box.
    fn first_chunk(&mut self, layout: &Layout, number: usize, track: &BoxAt) -> Result<(), Fault> {
        let Some(table) = self.chunk_table(track)? else { return Ok(()) };
        let is_some = read_array::<4>(self.source, table.content + 4)?.is_some_and(|count| count != [0; 4]);
        let offset = if table.is(b"co64") {
            read_array::<8>(self.source, table.content + 8)?.map(u64::from_be_bytes)
        } else {
            read_array::<4>(self.source, table.content + 8)?
                .map(|offset| u64::from(u32::from_be_bytes(offset)))
        };
        let Some(offset) = offset.filter(|_| is_some && table.length() >= 12) else { return Ok(()) };
        let place = layout.top.iter().find(|found| (found.content..found.end).contains(&offset));
        // What follows the box may change.
        let inside = place.map_or(0, |found| found.end - offset).min(16);
        let bytes = read_up_to(self.source, offset, usize::try_from(inside).unwrap_or(0))?;
        let name = place.map_or("nowhere".to_owned(), BoxAt::name);
        self.add(format!("Movie:chunk of track {number}"), format!("{name} {}", bytes.escape_ascii()));
        Ok(())
    }

    fn chunk_table(&self, track: &BoxAt) -> Result<Option<BoxAt>, Fault> {
        let mut at = *track;
        for kind in [b"mdia", b"minf", b"stbl"] {
            let children = boxes(self.source, at.content, at.end)?;
            let Some(found) = children.into_iter().find(|child| child.is(kind)) else { return Ok(None) };
            at = found;
        }
        let tables = boxes(self.source, at.content, at.end)?;
        Ok(tables.into_iter().find(|table| matches!(&table.kind, b"stco" | b"co64")))
    }
}
