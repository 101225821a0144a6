//! The body of an upload, read as it leaves.
//!
//! It is exactly as long as was announced or it breaks off: a source that ends early, that has more, or that cannot
//! be read ends the connection before the last bytes of the form have left, and a server that gets no whole form
//! stores nothing. So the source is asked for one byte beyond its end before the tail leaves; a source that checks
//! what it gave can refuse there.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Clock;
use crate::error::SourceProblem;
use crate::upload_form::Form;

/// The parts of a body, in order.
pub(crate) struct UploadBody<'b> {
    form: &'b Form,
    source: Box<dyn Read + 'b>,
    /// Bytes of the source, as announced.
    size: u64,
    /// Bytes that were handed on.
    place: u64,
    /// Whether the source was seen to end.
    is_checked: bool,
    /// Why the source failed.
    pub(crate) problem: Option<SourceProblem>,
    /// When the last of them were handed on, if they were: from then on the server may have everything.
    pub(crate) whole_at: Option<Duration>,
    watch: Watch<'b>,
}

/// What a body looks at while it leaves.
#[derive(Clone, Copy)]
pub(crate) struct Watch<'b> {
    /// Set when the server has answered already: whatever else leaves is read by nobody.
    pub(crate) is_answered: &'b AtomicBool,
    /// Counts the bytes that leave.
    pub(crate) sent: &'b AtomicU64,
    pub(crate) stop: &'b dyn Fn() -> bool,
    pub(crate) clock: &'b dyn Clock,
}

impl<'b> UploadBody<'b> {
    pub(crate) fn new(form: &'b Form, source: Box<dyn Read + 'b>, size: u64, watch: Watch<'b>) -> Self {
        Self { form, source, size, place: 0, is_checked: false, problem: None, whole_at: None, watch }
    }

    /// Bytes of a body around a source of that size.
    pub(crate) fn length(form: &Form, size: u64) -> u64 {
        size.saturating_add((form.head.len() + form.tail.len()) as u64)
    }

    fn whole(&self) -> u64 {
        Self::length(self.form, self.size)
    }

    /// Reads the next bytes of the source, of which `left` are still to come.
    fn read_source(&mut self, piece: &mut [u8], left: u64) -> io::Result<usize> {
        let wanted = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let problem = match read(&mut self.source, &mut piece[..wanted]) {
            Ok(0) => SourceProblem::Shorter { announced: self.size, read: self.size - left },
            Ok(length) => return Ok(length),
            Err(error) => SourceProblem::Unreadable(error),
        };
        self.fail(problem)
    }

    /// Whether the source ends where it should.
    fn check_end(&mut self) -> io::Result<()> {
        if self.is_checked {
            return Ok(());
        }
        let problem = match read(&mut self.source, &mut [0]) {
            Ok(0) => {
                self.is_checked = true;
                return Ok(());
            }
            Ok(_) => SourceProblem::Longer { announced: self.size },
            Err(error) => SourceProblem::Unreadable(error),
        };
        self.fail(problem)
    }

    fn fail<T>(&mut self, problem: SourceProblem) -> io::Result<T> {
        self.problem = Some(problem);
        Err(io::Error::other("the source failed"))
    }

    /// Fills a part of the piece.
    fn some(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let head = self.form.head.len() as u64;
        let end = head + self.size;
        let length = if self.place < head {
            copy(&self.form.head, self.place, piece)
        } else if self.place < end {
            self.read_source(piece, end - self.place)?
        } else {
            self.check_end()?;
            copy(&self.form.tail, self.place - end, piece)
        };
        self.place += length as u64;
        Ok(length)
    }
}

