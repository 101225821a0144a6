//! A zip without its table of contents: the headers in front of the files are followed one by one.
//!
//! Where a header does not say how long the file is, because it was written before that was known, the end is found by
//! decompressing, or by looking for a record behind the bytes that says exactly this length.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;

use flate2::bufread::DeflateDecoder;

use super::directory::{CENTRAL, LOCAL};
use super::{Header, LOCAL_HEADER, dos_time};
use crate::import::sources::archive::{Part, Visit, int, long, short};

/// In front of the sum and the lengths behind a file.
const DESCRIPTOR: u32 = 0x0807_4b50;
/// Says that they stand there.
const LENGTHS_FOLLOW: u16 = 1 << 3;

/// Tells every file up to where the archive breaks off.
pub(super) fn each(
    file: &File,
    length: u64,
    problem: &str,
    tell: &mut dyn FnMut(&Header) -> ControlFlow<()>,
) -> io::Result<Visit> {
    let (mut at, mut told) = (0, 0_u64);
    while let Some((header, data)) = header_at(file, at)? {
        let Some((header, next)) = whole(file, length, header, data)? else { break };
        if tell(&header).is_break() {
            return Ok(Visit::Stopped);
        }
        told += 1;
        at = next;
    }
    Ok(Visit::Damaged(format!("{problem}; the {told} files in front of that were read. Download it again")))
}

/// The header in front of a file, and where the bytes of the file begin.
fn header_at(file: &File, at: u64) -> io::Result<Option<(Header, u64)>> {
    let mut fixed = [0; LOCAL_HEADER];
    if file.read_exact_at(&mut fixed, at).is_err() || int(&fixed, 0) != LOCAL {
        return Ok(None);
    }
    let (name, extra) = (usize::from(short(&fixed, 26)), usize::from(short(&fixed, 28)));
    let mut texts = vec![0; name + extra];
    match file.read_exact_at(&mut texts, at + LOCAL_HEADER as u64) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut header = Header {
        path: texts[..name].to_vec(),
        flags: short(&fixed, 6),
        method: short(&fixed, 8),
        modified: dos_time(short(&fixed, 12), short(&fixed, 10)),
        sum: int(&fixed, 14),
        packed: u64::from(int(&fixed, 18)),
        size: u64::from(int(&fixed, 22)),
        at: 0,
        mode: 0,
    };
    header.read_extra(&texts[name..]);
    header.at = at;
    Ok(Some((header, at + LOCAL_HEADER as u64 + (name + extra) as u64)))
}

/// The header with its lengths, and where the next one is; `None` when the archive ends in the middle.
fn whole(file: &File, length: u64, mut header: Header, data: u64) -> io::Result<Option<(Header, u64)>> {
    if header.flags & LENGTHS_FOLLOW == 0 || header.packed != 0 {
        let mut end = data.saturating_add(header.packed);
        if header.flags & LENGTHS_FOLLOW != 0 {
            end = descriptor(file, end, header.sum)?.map_or(end, |(_, behind)| behind);
        }
        return Ok((end <= length).then_some((header, end)));
    }
    let found = match header.method {
        8 => inflated(file, length, data)?,
        0 => described(file, length, data)?,
        _ => None,
    };
    let Some((packed, size, sum)) = found else { return Ok(None) };
    // The sum that was announced is the one that counts; where it is another, reading the file will say so.
    let Some((announced, next)) = descriptor(file, data + packed, sum)? else { return Ok(None) };
    (header.packed, header.size, header.sum) = (packed, size, announced);
    Ok(Some((header, next)))
}

/// The sum in the record behind a file, and where that ends: with or without its mark, with lengths of four or eight
/// bytes. One with the right sum comes first.
fn descriptor(file: &File, end: u64, sum: u32) -> io::Result<Option<(u32, u64)>> {
    let mut record = [0; 28];
    let mut read = 0;
    while read < record.len() {
        match file.read_at(&mut record[read..], end + read as u64)? {
            0 => break,
            more => read += more,
        }
    }
    let forms = [(4, 20), (4, 12), (0, 20), (0, 12)];
    let behind = |is_right: bool| {
        forms.into_iter().find_map(|(mark, length)| {
            let next = mark + length;
            let is_mark = mark == 0 || int(&record, 0) == DESCRIPTOR;
            let follows = int(&record, next);
            let has_next = next + 4 > read || follows == LOCAL || follows == CENTRAL;
            let announced = int(&record, mark);
            let fits = is_mark && has_next && next <= read && (announced == sum || !is_right);
            fits.then_some((announced, end + next as u64))
        })
    };
    Ok(behind(true).or_else(|| behind(false)))
}

/// Lengths and sum of a compressed file, by decompressing it.
fn inflated(file: &File, length: u64, data: u64) -> io::Result<Option<(u64, u64, u32)>> {
    let part = Part { file: file.try_clone()?, at: data, end: length };
    let mut decoder = DeflateDecoder::new(BufReader::with_capacity(64 << 10, part));
    let mut sum = crc32fast::Hasher::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match decoder.read(&mut buffer) {
            Ok(0) => return Ok(Some((decoder.total_in(), decoder.total_out(), sum.finalize()))),
            Ok(read) => sum.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Ok(None),
        }
    }
}

/// Length and sum of a file that is not compressed: up to a record that says exactly this.
fn described(file: &File, length: u64, data: u64) -> io::Result<Option<(u64, u64, u32)>> {
    let mut bytes =
        BufReader::with_capacity(64 << 10, Part { file: file.try_clone()?, at: data, end: length });
    let mut sum = crc32fast::Hasher::new();
    let mut size = 0_u64;
    loop {
        let buffer = bytes.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        let mark = DESCRIPTOR.to_le_bytes();
        let before = buffer.iter().position(|byte| *byte == mark[0]).unwrap_or(buffer.len());
        sum.update(&buffer[..before]);
        size += before as u64;
        let rest = &buffer[before..];
        // At the end of the buffer only the beginning of the mark may be there.
        let is_mark = !rest.is_empty() && rest.iter().zip(mark).all(|(byte, expected)| *byte == expected);
        let is_end = rest.is_empty();
        bytes.consume(before);
        if is_end {
            continue;
        }
        if !is_mark {
            sum.update(&mark[..1]);
            size += 1;
            bytes.consume(1);
            continue;
        }
        let mut record = [0; 24];
        if file.read_exact_at(&mut record[..16], data + size).is_err() {
            return Ok(None);
        }
        let _ = file.read_exact_at(&mut record, data + size);
        let says = |size: u64| u64::from(int(&record, 8)) == size || long(&record, 8) == size;
        if record[..4] == mark && says(size) && int(&record, 4) == sum.clone().finalize() {
            return Ok(Some((size, size, sum.finalize())));
        }
        sum.update(&mark[..1]);
        size += 1;
        bytes.consume(1);
    }
}
