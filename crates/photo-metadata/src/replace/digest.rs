//! What tells one version of a file from another: a hash of all of it, or of the spots in which the two differ.
//!
//! The journal names both versions of a change by their digests, so that whoever finds the file later can tell which
//! one it is. To read a video in full for that, twice, would cost more than the change itself; so where every byte
//! that changes is known, only those are hashed, with what surrounds them, both ends of the file, and its length.
//! Where that would not tell the two versions apart, all of it is hashed.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};

use crate::recipe::{Piece, Recipe, View};
use crate::source::{FileSource, Source};

/// How much around each changed byte belongs to a spot, in bytes.
const AROUND: u64 = 64;

/// How much of both ends of the file is a spot, in bytes.
const BORDER: u64 = 4 << 10;

/// More spots than this become fewer and longer ones, so that the text of a digest stays short.
const MOST_SPOTS: usize = 100;

/// How much is read at once.
const PIECE: usize = 128 << 10;

/// Names a version of a file by its content.
///
/// As text: 64 hexadecimal digits of BLAKE3, or `spots:<length>:<start>+<length>,…:<digits>`, where the digits are
/// the BLAKE3 of the file's length and of these ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Whole(blake3::Hash),
    Spots { length: u64, spots: Vec<Spot>, hash: blake3::Hash },
}

/// A range of a file: where it starts, where it ends.
type Spot = (u64, u64);

impl Digest {
    /// Of all bytes of a file. A link as the last part of the path is not followed.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        Self::whole(&open_source(path)?)
    }

    /// Of all bytes of a content.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Kind::Whole(blake3::hash(bytes)))
    }

    /// Reads the text of a digest; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let Some(text) = text.strip_prefix("spots:") else {
            return Some(Self(Kind::Whole(blake3::Hash::from_hex(text).ok()?)));
        };
        let mut parts = text.split(':');
        let (length, ranges, digits) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        let spots = ranges.split(',').map(parse_spot).collect::<Option<Vec<_>>>()?;
        let mut end = 0;
        for spot in &spots {
            if spot.0 < end {
                return None;
            }
            end = spot.1;
        }
        let hash = blake3::Hash::from_hex(digits).ok()?;
        (end <= length && parts.next().is_none()).then_some(Self(Kind::Spots { length, spots, hash }))
    }

    /// Whether the file at `path` is this version. A link as the last part of the path is not followed.
    pub fn matches(&self, path: &Path) -> io::Result<bool> {
        self.matches_source(&open_source(path)?)
    }

    /// Whether not all bytes of the file are looked at.
    pub fn is_partial(&self) -> bool {
        matches!(self.0, Kind::Spots { .. })
    }

    pub(crate) fn matches_source(&self, source: &dyn Source) -> io::Result<bool> {
        match &self.0 {
            Kind::Whole(hash) => Ok(Self::whole(source)?.0 == Kind::Whole(*hash)),
            Kind::Spots { length, .. } if source.len() != *length => Ok(false),
            Kind::Spots { spots, hash, .. } => Ok(hash_of(source, spots)? == Some(*hash)),
        }
    }

    pub(crate) fn whole(source: &dyn Source) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        feed(&mut hasher, source, (0, source.len()))?;
        Ok(Self(Kind::Whole(hasher.finalize())))
    }

    /// Of an old version and of the new one that is made of it. `back` leads from the new one to the old one.
    ///
    /// Neither matches the other version.
    pub(crate) fn of_both(old: &dyn Source, forward: &Recipe, back: &Recipe) -> io::Result<(Self, Self)> {
        let new = View::new(old, forward);
        let digests = (Self::spots(old, spots_of(back))?, Self::spots(&new, spots_of(forward))?);
        if digests.0.matches_source(&new)? || digests.1.matches_source(old)? {
            return Ok((Self::whole(old)?, Self::whole(&new)?));
        }
        Ok(digests)
    }

    fn spots(source: &dyn Source, spots: Vec<Spot>) -> io::Result<Self> {
        let length = source.len();
        let hash = hash_of(source, &spots)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Self(Kind::Spots { length, spots, hash }))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Whole(hash) => f.write_str(hash.to_hex().as_str()),
            Kind::Spots { length, spots, hash } => {
                write!(f, "spots:{length}:")?;
                for (index, (start, end)) in spots.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{start}+{}", end - start)?;
                }
                write!(f, ":{}", hash.to_hex())
            }
        }
    }
}

fn parse_spot(text: &str) -> Option<Spot> {
    let (start, length) = text.split_once('+')?;
    let start: u64 = start.parse().ok()?;
    Some((start, start.checked_add(length.parse().ok()?)?))
}

/// Where the version that is made holds what the other one does not, or holds it next to something else.
fn spots_of(recipe: &Recipe) -> Vec<Spot> {
    let length = recipe.length();
    let mut spots = vec![(0, BORDER.min(length)), (length.saturating_sub(BORDER), length)];
    let mut at = 0;
    for piece in recipe.pieces() {
        // Where two copies meet, both end at the joint.
        let end = if matches!(piece, Piece::Bytes(_)) { at + piece.length() } else { at };
        spots.push((at.saturating_sub(AROUND), end.saturating_add(AROUND).min(length)));
        at += piece.length();
    }
    joined(spots)
}

fn joined(mut spots: Vec<Spot>) -> Vec<Spot> {
    spots.sort_unstable();
    let mut gap = AROUND;
    loop {
        let mut joined: Vec<Spot> = Vec::new();
        for spot in &spots {
            match joined.last_mut() {
                Some(last) if spot.0 <= last.1.saturating_add(gap) => last.1 = last.1.max(spot.1),
                _ => joined.push(*spot),
            }
        }
        if joined.len() <= MOST_SPOTS {
            return joined;
        }
        gap = gap.saturating_mul(4);
        spots = joined;
    }
}

