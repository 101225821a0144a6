//! How well hashes find planted copies among real photos, and how seldom they take two photos for one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use photo_similarity::{HashKind, Limits, PreviewSize, Signature, SimilarityError, decode, preview};

use crate::places::photos;

pub(crate) struct Known {
    pub(crate) file: String,
    pub(crate) group: String,
    pub(crate) transform: String,
    pub(crate) tier: String,
    pub(crate) signature: Signature,
}

/// Every photo that can be decoded, hashed.
pub(crate) fn known(photos: &Path) -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let table = std::fs::read_to_string(photos.join("truth.tsv")).unwrap();
        let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        let (half, other) = rows.split_at(rows.len() / 2);
        std::thread::scope(|threads| {
            let both = [half, other]
                .map(|rows| threads.spawn(|| rows.iter().filter_map(|row| look(photos, row)).collect()));
            both.into_iter().flat_map(|half| -> Vec<Known> { half.join().unwrap() }).collect()
        })
    })
}

fn look(photos: &Path, row: &[&str]) -> Option<Known> {
    let [file, group, _, transform, tier] = [0, 1, 2, 3, 4].map(|column| row[column].to_owned());
    let decoded = match decode(&std::fs::read(photos.join(&file)).unwrap(), 128, &Limits::default()) {
        Ok(decoded) => decoded,
        // Without the library that decodes them.
        Err(SimilarityError::Unsupported(_)) if file.ends_with("heic") => return None,
        Err(error) => panic!("{file}: {error}"),
    };
    Some(Known { signature: Signature::of(HashKind::P256, &decoded.luma), file, group, transform, tier })
}

type Distance = fn(&Signature, &Signature) -> u32;

fn plain(one: &Signature, other: &Signature) -> u32 {
    one.hash.distance(other.hash)
}

fn turned(one: &Signature, other: &Signature) -> u32 {
    let turns = one.turned.iter().map(|hash| hash.distance(other.hash));
    turns.fold(plain(one, other), u32::min)
}

fn trimmed(one: &Signature, other: &Signature) -> u32 {
    let forms = |signature: &Signature| [Some(signature.hash), signature.trimmed].into_iter().flatten();
    forms(one).flat_map(|one| forms(other).map(move |other| one.distance(other))).min().unwrap()
}

/// Hits and all copies of each transformation, and the pairs of different photos within `limit`.
struct Score {
    found: BTreeMap<String, (usize, usize)>,
    false_pairs: Vec<String>,
}

impl Score {
    fn of(photos: &Path, limit: u32, distance: Distance) -> Self {
        let known = known(photos);
        let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let bases = known.iter().filter(|photo| photo.file.starts_with("base/"));
        for base in bases {
            for copy in
                known.iter().filter(|copy| copy.group == base.group && copy.file.starts_with("planted/"))
            {
                let base_of = format!("planted/{}__", &base.file[5..8]);
                if copy.file.starts_with(&base_of) {
                    let hit = usize::from(distance(&base.signature, &copy.signature) <= limit);
                    for name in [&copy.transform, &copy.tier] {
                        let (hits, all) = found.entry(name.clone()).or_default();
                        *hits += hit;
                        *all += 1;
                    }
                }
            }
        }
        let similar = [["hard/019.jpg", "hard/020.jpg"]];
        let mut false_pairs = Vec::new();
        for (place, one) in known.iter().enumerate().filter(|(_, one)| !one.signature.is_plain()) {
            for other in known[place + 1..].iter().filter(|other| !other.signature.is_plain()) {
                let bits = distance(&one.signature, &other.signature);
                if one.group != other.group && bits <= limit && !similar.contains(&[&one.file, &other.file]) {
                    false_pairs.push(format!("{} {} {bits}", one.file, other.file));
                }
            }
        }
        Self { found, false_pairs }
    }

    fn recall(&self, name: &str) -> f64 {
        let (hits, all) = self.found[name];
        f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(all).unwrap())
    }
}

#[test]
fn everyday_copies_are_within_40_bits_and_different_photos_are_not() {
    let Some(photos) = photos("everyday_copies_are_within_40_bits_and_different_photos_are_not") else {
        return;
    };

    let score = Score::of(&photos, 40, plain);

    assert!(score.recall("must") >= 0.995, "{:?}", score.found);
    assert!(score.false_pairs.len() <= 1, "{:?}", score.false_pairs);
}

#[test]
fn slight_crops_and_turns_are_within_56_bits() {
    let Some(photos) = photos("slight_crops_and_turns_are_within_56_bits") else { return };

    let score = Score::of(&photos, 56, plain);

    assert!(score.recall("should") >= 0.95 && score.recall("must") >= 1.0, "{:?}", score.found);
}

#[test]
fn turned_and_mirrored_copies_are_found_in_one_of_eight_orientations() {
    let Some(photos) = photos("turned_and_mirrored_copies_are_found_in_one_of_eight_orientations") else {
        return;
    };

    let score = Score::of(&photos, 40, turned);

    assert!(["rot90", "rot180", "fliph"].iter().all(|turn| score.recall(turn) >= 0.99), "{:?}", score.found);
    assert!(score.false_pairs.len() <= 1, "{:?}", score.false_pairs);
}

#[test]
fn bordered_copies_are_found_by_what_is_inside_of_the_border() {
    let Some(photos) = photos("bordered_copies_are_found_by_what_is_inside_of_the_border") else { return };
    let without = Score::of(&photos, 40, plain);

    let score = Score::of(&photos, 40, trimmed);

    assert!(["border5", "letterbox10"].iter().all(|bar| score.recall(bar) >= 0.9), "{:?}", score.found);
    assert!(score.found.iter().all(|(name, found)| found.0 >= without.found[name].0), "{:?}", score.found);
    assert_eq!(score.false_pairs, without.false_pairs);
}

#[test]
fn an_original_and_its_thumbnail_are_within_10_bits_for_99_of_100_photos() {
    let Some(photos) = photos("an_original_and_its_thumbnail_are_within_10_bits_for_99_of_100_photos") else {
        return;
    };
    let hash = |bytes: &[u8], short_side| {
        let decoded = decode(bytes, short_side, &Limits::default()).unwrap();
        Signature::of(HashKind::P256, &decoded.luma).hash
    };
    let folders = ["base", "full"].map(|folder| std::fs::read_dir(photos.join(folder)).unwrap());
    let mut far = Vec::new();
    let mut pairs = 0;
    for file in folders.into_iter().flatten() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let thumbnail =
            preview(&bytes, PreviewSize { long_side: 333, bytes: 1 << 20 }, &Limits::default()).unwrap();
        let thumbnail = hash(&thumbnail.jpeg, 256);
        // Whole, and scaled while it was decoded.
        for short_side in [u32::MAX, 256, 128] {
            let distance = hash(&bytes, short_side).distance(thumbnail);
            pairs += 1;
            far.extend((distance > 10).then_some(distance));
        }
    }
    assert!(pairs > 300 && far.len() * 100 <= pairs, "{far:?} of {pairs}");
}
