//! The search against the plainest possible one.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::blocks::Columns;
use super::kernel::Rows;
use super::*;
use crate::hash::{Hash, Signature};

fn signature(hash: Hash, turned: [Hash; 7], trimmed: Option<Hash>, quality: u8) -> Signature {
    Signature { hash, turned, trimmed, quality, sharpness: 0.0, clipped: 0.0, mean: 0.0 }
}

/// Hashes that are near each other: a few bits away from one of three.
fn any_hash() -> impl Strategy<Value = Hash> {
    let seeds = [[0; 4], [u64::MAX, 0, u64::MAX, 0], [0x5555_5555_5555_5555; 4]];
    let flips = prop_oneof![Just(0..1), Just(0..6), Just(30..50)]
        .prop_flat_map(|count| proptest::collection::vec(0..256_usize, count));
    (0..seeds.len(), flips).prop_map(move |(seed, flips)| {
        let mut words = seeds[seed];
        for bit in flips {
            words[bit / 64] ^= 1 << (bit % 64);
        }
        Hash(words)
    })
}

fn any_signature() -> impl Strategy<Value = Signature> {
    let turned: [_; 7] = std::array::from_fn(|_| any_hash());
    let quality = prop_oneof![9 => Just(80_u8), 1 => Just(10)];
    (any_hash(), turned, proptest::option::weighted(0.3, any_hash()), quality)
        .prop_map(|(hash, turned, trimmed, quality)| signature(hash, turned, trimmed, quality))
}

fn any_forms() -> impl Strategy<Value = Forms> {
    (any::<bool>(), any::<bool>()).prop_map(|(rotations, trims)| Forms { rotations, trims })
}

fn any_search() -> impl Strategy<Value = Search> {
    let limit = prop_oneof![Just(0), Just(40), Just(44), Just(45), Just(66), Just(67), 0..300_u32];
    (limit, 1..4_usize, prop_oneof![0..4_usize, Just(1000)]).prop_map(|(limit, threads, nearest)| Search {
        limit,
        threads: NonZeroUsize::new(threads).unwrap(),
        nearest,
    })
}

fn looks(forms: Forms, signatures: &[Signature]) -> Looks {
    let mut looks = Looks::new(forms);
    for signature in signatures {
        looks.push(Some(signature));
    }
    looks
}

/// What a search has to find, by its definition: each photo keeps its nearest, and a pair stays if one keeps the other.
fn expected(search: &Search, forms: Forms, signatures: &[Signature], which: Which<'_>) -> Vec<Edge> {
    let photos = 0..u32::try_from(signatures.len()).unwrap();
    let distance = |one: u32, other: u32| {
        let [one, other] = [one, other].map(|photo| &signatures[photo as usize]);
        (!one.is_plain() && !other.is_plain()).then(|| forms.distance(one, other))
    };
    let counts = |photo: u32| match which {
        Which::All => true,
        Which::New(new) => new.contains(&photo),
    };
    let kept = |one: u32| {
        let others = photos.clone().filter(|other| *other != one && (counts(one) || counts(*other)));
        let mut near: Vec<(u32, u32)> =
            others.filter_map(|other| distance(one, other).map(|distance| (distance, other))).collect();
        near.retain(|(distance, _)| *distance <= search.limit);
        near.sort_unstable();
        near.truncate(search.nearest);
        near
    };
    let mut edges = BTreeSet::new();
    for one in photos.clone() {
        for (distance, other) in kept(one) {
            let distance = u16::try_from(distance).unwrap();
            edges.insert(Edge { a: one.min(other), b: one.max(other), distance });
        }
    }
    edges.into_iter().collect()
}

