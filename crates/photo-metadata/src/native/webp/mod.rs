//! WebP: chunks in a RIFF list, and a header chunk with a flag for each kind of metadata.
//!
//! A simple file, nothing but an image chunk, gets that header (`VP8X`) first; the size of its canvas comes from the
//! bitstream. Only the header's two flags, the metadata and the length of the list change. Some writers put
//! `Exif\0\0` in front of the TIFF header, as in a JPEG, and readers expect it to stay.

mod canvas;
mod chunks;

use std::ops::Range;

use canvas::Canvas;
use chunks::{Chunk, HEADER, is_foreign, walk};

use super::blocks::{Block, Blocks, Format, Further, Listing, NewXmp, Renewed};
use super::fault::Fault;
use super::room::{fingerprint, packet_length};
use crate::draft::Splice;
use crate::source::{Source, read_up_to};

const EXIF_FLAG: u8 = 0x08;
const XMP_FLAG: u8 = 0x04;

/// Longer metadata than these are not read natively.
const LONGEST: u64 = 4 << 20;

/// A WebP whose chunks are known.
pub(super) struct WebP {
    chunks: Vec<Chunk>,
    /// Where the list ends.
    end: u64,
    canvas: Canvas,
    blocks: Blocks,
    exif: Option<Chunk>,
    /// What stands in front of the TIFF header.
    exif_prefix: &'static [u8],
    xmp: Option<Chunk>,
}

/// Looks through a file.
pub(super) fn open(source: &dyn Source) -> Result<WebP, Fault> {
    let (chunks, end) = walk(source)?;
    let canvas = Canvas::of(source, &chunks)?;
    let blocks = Blocks { size: Some((canvas.width, canvas.height)), ..Blocks::default() };
    let mut webp = WebP { chunks: Vec::new(), end, canvas, blocks, exif: None, exif_prefix: b"", xmp: None };
    for chunk in &chunks {
        match &chunk.kind {
            b"EXIF" => webp.take_exif(source, chunk)?,
            b"XMP " => webp.take_xmp(source, chunk)?,
            _ if is_foreign(chunk.kind) => {
                return Err(Fault::beyond("it has a chunk that belongs into other kinds of files"));
            }
            _ => {}
        }
    }
    webp.chunks = chunks;
    Ok(webp)
}

fn content(source: &dyn Source, chunk: &Chunk) -> Result<Vec<u8>, Fault> {
    if chunk.length > LONGEST || chunk.length == 0 {
        return Err(Fault::beyond("its metadata have a length that is not read natively"));
    }
    Ok(read_up_to(source, chunk.content(), usize::try_from(chunk.length).unwrap_or(0))?)
}

impl WebP {
    fn take_exif(&mut self, source: &dyn Source, chunk: &Chunk) -> Result<(), Fault> {
        let bytes = content(source, chunk)?;
        let prefix: &'static [u8] = if bytes.starts_with(b"Exif\0\0") { b"Exif\0\0" } else { b"" };
        let bytes = bytes[prefix.len()..].to_vec();
        if !bytes.starts_with(b"II*\0") && !bytes.starts_with(b"MM\0*") {
            return Err(Fault::beyond("its EXIF block is not as the standard wants it"));
        }
        if self.exif.is_some() {
            return self.further(Further::Exif(bytes));
        }
        self.exif_prefix = prefix;
        self.exif = Some(chunk.clone());
        self.blocks.exif = Some(Block { bytes, place: Some(chunk.content() + prefix.len() as u64) });
        Ok(())
    }

    fn take_xmp(&mut self, source: &dyn Source, chunk: &Chunk) -> Result<(), Fault> {
        let bytes = content(source, chunk)?;
        if self.xmp.is_some() {
            return self.further(Further::Xmp(bytes));
        }
        self.xmp = Some(chunk.clone());
        self.blocks.xmp = Some(Block { bytes, place: Some(chunk.content()) });
        Ok(())
    }

    fn further(&mut self, further: Further) -> Result<(), Fault> {
        if self.blocks.further.len() >= 4 {
            return Err(Fault::beyond("it holds the same metadata many times"));
        }
        self.blocks.further.push(further);
        Ok(())
    }

    fn is_own(&self, chunk: &Chunk) -> bool {
        &chunk.kind == b"VP8X"
            || [&self.exif, &self.xmp].into_iter().flatten().any(|own| own.start == chunk.start)
    }

    /// The splice for a chunk in its old place or at one for new ones.
    fn put(old: Option<&Chunk>, new_place: u64, chunk: Vec<u8>) -> Splice {
        match old {
            Some(old) => Splice::replace(old.start, old.end(), chunk),
            None => Splice::insert(new_place, chunk),
        }
    }

    fn put_exif(&self, bytes: &[u8]) -> Result<Splice, Fault> {
        if bytes.len() as u64 > LONGEST / 2 {
            return Err(Fault::beyond("its EXIF block would be longer than is read natively"));
        }
        let chunk = framed(*b"EXIF", &[self.exif_prefix, bytes].concat())?;
        // A new one stands in front of XMP, as the format lists them.
        let place = self.xmp.as_ref().map_or(self.end, |xmp| xmp.start);
        Ok(Self::put(self.exif.as_ref(), place, chunk))
    }

