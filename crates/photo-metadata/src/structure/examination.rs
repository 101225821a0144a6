//! What all walkers share: the source, the growing digest, the list of findings, and a limit on the work.
//!
//! A hostile file can point a thousand times at the same bytes. So the digest has a budget of some times the
//! length of the file, and the findings are counted; past either limit the examination stops and says so.

use std::io;

use super::source::Source;
use super::{Container, MotionPhoto, PayloadDigest, Problem, Structure};

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// All that is protected goes into the digest.
    Whole,
    /// Only what tells how the file is built; there is no digest.
    Header,
}

/// More findings than this tell nothing new.
const MOST_PROBLEMS: usize = 50;

/// An examination under way.
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub(super) struct Examination<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) container: Container,
    pub(super) depth: Depth,
    pub(super) signed: bool,
    pub(super) has_iptc: bool,
    pub(super) motion_photo: Option<MotionPhoto>,
    pub(super) image_sequence: bool,
    problems: Vec<Problem>,
    hasher: blake3::Hasher,
    budget: u64,
    covered: bool,
}

impl<'a> Examination<'a> {
    pub(super) fn new(source: &'a dyn Source, container: Container, depth: Depth) -> Self {
        Self {
            source,
            container,
            depth,
            signed: false,
            has_iptc: false,
            motion_photo: None,
            image_sequence: false,
            problems: Vec::new(),
            hasher: blake3::Hasher::new(),
            // Twice would do for sound files: image data that also lie in a protected box.
            budget: source.len().saturating_mul(4).saturating_add(64 << 20),
            covered: depth == Depth::Whole,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.source.len()
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    pub(super) fn malformed(&mut self, part: impl Into<String>, offset: u64) {
        self.problem(Problem::Malformed { part: part.into(), offset });
    }

    pub(super) fn truncated(&mut self, part: impl Into<String>, missing: u64) {
        self.problem(Problem::Truncated { part: part.into(), missing });
    }

    /// Gives up on the digest: this file has more parts than a sound one.
    pub(super) fn too_complex(&mut self) {
        if !self.problems.contains(&Problem::TooComplex) {
            self.problem(Problem::TooComplex);
        }
        self.covered = false;
    }

    /// Says that the digest covers nothing for this kind of file.
    pub(super) fn not_covered(&mut self) {
        self.covered = false;
    }

    /// Adds some bytes to the digest under a label, so that parts cannot be confused with each other.
    pub(super) fn digest(&mut self, label: &str, bytes: &[u8]) {
        if self.depth == Depth::Whole {
            self.frame(label, bytes.len() as u64);
            self.hasher.update(bytes);
        }
    }

    /// Adds a range of the file to the digest; what lies behind its end is left out.
    pub(super) fn digest_range(&mut self, label: &str, start: u64, length: u64) -> io::Result<()> {
        let length = length.min(self.len().saturating_sub(start));
        if self.depth == Depth::Header {
            self.spend(length);
            return Ok(());
        }
        self.frame(label, length);
        let mut buffer = vec![0; 256 << 10];
        let (mut at, mut left) = (start, length);
        while left > 0 {
            if self.budget < left {
                self.too_complex();
                return Ok(());
            }
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let read = self.source.read_at(at, &mut buffer[..wanted])?;
            if read == 0 {
                return Ok(());
            }
            self.hasher.update(&buffer[..read]);
            at += read as u64;
            left -= read as u64;
            self.budget -= read as u64;
        }
        Ok(())
    }

    /// Counts work that reads no payload, such as entries of tables; `false` when there was too much of it.
    pub(super) fn spend(&mut self, work: u64) -> bool {
        if self.budget < work {
            self.too_complex();
            return false;
        }
        self.budget -= work;
        true
    }

    fn frame(&mut self, label: &str, length: u64) {
        self.hasher.update(&(label.len() as u64).to_le_bytes());
        self.hasher.update(label.as_bytes());
        self.hasher.update(&length.to_le_bytes());
    }

    pub(super) fn finish(self) -> Structure {
        let payload = if self.covered {
            PayloadDigest::Covered(*self.hasher.finalize().as_bytes())
        } else {
            PayloadDigest::None
        };
        Structure {
            container: self.container,
            payload,
            problems: self.problems,
            signed: self.signed,
            has_iptc: self.has_iptc,
            motion_photo: self.motion_photo,
            image_sequence: self.image_sequence,
        }
    }
}
