//! Bytes at a position, from a file or from memory, a little at a time.
//!
//! Everything here answers short at the end of the file instead of failing: a file that ends too early is a
//! finding of the walkers, not an error.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Something with a length that can be read at any position.
pub(crate) trait Source {
    /// The number of bytes.
    fn len(&self) -> u64;
    /// Reads as many bytes as there are, up to the length of the buffer.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

/// A file whose length was asked once.
#[derive(Debug)]
pub(crate) struct FileSource {
    file: File,
    len: u64,
}

impl FileSource {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self { file, len })
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match self.file.read_at(&mut buffer[done..], offset.saturating_add(done as u64)) {
                Ok(0) => break,
                Ok(length) => done += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

/// Reads up to `length` bytes; fewer at the end of the file.
pub(crate) fn read_up_to(source: &dyn Source, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let left = usize::try_from(source.len().saturating_sub(offset)).unwrap_or(usize::MAX);
    let mut bytes = vec![0; length.min(left)];
    let read = source.read_at(offset, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Reads exactly `N` bytes, or `None` where the file has fewer.
pub(crate) fn read_array<const N: usize>(source: &dyn Source, offset: u64) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    Ok((source.read_at(offset, &mut bytes)? == N).then_some(bytes))
}

/// Looks at single bytes and short pieces that lie close together, with one read for many of them.
pub(crate) struct Buffered<'a> {
    source: &'a dyn Source,
    start: u64,
    bytes: Vec<u8>,
}

impl<'a> Buffered<'a> {
    const PIECE: usize = 128 << 10;

    pub(crate) fn new(source: &'a dyn Source) -> Self {
        Self { source, start: 0, bytes: Vec::new() }
    }

    /// What is in the buffer from this position on; empty at the end of the file only.
    pub(crate) fn from(&mut self, offset: u64) -> io::Result<&[u8]> {
        let end = self.start + self.bytes.len() as u64;
        if offset < self.start || offset >= end {
            self.bytes = read_up_to(self.source, offset, Self::PIECE)?;
            self.start = offset;
        }
        let skip = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        Ok(self.bytes.get(skip..).unwrap_or_default())
    }

    pub(crate) fn byte(&mut self, offset: u64) -> io::Result<Option<u8>> {
        Ok(self.from(offset)?.first().copied())
    }

    /// Exactly `N` bytes, also across the border of two pieces.
    pub(crate) fn array<const N: usize>(&mut self, offset: u64) -> io::Result<Option<[u8; N]>> {
        if let Some(bytes) = self.from(offset)?.first_chunk::<N>() {
            return Ok(Some(*bytes));
        }
        self.bytes = read_up_to(self.source, offset, Self::PIECE.max(N))?;
        self.start = offset;
        Ok(self.bytes.first_chunk::<N>().copied())
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.as_slice().len());
        let length = buffer.len().min(self.as_slice().len() - start);
        buffer[..length].copy_from_slice(&self[start..start + length]);
        Ok(length)
    }
}

/// Two bytes, most significant first, at a position of a slice.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Four bytes, most significant first.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Four bytes, least significant first.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Bytes in memory.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl Source for Bytes<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let rest = &self.0[start..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}
