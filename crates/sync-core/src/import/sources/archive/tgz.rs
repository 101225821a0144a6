//! Compressed tar archives: one pass tells what is in them, and leaves bookmarks on the way.
//!
//! Files are hashed and sent in nearly the order they have in the archive. So streams that are done with a file are kept
//! where they are, and mostly the next file begins right there; the bookmarks are for the rest.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::checked::Checked;
use super::gzip::{Bookmark, GzipStream};
use super::tar::{What, next_header, padding};
use super::{ArchiveFile, Likeness, Member, Place, Visit, Visitor};

/// Unpacked bytes between two bookmarks at first.
const SPACING: u64 = 8 << 20;
/// Streams that are kept for the next file; a reader of each upload and one that hashes.
const IDLE: usize = 4;

/// A compressed tar archive.
#[derive(Debug)]
pub(in super::super) struct Tgz {
    file: ArchiveFile,
    /// Bookmarks that may be kept.
    limit: usize,
    bookmarks: Mutex<Vec<Bookmark>>,
}

/// Streams of all archives that wait for the next file.
#[derive(Default)]
pub(in super::super) struct Pool(Mutex<Vec<(u32, GzipStream)>>);

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Pool")
    }
}

impl std::fmt::Debug for Bookmark {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Bookmark({})", self.at)
    }
}

impl Tgz {
    /// Looks at an archive that may keep so many bookmarks, of 43 KiB each.
    pub(in super::super) fn look(path: &Path, bookmarks: usize) -> io::Result<Self> {
        Ok(Self { file: ArchiveFile::look(path)?, limit: bookmarks.max(1), bookmarks: Mutex::default() })
    }

    /// Bytes of the whole archive.
    pub(in super::super) fn length(&self) -> u64 {
        self.file.length()
    }

    /// What its file was like.
    pub(in super::super) fn likeness(&self) -> &Likeness {
        self.file.likeness()
    }

    /// Tells everything in it, in its order, and leaves bookmarks.
    pub(in super::super) fn visit(&self, visitor: &mut dyn Visitor) -> io::Result<Visit> {
        let Some(file) = self.file.open()? else {
            return Ok(Visit::Damaged("it changed while it was read".to_owned()));
        };
        let mut pass = Pass {
            stream: GzipStream::at(file, Bookmark::start()),
            bookmarks: Vec::new(),
            limit: self.limit,
            spacing: SPACING,
        };
        let result = pass.all(visitor);
        *self.bookmarks.lock().unwrap_or_else(PoisonError::into_inner) = pass.bookmarks;
        let at = pass.stream.position();
        match result {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Visit::Damaged(format!(
                "{error}, behind {at} unpacked bytes; what is in front of that was read. Download it again"
            ))),
            // The files in it have no sums of their own, only the whole has.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Ok(Visit::Doubtful(format!("{error}, behind {at} unpacked bytes. Download it again")))
            }
            result => result,
        }
    }

    /// The bytes of a file in it; `None` when the archive changed since it was looked at.
    pub(in super::super) fn open<'a>(
        &self,
        number: u32,
        place: Place,
        pool: &'a Pool,
    ) -> io::Result<Option<Box<dyn Read + Send + 'a>>> {
        let Some(stream) = self.stream(number, place.at, pool)? else { return Ok(None) };
        let mut lent = Lent { pool, number, stream: Some(stream) };
        let ahead = place.at - lent.position();
        skip(&mut lent, ahead)?;
        Ok(Some(Box::new(Checked::new(lent, place.size, place.sum))))
    }

    /// A stream at most a little in front of a place.
    fn stream(&self, number: u32, at: u64, pool: &Pool) -> io::Result<Option<GzipStream>> {
        let mark = {
            let bookmarks = self.bookmarks.lock().unwrap_or_else(PoisonError::into_inner);
            let behind = bookmarks.partition_point(|mark| mark.at <= at);
            behind.checked_sub(1).map_or_else(Bookmark::start, |last| bookmarks[last].clone())
        };
        if let Some(idle) = pool.take(number, mark.at, at) {
            let is_same = Likeness::of(&idle.file().metadata()?) == self.file.likeness;
            let is_there = self.file.open()?.is_some();
            return Ok((is_same && is_there).then_some(idle));
        }
        Ok(self.file.open()?.map(|file| GzipStream::at(file, mark)))
    }
}

