//! The files in a tar stream, one header at a time: old, POSIX and GNU forms, long names in either of their two ways.

use std::io::{self, Read};

use super::spoiled;

/// Length of a header, and what everything is padded to.
pub(super) const BLOCK: usize = 512;
/// Longest name, and longest extended header, that is believed.
const LONG: u64 = 64 << 10;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TarHeader {
    /// The path in the archive.
    pub(super) path: Vec<u8>,
    /// Bytes of the file, which follow.
    pub(super) size: u64,
    /// Seconds since 1970.
    pub(super) modified: i64,
    /// What it is.
    pub(super) what: What,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum What {
    /// A file.
    #[default]
    File,
    /// A folder, or a note of the archiver.
    Nothing,
    /// A link, a device, a file with holes.
    Other,
}

/// Reads the next header with the extended ones in front of it; `None` at the end.
pub(super) fn next_header(stream: &mut impl Read) -> io::Result<Option<TarHeader>> {
    let (mut path, mut size, mut modified) = (None, None, None);
    loop {
        let mut block = [0; BLOCK];
        if !fill(stream, &mut block)? || block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if !is_sum_right(&block) {
            return Err(spoiled("there is no tar header where one should be"));
        }
        let length = number(&block[124..136]).ok_or_else(|| spoiled("the length of a file is no number"))?;
        match block[156] {
            b'L' => path = Some(trimmed(&text(stream, length)?).to_vec()),
            b'x' => {
                for (key, value) in records(&text(stream, length)?) {
                    let digits = std::str::from_utf8(&value).unwrap_or_default();
                    match &key[..] {
                        b"path" => path = Some(value),
                        b"size" => size = digits.parse().ok(),
                        b"mtime" => {
                            modified = digits.split('.').next().and_then(|seconds| seconds.parse().ok());
                        }
                        _ => {}
                    }
                }
            }
            b'K' | b'g' => drop(text(stream, length)?),
            kind => {
                let what = match kind {
                    b'0' | 0 | b'7' => What::File,
                    b'5' => What::Nothing,
                    _ => What::Other,
                };
                return Ok(Some(TarHeader {
                    path: path.unwrap_or_else(|| short_path(&block)),
                    size: size.unwrap_or(length),
                    modified: modified.unwrap_or_else(|| {
                        number(&block[136..148]).and_then(|time| time.try_into().ok()).unwrap_or(0)
                    }),
                    what,
                }));
            }
        }
    }
}

/// How many bytes of padding follow so many bytes.
pub(super) fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64) - size
}

/// Reads a whole block; `false` when the stream ends in front of it.
fn fill(stream: &mut impl Read, block: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < block.len() {
        match stream.read(&mut block[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive is cut off")),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Reads an extended header.
fn text(stream: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    if length > LONG {
        return Err(spoiled("a name is longer than names are"));
    }
    let mut text = vec![0; usize::try_from(length + padding(length)).unwrap_or(0)];
    stream.read_exact(&mut text)?;
    text.truncate(usize::try_from(length).unwrap_or(0));
    Ok(text)
}

/// The records `length key=value\n` of an extended header.
fn records(mut text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut records = Vec::new();
    while let Some(space) = text.iter().position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&text[..space]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| text.get(space + 1..length)) else { break };
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(equals) = record.iter().position(|byte| *byte == b'=') {
            records.push((record[..equals].to_vec(), record[equals + 1..].to_vec()));
        }
        text = &text[length.unwrap_or(text.len())..];
    }
    records
}

/// The path in the header itself, in its two parts.
fn short_path(block: &[u8; BLOCK]) -> Vec<u8> {
    let name = trimmed(&block[..100]);
    // GNU has other things where POSIX has the front part.
    let prefix = if &block[257..263] == b"ustar\0" { trimmed(&block[345..500]) } else { &[] };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

/// Up to the first zero.
fn trimmed(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number in octal digits, or in binary when the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (first, rest) = field.split_first()?;
        return rest.iter().try_fold(u64::from(first & 0x7f), |number, byte| {
            (number >> 56 == 0).then_some(number << 8 | u64::from(*byte))
        });
    }
    let digits = std::str::from_utf8(trimmed(field)).ok()?.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// Whether the sum in a header is that of its bytes, with the sum itself taken as spaces.
fn is_sum_right(block: &[u8; BLOCK]) -> bool {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    number(&block[148..156]) == Some(sum(&block[..148]) + sum(&block[156..]) + 8 * u64::from(b' '))
}
