//! MP4, QuickTime and CR3: samples in `mdat`, and in `moov` the tables that find them.
//!
//! Protected are the content of every `mdat`, every other box at the top except `moov`, XMP and free space,
//! and in `moov` everything except user data (`udta`, `meta`, XMP, Canon's own metadata box) and the dates in
//! `mvhd`, `tkhd` and `mdhd`. Chunk offsets change when `moov` grows, so they are protected as what they mean:
//! which `mdat`, and how many bytes into it. Together with the content of the `mdat` that is the same samples.
//! ExifTool moves `moov` to the front, so each of the three kinds is protected in an order of its own.

use std::io;

use super::Container;
use super::bmff::{BoxAt, XMP_UUID, boxes};
use super::examination::Examination;
use super::source::{Buffered, read_array, read_up_to};

/// Deeper than any box of a sound file.
const MOST_LEVELS: usize = 12;

/// Canon's box in the `moov` of CR3, which holds Exif in pieces, a thumbnail, and offsets.
const CANON_UUID: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";

/// How chunk offsets are protected.
#[derive(Clone, Copy)]
pub(super) enum Chunks<'a> {
    /// By their place in these `mdat` boxes, whose content is protected as well.
    Within(&'a [BoxAt]),
    /// By the bytes of their samples: where a writer may move things within `mdat`.
    ByContent,
}

pub(super) fn walk(x: &mut Examination<'_>, top: &[BoxAt]) -> io::Result<()> {
    let mdats: Vec<BoxAt> = top.iter().copied().filter(|found| &found.kind == b"mdat").collect();
    for mdat in &mdats {
        x.digest_range("mdat", mdat.content, mdat.length())?;
    }
    for moov in top.iter().filter(|found| &found.kind == b"moov") {
        movie(x, moov, Chunks::Within(&mdats))?;
    }
    for found in top {
        match &found.kind {
            b"moov" | b"mdat" | b"free" | b"skip" | b"wide" | b"meta" | b"udta" => {}
            b"uuid" if found.uuid == Some(XMP_UUID) => {}
            _ => {
                let start = if found.uuid.is_some() { found.content - 16 } else { found.content };
                x.digest_range(&format!("box {}", found.name()), start, found.end - start)?;
            }
        }
    }
    if !top.iter().any(|found| matches!(&found.kind, b"moov" | b"moof")) {
        x.malformed("box moov, which is missing", x.len());
    }
    Ok(())
}

/// Protects what is in `moov`.
pub(super) fn movie(x: &mut Examination<'_>, moov: &BoxAt, chunks: Chunks<'_>) -> io::Result<()> {
    tree(x, moov, chunks, 0)
}

fn tree(x: &mut Examination<'_>, parent: &BoxAt, chunks: Chunks<'_>, level: usize) -> io::Result<()> {
    if level > MOST_LEVELS {
        x.too_complex();
        return Ok(());
    }
    let children = boxes(x, parent.content, parent.end)?;
    for child in &children {
        match &child.kind {
            b"trak" | b"mdia" | b"minf" | b"edts" | b"dinf" | b"mvex" => {
                x.digest("enter", &child.kind);
                tree(x, child, chunks, level + 1)?;
            }
            b"stbl" => {
                x.digest("enter", &child.kind);
                tree(x, child, chunks, level + 1)?;
                if let Chunks::ByContent = chunks {
                    samples(x, child)?;
                }
            }
            b"udta" | b"meta" | b"free" | b"skip" | b"wide" => {}
            b"uuid" if matches!(child.uuid, Some(XMP_UUID | CANON_UUID)) => {}
            b"mvhd" | b"tkhd" | b"mdhd" => without_dates(x, child)?,
            b"stco" | b"co64" => {
                if let Chunks::Within(mdats) = chunks {
                    offsets(x, child, mdats)?;
                }
            }
            _ => {
                let start = if child.uuid.is_some() { child.content - 16 } else { child.content };
                x.digest_range(&format!("box {}", child.name()), start, child.end - start)?;
            }
        }
    }
    Ok(())
}

/// Version and flags, then two dates of 4 or 8 bytes by the version, then what is protected.
fn without_dates(x: &mut Examination<'_>, header: &BoxAt) -> io::Result<()> {
    let head = read_up_to(x.source, header.content, 4)?;
    x.digest(&header.name(), &head);
    let dates = if head.first() == Some(&1) { 16 } else { 8 };
    let rest = header.content.saturating_add(4 + dates).min(header.end);
    x.digest_range("behind the dates", rest, header.end - rest)
}

