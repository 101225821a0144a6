//! Groups of real photos and planted copies, from the decoded file to the group.

use std::path::Path;

use photo_similarity::{Class, Edge, FrameName, Group, Hash, Photo, PhotoId, Rules, Signature, groups};

use crate::copies::{Known, known};
use crate::places::photos;

type Forms = fn(&Signature) -> Vec<Hash>;

fn plain(look: &Signature) -> Vec<Hash> {
    vec![look.hash]
}

fn trimmed(look: &Signature) -> Vec<Hash> {
    [Some(look.hash), look.trimmed].into_iter().flatten().collect()
}

/// All photos, grouped, and which of them are known.
struct Grouped {
    known: &'static [Known],
    groups: Vec<Group>,
}

impl Grouped {
    fn of(folder: &Path, similar: u32, forms: Forms, is_turned: bool) -> Self {
        let known = known(folder);
        let photos: Vec<Photo> = (0_u128..).zip(known).map(|(number, known)| photo(number, known)).collect();
        let looks = |known: &'static Known| Some(&known.signature).filter(|look| !look.is_plain());
        let hashes: Vec<Option<Hash>> =
            known.iter().map(|known| looks(known).map(|look| look.hash)).collect();
        let mut edges = Vec::new();
        for (b, second) in (0_u32..).zip(known) {
            for (a, first) in (0..b).zip(known) {
                let Some((first, second)) = looks(first).zip(looks(second)) else { continue };
                let mut ones = forms(first);
                ones.extend(first.turned.iter().filter(|_| is_turned));
                let pairs =
                    ones.iter().flat_map(|one| forms(second).into_iter().map(|other| one.distance(other)));
                let distance = pairs.min().unwrap();
                if distance <= similar {
                    edges.push(Edge { a, b, distance: u16::try_from(distance).unwrap() });
                }
            }
        }
        edges.sort_unstable();
        let groups = groups(&photos, &hashes, &edges, &Rules { duplicate: 40, similar, bursts: None });
        Self { known, groups }
    }

    /// Share of the planted copies of a tier or transformation that are in the group of their original.
    fn recall(&self, name: &str) -> f64 {
        let planted: Vec<u32> = (0_u32..)
            .zip(self.known)
            .filter(|(_, known)| known.tier == name || known.transform == name)
            .map(|(position, _)| position)
            .collect();
        assert!(!planted.is_empty(), "{name}");
        let is_found = |copy: &&u32| {
            let exposure = &self.known[**copy as usize].group;
            let is_original = |photo: u32| {
                let known = &self.known[photo as usize];
                known.file.starts_with("base/") && known.group == *exposure
            };
            self.groups.iter().any(|group| {
                let has =
                    |wanted: &dyn Fn(u32) -> bool| group.members.iter().any(|member| wanted(member.photo));
                has(&|photo| photo == **copy) && has(&is_original)
            })
        };
        let hits = planted.iter().filter(is_found).count();
        f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(planted.len()).unwrap())
    }

    /// Pairs of different exposures in groups of copies; the two shots of one object that are listed as similar are none.
    fn false_pairs(&self) -> Vec<(&str, &str)> {
        let mut pairs = Vec::new();
        for group in self.groups.iter().filter(|group| group.class <= Class::Duplicate) {
            let members: Vec<&Known> =
                group.members.iter().map(|member| &self.known[member.photo as usize]).collect();
            for (number, one) in members.iter().enumerate() {
                let others = members[number + 1..].iter().filter(|other| other.group != one.group);
                pairs.extend(others.map(|other| (one.file.as_str(), other.file.as_str())));
            }
        }
        pairs.retain(|pair| {
            ![("hard/019.jpg", "hard/020.jpg"), ("hard/020.jpg", "hard/019.jpg")].contains(pair)
        });
        pairs
    }
}

fn photo(number: u128, known: &Known) -> Photo {
    Photo { name: FrameName::of(&known.file), ..Photo::new(PhotoId(number.to_be_bytes())) }
}

#[test]
fn everyday_copies_are_grouped_with_their_original_and_nothing_else_is() {
    let Some(photos) = photos("everyday_copies_are_grouped_with_their_original_and_nothing_else_is") else {
        return;
    };

    let grouped = Grouped::of(&photos, 40, plain, false);

    assert!(grouped.recall("must") >= 0.995, "{}", grouped.recall("must"));
    assert!(grouped.false_pairs().len() <= 1, "{:?}", grouped.false_pairs());
}

#[test]
fn slight_crops_and_turns_are_grouped_when_similar_photos_are_wanted() {
    let Some(photos) = photos("slight_crops_and_turns_are_grouped_when_similar_photos_are_wanted") else {
        return;
    };

    let grouped = Grouped::of(&photos, 56, plain, false);

    assert!(
        grouped.recall("should") >= 0.95 && grouped.recall("must") >= 1.0,
        "{}",
        grouped.recall("should")
    );
    assert!(grouped.false_pairs().len() <= 1, "{:?}", grouped.false_pairs());
}

#[test]
fn turned_mirrored_and_bordered_copies_are_grouped_when_wanted() {
    let Some(photos) = photos("turned_mirrored_and_bordered_copies_are_grouped_when_wanted") else { return };

    let grouped = Grouped::of(&photos, 40, trimmed, true);

    for (transform, least) in
        [("rot90", 0.99), ("rot180", 0.99), ("fliph", 0.99), ("border5", 0.9), ("letterbox10", 0.9)]
    {
        assert!(grouped.recall(transform) >= least, "{transform} {}", grouped.recall(transform));
    }
    assert!(
        grouped.recall("must") >= 0.995 && grouped.false_pairs().len() <= 1,
        "{:?}",
        grouped.false_pairs()
    );
}
