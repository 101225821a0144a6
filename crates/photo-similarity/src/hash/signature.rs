//! Everything about a picture's looks that comparing needs.

use super::border::trimmed;
use super::shrink::{moderate, resized};
use super::spectrum::Spectrum;
use super::turn::TURNS;
use super::{Hash, HashKind, gradient, measure, pdq};
use crate::luma::Luma;

/// Everything about a picture's looks that comparing needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signature {
    /// The hash of the picture.
    pub hash: Hash,
    /// Of the picture turned and mirrored, in the order of EXIF orientations 2 to 8: what would be the hash of the copy
    /// that needs this orientation to look like this picture.
    pub turned: [Hash; 7],
    /// Of the picture without its border or bars, where it has any.
    pub trimmed: Option<Hash>,
    /// 0 to 100: how much there is to be seen; below [`PLAIN`](Self::PLAIN) a picture is too plain to be judged by its
    /// hash.
    pub quality: u8,
    /// Variance of the Laplacian at no more than 512 pixels of the long side.
    pub sharpness: f32,
    /// Share of pixels that are black or white, 0 to 1.
    pub clipped: f32,
    /// Mean brightness, 0 to 255.
    pub mean: f32,
}

impl Signature {
    /// Below this quality a picture is too plain to be judged.
    ///
    /// Black and plain pictures have 0 to 8. Photos with little in them (a sky with bubbles, a valley in mist) have 17 to
    /// 49, and p256 still finds their copies and nothing else; at 50, as PDQ's authors advise for PDQ, they are missed.
    pub const PLAIN: u8 = 12;

    /// Looks at a picture.
    ///
    /// A picture of which the short side has some 200 pixels or more gets the hash of the original within a few bits.
    pub fn of(kind: HashKind, picture: &Luma) -> Self {
        let small = moderate(picture);
        let picture = small.as_ref().unwrap_or(picture);
        let look = Look::of(kind, picture);
        let inner = trimmed(picture).map(|inner| Look::of(kind, &inner));
        let (mean, clipped) = measure::exposure(picture);
        Self {
            hash: look.hash,
            turned: look.turned,
            trimmed: inner.filter(|inner| inner.quality >= Self::PLAIN).map(|inner| inner.hash),
            quality: look.quality,
            sharpness: measure::sharpness(picture),
            clipped,
            mean,
        }
    }

    /// Whether there is too little in the picture for its hash to say anything.
    pub fn is_plain(&self) -> bool {
        self.quality < Self::PLAIN
    }
}

/// One picture, hashed.
struct Look {
    hash: Hash,
    turned: [Hash; 7],
    quality: u8,
}

impl Look {
    fn of(kind: HashKind, picture: &Luma) -> Self {
        match kind {
            HashKind::P256 => {
                let small = resized(picture, 64, 64);
                Self::of_spectrum(&Spectrum::of_bytes(&small, 64, 0, 16), &small)
            }
            HashKind::PHash => {
                let spectrum = Spectrum::of_bytes(&resized(picture, 32, 32), 32, 0, 8);
                Self::of_spectrum(&spectrum, &resized(picture, 64, 64))
            }
            HashKind::Pdq => {
                let (spectrum, small) = pdq::look(picture);
                Self::of_spectrum(&spectrum, &small)
            }
            HashKind::DHash => Self {
                hash: gradient::hash(picture),
                turned: TURNS.map(|turn| gradient::hash(&turn.of(picture))),
                quality: measure::quality(&resized(picture, 64, 64)),
            },
        }
    }

    fn of_spectrum(spectrum: &Spectrum, small: &[u8]) -> Self {
        let hash = spectrum.hash();
        Self { hash, turned: spectrum.turned(hash), quality: measure::quality(small) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something with large and small shapes in it, `width` by `height`.
    fn scene(width: u32, height: u32) -> Luma {
        let samples = (0..width * height).map(|place| {
            let (across, down) = (place % width * 1000 / width, place / width * 1000 / height);
            let blob = if across.abs_diff(300).pow(2) + down.abs_diff(600).pow(2) < 40_000 { 90 } else { 0 };
            let stripe = if (across + 2 * down) % 300 < 60 { 50 } else { 0 };
            u8::try_from(blob + stripe + across / 12 + (across * down / 4000) % 30).unwrap()
        });
        Luma::new(width, height, samples.collect()).unwrap()
    }

    #[test]
    fn a_turned_picture_is_found_by_each_kind_of_hash() {
        let picture = scene(640, 420);
        for kind in HashKind::ALL {
            let known = Signature::of(kind, &picture);
            assert!(known.turned.iter().all(|hash| hash.distance(known.hash) >= kind.bits() / 8), "{kind}");
            // PDQ picks every n-th pixel, from one side; 31 bits are its limit for copies.
            let limit = if kind == HashKind::Pdq { 8 } else { 16 };
            for (turn, hash) in TURNS.into_iter().zip(known.turned) {
                let really = Signature::of(kind, &turn.of(&picture)).hash;

                assert!(
                    hash.distance(really) <= kind.bits() / limit,
                    "{kind} {turn:?}: {}",
                    hash.distance(really)
                );
            }
        }
    }

    #[test]
    fn the_size_of_a_picture_does_not_matter() {
        let sizes =
            [(4000, 2700), (1200, 810), (500, 337), (370, 250)].map(|(width, height)| scene(width, height));

        let hashes = sizes.map(|picture| Signature::of(HashKind::P256, &picture).hash);

        for (one, other) in hashes.iter().zip(&hashes[1..]) {
            assert!(one.distance(*other) <= 8, "{}", one.distance(*other));
        }
    }

    #[test]
    fn an_empty_picture_is_too_plain_and_a_scene_is_not() {
        let empty = Luma::new(300, 200, vec![250; 60_000]).unwrap();

        assert!(Signature::of(HashKind::P256, &empty).is_plain());
        assert!(!Signature::of(HashKind::P256, &scene(300, 200)).is_plain());
    }

    #[test]
    fn bars_are_seen_through() {
        let picture = scene(400, 300);
        let bar = vec![0; 400 * 30];
        let boxed = [bar.as_slice(), picture.samples(), bar.as_slice()].concat();
        let boxed = Luma::new(400, 360, boxed).unwrap();

        let [plain, boxed] = [&picture, &boxed].map(|picture| Signature::of(HashKind::P256, picture));

        assert_eq!(plain.trimmed, None);
        assert!(plain.hash.distance(boxed.hash) > 40);
        assert!(boxed.trimmed.is_some_and(|hash| hash.distance(plain.hash) <= 12));
    }

    #[test]
    fn any_size_can_be_looked_at() {
        for kind in HashKind::ALL {
            for (width, height) in [(1, 1), (1, 3000), (3000, 1), (2, 2), (65, 64)] {
                let picture = Luma::new(width, height, vec![9; (width * height) as usize]).unwrap();

                assert!(Signature::of(kind, &picture).is_plain());
            }
        }
    }
}
