//! A small TIFF writer: directories, values, sub-directories, in either byte order.
//!
//! EXIF blocks, MPF indexes, TIFF and DNG files are the same structure. Offsets count from the
//! start of the TIFF header; values of up to four bytes stand in the entry itself; values start
//! at even offsets.

use std::collections::BTreeMap;

use crate::bytes::{int16, int32};

/// The order of bytes in the numbers of a TIFF structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteOrder {
    /// `II`, least significant byte first.
    #[default]
    Little,
    /// `MM`, most significant byte first.
    Big,
}

impl ByteOrder {
    fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    /// A 32-bit number in this order.
    pub(crate) fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    fn mark(self) -> &'static [u8; 2] {
        match self {
            Self::Little => b"II",
            Self::Big => b"MM",
        }
    }
}

/// The value of one entry.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Type 1.
    Byte(Vec<u8>),
    /// Type 2; the closing zero byte is added.
    Ascii(String),
    /// Type 3.
    Short(Vec<u16>),
    /// Type 4.
    Long(Vec<u32>),
    /// Type 4 in name, but bytes in their own order: how TIFF has held IPTC ever since.
    BytesAsLong(Vec<u8>),
    /// Type 5, numerator and denominator.
    Rational(Vec<(u32, u32)>),
    /// Type 7.
    Undefined(Vec<u8>),
    /// Type 4: the offset of a directory that is written behind this one.
    Directory(Directory),
    /// Type 4: the offset of bytes that are written behind this directory.
    Data(Vec<u8>),
}

/// One image file directory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    entries: BTreeMap<u16, Value>,
}

impl Directory {
    /// Sets the value of a tag.
    pub(crate) fn set(&mut self, tag: u16, value: Value) {
        self.entries.insert(tag, value);
    }

    /// Sets a text, if there is one.
    pub(crate) fn set_text(&mut self, tag: u16, text: Option<&String>) {
        if let Some(text) = text {
            self.set(tag, Value::Ascii(text.clone()));
        }
    }

    /// Takes over all entries of the other one.
    pub(crate) fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }
}

/// Writes a header and a chain of directories.
pub(crate) fn write(order: ByteOrder, chain: &[Directory]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(order.mark());
    out.extend_from_slice(&order.u16(42));
    let mut pointer = out.len();
    out.extend_from_slice(&[0; 4]);
    for directory in chain {
        let start = put_directory(&mut out, order, directory);
        out[pointer..pointer + 4].copy_from_slice(&order.u32(int32(start)));
        pointer = start + 2 + 12 * directory.entries.len();
    }
    out
}

/// Appends a directory with all that it points to, and says where it starts.
fn put_directory(out: &mut Vec<u8>, order: ByteOrder, directory: &Directory) -> usize {
    align(out);
    let start = out.len();
    let count = directory.entries.len();
    out.resize(start + 2 + 12 * count + 4, 0);
    out[start..start + 2].copy_from_slice(&order.u16(int16(count)));
    for (index, (tag, value)) in directory.entries.iter().enumerate() {
        let entry = entry(out, order, *tag, value);
        let at = start + 2 + 12 * index;
        out[at..at + 12].copy_from_slice(&entry);
    }
    start
}

/// Makes the twelve bytes of an entry; what does not fit is appended.
fn entry(out: &mut Vec<u8>, order: ByteOrder, tag: u16, value: &Value) -> [u8; 12] {
    let (kind, count, bytes) = encode(out, order, value);
    let mut field = [0; 4];
    if bytes.len() <= 4 {
        field[..bytes.len()].copy_from_slice(&bytes);
    } else {
        field = order.u32(int32(append(out, &bytes)));
    }
    let mut entry = [0; 12];
    entry[..2].copy_from_slice(&order.u16(tag));
    entry[2..4].copy_from_slice(&order.u16(kind));
    entry[4..8].copy_from_slice(&order.u32(int32(count)));
    entry[8..].copy_from_slice(&field);
    entry
}

/// The type, the count and the bytes of a value.
fn encode(out: &mut Vec<u8>, order: ByteOrder, value: &Value) -> (u16, usize, Vec<u8>) {
    match value {
        Value::Byte(bytes) => (1, bytes.len(), bytes.clone()),
        Value::Ascii(text) => (2, text.len() + 1, [text.as_bytes(), &[0]].concat()),
        Value::Short(numbers) => (3, numbers.len(), numbers.iter().flat_map(|n| order.u16(*n)).collect()),
        Value::Long(numbers) => (4, numbers.len(), numbers.iter().flat_map(|n| order.u32(*n)).collect()),
        Value::BytesAsLong(bytes) => {
            let mut bytes = bytes.clone();
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            (4, bytes.len() / 4, bytes)
        }
        Value::Rational(fractions) => {
            let bytes = fractions.iter().flat_map(|(above, below)| [order.u32(*above), order.u32(*below)]);
            (5, fractions.len(), bytes.flatten().collect())
        }
        Value::Undefined(bytes) => (7, bytes.len(), bytes.clone()),
        Value::Directory(directory) => {
            (4, 1, order.u32(int32(put_directory(out, order, directory))).to_vec())
        }
        Value::Data(bytes) => (4, 1, order.u32(int32(append(out, bytes))).to_vec()),
    }
}

/// Appends bytes at an even offset, and says where.
fn append(out: &mut Vec<u8>, bytes: &[u8]) -> usize {
    align(out);
    let at = out.len();
    out.extend_from_slice(bytes);
    at
}

fn align(out: &mut Vec<u8>) {
    if out.len() % 2 == 1 {
        out.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_value_stands_in_its_entry_in_both_orders() {
        let mut directory = Directory::default();
        directory.set(0x0112, Value::Short(vec![6]));

        let little = write(ByteOrder::Little, std::slice::from_ref(&directory));
        let big = write(ByteOrder::Big, &[directory]);

        assert_eq!(little[8..22], [1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
        assert_eq!(big[8..22], [0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
    }

    #[test]
    fn directories_of_a_chain_point_to_each_other() {
        let mut directory = Directory::default();
        directory.set(0x010e, Value::Ascii("odd length".into()));

        let bytes = write(ByteOrder::Big, &[directory.clone(), directory]);

        let next = usize::from(u16::from_be_bytes([bytes[24], bytes[25]]));
        assert_eq!(next % 2, 0);
        assert_eq!(bytes[next..next + 4], [0, 1, 1, 0x0e]);
    }
}
