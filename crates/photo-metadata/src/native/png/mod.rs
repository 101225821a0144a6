//! PNG and APNG: metadata are chunks of their own, and no other chunk says where they lie.
//!
//! With one exception: Apple's `iDOT`, in every screenshot of a Mac, counts from itself to the second half of the image
//! data. New chunks therefore stand in front of it and not, as with other writers, directly before the image data. A
//! new chunk also stays in front of the first frame header of an animation, and a chunk that stood behind the image
//! moves to its front, since some readers do not look further.

mod chunks;
mod text;

use std::ops::Range;

use chunks::{FRAME, Run, content, framed, walk};
use text::{Held, INTERNATIONAL_FRAME, LONGEST, Profile, Text, international, is_profile, profile};

use super::blocks::{Block, Blocks, Format, Further, Listing, NewXmp, Renewed};
use super::fault::Fault;
use super::photoshop::Resources;
use super::room::{fingerprint, packet_length};
use crate::draft::Splice;
use crate::source::{Source, be32, read_array};

/// A PNG whose chunks are known.
pub(super) struct Png {
    runs: Vec<Run>,
    blocks: Blocks,
    exif: Option<Place>,
    xmp: Option<Place>,
    photoshop: Option<Place>,
    /// Where new chunks get in.
    front: u64,
    /// What lies from Apple's offsets to the image data, where chunks must not change in length.
    fixed: Option<(u64, u64)>,
}

/// The chunk that a block stands in.
#[derive(Debug, Clone)]
struct Place {
    start: u64,
    end: u64,
    wrap: Wrap,
    /// Whether its checksum fits.
    sound: bool,
}

/// How a block is wrapped in its chunk.
#[derive(Debug, Clone)]
enum Wrap {
    /// As it is (`eXIf`).
    Bare,
    /// As the text of an `iTXt` chunk.
    International,
    /// In digits.
    Profile(Profile),
}

/// Looks through a file.
pub(super) fn open(source: &dyn Source) -> Result<Png, Fault> {
    let runs = walk(source)?;
    let first = runs.first().filter(|run| &run.kind == b"IHDR");
    let header = first.ok_or_else(|| Fault::beyond("its first chunk is not the header of a PNG"))?;
    let head = content(source, header, LONGEST)?.0;
    let size = be32(&head, 0).zip(be32(&head, 4));
    let image = runs.iter().find(|run| run.is_image_data());
    let image = image.ok_or_else(|| Fault::beyond("it has no image data"))?.start;
    let offsets = runs.iter().find(|run| &run.kind == b"iDOT" && run.start < image);
    let in_front = runs.iter().find(|run| matches!(&run.kind, b"iDOT" | b"fcTL") && run.start < image);
    let mut png = Png {
        blocks: Blocks { size, ..Blocks::default() },
        exif: None,
        xmp: None,
        photoshop: None,
        front: in_front.map_or(image, |run| run.start),
        fixed: offsets.map(|run| (run.end, image)),
        runs: Vec::new(),
    };
    for run in &runs {
        png.take(source, run)?;
    }
    png.runs = runs;
    Ok(png)
}

impl Png {
    /// Takes note of a chunk if it holds metadata.
    fn take(&mut self, source: &dyn Source, run: &Run) -> Result<(), Fault> {
        match &run.kind {
            b"eXIf" => self.take_exif(source, run),
            b"tEXt" | b"zTXt" | b"iTXt" => self.take_text(source, run),
            b"tXMP" => Err(Fault::beyond("its XMP packet is in a chunk that was given up long ago")),
            kind if kind.eq_ignore_ascii_case(b"exif") || kind.eq_ignore_ascii_case(b"zxif") => {
                Err(Fault::beyond("its EXIF block is in a chunk that is not standard"))
            }
            _ => Ok(()),
        }
    }

    fn take_exif(&mut self, source: &dyn Source, run: &Run) -> Result<(), Fault> {
        let (bytes, sound) = content(source, run, LONGEST)?;
        let skipped = if bytes.starts_with(b"Exif\0\0") { 6 } else { 0 };
        let block = bytes[skipped..].to_vec();
        if !block.starts_with(b"II") && !block.starts_with(b"MM") {
            return Err(Fault::beyond("its EXIF block is not as the standard wants it"));
        }
        let place = Some(run.content() + skipped as u64);
        self.found(Held::Exif, Block { bytes: block, place }, Place::of(run, Wrap::Bare, sound))
    }