impl Read for UploadBody<'_> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        if self.watch.is_answered.load(Ordering::Relaxed) {
            let left = usize::try_from(self.whole() - self.place).unwrap_or(usize::MAX).min(piece.len());
            self.place += left as u64;
            return Ok(left);
        }
        if (self.watch.stop)() {
            return Err(io::Error::other("stopped"));
        }
        let mut filled = 0;
        // Full pieces: each one is a call of the system, and behind TLS a record.
        while filled < piece.len() {
            match self.some(&mut piece[filled..])? {
                0 => break,
                length => filled += length,
            }
        }
        self.watch.sent.fetch_add(filled as u64, Ordering::Relaxed);
        if self.place == self.whole() {
            self.whole_at = Some(self.watch.clock.now());
        }
        Ok(filled)
    }
}

fn read(source: &mut dyn Read, piece: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn copy(from: &[u8], place: u64, piece: &mut [u8]) -> usize {
    let rest = usize::try_from(place).ok().and_then(|place| from.get(place..)).unwrap_or_default();
    let length = rest.len().min(piece.len());
    piece[..length].copy_from_slice(&rest[..length]);
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    fn form() -> Form {
        Form { content_type: String::new(), head: b"head-".to_vec(), tail: b"-tail".to_vec() }
    }

    /// Reads a body to its end in pieces of that size.
    fn all(source: impl Read, size: u64, piece: usize) -> (Result<Vec<u8>, Option<SourceProblem>>, u64) {
        let (form, clock, is_answered) = (form(), SystemClock::new(), AtomicBool::new(false));
        let sent = AtomicU64::new(0);
        let watch = Watch { is_answered: &is_answered, sent: &sent, stop: &|| false, clock: &clock };
        let mut body = UploadBody::new(&form, Box::new(source), size, watch);
        let (mut read, mut piece) = (Vec::new(), vec![0; piece]);
        while read.len() as u64 != UploadBody::length(&form, size) {
            match body.read(&mut piece) {
                Ok(length) => read.extend_from_slice(&piece[..length]),
                Err(_) => return (Err(body.problem), read.len() as u64),
            }
        }
        let sent = sent.load(Ordering::Relaxed);
        assert!(body.whole_at.is_some() && sent == read.len() as u64);
        (Ok(read), sent)
    }

    #[test]
    fn the_parts_follow_each_other_whatever_the_size_of_the_pieces() {
        for piece in 1..20 {
            assert_eq!(all(&b"source"[..], 6, piece).0.unwrap(), b"head-source-tail", "{piece}");
            assert_eq!(all(&b""[..], 0, piece).0.unwrap(), b"head--tail", "{piece}");
        }
    }

    #[test]
    fn a_source_of_another_size_never_makes_a_whole_body() {
        for piece in [1, 3, 100] {
            let (short, left) = all(&b"sour"[..], 6, piece);
            assert!(
                matches!(short, Err(Some(SourceProblem::Shorter { announced: 6, read: 4 }))),
                "{short:?}"
            );
            assert!(left < 11);
            let (long, left) = all(&b"source and more"[..], 6, piece);
            assert!(matches!(long, Err(Some(SourceProblem::Longer { announced: 6 }))), "{long:?}");
            assert!(left <= 11, "the tail never left");
        }
    }

    #[test]
    fn a_source_may_refuse_at_its_end() {
        struct Refuses;
        impl Read for Refuses {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("another checksum"))
            }
        }

        let (refused, _) = all((&b"source"[..]).chain(Refuses), 6, 100);

        assert!(
            matches!(&refused, Err(Some(SourceProblem::Unreadable(error))) if error.to_string() == "another checksum")
        );
    }

    #[test]
    fn nothing_is_read_any_more_once_the_server_has_answered() {
        struct Never;
        impl Read for Never {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("it was read"))
            }
        }
        let (form, clock, is_answered) = (form(), SystemClock::new(), AtomicBool::new(true));
        let sent = AtomicU64::new(0);
        let watch = Watch { is_answered: &is_answered, sent: &sent, stop: &|| false, clock: &clock };
        let mut body = UploadBody::new(&form, Box::new(Never), 1 << 40, watch);

        assert_eq!(body.read(&mut [0; 100]).unwrap(), 100);
        assert_eq!((body.whole_at, sent.load(Ordering::Relaxed)), (None, 0));
    }
}