/// Chunk offsets as (number of the `mdat`, bytes into its content).
fn offsets(x: &mut Examination<'_>, table: &BoxAt, mdats: &[BoxAt]) -> io::Result<()> {
    let mut sorted: Vec<(usize, BoxAt)> = mdats.iter().copied().enumerate().collect();
    sorted.sort_by_key(|(_, mdat)| mdat.content);
    let Some(mut entries) = Offsets::new(x, table)? else { return Ok(()) };
    let source = x.source;
    let mut bytes = Buffered::new(source);
    let mut places = Vec::with_capacity(16 << 10);
    let mut missing = 0;
    while let Some(offset) = entries.next(&mut bytes)? {
        missing = missing.max(offset.saturating_sub(x.len()));
        let after = sorted.partition_point(|(_, mdat)| mdat.content <= offset);
        let inside =
            after.checked_sub(1).and_then(|at| sorted.get(at)).filter(|(_, mdat)| offset <= mdat.end);
        match inside {
            Some((number, mdat)) => {
                places.extend_from_slice(&(*number as u64).to_le_bytes());
                places.extend_from_slice(&(offset - mdat.content).to_le_bytes());
            }
            // Samples outside of any `mdat`: what is there stands for the place.
            None => places.extend_from_slice(&bytes_at(x, offset)?),
        }
        if places.len() >= 16 << 10 {
            x.digest("chunks", &places);
            places.clear();
        }
        if !x.spend(8) {
            return Ok(());
        }
    }
    x.digest("chunks", &places);
    if missing > 0 && matches!(x.container, Container::Mp4 | Container::Mov) {
        // Metadata get in at the end, where they would be taken for samples.
        x.truncated("samples".to_owned(), missing);
    }
    Ok(())
}

fn bytes_at(x: &Examination<'_>, offset: u64) -> io::Result<Vec<u8>> {
    let mut bytes = b"outside".to_vec();
    bytes.extend(read_up_to(x.source, offset, 64)?);
    Ok(bytes)
}

/// A table of chunk offsets, entry by entry.
struct Offsets {
    at: u64,
    left: u64,
    wide: bool,
}

impl Offsets {
    fn new(x: &mut Examination<'_>, table: &BoxAt) -> io::Result<Option<Self>> {
        let wide = &table.kind == b"co64";
        let count = read_array::<4>(x.source, table.content + 4)?.map_or(0, u32::from_be_bytes);
        let room = table.length().saturating_sub(8) / if wide { 8 } else { 4 };
        if u64::from(count) > room {
            x.malformed(format!("entries of {}", table.name()), table.start);
            return Ok(None);
        }
        Ok(Some(Self { at: table.content + 8, left: u64::from(count), wide }))
    }

    fn next(&mut self, bytes: &mut Buffered<'_>) -> io::Result<Option<u64>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let value = if self.wide {
            bytes.array::<8>(self.at)?.map(u64::from_be_bytes)
        } else {
            bytes.array::<4>(self.at)?.map(|entry| u64::from(u32::from_be_bytes(entry)))
        };
        self.at += if self.wide { 8 } else { 4 };
        Ok(value)
    }
}

/// The bytes of all samples of one track, chunk by chunk.
fn samples(x: &mut Examination<'_>, stbl: &BoxAt) -> io::Result<()> {
    let tables = boxes(x, stbl.content, stbl.end)?;
    let find = |kinds: &[&[u8; 4]]| tables.iter().find(|table| kinds.contains(&&table.kind)).copied();
    let (Some(chunks), Some(per_chunk), Some(sizes)) =
        (find(&[b"stco", b"co64"]), find(&[b"stsc"]), find(&[b"stsz"]))
    else {
        return Ok(());
    };
    let Some(mut entries) = Offsets::new(x, &chunks)? else { return Ok(()) };
    let source = x.source;
    let (mut offsets, mut runs, mut lengths) =
        (Buffered::new(source), Buffered::new(source), Buffered::new(source));
    let run_count = runs.array::<4>(per_chunk.content + 4)?.map_or(0, u32::from_be_bytes);
    let fixed = lengths.array::<4>(sizes.content + 4)?.map_or(0, u32::from_be_bytes);
    let (mut run, mut sample, mut chunk) = (0_u32, 0_u64, 0_u32);
    let mut in_chunk = 0_u32;
    while let Some(offset) = entries.next(&mut offsets)? {
        chunk = chunk.saturating_add(1);
        while run < run_count {
            let at = per_chunk.content + 8 + 12 * u64::from(run);
            let Some([f0, f1, f2, f3, n0, n1, n2, n3]) = runs.array::<8>(at)? else { break };
            if u32::from_be_bytes([f0, f1, f2, f3]) > chunk {
                break;
            }
            in_chunk = u32::from_be_bytes([n0, n1, n2, n3]);
            run += 1;
        }
        let mut length = u64::from(fixed) * u64::from(in_chunk);
        if fixed == 0 {
            for _ in 0..in_chunk {
                let at = sizes.content + 12 + 4 * sample;
                if at + 4 > sizes.end || !x.spend(1) {
                    break;
                }
                length += lengths.array::<4>(at)?.map_or(0, |size| u64::from(u32::from_be_bytes(size)));
                sample += 1;
            }
        }
        if !x.spend(64) {
            return Ok(());
        }
        x.digest_range("chunk", offset, length)?;
    }
    Ok(())
}