    fn take_text(&mut self, source: &dyn Source, run: &Run) -> Result<(), Fault> {
        let keyword = run.keyword.as_deref().unwrap_or_default();
        let is_xmp = keyword == text::XMP;
        if !is_xmp && !is_profile(keyword) {
            let like = |name: &[u8]| keyword.eq_ignore_ascii_case(name);
            return if like(text::XMP) || is_profile_like(keyword) {
                Err(Fault::beyond("one of its texts has nearly the name of a text with metadata"))
            } else {
                Ok(())
            };
        }
        let (bytes, sound) = content(source, run, LONGEST)?;
        let text = Text::parse(run.kind, &bytes)?;
        if is_xmp {
            let as_it_is = &run.kind == b"iTXt" && !text.compressed;
            let place = as_it_is.then(|| run.content() + INTERNATIONAL_FRAME as u64);
            let block = Block { bytes: text.bytes, place };
            return self.found(Held::Xmp, block, Place::of(run, Wrap::International, sound));
        }
        match profile(keyword, &text)? {
            Some((profile, bytes)) => {
                let held = profile.held;
                let block = Block { bytes, place: None };
                self.found(held, block, Place::of(run, Wrap::Profile(profile), sound))
            }
            None => Ok(()),
        }
    }

    /// Takes a block for the one of its kind, or for a further one.
    fn found(&mut self, held: Held, block: Block, place: Place) -> Result<(), Fault> {
        let blocks = &mut self.blocks;
        if blocks.further.len() >= 4 {
            return Err(Fault::beyond("it holds the same metadata many times"));
        }
        match held {
            Held::Exif if blocks.exif.is_none() => {
                blocks.exif = Some(block);
                self.exif = Some(place);
            }
            Held::Xmp if blocks.xmp.is_none() => {
                blocks.xmp = Some(block);
                self.xmp = Some(place);
            }
            Held::Exif => blocks.further.push(Further::Exif(block.bytes)),
            Held::Xmp => blocks.further.push(Further::Xmp(block.bytes)),
            Held::Resources | Held::Iptc if blocks.photoshop.is_none() => {
                blocks.photoshop = Some(block);
                self.photoshop = Some(place);
            }
            Held::Resources | Held::Iptc => {
                return Err(Fault::beyond("it has IPTC in more than one place"));
            }
        }
        Ok(())
    }

    fn own(&self) -> impl Iterator<Item = &Place> {
        [&self.exif, &self.xmp, &self.photoshop].into_iter().flatten()
    }

    fn is_own(&self, run: &Run) -> bool {
        self.own().any(|place| place.start == run.start)
    }

    /// Where a chunk gets in, and what goes away for it.
    fn put(&self, old: Option<&Place>, chunk: Vec<u8>) -> Result<Vec<Splice>, Fault> {
        let Some(old) = old else { return Ok(vec![Splice::insert(self.front, chunk)]) };
        if !old.sound {
            return Err(Fault::beyond("the checksum of its metadata does not fit"));
        }
        let moves = old.end - old.start != chunk.len() as u64;
        if moves && self.fixed.is_some_and(|(start, end)| (start..end).contains(&old.start)) {
            return Err(Fault::beyond("its metadata lie between Apple's offsets and the image data"));
        }
        if old.start < self.front || self.fixed.is_some_and(|(_, image)| old.start < image) {
            return Ok(vec![Splice::replace(old.start, old.end, chunk)]);
        }
        if self.interrupts_image_data(old) {
            return Err(Fault::beyond("its metadata lie in the midst of the image data"));
        }
        Ok(vec![Splice::insert(self.front, chunk), Splice::replace(old.start, old.end, Vec::new())])
    }

    fn interrupts_image_data(&self, place: &Place) -> bool {
        let at = self.runs.iter().position(|run| run.start == place.start).unwrap_or(0);
        let around =
            at.checked_sub(1).and_then(|before| Some((self.runs.get(before)?, self.runs.get(at + 1)?)));
        around.is_some_and(|(before, behind)| before.is_image_data() && before.kind == behind.kind)
    }

    /// The resources without a digest that they did not have: in a PNG ExifTool neither makes nor compares one.
    fn without_new_digest(&self, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        let old = self.blocks.photoshop.as_ref().map(|block| Resources::parse(&block.bytes)).transpose()?;
        let mut new = Resources::parse(bytes)?;
        if old.and_then(|old| old.iptc()).is_some_and(|iptc| !iptc.has_digest) {
            new.remove_digest();
        }
        Ok(new.to_bytes())
    }

    fn put_xmp(&self, new: &NewXmp, others: i64, end: u64) -> Result<Vec<Splice>, Fault> {
        if new.least() as u64 > LONGEST / 2 {
            return Err(Fault::beyond("its XMP packet would be longer than is read natively"));
        }
        let old = self.xmp.as_ref();
        let chunk = match old.map(|place| &place.wrap) {
            Some(Wrap::Profile(profile)) => {
                let (kind, content) = profile.with(&packet(new, new.least())?)?;
                framed(kind, &content)?
            }
            _ => {
                let gone = old.map_or(0, |place| signed(place.end - place.start));
                let frame = signed(FRAME) + signed(INTERNATIONAL_FRAME as u64);
                let length =
                    packet_length(new.least(), others + frame - gone, end.saturating_sub(self.front));
                framed(*b"iTXt", &international(&packet(new, length)?))?
            }
        };
        self.put(old, chunk)
    }
}

