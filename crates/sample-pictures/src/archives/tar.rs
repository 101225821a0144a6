//! A compressed tar archive: names of any length, in either of the two ways that long names have.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// How a name is written that is longer than the header has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TarName {
    /// In an extended header of POSIX.
    #[default]
    Posix,
    /// In an entry of its own, as GNU does.
    Gnu,
}

/// A compressed tar archive that is being made.
#[derive(Debug, Clone, Default)]
pub struct Tgz {
    bytes: Vec<u8>,
}

impl Tgz {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    pub fn add(&mut self, path: impl AsRef<[u8]>, content: &[u8], name: TarName) {
        let path = path.as_ref();
        if path.len() > 100 {
            match name {
                TarName::Gnu => self.entry(b"././@LongLink", &[path, b"\0"].concat(), b'L'),
                TarName::Posix => self.entry(b"PaxHeaders/long", &record(path), b'x'),
            }
        }
        self.entry(&path[..path.len().min(100)], content, b'0');
    }

    /// The tar stream without compression.
    pub fn tar(&self) -> Vec<u8> {
        [&self.bytes[..], &[0; 1024]].concat()
    }

    /// The archive.
    pub fn build(self) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&self.tar()).and_then(|()| encoder.finish()).unwrap_or_default()
    }

    fn entry(&mut self, name: &[u8], content: &[u8], kind: u8) {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name);
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        // 2024-01-31 12:00:00 UTC.
        header[136..148].copy_from_slice(format!("{:011o}\0", 1_706_702_400).as_bytes());
        header[148..156].fill(b' ');
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.bytes.extend(header);
        self.bytes.extend(content);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
    }
}

/// The record `length path=…` of an extended header, whose length counts its own digits.
fn record(path: &[u8]) -> Vec<u8> {
    let rest = b" path=".len() + path.len() + 1;
    let mut length = rest;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    [length.to_string().as_bytes(), b" path=", path, b"\n"].concat()
}
