//! The hashes of many photos, as small as they can be: 32 bytes a photo.

use std::cmp::Ordering;

use crate::hash::{Hash, Signature};

/// In which forms photos are compared, besides as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forms {
    /// Turned and mirrored: the seven orientations of one of the two, 224 bytes a photo.
    pub rotations: bool,
    /// Without border or bars, where there are any.
    pub trims: bool,
}

impl Forms {
    /// In how many bits two pictures differ, in the form in which they differ least.
    ///
    /// Only one of the two is turned: always the one whose looks come first in the order of numbers, so that it does not
    /// matter how the question is put.
    pub fn distance(self, one: &Signature, other: &Signature) -> u32 {
        let (one, other) = if self.order(one, other).is_gt() { (other, one) } else { (one, other) };
        let turned = one.turned.iter().copied().filter(|_| self.rotations);
        let forms = self.untrimmed_and_trimmed(one).chain(turned);
        let distances =
            forms.flat_map(|form| self.untrimmed_and_trimmed(other).map(move |other| form.distance(other)));
        distances.min().unwrap_or(256)
    }

    fn untrimmed_and_trimmed(self, signature: &Signature) -> impl Iterator<Item = Hash> {
        [Some(signature.hash), signature.trimmed.filter(|_| self.trims)].into_iter().flatten()
    }

    fn order(self, one: &Signature, other: &Signature) -> Ordering {
        let turned = || if self.rotations { one.turned.cmp(&other.turned) } else { Ordering::Equal };
        let trimmed = || if self.trims { one.trimmed.cmp(&other.trimmed) } else { Ordering::Equal };
        one.hash.cmp(&other.hash).then_with(turned).then_with(trimmed)
    }
}

/// Hashes by position. Photos that cannot be compared have a position too, and no hash.
#[derive(Debug, Clone, Default)]
pub struct Looks {
    forms: Forms,
    hashes: Vec<Hash>,
    /// One bit for each position: whether there is a hash.
    present: Vec<u64>,
    /// Beside the hashes, or empty where rotations are not asked for.
    turned: Vec<[Hash; 7]>,
    /// By position, only of those that have a border.
    trimmed: Vec<(u32, Hash)>,
}

impl Looks {
    /// None yet.
    pub fn new(forms: Forms) -> Self {
        Self { forms, ..Self::default() }
    }

    /// Room for this many more.
    pub fn reserve(&mut self, photos: usize) {
        self.hashes.reserve_exact(photos);
        self.present.reserve(photos / 64 + 1);
        if self.forms.rotations {
            self.turned.reserve_exact(photos);
        }
    }

    /// The looks of the photo at the next position; `None` where there are none. A picture that is too plain is compared
    /// with nothing. Positions are 32 bits wide; what comes after the last one is not taken in.
    pub fn push(&mut self, signature: Option<&Signature>) {
        let Ok(position) = u32::try_from(self.hashes.len()) else { return };
        let signature = signature.filter(|signature| !signature.is_plain());
        let none = Hash([0; 4]);
        if position % 64 == 0 {
            self.present.push(0);
        }
        if let Some(word) = self.present.last_mut() {
            *word |= u64::from(signature.is_some()) << (position % 64);
        }
        self.hashes.push(signature.map_or(none, |signature| signature.hash));
        if self.forms.rotations {
            self.turned.push(signature.map_or([none; 7], |signature| signature.turned));
        }
        if let Some(trimmed) = signature.and_then(|signature| signature.trimmed).filter(|_| self.forms.trims)
        {
            self.trimmed.push((position, trimmed));
        }
    }

    /// The same where nothing but the hash is known: the photo is compared as it is, and turned it looks the same.
    pub fn push_hash(&mut self, hash: Option<Hash>) {
        let [sharpness, clipped, mean] = [0.0; 3];
        let known = |hash| Signature {
            hash,
            turned: [hash; 7],
            trimmed: None,
            quality: 100,
            sharpness,
            clipped,
            mean,
        };
        self.push(hash.map(known).as_ref());
    }

    /// How many positions there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The hash of the photo as it is, if it can be compared.
    pub fn hash(&self, position: u32) -> Option<Hash> {
        let is_present = self.present.get(position as usize / 64)? >> (position % 64) & 1 == 1;
        is_present.then(|| self.hashes[position as usize])
    }

    /// The hash without the border, if there is one.
    pub(super) fn trimmed(&self, position: u32) -> Option<Hash> {
        let place = self.trimmed.binary_search_by_key(&position, |entry| entry.0).ok()?;
        Some(self.trimmed[place].1)
    }

    /// The hashes of the turned photo; none where they are not compared.
    pub(super) fn turned(&self, position: u32) -> &[Hash] {
        self.turned.get(position as usize).map_or(&[], |turned| turned)
    }

    /// The order of two photos by all that is compared of them.
    pub(super) fn order(&self, one: u32, other: u32) -> Ordering {
        let hashes = self.hashes[one as usize].cmp(&self.hashes[other as usize]);
        let turned = || self.turned(one).cmp(self.turned(other));
        let trimmed = || self.trimmed(one).cmp(&self.trimmed(other));
        hashes.then_with(turned).then_with(trimmed)
    }
}