impl Format for Png {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn parts(&self, source: &dyn Source) -> Result<Listing, Fault> {
        let mut listing = Listing::new();
        let mut order = Vec::new();
        for run in self.runs.iter().filter(|run| !self.is_own(run)) {
            let name = String::from_utf8_lossy(&run.kind).into_owned();
            let value = if run.is_image_data() { run_of_data(source, run)? } else { single(source, run)? };
            listing.entry(format!("PNG:{name}")).or_default().push(value);
            order.push(name);
        }
        listing.insert("PNG:order of chunks".to_owned(), order);
        let end = self.runs.last().map_or(0, |run| run.end);
        if end < source.len() {
            let behind = fingerprint(source, end, source.len() - end)?;
            listing.insert("PNG:behind the end".to_owned(), vec![behind]);
        }
        Ok(listing)
    }

    fn untouchable(&self) -> Vec<Range<u64>> {
        self.runs.iter().filter(|run| run.is_image_data()).map(|run| run.start..run.end).collect()
    }

    fn splices(&self, source: &dyn Source, renewed: &Renewed) -> Result<Vec<Splice>, Fault> {
        let repeated = |is: fn(&Further) -> bool| self.blocks.further.iter().any(is);
        if renewed.exif.is_some() && repeated(|further| matches!(further, Further::Exif(_))) {
            return Err(Fault::beyond("it has EXIF in more than one place"));
        }
        if renewed.xmp.is_some() && repeated(|further| matches!(further, Further::Xmp(_))) {
            return Err(Fault::beyond("it has more than one XMP packet"));
        }
        if !renewed.movie.is_empty() {
            return Err(Fault::beyond("a PNG has no place for the tags of a movie"));
        }
        let mut splices = Vec::new();
        if let Some(bytes) = &renewed.photoshop {
            let place = self.photoshop.as_ref();
            let Some(Place { wrap: Wrap::Profile(profile), .. }) = place else {
                return Err(Fault::beyond("it has no IPTC block, and none is made"));
            };
            let (kind, content) = profile.with(&self.without_new_digest(bytes)?)?;
            splices.extend(self.put(place, framed(kind, &content)?)?);
        }
        let mut exif = Vec::new();
        if let Some(new) = &renewed.exif {
            let place = self.exif.as_ref();
            let (kind, content) = match place.map(|place| &place.wrap) {
                Some(Wrap::Profile(profile)) => profile.with(&new.bytes)?,
                _ => (*b"eXIf", new.bytes.clone()),
            };
            if content.len() as u64 > LONGEST {
                return Err(Fault::beyond("its EXIF block would be longer than is read natively"));
            }
            exif = self.put(place, framed(kind, &content)?)?;
        }
        if let Some(new) = &renewed.xmp {
            let others = splices.iter().chain(&exif).map(grown).sum();
            splices.extend(self.put_xmp(new, others, source.len())?);
        }
        // Of several at one place the first comes first: EXIF behind XMP, as ExifTool puts it.
        splices.extend(exif);
        Ok(splices)
    }
}

impl Place {
    fn of(run: &Run, wrap: Wrap, sound: bool) -> Self {
        Self { start: run.start, end: run.end, wrap, sound }
    }
}

fn is_profile_like(keyword: &[u8]) -> bool {
    let mut keyword = keyword.to_ascii_lowercase();
    if let Some(first) = keyword.first_mut() {
        first.make_ascii_uppercase();
    }
    is_profile(&keyword) || keyword == b"Raw profile type app1"
}

fn packet(new: &NewXmp, length: usize) -> Result<Vec<u8>, Fault> {
    new.in_length(length).ok_or_else(|| Fault::beyond("its XMP packet does not fit"))
}

/// By how much a splice makes the file longer.
fn grown(splice: &Splice) -> i64 {
    signed(splice.bytes.len() as u64) - signed(splice.end - splice.start)
}

/// Lengths here are far below the limit: they are bound by the size of a file.
fn signed(length: u64) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX / 4)
}

fn single(source: &dyn Source, run: &Run) -> Result<String, Fault> {
    let sum = read_array::<4>(source, run.end - 4)?.map(u32::from_be_bytes);
    Ok(format!("{} {:08x}", fingerprint(source, run.content(), run.length())?, sum.unwrap_or(0)))
}

/// Data of any length by their number, their length, their ends, and the first and the last checksum.
fn run_of_data(source: &dyn Source, run: &Run) -> Result<String, Fault> {
    let sum = |end: u64| read_array::<4>(source, end - 4).map(|sum| sum.map_or(0, u32::from_be_bytes));
    let (first, last) = (sum(run.first_end)?, sum(run.end)?);
    let ends = fingerprint(source, run.start, run.end - run.start)?;
    Ok(format!("{}x {ends} {first:08x} {last:08x}", run.count))
}

#[cfg(test)]
mod tests;
