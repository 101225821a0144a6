//! A zip archive: each file stored or deflated, its sizes in front of it, behind it, or in 64 bits.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Where the sizes of a file stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sizes {
    /// In the header in front of it.
    #[default]
    InFront,
    /// In a record behind it, because they were not known before; so writes who streams.
    Behind,
    /// In front of it in 64 bits, as for files of more than 4 GiB.
    Large,
}

/// A zip archive that is being made.
#[derive(Debug, Clone, Default)]
pub struct Zip {
    bytes: Vec<u8>,
    table: Vec<u8>,
    count: u64,
    is_large: bool,
}

/// Says that the name is UTF-8.
const UTF8: u16 = 1 << 11;
const BEHIND: u16 = 1 << 3;

impl Zip {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file that is not compressed.
    pub fn store(&mut self, path: impl AsRef<[u8]>, content: &[u8], sizes: Sizes) {
        self.add(path.as_ref(), content, content, 0, sizes, 0);
    }

    /// Adds a file that is compressed.
    pub fn deflate(&mut self, path: impl AsRef<[u8]>, content: &[u8], sizes: Sizes) {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        let packed = encoder.write_all(content).and_then(|()| encoder.finish()).unwrap_or_default();
        self.add(path.as_ref(), content, &packed, 8, sizes, 0);
    }

    /// Adds a file whose header says that it is encrypted.
    pub fn encrypted(&mut self, path: impl AsRef<[u8]>, content: &[u8]) {
        self.add(path.as_ref(), content, content, 0, Sizes::InFront, 1);
    }

    /// The files without a table of contents.
    pub fn without_table(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// The archive.
    pub fn build(mut self) -> Vec<u8> {
        let at = self.bytes.len() as u64;
        let length = self.table.len() as u64;
        self.bytes.append(&mut self.table);
        if self.is_large {
            self.end_in_64_bits(at, length);
        }
        let (small, short) = if self.is_large { (u32::MAX, u16::MAX) } else { (low(at), low16(self.count)) };
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(short.to_le_bytes());
        self.bytes.extend(short.to_le_bytes());
        self.bytes.extend(if self.is_large { u32::MAX } else { low(length) }.to_le_bytes());
        self.bytes.extend(small.to_le_bytes());
        self.bytes.extend([0, 0]);
        self.bytes
    }

    fn end_in_64_bits(&mut self, at: u64, length: u64) {
        let record = self.bytes.len() as u64;
        self.bytes.extend(b"PK\x06\x06");
        self.bytes.extend(44_u64.to_le_bytes());
        self.bytes.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [self.count, self.count, length, at] {
            self.bytes.extend(number.to_le_bytes());
        }
        self.bytes.extend(b"PK\x06\x07\0\0\0\0");
        self.bytes.extend(record.to_le_bytes());
        self.bytes.extend(1_u32.to_le_bytes());
    }

    fn add(&mut self, path: &[u8], content: &[u8], packed: &[u8], method: u16, sizes: Sizes, flags: u16) {
        let at = self.bytes.len() as u64;
        let (sum, size, packed_size) = (crc32fast::hash(content), content.len() as u64, packed.len() as u64);
        let flags = flags | UTF8 | if sizes == Sizes::Behind { BEHIND } else { 0 };
        let known = if sizes == Sizes::Behind { (0, 0, 0) } else { (sum, low(packed_size), low(size)) };
        let in_header = if sizes == Sizes::Large { (sum, u32::MAX, u32::MAX) } else { known };
        let mut extra = Vec::new();
        if sizes == Sizes::Large {
            extra.extend([1, 0, 16, 0]);
            extra.extend(size.to_le_bytes());
            extra.extend(packed_size.to_le_bytes());
        }
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(header(flags, method, in_header, path.len(), extra.len()));
        self.bytes.extend(path);
        self.bytes.extend(&extra);
        self.bytes.extend(packed);
        if sizes == Sizes::Behind {
            self.bytes.extend(b"PK\x07\x08");
            for number in [sum, low(packed_size), low(size)] {
                self.bytes.extend(number.to_le_bytes());
            }
        }
        let in_table = if sizes == Sizes::Large { in_header } else { (sum, low(packed_size), low(size)) };
        self.table.extend(b"PK\x01\x02\x2d\x03");
        self.table.extend(header(flags, method, in_table, path.len(), extra.len()));
        self.table.extend([0; 6]);
        self.table.extend(0o100_644_u32.wrapping_shl(16).to_le_bytes());
        self.table.extend(low(at).to_le_bytes());
        self.table.extend(path);
        self.table.extend(&extra);
        self.count += 1;
        self.is_large |= sizes == Sizes::Large;
    }
}

/// What stands in both headers of a file: version, flags, method, time, sum, sizes, lengths.
fn header(flags: u16, method: u16, sizes: (u32, u32, u32), name: usize, extra: usize) -> Vec<u8> {
    // 2024-01-31 12:00:00.
    let (date, time) = ((44_u16 << 9) | (1 << 5) | 31, 12_u16 << 11);
    let mut bytes = Vec::with_capacity(26);
    for number in [45, flags, method, time, date] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [sizes.0, sizes.1, sizes.2] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(low16(name as u64).to_le_bytes());
    bytes.extend(low16(extra as u64).to_le_bytes());
    bytes
}

fn low(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn low16(number: u64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