/// The pass over a whole archive.
struct Pass {
    stream: GzipStream,
    bookmarks: Vec<Bookmark>,
    limit: usize,
    spacing: u64,
}

impl Pass {
    fn all(&mut self, visitor: &mut dyn Visitor) -> io::Result<Visit> {
        let mut content = Vec::new();
        while let Some(header) = next_header(&mut self.stream)? {
            let at = self.stream.position();
            if self.bookmarks.last().is_none_or(|last| at >= last.at + self.spacing) {
                self.bookmark();
            }
            let wanted = header.what == What::File && visitor.wants(&header.path, header.size);
            content.clear();
            let sum = self.pass_over(header.size, wanted.then_some(&mut content))?;
            skip(&mut self.stream, padding(header.size))?;
            let place = Place { at, packed: header.size, size: header.size, sum, deflated: false };
            let told = match header.what {
                What::File => {
                    let member = Member { path: &header.path, modified: header.modified, place };
                    visitor.member(member, wanted.then_some(&content[..]))
                }
                What::Nothing => ControlFlow::Continue(()),
                What::Other => {
                    visitor.spoiled(&header.path, "it is a link or a device, which are not followed")
                }
            };
            if told.is_break() {
                return Ok(Visit::Stopped);
            }
        }
        // To the end, because only there stands the sum of everything.
        io::copy(&mut self.stream, &mut io::sink())?;
        Ok(Visit::Complete)
    }

    /// Reads over a file and sums it up.
    fn pass_over(&mut self, size: u64, mut content: Option<&mut Vec<u8>>) -> io::Result<u32> {
        let mut sum = crc32fast::Hasher::new();
        let mut buffer = [0; 16 << 10];
        let mut left = size;
        while left > 0 {
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            self.stream.read_exact(&mut buffer[..length])?;
            sum.update(&buffer[..length]);
            if let Some(content) = content.as_deref_mut() {
                content.extend_from_slice(&buffer[..length]);
            }
            left -= length as u64;
            if self.bookmarks.last().is_some_and(|last| self.stream.position() >= last.at + self.spacing) {
                self.bookmark();
            }
        }
        Ok(sum.finalize())
    }

    /// Keeps a bookmark; when there are too many, every second goes and the next are twice as far apart.
    fn bookmark(&mut self) {
        if self.bookmarks.len() >= self.limit {
            let mut number = 0;
            self.bookmarks.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.spacing *= 2;
            if self.bookmarks.last().is_some_and(|last| self.stream.position() < last.at + self.spacing) {
                return;
            }
        }
        if self.bookmarks.len() < self.limit {
            self.bookmarks.push(self.stream.bookmark());
        }
    }
}

impl Pool {
    /// A stream of an archive that stands between these places.
    fn take(&self, number: u32, from: u64, to: u64) -> Option<GzipStream> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |stream: &GzipStream| (from..=to).contains(&stream.position());
        let best = (0..idle.len())
            .filter(|at| idle[*at].0 == number && fits(&idle[*at].1))
            .max_by_key(|at| idle[*at].1.position())?;
        Some(idle.remove(best).1)
    }

    /// Keeps a stream; the one that waits longest makes room.
    fn give(&self, number: u32, stream: GzipStream) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() >= IDLE {
            idle.remove(0);
        }
        idle.push((number, stream));
    }
}

/// A stream that goes back when its reader is done.
struct Lent<'a> {
    pool: &'a Pool,
    number: u32,
    stream: Option<GzipStream>,
}

impl Lent<'_> {
    fn position(&self) -> u64 {
        self.stream.as_ref().map_or(0, GzipStream::position)
    }
}

impl Read for Lent<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(stream) = &mut self.stream else { return Ok(0) };
        let read = stream.read(buffer);
        if read.is_err() {
            self.stream = None;
        }
        read
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.pool.give(self.number, stream);
        }
    }
}

fn skip(stream: &mut impl Read, count: u64) -> io::Result<()> {
    let skipped = io::copy(&mut stream.take(count), &mut io::sink())?;
    if skipped < count {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive is cut off"));
    }
    Ok(())
}
