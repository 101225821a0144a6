//! The chunks of a PNG, found by reading their headers only.
//!
//! Image data come in thousands of chunks; those that follow each other are one run here, so that a picture of any
//! size is a short list. Checksums are read and not computed, except for chunks whose content is used.

use super::super::fault::Fault;
use crate::source::{Source, read_array, read_up_to};

pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Length, name and checksum around the content.
pub(super) const FRAME: u64 = 12;

/// More chunks than any sound file has: one with 1,000 megapixels in pieces of 8 KiB has fewer.
const MOST_CHUNKS: usize = 1 << 18;

/// More runs than any sound file has; an animation has two for each picture.
const MOST_RUNS: usize = 1 << 15;

/// Longer than any keyword of a text chunk may be (79), and its end.
const KEYWORD: usize = 80;

/// A chunk, or several with image data in a row.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) kind: [u8; 4],
    /// Where the first one starts.
    pub(super) start: u64,
    /// Where the last one starts.
    pub(super) last: u64,
    /// Where the last one ends.
    pub(super) end: u64,
    /// Where the first one ends.
    pub(super) first_end: u64,
    /// How many there are.
    pub(super) count: u32,
    /// The keyword of a text.
    pub(super) keyword: Option<Vec<u8>>,
}

impl Run {
    /// Where the content of a single chunk starts.
    pub(super) fn content(&self) -> u64 {
        self.start + 8
    }

    /// The length of the content of a single chunk.
    pub(super) fn length(&self) -> u64 {
        (self.first_end - self.start).saturating_sub(FRAME)
    }

    pub(super) fn is_image_data(&self) -> bool {
        is_image_data(self.kind)
    }
}

/// All chunks, the last of which is `IEND`, and with that the end of the picture.
pub(super) fn walk(source: &dyn Source) -> Result<Vec<Run>, Fault> {
    if read_array(source, 0)? != Some(SIGNATURE) {
        return Err(Fault::beyond("it does not start as a PNG does"));
    }
    let mut runs: Vec<Run> = Vec::new();
    let mut at = SIGNATURE.len() as u64;
    for _ in 0..MOST_CHUNKS {
        let run = chunk_at(source, at)?;
        at = run.end;
        let ends = &run.kind == b"IEND";
        match runs.last_mut() {
            Some(previous) if run.is_image_data() && previous.kind == run.kind => {
                previous.last = run.start;
                previous.end = run.end;
                previous.count += 1;
            }
            _ => runs.push(run),
        }
        if ends {
            return Ok(runs);
        }
        if runs.len() > MOST_RUNS {
            break;
        }
    }
    Err(Fault::beyond("it has more chunks than are looked at"))
}

fn chunk_at(source: &dyn Source, start: u64) -> Result<Run, Fault> {
    let mut head = [0; 8 + KEYWORD];
    let read = source.read_at(start, &mut head)?;
    let Some(([l0, l1, l2, l3, kind @ ..], content)) = head[..read].split_first_chunk::<8>() else {
        return Err(Fault::beyond("it ends before its last chunk"));
    };
    let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]);
    if length > u32::MAX >> 1 || !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(Fault::beyond("one of its chunks has no sound header"));
    }
    let end = start + FRAME + u64::from(length);
    if end > source.len() {
        return Err(Fault::beyond("it ends in the middle of a chunk"));
    }
    let content = &content[..content.len().min(usize::try_from(length).unwrap_or(usize::MAX))];
    let is_text = matches!(kind, b"tEXt" | b"zTXt" | b"iTXt");
    let keyword = is_text.then(|| content.split(|byte| *byte == 0).next().unwrap_or_default().to_vec());
    Ok(Run { kind: *kind, start, last: start, end, first_end: end, count: 1, keyword })
}

fn is_image_data(kind: [u8; 4]) -> bool {
    matches!(&kind, b"IDAT" | b"fdAT")
}

/// The content of a single chunk of at most so many bytes, and whether its checksum fits.
pub(super) fn content(source: &dyn Source, run: &Run, most: u64) -> Result<(Vec<u8>, bool), Fault> {
    let length = usize::try_from(run.length()).ok().filter(|_| run.length() <= most);
    let length = length.ok_or_else(|| Fault::beyond("its metadata are larger than is read natively"))?;
    let bytes = read_up_to(source, run.content(), length)?;
    let sum = read_array(source, run.content() + length as u64)?.map(u32::from_be_bytes);
    if bytes.len() != length {
        return Err(Fault::beyond("it ends in the middle of a chunk"));
    }
    let fits = sum == Some(checksum(run.kind, &bytes));
    Ok((bytes, fits))
}

/// A whole chunk.
pub(super) fn framed(kind: [u8; 4], content: &[u8]) -> Result<Vec<u8>, Fault> {
    let length = u32::try_from(content.len()).ok().filter(|length| *length <= u32::MAX >> 1);
    let length = length.ok_or_else(|| Fault::beyond("its metadata would not fit into a chunk"))?;
    let sum = checksum(kind, content);
    Ok([&length.to_be_bytes()[..], &kind, content, &sum.to_be_bytes()].concat())
}

fn checksum(kind: [u8; 4], content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&kind);
    hasher.update(content);
    hasher.finalize()
}
