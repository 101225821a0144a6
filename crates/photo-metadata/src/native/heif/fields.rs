//! A part of a file in memory, addressed by positions in the file, and the numbers in it.
//!
//! The tables of `meta` are patched where they stand, so each number that is read has to be known by its place.

use std::io;

use crate::native::boxes::BoxAt;
use crate::native::fault::Fault;
use crate::source::{Source, read_up_to};

/// Bytes of a file from one position on.
pub(super) struct Held {
    start: u64,
    bytes: Vec<u8>,
}

impl Held {
    /// Reads a whole box, at most `limit` bytes of it.
    pub(super) fn read(source: &dyn Source, found: &BoxAt, limit: u64) -> Result<Self, Fault> {
        let length = found.end - found.start;
        if length > limit {
            return Err(Fault::beyond(format!("its box {} is larger than any known one", found.name())));
        }
        let bytes = read_up_to(source, found.start, usize::try_from(length).unwrap_or(usize::MAX))?;
        if bytes.len() as u64 != length {
            return Err(Fault::beyond(format!("its box {} is cut off", found.name())));
        }
        Ok(Self { start: found.start, bytes })
    }

    /// The bytes between two positions of the file.
    pub(super) fn bytes(&self, start: u64, end: u64) -> Option<&[u8]> {
        let from = usize::try_from(start.checked_sub(self.start)?).ok()?;
        let to = usize::try_from(end.checked_sub(self.start)?).ok()?;
        self.bytes.get(from..to)
    }

    /// The content of a box that lies in this part.
    pub(super) fn fields(&self, found: &BoxAt) -> Result<Fields<'_>, Fault> {
        let bytes = self.bytes(found.content, found.end).ok_or_else(|| broken(&found.name()))?;
        Ok(Fields { bytes, start: found.content, at: 0, of: found.name() })
    }
}

impl Source for Held {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match offset.checked_sub(self.start) {
            Some(inside) => self.bytes.read_at(inside, buffer),
            None => Ok(0),
        }
    }
}

fn broken(name: &str) -> Fault {
    Fault::beyond(format!("its box {name} breaks off"))
}

/// Numbers of 0 to 8 bytes, most significant first, one behind the other.
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    start: u64,
    at: usize,
    of: String,
}

impl<'a> Fields<'a> {
    /// The next number of so many bytes.
    pub(super) fn take(&mut self, size: usize) -> Result<u64, Fault> {
        let bytes = self.raw(size)?;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The next number that has 32 bits at most.
    pub(super) fn small(&mut self, size: usize) -> Result<u32, Fault> {
        u32::try_from(self.take(size)?).map_err(|_| broken(&self.of))
    }

    /// The next bytes.
    pub(super) fn raw(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let rest = self.bytes.get(self.at..).and_then(|rest| rest.get(..length));
        let bytes = rest.ok_or_else(|| broken(&self.of))?;
        self.at += length;
        Ok(bytes)
    }

    /// The next four letters.
    pub(super) fn letters(&mut self) -> Result<[u8; 4], Fault> {
        let of = self.of.clone();
        self.raw(4)?.first_chunk().copied().ok_or_else(|| broken(&of))
    }

    /// A text that ends with a zero byte, or with the box.
    pub(super) fn text(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
        self.at = (self.at + length + 1).min(self.bytes.len());
        rest.get(..length).unwrap_or_default()
    }

    /// Where in the file the next number stands.
    pub(super) fn position(&self) -> u64 {
        self.start + self.at as u64
    }

    /// Whether nothing is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }
}