/// `None` where the source ends before a spot does.
fn hash_of(source: &dyn Source, spots: &[Spot]) -> io::Result<Option<blake3::Hash>> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&source.len().to_le_bytes());
    for spot in spots {
        hasher.update(&spot.0.to_le_bytes()).update(&spot.1.to_le_bytes());
        if !feed(&mut hasher, source, *spot)? {
            return Ok(None);
        }
    }
    Ok(Some(hasher.finalize()))
}

/// Whether the source had all of it.
fn feed(hasher: &mut blake3::Hasher, source: &dyn Source, (start, end): Spot) -> io::Result<bool> {
    let wanted = |at: u64| usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
    let mut buffer = vec![0; wanted(start)];
    let mut at = start;
    while at < end {
        let room = &mut buffer[..wanted(at)];
        let read = source.read_at(at, room)?;
        if read == 0 {
            return Ok(false);
        }
        hasher.update(&room[..read]);
        at += read as u64;
    }
    Ok(true)
}

/// `NONBLOCK` so that a pipe does not hold us up; it has no effect on files.
fn open_source(path: &Path) -> io::Result<FileSource> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    FileSource::new(file)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::draft::{Draft, Splice};
    use crate::source::read_up_to;

    fn old() -> Vec<u8> {
        (0..40_000_u32).map(|number| u8::try_from(number % 251).unwrap()).collect()
    }

    fn both(old: &Vec<u8>, splices: Vec<Splice>) -> (Digest, Digest, Vec<u8>) {
        let draft = Draft::new(old.len() as u64, splices).unwrap();
        let (forward, back) = (draft.forward(), draft.back(old).unwrap());
        let (before, after) = Digest::of_both(old, &forward, &back).unwrap();
        let view = View::new(old, &forward);
        let new = read_up_to(&view, 0, usize::try_from(view.len()).unwrap()).unwrap();
        (before, after, new)
    }

    #[test]
    fn a_hash_of_all_bytes_is_written_as_its_digits() {
        let digest = Digest::of_bytes(b"abc");
        let text = digest.to_string();

        assert_eq!(text, blake3::hash(b"abc").to_hex().as_str());
        assert_eq!(Digest::parse(&text), Some(digest));
    }

    #[test]
    fn what_is_no_digest_is_not_read_as_one() {
        let digits = blake3::hash(b"").to_hex();
        for text in [
            String::new(),
            "aa".to_owned(),
            "spots:".to_owned(),
            format!("spots:9:0+10:{digits}"),
            format!("spots:9:4+2,0+2:{digits}"),
            format!("spots:9:1+{}:{digits}", u64::MAX),
            format!("spots:9:0+2:{digits}:"),
        ] {
            assert_eq!(Digest::parse(&text), None, "{text}");
        }
        assert!(Digest::parse(&format!("spots:9:0+2,4+5:{digits}")).is_some());
    }

    #[test]
    fn a_change_at_any_spot_is_seen_and_one_far_from_them_is_not() {
        let (before, after, new) = both(&old(), vec![Splice::patch(20_000, vec![7; 10])]);

        assert!(before.is_partial() && after.is_partial());
        for at in [0, 4_095, 19_940, 20_005, 20_073, 39_999] {
            let mut other = new.clone();
            other[at] ^= 1;
            assert!(!after.matches_source(&other).unwrap(), "{at}");
        }
        let mut far = new;
        far[10_000] ^= 1;
        assert!(after.matches_source(&far).unwrap(), "what is far away is not read");
    }

    #[test]
    fn where_spots_would_not_tell_two_versions_apart_all_of_it_is_hashed() {
        // A byte goes and the same byte comes elsewhere: the spots look alike, the middle does not.
        let mut content = vec![0; 20_000];
        content[10_000] = 1;
        let splices = vec![Splice::insert(8_000, vec![0]), Splice::replace(12_000, 12_001, vec![])];

        let (before, after, new) = both(&content, splices);

        assert!(!before.is_partial() && !after.is_partial());
        assert!(after.matches_source(&new).unwrap() && !after.matches_source(&content).unwrap());
    }

    #[test]
    fn a_thousand_changes_make_a_short_text() {
        let content = vec![0; 4_000_000];
        let splices = (1..1_000).map(|number| Splice::patch(number * 3_000, vec![1])).collect();

        let (before, after, new) = both(&content, splices);

        assert!(after.to_string().len() < 4_000, "{}", after.to_string().len());
        assert!(after.matches_source(&new).unwrap() && !before.matches_source(&new).unwrap());
    }

    proptest! {
        #[test]
        fn each_version_matches_its_own_digest_only(
            length in 0_usize..20_000,
            cuts in proptest::collection::vec((0_u64..20_000, 0_u64..300, proptest::collection::vec(0_u8..2, 0..300)), 0..4),
        ) {
            let content = vec![0; length];
            let splices = cuts.into_iter().map(|(start, more, bytes)| {
                let start = start.min(length as u64);
                Splice::replace(start, (start + more).min(length as u64), bytes)
            }).collect();
            if Draft::new(length as u64, Clone::clone(&splices)).is_some() {
                let (before, after, new) = both(&content, splices);
                prop_assert_eq!(Digest::parse(&before.to_string()), Some(before.clone()));
                prop_assert_eq!(Digest::parse(&after.to_string()), Some(after.clone()));
                prop_assert!(before.matches_source(&content).unwrap());
                prop_assert!(after.matches_source(&new).unwrap());
                prop_assert_eq!(before.matches_source(&new).unwrap(), content == new);
                prop_assert_eq!(after.matches_source(&content).unwrap(), content == new);
            }
        }
    }
}
