//! All photos of a scan, a few dozen bytes each; the rest of what is known lies in the spool.

use photo_similarity::{Hash, Photo, PhotoId, Signature};

use super::spool::Slot;

/// What a scan keeps of a photo beside of what comparing needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest {
    /// Where its details lie.
    pub(super) slot: Slot,
    /// Size of its file; 0 where it is not known.
    pub(super) bytes: u64,
    /// Photos that may be parts of one shot have the same number; 0 for none.
    pub(super) family: u64,
    /// Digest of its looks; all 0 where it has none.
    pub(super) looks: [u8; 8],
    /// Sharpness, clipped share and mean brightness.
    pub(super) look: [f32; 3],
    /// What else is to be said.
    pub(super) marks: Marks,
}

/// What is true of a photo.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four claims about a photo that do not depend on each other"
)]
pub(super) struct Marks {
    /// A file on a disk of this machine.
    pub(super) is_file: bool,
    /// Belongs to one of the accounts, or lies on this machine.
    pub(super) is_own: bool,
    /// The filters let it through.
    pub(super) passes: bool,
    /// A raw file.
    pub(super) is_raw: bool,
    /// A video.
    pub(super) is_video: bool,
    /// Turned out to be no photo, or gone: not there any more.
    pub(super) is_gone: bool,
}

/// All photos, side by side.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) photos: Vec<Photo>,
    pub(super) hashes: Vec<Option<Hash>>,
    pub(super) rest: Vec<Rest>,
    /// Beside the hashes, only where comparing needs turned or trimmed ones; of no picture that is too plain.
    pub(super) signatures: Option<Vec<Option<Signature>>>,
}

impl Shelf {
    pub(super) fn new(with_signatures: bool) -> Self {
        Self { signatures: with_signatures.then(Vec::new), ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.photos.len()
    }

    /// Puts a photo at the end; answers with its position.
    pub(super) fn put(&mut self, photo: Photo, rest: Rest) -> usize {
        self.photos.push(photo);
        self.hashes.push(None);
        self.rest.push(rest);
        if let Some(signatures) = &mut self.signatures {
            signatures.push(None);
        }
        self.photos.len() - 1
    }

    /// Notes the looks of a photo; what is too plain to be judged has no hash.
    pub(super) fn set_look(&mut self, position: usize, signature: &Signature) {
        let rest = &mut self.rest[position];
        rest.look = [signature.sharpness, signature.clipped, signature.mean];
        if signature.is_plain() {
            return;
        }
        rest.looks = looks_of(signature);
        self.hashes[position] = Some(signature.hash);
        if let Some(signatures) = &mut self.signatures {
            signatures[position] = Some(*signature);
        }
    }

    /// The same photos in the order of their ids, each once; of several with the same id, an own one.
    pub(super) fn sorted(self) -> Self {
        let mut order: Vec<u32> =
            (0..self.len()).filter_map(|position| u32::try_from(position).ok()).collect();
        order.retain(|position| !self.rest[*position as usize].marks.is_gone);
        order.sort_by_key(|position| {
            let position = *position as usize;
            (self.photos[position].id, !self.rest[position].marks.is_own, position)
        });
        order.dedup_by_key(|position| self.photos[*position as usize].id);
        let Self { photos, hashes, rest, signatures } = self;
        let photos = gathered(&photos, &order);
        let hashes = gathered(&hashes, &order);
        let rest = gathered(&rest, &order);
        let signatures = signatures.map(|signatures| gathered(&signatures, &order));
        Self { photos, hashes, rest, signatures }
    }

    /// Where a photo stands; only after sorting.
    pub(super) fn position(&self, id: PhotoId) -> Option<usize> {
        self.photos.binary_search_by_key(&id, |photo| photo.id).ok()
    }
}

fn gathered<T: Copy>(from: &[T], order: &[u32]) -> Vec<T> {
    order.iter().map(|position| from[*position as usize]).collect()
}

/// Digest of everything that comparing looks at.
fn looks_of(signature: &Signature) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    for hash in [&signature.hash].into_iter().chain(&signature.turned).chain(&signature.trimmed) {
        for word in hash.0 {
            hasher.update(&word.to_le_bytes());
        }
    }
    let mut looks = [0; 8];
    hasher.finalize_xof().fill(&mut looks);
    // All 0 means that there is nothing to compare.
    if looks == [0; 8] { [1; 8] } else { looks }
}