    fn put_xmp(&self, new: &NewXmp, others: i64) -> Result<Splice, Fault> {
        if new.least() as u64 > LONGEST / 2 {
            return Err(Fault::beyond("its XMP packet would be longer than is read natively"));
        }
        let gone = self.xmp.as_ref().map_or(0, |chunk| chunk.end() - chunk.start);
        let place = self.xmp.as_ref().map_or(self.end, |chunk| chunk.start);
        let length = packet_length(new.least(), others + signed(HEADER) - signed(gone), self.end - place);
        let packet = new.in_length(length);
        let packet = packet.ok_or_else(|| Fault::beyond("its XMP packet does not fit"))?;
        Ok(Self::put(self.xmp.as_ref(), place, framed(*b"XMP ", &packet)?))
    }

    /// The length of the list once it has grown.
    fn new_list_length(&self, grown: i64) -> Result<u32, Fault> {
        let length = self.end.checked_add_signed(grown).and_then(|end| end.checked_sub(HEADER));
        let length = length.and_then(|length| u32::try_from(length).ok()).filter(|length| *length < u32::MAX);
        length.ok_or_else(|| Fault::beyond("it would become longer than a WebP may be"))
    }
}

impl Format for WebP {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn parts(&self, source: &dyn Source) -> Result<Listing, Fault> {
        let mut listing = Listing::new();
        let mut order = Vec::new();
        for chunk in self.chunks.iter().filter(|chunk| !self.is_own(chunk)) {
            let name = String::from_utf8_lossy(&chunk.kind).trim_end().to_owned();
            let value = fingerprint(source, chunk.content(), chunk.length)?;
            listing.entry(format!("WebP:{name}")).or_default().push(value);
            order.push(name);
        }
        listing.insert("WebP:order of chunks".to_owned(), order);
        listing.insert("WebP:canvas".to_owned(), vec![self.canvas.without(EXIF_FLAG | XMP_FLAG)]);
        if self.end < source.len() {
            let behind = fingerprint(source, self.end, source.len() - self.end)?;
            listing.insert("WebP:behind the list".to_owned(), vec![behind]);
        }
        Ok(listing)
    }

    fn untouchable(&self) -> Vec<Range<u64>> {
        let images =
            self.chunks.iter().filter(|chunk| matches!(&chunk.kind, b"VP8 " | b"VP8L" | b"ALPH" | b"ANMF"));
        images.map(|chunk| chunk.start..chunk.end()).collect()
    }

    fn splices(&self, _source: &dyn Source, renewed: &Renewed) -> Result<Vec<Splice>, Fault> {
        let repeated = |is: fn(&Further) -> bool| self.blocks.further.iter().any(is);
        if renewed.exif.is_some() && repeated(|further| matches!(further, Further::Exif(_))) {
            return Err(Fault::beyond("it has more than one EXIF block"));
        }
        if renewed.xmp.is_some() && repeated(|further| matches!(further, Further::Xmp(_))) {
            return Err(Fault::beyond("it has more than one XMP packet"));
        }
        if renewed.photoshop.is_some() || !renewed.movie.is_empty() {
            return Err(Fault::beyond("a WebP has no place for some of the tags"));
        }
        let mut flags = 0;
        let mut splices = Vec::new();
        if let Some(new) = &renewed.exif {
            flags |= EXIF_FLAG;
            splices.push(self.put_exif(&new.bytes)?);
        }
        if renewed.xmp.is_some() {
            flags |= XMP_FLAG;
        }
        // Its place is in front of all others, so that no splice has to care for the order.
        let header = self.canvas.with(flags)?;
        splices.extend(header.iter().cloned());
        if let Some(new) = &renewed.xmp {
            let others = splices.iter().map(grown).sum();
            splices.push(self.put_xmp(new, others)?);
        }
        if !splices.is_empty() {
            let length = self.new_list_length(splices.iter().map(grown).sum())?;
            splices.push(Splice::patch(4, length.to_le_bytes().to_vec()));
        }
        Ok(splices)
    }
}

/// A whole chunk with its padding.
fn framed(kind: [u8; 4], content: &[u8]) -> Result<Vec<u8>, Fault> {
    let length = u32::try_from(content.len());
    let length = length.map_err(|_| Fault::beyond("its metadata would not fit into a chunk"))?;
    let padding: &[u8] = if content.len() % 2 == 1 { b"\0" } else { b"" };
    Ok([&kind[..], &length.to_le_bytes(), content, padding].concat())
}

/// By how much a splice makes the file longer.
fn grown(splice: &Splice) -> i64 {
    signed(splice.bytes.len() as u64) - signed(splice.end - splice.start)
}

/// Lengths here are far below the limit: they are bound by the size of a file.
fn signed(length: u64) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests;
