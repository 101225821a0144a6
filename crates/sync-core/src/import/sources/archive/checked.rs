//! A file in an archive has to be exactly what the archive announced: so many bytes, and their sum.

use std::io::{self, Read};

use super::spoiled;

/// Reads what was announced and nothing else. The last bytes are handed out only when the sum of all is right, so a
/// damaged photo never ends as if it were whole.
pub(super) struct Checked<R> {
    inner: R,
    left: u64,
    expected: u32,
    sum: crc32fast::Hasher,
}

impl<R: Read> Checked<R> {
    /// Reads so many bytes with this CRC-32.
    pub(super) fn new(inner: R, size: u64, expected: u32) -> Self {
        Self { inner, left: size, expected, sum: crc32fast::Hasher::new() }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..length])?;
        if read == 0 {
            return Err(spoiled("the archive ends before the file in it does"));
        }
        self.sum.update(&buffer[..read]);
        self.left -= read as u64;
        if self.left == 0 && self.sum.clone().finalize() != self.expected {
            return Err(spoiled("the sum of the bytes is not the one that the archive announces"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_are_handed_out_only_when_the_sum_is_right() {
        let sum = crc32fast::hash(b"photo");
        let read = |bytes: &[u8], size, sum| {
            let mut out = Vec::new();
            Checked::new(bytes, size, sum).read_to_end(&mut out).map(|_| out)
        };

        assert_eq!(read(b"photo and more", 5, sum).unwrap(), b"photo");
        assert!(read(b"phota", 5, sum).is_err());
        assert!(read(b"phot", 5, sum).is_err(), "it is cut off");
    }
}
