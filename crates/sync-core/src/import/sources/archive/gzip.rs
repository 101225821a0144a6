//! A gzip stream that can be left and taken up again: its state is a value that can be copied.
//!
//! This is why the decompressor is miniz_oxide and not the faster zlib-rs, whose state cannot be copied without unsafe
//! code. A state with its window is some 43 KiB.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::{int, short, spoiled};

/// What is read at a time.
const INPUT: usize = 64 << 10;

/// A place in a stream, from which it can be decompressed without what is in front of it.
#[derive(Clone)]
pub(super) struct Bookmark {
    /// Where the next compressed bytes are.
    packed: u64,
    /// Where the next unpacked bytes are.
    pub(super) at: u64,
    stage: Stage,
    state: Box<InflateState>,
    sum: Sum,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Header,
    Body,
    End,
}

/// Sum and length of what was unpacked of one member of the stream, which stand at its end.
#[derive(Clone, Default)]
struct Sum {
    sum: crc32fast::Hasher,
    size: u32,
}

/// A stream that is being read.
pub(super) struct GzipStream {
    file: File,
    buffer: Vec<u8>,
    used: usize,
    mark: Bookmark,
}

impl Bookmark {
    /// The beginning.
    pub(super) fn start() -> Self {
        let state = InflateState::new_boxed(DataFormat::Raw);
        Self { packed: 0, at: 0, stage: Stage::Header, state, sum: Sum::default() }
    }
}

impl GzipStream {
    /// Takes up a stream at a bookmark.
    pub(super) fn at(file: File, mark: Bookmark) -> Self {
        Self { file, buffer: Vec::new(), used: 0, mark }
    }

    /// Where the next unpacked byte is.
    pub(super) fn position(&self) -> u64 {
        self.mark.at
    }

    /// A bookmark at the next byte.
    pub(super) fn bookmark(&self) -> Bookmark {
        self.mark.clone()
    }

    /// The file that is read.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Compressed bytes that wait; more of the file when there are none, and an empty slice at its end.
    fn input(&mut self) -> io::Result<&[u8]> {
        if self.used == self.buffer.len() {
            self.buffer.resize(INPUT, 0);
            let read = self.file.read_at(&mut self.buffer, self.mark.packed);
            self.buffer.truncate(*read.as_ref().unwrap_or(&0));
            self.used = 0;
            read?;
        }
        Ok(&self.buffer[self.used..])
    }

    fn consume(&mut self, count: usize) {
        self.used += count;
        self.mark.packed += count as u64;
    }

    fn byte(&mut self) -> io::Result<u8> {
        let byte = *self.input()?.first().ok_or_else(cut_off)?;
        self.consume(1);
        Ok(byte)
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    /// The header of a member. Behind the last there may be zeros, of a tape or of a download.
    fn header(&mut self) -> io::Result<()> {
        const CHECKED: u8 = 2;
        const EXTRA: u8 = 4;
        const NAME: u8 = 8;
        const COMMENT: u8 = 16;
        if self.input()?.first().is_none_or(|byte| *byte == 0) && self.mark.packed > 0 {
            self.mark.stage = Stage::End;
            return Ok(());
        }
        let fixed = self.bytes::<10>()?;
        if fixed[..3] != [0x1f, 0x8b, 8] {
            return Err(spoiled("this is no gzip stream"));
        }
        if fixed[3] & EXTRA != 0 {
            let length = short(&self.bytes::<2>()?, 0);
            for _ in 0..length {
                self.byte()?;
            }
        }
        for text in [NAME, COMMENT] {
            while fixed[3] & text != 0 && self.byte()? != 0 {}
        }
        if fixed[3] & CHECKED != 0 {
            self.bytes::<2>()?;
        }
        self.mark.state.reset(DataFormat::Raw);
        self.mark.sum = Sum::default();
        self.mark.stage = Stage::Body;
        Ok(())
    }

    fn body(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let is_end = self.input()?.is_empty();
        let result = inflate(&mut self.mark.state, &self.buffer[self.used..], out, MZFlush::None);
        self.consume(result.bytes_consumed);
        let count = result.bytes_written;
        self.mark.sum.sum.update(&out[..count]);
        self.mark.sum.size = self.mark.sum.size.wrapping_add(u32::try_from(count).unwrap_or(u32::MAX));
        self.mark.at += count as u64;
        match result.status {
            Ok(MZStatus::StreamEnd) => self.trailer()?,
            Ok(_) | Err(MZError::Buf) if count > 0 || result.bytes_consumed > 0 => {}
            Ok(_) | Err(MZError::Buf) if is_end => return Err(cut_off()),
            Ok(_) => {}
            Err(_) => return Err(spoiled("the compressed bytes are damaged")),
        }
        Ok(count)
    }

    fn trailer(&mut self) -> io::Result<()> {
        let trailer = self.bytes::<8>()?;
        let Sum { sum, size } = std::mem::take(&mut self.mark.sum);
        if int(&trailer, 0) != sum.finalize() || int(&trailer, 4) != size {
            return Err(spoiled("the sum at the end of the compressed bytes is wrong"));
        }
        self.mark.stage = Stage::Header;
        Ok(())
    }
}

impl Read for GzipStream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            match self.mark.stage {
                Stage::Header => self.header()?,
                Stage::Body => {
                    let count = self.body(out)?;
                    if count > 0 {
                        return Ok(count);
                    }
                }
                Stage::End => return Ok(0),
            }
        }
    }
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the archive is cut off")
}