fn onward(_: u64, _: u64) -> bool {
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_kernel_finds_what_the_plainest_search_finds(
        signatures in proptest::collection::vec(any_signature(), 0..150),
        forms in any_forms(),
        search in any_search(),
        new in proptest::option::of(proptest::collection::vec(0..160_u32, 0..40)),
    ) {
        let looks = looks(forms, &signatures);
        let which = new.as_deref().map_or(Which::All, Which::New);
        let expected = expected(&search, forms, &signatures, which);

        for kernel in Kernel::available() {
            let found = search.pairs_by(kernel, &looks, which, &onward);

            prop_assert_eq!(found.as_ref(), Some(&expected), "{}", kernel);
        }
    }

    #[test]
    fn what_was_known_and_what_is_new_make_what_one_search_finds(
        signatures in proptest::collection::vec((any_signature(), 0..3_u8), 0..120),
        forms in any_forms(),
        search in any_search(),
    ) {
        let all: Vec<Signature> = signatures.iter().map(|(signature, _)| *signature).collect();
        let batch = |number: u8| {
            (0_u32..).zip(&signatures).filter(move |(_, (_, of))| *of == number).map(|(place, _)| place)
        };
        let mut known: Vec<u32> = Vec::new();
        let mut edges: Vec<Edge> = Vec::new();
        for number in 0..3 {
            // Photos that come later stand between those that are known: positions are those of all photos.
            let new: Vec<u32> = batch(number).collect();
            known.extend(&new);
            let mut looks = Looks::new(forms);
            for (place, signature) in (0_u32..).zip(&all) {
                looks.push(known.contains(&place).then_some(signature));
            }
            edges = search.merged(edges, search.pairs(&looks, Which::New(&new), &onward).unwrap());
            prop_assert_eq!(&edges, &search.pairs(&looks, Which::All, &onward).unwrap());
        }
    }

    #[test]
    fn where_photos_are_gone_only_the_unsettled_are_searched_anew(
        signatures in proptest::collection::vec((any_signature(), proptest::bool::weighted(0.2)), 0..120),
        forms in any_forms(),
        search in any_search(),
    ) {
        let all: Vec<Signature> = signatures.iter().map(|(signature, _)| *signature).collect();
        let before = search.pairs(&looks(forms, &all), Which::All, &onward).unwrap();
        let is_gone = |photo: u32| signatures[photo as usize].1;
        let mut left = Looks::new(forms);
        for (signature, is_gone) in &signatures {
            left.push((!is_gone).then_some(signature));
        }

        let again = unsettled(before.iter().map(|edge| (edge.a, edge.b)), search.nearest, is_gone);

        let again: Vec<u32> = again.into_iter().collect();
        let old = before.into_iter().filter(|edge| !is_gone(edge.a) && !is_gone(edge.b)).collect();
        let edges = search.merged(old, search.pairs(&left, Which::New(&again), &onward).unwrap());
        prop_assert_eq!(edges, search.pairs(&left, Which::All, &onward).unwrap());
    }

    #[test]
    fn every_kernel_knows_the_limit_to_the_bit(
        rows in proptest::collection::vec(any_hash(), 1..200),
        asked in proptest::collection::vec(any_hash(), 1..=Rows::MOST),
        limit in prop_oneof![0..=256_u32, 30..70_u32],
    ) {
        let numbered = (0..).zip(rows.iter().copied());
        let columns = Columns::of(numbered, rows.len());
        let expected: Vec<(usize, usize, u32)> = (0..asked.len())
            .flat_map(|row| (0..rows.len()).map(move |place| (row, place)))
            .map(|(row, place)| (row, place, rows[place].distance(asked[row])))
            .filter(|(_, _, distance)| *distance <= limit)
            .collect();
        for kernel in Kernel::available() {
            let mut hits = Vec::new();

            kernel.scan(&Rows::of(asked.iter().copied()).unwrap(), columns.blocks(), limit, &mut hits);

            let mut found: Vec<(usize, usize, u32)> = hits
                .iter()
                .map(|hit| (hit.row as usize, hit.number as usize, u32::from(hit.distance)))
                .filter(|(_, number, _)| *number < rows.len())
                .collect();
            found.sort_unstable();
            prop_assert_eq!(&found, &expected, "{} {}", kernel, limit);
        }
    }
}

fn search(limit: u32, nearest: usize) -> Search {
    Search { limit, threads: NonZeroUsize::new(2).unwrap(), nearest }
}

fn alike(hashes: impl Iterator<Item = Hash>) -> Looks {
    let mut looks = Looks::new(Forms::default());
    for hash in hashes {
        looks.push_hash(Some(hash));
    }
    looks
}

#[test]
fn a_hundred_thousand_equal_pictures_keep_their_nearest_only() {
    let looks = alike(std::iter::repeat_n(Hash([7; 4]), 100_000));

    let edges = search(40, 8).pairs(&looks, Which::All, &onward).unwrap();

    // Everyone keeps the first eight, but for themselves.
    assert_eq!(edges.len(), 100_000 * 8 - 36);
    assert!(edges.iter().all(|edge| edge.a <= 8 && edge.distance == 0));
}

#[test]
fn thousands_of_nearly_equal_pictures_take_little_room() {
    let near = |number: u64| Hash([1 << (number % 64), 1 << (number / 64), 0, 0]);
    let signatures: Vec<Signature> =
        (0..4096).map(|number| signature(near(number), [near(number); 7], None, 100)).collect();
    let forms = Forms::default();
    let search = search(40, 5);

    let edges = search.pairs(&looks(forms, &signatures), Which::All, &onward).unwrap();

    assert_eq!(edges, expected(&search, forms, &signatures, Which::All));
}

#[test]
fn a_search_that_is_to_end_ends() {
    let looks = alike((0..2000).map(|number| Hash([number, 0, 0, 0])));

    assert_eq!(search(40, 5).pairs(&looks, Which::All, &|done, _| done == 0), None);
    assert_eq!(search(40, 5).pairs(&looks, Which::All, &|_, _| false), None);
}

#[test]
fn the_last_comparison_done_is_the_last_there_is() {
    let looks = alike((0..3000).map(|number| Hash([number, 0, 0, 0])));
    let most = std::sync::Mutex::new((0, 1));

    let tell = |done, all| {
        let mut most = most.lock().unwrap();
        *most = (most.0.max(done), all);
        true
    };
    search(0, 5).pairs(&looks, Which::New(&[5, 6, 7]), &tell).unwrap();

    let (done, all) = most.into_inner().unwrap();
    assert!(done == all && all > 2000, "{done} of {all}");
}
