//! The table of contents at the end of a zip: found from the end, read as a stream.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;

use super::{Header, dos_time};
use crate::import::sources::archive::{Part, Visit, int, long, short};

/// In front of a file.
pub(super) const LOCAL: u32 = 0x0403_4b50;
/// In front of each entry of the table.
pub(super) const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const END_64_LOCATOR: u32 = 0x0706_4b50;

/// Length of the record at the very end, without its comment of at most 65,535 bytes.
const END_LENGTH: usize = 22;

/// Where the table of contents is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Table {
    at: u64,
    length: u64,
    /// Bytes that somebody put in front of the archive; every place in the table is so much too small.
    shift: u64,
    count: u64,
}

/// Looks for the table, or says what is wrong with it.
pub(super) fn find(file: &File, length: u64) -> io::Result<Result<Table, String>> {
    let tail_length = usize::try_from(length.min(0xffff + END_LENGTH as u64)).unwrap_or(END_LENGTH);
    let mut tail = vec![0; tail_length];
    let tail_at = length - tail_length as u64;
    file.read_exact_at(&mut tail, tail_at)?;
    let end = (0..=tail_length.saturating_sub(END_LENGTH)).rev().find(|&at| {
        int(&tail, at) == END && at + END_LENGTH + usize::from(short(&tail, at + 20)) <= tail_length
    });
    let Some(at) = end else {
        return Ok(Err("its table of contents is missing, as after a download that was cut off".to_owned()));
    };
    let record = &tail[at..];
    let end_at = tail_at + at as u64;
    let small = (u64::from(short(record, 10)), u64::from(int(record, 12)), u64::from(int(record, 16)));
    let is_large = small.0 == 0xffff || small.1 == 0xffff_ffff || small.2 == 0xffff_ffff;
    let (count, table_length, table_at, table_end) =
        match is_large.then(|| large(file, end_at)).transpose()?.flatten() {
            Some(found) => found,
            None => (small.0, small.1, small.2, end_at),
        };
    let Some(shift) = table_at.checked_add(table_length).and_then(|end| table_end.checked_sub(end)) else {
        return Ok(Err("its table of contents is not where it should be".to_owned()));
    };
    let table = Table { at: table_at + shift, length: table_length, shift, count };
    let mut first = [0; 4];
    let is_there =
        table_length == 0 || file.read_exact_at(&mut first, table.at).is_ok() && int(&first, 0) == CENTRAL;
    Ok(if is_there { Ok(table) } else { Err("its table of contents is not where it should be".to_owned()) })
}

/// Count, length, place and end of the table of an archive of more than 4 GiB or 65,535 files.
fn large(file: &File, end_at: u64) -> io::Result<Option<(u64, u64, u64, u64)>> {
    let mut locator = [0; 20];
    let Some(locator_at) = end_at.checked_sub(20) else { return Ok(None) };
    file.read_exact_at(&mut locator, locator_at)?;
    if int(&locator, 0) != END_64_LOCATOR {
        return Ok(None);
    }
    // With something in front of the archive the place is wrong, but the record nearly always stands right here.
    for at in [Some(long(&locator, 8)), locator_at.checked_sub(56)].into_iter().flatten() {
        let mut record = [0; 56];
        if at <= locator_at.saturating_sub(56)
            && file.read_exact_at(&mut record, at).is_ok()
            && int(&record, 0) == END_64
        {
            return Ok(Some((long(&record, 32), long(&record, 40), long(&record, 48), at)));
        }
    }
    Ok(None)
}

/// Tells every entry of the table.
pub(super) fn each(
    file: &File,
    table: &Table,
    tell: &mut dyn FnMut(&Header) -> ControlFlow<()>,
) -> io::Result<Visit> {
    let part = Part { file: file.try_clone()?, at: table.at, end: table.at + table.length };
    let mut bytes = BufReader::with_capacity(64 << 10, part);
    let mut header = Header::default();
    let mut told = 0_u64;
    while !bytes.fill_buf()?.is_empty() {
        match next(&mut bytes, table.shift, &mut header) {
            Ok(true) => told += 1,
            Ok(false) => break,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Ok(Visit::Damaged("its table of contents is cut off".to_owned()));
            }
            Err(error) => return Err(error),
        }
        if tell(&header).is_break() {
            return Ok(Visit::Stopped);
        }
    }
    // The old count has 16 bits and wraps around in some large archives.
    if told & 0xffff != table.count & 0xffff {
        return Ok(Visit::Damaged(format!("its table of contents lists {told} of {} files", table.count)));
    }
    Ok(Visit::Complete)
}

/// Reads one entry; `false` where there is none.
fn next(bytes: &mut BufReader<Part>, shift: u64, header: &mut Header) -> io::Result<bool> {
    let mut fixed = [0; 46];
    bytes.read_exact(&mut fixed)?;
    if int(&fixed, 0) != CENTRAL {
        return Ok(false);
    }
    let lengths = [28, 30, 32].map(|at| usize::from(short(&fixed, at)));
    header.path.resize(lengths[0], 0);
    bytes.read_exact(&mut header.path)?;
    let mut rest = vec![0; lengths[1] + lengths[2]];
    bytes.read_exact(&mut rest)?;
    let is_unix = short(&fixed, 4) >> 8 == 3;
    header.flags = short(&fixed, 8);
    header.method = short(&fixed, 10);
    header.modified = dos_time(short(&fixed, 14), short(&fixed, 12));
    header.sum = int(&fixed, 16);
    header.packed = u64::from(int(&fixed, 20));
    header.size = u64::from(int(&fixed, 24));
    header.mode = if is_unix { int(&fixed, 38) >> 16 } else { 0 };
    header.at = u64::from(int(&fixed, 42));
    header.read_extra(&rest[..lengths[1]]);
    header.at = header.at.saturating_add(shift);
    Ok(true)
}

impl Header {
    /// Takes over what stands in the extra fields: numbers that do not fit into 32 bits, and the time in UTC.
    pub(super) fn read_extra(&mut self, mut extra: &[u8]) {
        const LARGE: u16 = 0x0001;
        const TIME: u16 = 0x5455;
        while extra.len() >= 4 {
            let (id, length) = (short(extra, 0), usize::from(short(extra, 2)));
            let Some(field) = extra.get(4..4 + length) else { return };
            if id == LARGE {
                let mut numbers = field.chunks_exact(8).map(|eight| long(eight, 0));
                for number in [&mut self.size, &mut self.packed, &mut self.at] {
                    if *number == 0xffff_ffff {
                        *number = numbers.next().unwrap_or(*number);
                    }
                }
            } else if id == TIME && field.len() >= 5 && field[0] & 1 != 0 {
                self.modified = i64::from(int(field, 1).cast_signed());
            }
            extra = &extra[4 + length..];
        }
    }
}
