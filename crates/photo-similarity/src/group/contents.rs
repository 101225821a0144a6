//! Photos with equal bytes, as one.
//!
//! Whatever their looks: they belong together also where a picture is too plain, cannot be decoded, or is a video.

use crate::hash::Hash;
use crate::kinship::Kinship;
use crate::photo::Photo;

/// How many files of the same bytes are asked what they say about their exposure. They say the same, save for names and
/// edited dates.
const WITNESSES: usize = 16;

/// Files by their bytes, numbered by the first photo of each.
pub(super) struct Contents<'a> {
    all: &'a [Photo],
    hashes: &'a [Option<Hash>],
    /// Of each photo.
    of_photo: Vec<u32>,
    /// Photos by content; those of content `i` lie between `starts[i]` and `starts[i + 1]`.
    photos: Vec<u32>,
    starts: Vec<u32>,
}

impl<'a> Contents<'a> {
    pub(super) fn new(all: &'a [Photo], hashes: &'a [Option<Hash>]) -> Self {
        let first = first_of_content(all);
        let mut of_photo = vec![0; all.len()];
        let mut count = 0;
        for photo in 0..all.len() {
            let leader = first[photo] as usize;
            if leader == photo {
                of_photo[photo] = count;
                count += 1;
            } else {
                of_photo[photo] = of_photo[leader];
            }
        }
        let (photos, starts) = bucket(&of_photo, count as usize);
        Self { all, hashes, of_photo, photos, starts }
    }

    pub(super) fn all(&self) -> &'a [Photo] {
        self.all
    }

    pub(super) fn hashes(&self) -> &'a [Option<Hash>] {
        self.hashes
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn of(&self, photo: u32) -> u32 {
        self.of_photo[photo as usize]
    }

    /// The photos with this content, by position.
    pub(super) fn photos(&self, content: u32) -> &[u32] {
        let content = content as usize;
        &self.photos[self.starts[content] as usize..self.starts[content + 1] as usize]
    }

    /// The one that stands for all of them: the first that can be compared by its looks, else the first.
    pub(super) fn leader(&self, content: u32) -> u32 {
        let photos = self.photos(content);
        photos.iter().copied().find(|photo| self.look(*photo).is_some()).unwrap_or(photos[0])
    }

    /// The hash of a photo.
    pub(super) fn look(&self, photo: u32) -> Option<Hash> {
        self.hashes.get(photo as usize).copied().flatten()
    }

    /// Bits between two contents by the looks of their leaders.
    pub(super) fn distance(&self, one: u32, other: u32) -> Option<u16> {
        let look = |content| self.look(self.leader(content));
        let distance = look(one)?.distance(look(other)?);
        Some(u16::try_from(distance).unwrap_or(u16::MAX))
    }

    /// What is said about them.
    pub(super) fn witnesses(&self, content: u32) -> impl Iterator<Item = &'a Photo> + Clone {
        let all = self.all;
        self.photos(content).iter().take(WITNESSES).map(move |photo| &all[*photo as usize])
    }

    /// Whether camera and time of one of them are known.
    pub(super) fn has_exposure(&self, content: u32) -> bool {
        self.witnesses(content).any(|photo| photo.exposure.is_some())
    }

    /// What the two are to each other; the word of the witnesses that rules most decides.
    pub(super) fn kinship(&self, one: u32, other: u32) -> Kinship {
        let others = self.witnesses(other);
        let pairs =
            self.witnesses(one).flat_map(|one| others.clone().map(move |other| Kinship::of(one, other)));
        pairs.min().unwrap_or(Kinship::Unknown)
    }

    /// Whether the two may be copies of one exposure.
    pub(super) fn may_be_copies(&self, one: u32, other: u32) -> bool {
        self.kinship(one, other).allows_copies()
    }

    /// Whether one is a raw file and the other is none.
    pub(super) fn is_development(&self, one: u32, other: u32) -> bool {
        let is_raw = |content| self.witnesses(content).any(|photo| photo.is_raw);
        is_raw(one) != is_raw(other)
    }

    /// Whether the two are parts of one shot.
    pub(super) fn are_parts(&self, one: u32, other: u32) -> bool {
        if self.is_development(one, other) && self.kinship(one, other).is_one_exposure() {
            return true;
        }
        let mut shots = self.witnesses(one).filter_map(|photo| photo.shot);
        shots.any(|shot| self.witnesses(other).any(|photo| photo.shot == Some(shot)))
    }
}

/// For each photo the first with the same content; itself where that is not known.
fn first_of_content(all: &[Photo]) -> Vec<u32> {
    let mut first: Vec<u32> = (0_u32..).take(all.len()).collect();
    let known =
        (0_u32..).zip(all).filter_map(|(position, photo)| photo.content.map(|content| (content, position)));
    let mut by_content: Vec<([u8; 20], u32)> = known.collect();
    by_content.sort_unstable();
    for same in by_content.chunk_by(|one, next| one.0 == next.0) {
        for photo in same {
            first[photo.1 as usize] = same[0].1;
        }
    }
    first
}

/// Positions by the number each has, and where those of a number begin.
pub(super) fn bucket(numbers: &[u32], count: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; count + 1];
    for number in numbers {
        starts[*number as usize + 1] += 1;
    }
    for number in 0..count {
        starts[number + 1] += starts[number];
    }
    let mut next = starts.clone();
    let mut positions = vec![0; numbers.len()];
    for (position, number) in (0_u32..).zip(numbers) {
        let place = &mut next[*number as usize];
        positions[*place as usize] = position;
        *place += 1;
    }
    (positions, starts)
}
