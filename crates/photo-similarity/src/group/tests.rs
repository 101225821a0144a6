//! Claims about groups, by brute force over small libraries.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::kinship::Kinship;
use crate::photo::Exposure;
use crate::relation::{Bursts, relation};

const DUPLICATES: Rules = Rules { duplicate: 40, similar: 40, bursts: None };
const SIMILAR: Rules =
    Rules { duplicate: 40, similar: 56, bursts: Some(Bursts { within: 2000, limit: Bursts::LIMIT }) };

/// A hash with the first bits set.
fn bits(count: u32) -> Hash {
    let word =
        |number: u32| u64::MAX.checked_shr(64 - count.saturating_sub(64 * number).min(64)).unwrap_or(0);
    Hash([word(0), word(1), word(2), word(3)])
}

/// A hash with some bits set from a place on.
fn bits_from(from: u32, count: u32) -> Hash {
    let (all, before) = (bits(from + count).0, bits(from).0);
    Hash([0, 1, 2, 3].map(|word| all[word] & !before[word]))
}

fn photo(number: u8) -> Photo {
    Photo::new(PhotoId([number; 16]))
}

fn shot(number: u8, taken: i64) -> Photo {
    Photo { exposure: Some(Exposure { camera: 1, taken }), ..photo(number) }
}

fn all_pairs(hashes: &[Option<Hash>], limit: u32) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (b, second) in (0_u32..).zip(hashes) {
        for (a, first) in (0..b).zip(hashes) {
            let Some(distance) = first.zip(*second).map(|(first, second)| first.distance(second)) else {
                continue;
            };
            if distance <= limit {
                edges.push(Edge { a, b, distance: u16::try_from(distance).unwrap() });
            }
        }
    }
    edges.sort_unstable();
    edges
}

fn found(photos: &[Photo], hashes: &[Option<Hash>], rules: &Rules) -> Vec<Group> {
    groups(photos, hashes, &all_pairs(hashes, rules.similar.max(rules.duplicate)), rules)
}

/// Class and members of each group; members by number, those of one set together.
fn shape(groups: &[Group]) -> Vec<(Class, Vec<Vec<u32>>)> {
    let sets = |group: &Group| {
        let mut sets: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
        group.members.iter().for_each(|member| sets.entry(member.set).or_default().push(member.photo));
        sets.into_values().collect()
    };
    groups.iter().map(|group| (group.class, sets(group))).collect()
}

#[test]
fn equal_bytes_are_one_group_whatever_their_looks() {
    let content = Some([1; 20]);
    let photos = [Photo { content, ..photo(1) }, photo(2), Photo { content, ..photo(3) }];

    let groups = found(&photos, &[None, Some(bits(0)), None], &DUPLICATES);

    assert_eq!(shape(&groups), [(Class::Exact, vec![vec![0, 2]])]);
    assert_eq!(groups[0].members[1].distance, None, "only bytes were compared");
}

#[test]
fn a_twin_that_cannot_be_decoded_joins_with_the_other() {
    let content = Some([1; 20]);
    let photos = [Photo { content, ..photo(1) }, photo(2), Photo { content, ..photo(3) }];

    let groups = found(&photos, &[None, Some(bits(0)), Some(bits(9))], &DUPLICATES);

    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].class, Class::Duplicate);
    let distances: BTreeMap<u32, Option<u16>> =
        groups[0].members.iter().map(|member| (member.photo, member.distance)).collect();
    assert_eq!(distances[&0], distances[&2].filter(|_| groups[0].members[0].photo == 1), "through its twin");
}

#[test]
fn a_chain_is_cut() {
    let photos: Vec<Photo> = (0..5).map(photo).collect();
    let hashes: Vec<Option<Hash>> = (0..5).map(|number| Some(bits(number * 35))).collect();

    let groups = found(&photos, &hashes, &DUPLICATES);

    assert!(groups.iter().all(|group| group.members.len() <= 3), "{groups:?}");
    assert!(groups.iter().any(|group| !group.also.is_empty()), "what is left is named beside");
}

#[test]
fn the_representative_has_the_most_neighbours() {
    let photos: Vec<Photo> = (0..4).map(photo).collect();

    let groups = found(&photos, &[0, 20, 39, 45].map(|count| Some(bits(count))), &DUPLICATES);

    let order: Vec<u32> = groups[0].members.iter().map(|member| member.photo).collect();
    assert_eq!(order, [1, 2, 0, 3], "one of the middle first, then by distance");
}

#[test]
fn a_copy_that_is_like_fewer_than_half_is_named_beside() {
    let photos: Vec<Photo> = (0..4).map(photo).collect();

    let three = found(&photos[..3], &[0, 30, 41].map(|count| Some(bits(count))), &DUPLICATES);
    let four = found(&photos, &[0, 30, 41, 45].map(|count| Some(bits(count))), &DUPLICATES);

    assert_eq!(shape(&three), [(Class::Duplicate, vec![vec![1, 2, 0]])]);
    assert_eq!(shape(&four), [(Class::Duplicate, vec![vec![1, 2, 3]])]);
    assert_eq!(four[0].also, [(0, 30)]);
}

#[test]
fn copies_that_only_their_original_looks_like_are_one_group() {
    let photos: Vec<Photo> = (0..4).map(photo).collect();
    let hashes = [bits(0), bits(120), bits_from(130, 100), bits(3)].map(Some);
    let edge = |b, distance| Edge { a: 0, b, distance };

    let groups = groups(&photos, &hashes, &[edge(1, 2), edge(2, 9), edge(3, 3)], &DUPLICATES);

    assert_eq!(
        shape(&groups),
        [(Class::Duplicate, vec![vec![0, 1, 3, 2]])],
        "one is turned, one has a border"
    );
}

#[test]
fn two_frames_are_no_copies_even_with_copies_between_them() {
    let photos = [shot(1, 10_100), shot(2, 10_300), photo(3), photo(4), photo(5)];
    let hashes = [Some(bits(0)), Some(bits(20)), Some(bits(9)), Some(bits(10)), Some(bits(11))];

    for group in found(&photos, &hashes, &DUPLICATES) {
        let set =
            |photo: u32| group.members.iter().find(|member| member.photo == photo).map(|member| member.set);
        assert!(group.class == Class::Similar || set(0).is_none() || set(1).is_none(), "{group:?}");
        assert!(set(0).is_none() || set(0) != set(1), "{group:?}");
    }
}

#[test]
fn a_bare_copy_belongs_to_the_frame_that_is_clearly_nearer() {
    let photos = [shot(1, 10_100), shot(2, 10_300), photo(3)];
    let near = found(&photos, &[Some(bits(0)), Some(bits(30)), Some(bits(4))], &DUPLICATES);
    let between = found(&photos, &[Some(bits(0)), Some(bits(30)), Some(bits(14))], &DUPLICATES);

    assert_eq!(shape(&near), [(Class::Similar, vec![vec![0, 2], vec![1]])]);
    assert!(shape(&between).iter().all(|(_, sets)| sets.iter().all(|set| set.len() == 1)), "{between:?}");
    assert!(!between.is_empty(), "and yet it is listed");
}

#[test]
fn raw_and_jpeg_are_no_copies_even_with_copies_between_them() {
    let part = |number| Photo { shot: Some(7), ..photo(number) };
    let photos = [part(1), part(2), photo(3), photo(4)];
    let hashes = [Some(bits(0)), Some(bits(2)), Some(bits(1)), Some(bits(1))];

    let groups = found(&photos, &hashes, &DUPLICATES);

    for group in &groups {
        let has = |photo: u32| group.members.iter().any(|member| member.photo == photo);
        assert!(!(has(0) && has(1)), "{groups:?}");
    }
    assert_eq!(found(&photos[..2], &hashes[..2], &SIMILAR), [], "alone they are no group at all");
}

#[test]
fn a_raw_file_is_no_copy_of_a_picture_even_with_copies_between_them() {
    let raw = Photo { is_raw: true, ..shot(1, 10_100) };
    let photos = [raw, shot(2, 10_100), photo(3), Photo { is_raw: true, ..photo(4) }];
    let hashes = [Some(bits(0)), Some(bits(2)), Some(bits(1)), Some(bits(0))];

    for rules in [&DUPLICATES, &SIMILAR] {
        for group in found(&photos, &hashes, rules) {
            let mut raws: BTreeMap<u16, Vec<bool>> = BTreeMap::new();
            for member in &group.members {
                raws.entry(member.set).or_default().push(photos[member.photo as usize].is_raw);
            }
            assert!(raws.values().all(|set| set.iter().all(|is_raw| *is_raw == set[0])), "{group:?}");
        }
    }
    assert_eq!(found(&photos[..2], &hashes[..2], &DUPLICATES), [], "alone they are parts of one shot");
}

#[test]
fn frames_in_a_row_are_a_burst_with_their_copies_as_sets() {
    let copy = Photo { exposure: Some(Exposure { camera: 1, taken: 11_300 }), ..photo(9) };
    let photos = [shot(1, 10_100), shot(2, 11_300), shot(3, 12_500), copy];
    let hashes = [Some(bits(0)), Some(bits(80)), Some(bits(90)), Some(bits(81))];

    let groups = found(&photos, &hashes, &SIMILAR);

    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(groups[0].class, Class::Burst);
    let set = |photo: u32| groups[0].members.iter().find(|member| member.photo == photo).unwrap().set;
    assert!(set(1) == set(3) && set(0) != set(1) && set(2) != set(1) && set(0) != set(2));
}

#[test]
fn similar_photos_are_listed_only_where_wanted_and_two_exposures_always() {
    let photos = [photo(1), photo(2), shot(3, 10_100), shot(4, 99_100)];
    let apart = [Some(bits(0)), Some(bits(50)), Some(bits_from(128, 60)), Some(bits_from(128, 62))];

    let wanted = shape(&found(&photos, &apart, &SIMILAR));
    let usual = shape(&found(&photos, &apart, &DUPLICATES));

    let listed = (Class::Similar, vec![vec![2], vec![3]]);
    assert_eq!(wanted, [(Class::Similar, vec![vec![0], vec![1]]), listed.clone()]);
    assert_eq!(usual, [listed]);
}

#[test]
fn a_crowd_of_which_only_the_nearest_pairs_are_known_is_one_group() {
    let count = 300_u16;
    let photos: Vec<Photo> = (0..count)
        .map(|number| {
            let mut id = [0; 16];
            id[..2].copy_from_slice(&number.to_be_bytes());
            Photo::new(PhotoId(id))
        })
        .collect();
    let hashes: Vec<Option<Hash>> =
        (0..u32::from(count)).map(|number| Some(bits_from(number % 128, 15))).collect();
    let mut edges = all_pairs(&hashes, 40);
    edges.retain(|edge| edge.b - edge.a <= 2);

    let groups = groups(&photos, &hashes, &edges, &DUPLICATES);

    assert_eq!(groups.iter().map(|group| group.members.len()).sum::<usize>(), usize::from(count));
    assert_eq!(groups.len(), 1, "all are within 30 bits of each other");
}

#[test]
fn positions_that_do_not_exist_do_no_harm() {
    let edges = [Edge { a: 0, b: 7, distance: 0 }, Edge { a: 1, b: 1, distance: 0 }];

    assert_eq!(groups(&[photo(1), photo(2)], &[Some(bits(0))], &edges, &SIMILAR), []);
}

/// A library in which much looks alike: a few motifs, each photo some bits beside one.
fn any_library() -> impl Strategy<Value = (Vec<Photo>, Vec<Option<Hash>>)> {
    let one = (
        0_u32..3,
        prop::collection::vec(0_u32..256, 0..30),
        prop::option::weighted(0.3, 0_u8..3),
        prop::option::weighted(0.5, (0_u32..2, prop::sample::select(vec![1000_i64, 1500, 2100, 2300, 9000]))),
        prop::option::weighted(0.2, 0_u64..3),
        (prop::bool::weighted(0.1), prop::bool::weighted(0.2)),
    );
    prop::collection::vec(one, 2..24).prop_map(|all| {
        let mut photos = Vec::new();
        let mut hashes = Vec::new();
        for (number, (motif, flips, content, exposure, shot, (is_plain, is_raw))) in (0_u8..).zip(all) {
            let mut hash = bits_from(motif * 60, 50);
            for bit in flips {
                hash.0[(bit / 64) as usize] ^= 1 << (bit % 64);
            }
            photos.push(Photo {
                content: content.map(|content| [content; 20]),
                exposure: exposure.map(|(camera, taken)| Exposure { camera, taken }),
                shot,
                is_raw,
                ..photo(number)
            });
            hashes.push((!is_plain).then_some(hash));
        }
        (photos, hashes)
    })
}

proptest! {
    #[test]
    fn groups_depend_on_the_photos_alone((photos, hashes) in any_library(), seed in any::<u64>()) {
        let usual = found(&photos, &hashes, &SIMILAR);
        let mut order: Vec<usize> = (0..photos.len()).collect();
        order.sort_by_key(|position| blake3::hash(&[seed.to_le_bytes(), position.to_le_bytes()].concat()).to_string());
        let shuffled: Vec<Photo> = order.iter().map(|position| photos[*position]).collect();
        let looks: Vec<Option<Hash>> = order.iter().map(|position| hashes[*position]).collect();

        let other = found(&shuffled, &looks, &SIMILAR);

        let ids = |groups: &[Group], photos: &[Photo]| -> Vec<(GroupId, Class, PhotoId)> {
            let of = |group: &Group| (group.id, group.class, photos[group.members[0].photo as usize].id);
            groups.iter().map(of).collect()
        };
        prop_assert_eq!(ids(&usual, &photos), ids(&other, &shuffled));
    }

    #[test]
    fn ten_increments_give_the_groups_of_all_at_once((photos, hashes) in any_library(), seed in any::<u64>()) {
        let mut arrival: Vec<u32> = (0_u32..).take(photos.len()).collect();
        arrival.sort_by_key(|photo| blake3::hash(&[seed, u64::from(*photo)].map(u64::to_le_bytes).concat()).to_string());
        let (mut known, mut edges, mut last) = (Vec::new(), Vec::new(), Vec::new());

        for step in 1..=10 {
            let fresh = arrival[known.len()..arrival.len() * step / 10].to_vec();
            for b in fresh {
                let with = |a: &u32| Some((hashes[*a as usize]?, hashes[b as usize]?));
                let near = |a: &u32| with(a).map(|(a, b)| a.distance(b)).filter(|bits| *bits <= SIMILAR.similar);
                let edge = |a: &u32| {
                    near(a).map(|bits| Edge { a: b.min(*a), b: b.max(*a), distance: u16::try_from(bits).unwrap() })
                };
                edges.extend(known.iter().filter_map(edge));
                known.push(b);
            }
            let mut present = known.clone();
            present.sort_unstable();
            last = of_present(&present, &photos, &hashes, &edges);
        }

        prop_assert_eq!(last, found(&photos, &hashes, &SIMILAR));
    }

    #[test]
    fn what_is_added_elsewhere_changes_nothing((photos, hashes) in any_library()) {
        let alone = found(&photos, &hashes, &SIMILAR);
        let (mut more, mut looks) = (photos.clone(), hashes.clone());
        for number in 200..210 {
            more.push(shot(number, 1_000_000));
            looks.push(Some(Hash([u64::from(number), 0, u64::MAX, u64::MAX])));
        }

        let mut with_more = found(&more, &looks, &SIMILAR);
        with_more.retain(|group| group.members.iter().all(|member| (member.photo as usize) < photos.len()));

        prop_assert_eq!(alone, with_more);
    }

    #[test]
    fn a_photo_is_in_one_group_and_a_group_holds_together((photos, hashes) in any_library()) {
        let groups = found(&photos, &hashes, &SIMILAR);

        let mut seen = vec![0; photos.len()];
        for group in &groups {
            prop_assert!(group.members.len() >= 2);
            group.members.iter().for_each(|member| seen[member.photo as usize] += 1);
            prop_assert!(group.also.iter().all(|(photo, _)| group.members.iter().all(|member| member.photo != *photo)));
            check_sets(group, &photos, &hashes)?;
        }
        prop_assert!(seen.iter().all(|count| *count <= 1));
        for (one, first) in photos.iter().enumerate() {
            for (other, second) in photos.iter().enumerate().skip(one + 1) {
                let is_together = |group: &&Group| {
                    [one, other].iter().all(|photo| group.members.iter().any(|member| member.photo as usize == *photo))
                };
                let is_exact = first.content.is_some() && first.content == second.content;
                prop_assert!(!is_exact || groups.iter().any(|group| is_together(&group)));
            }
        }
    }

    #[test]
    fn relations_are_mutual((photos, _) in any_library(), distance in prop::option::of(0_u16..120)) {
        for one in &photos {
            for other in &photos {
                prop_assert_eq!(relation(one, other, distance, &SIMILAR), relation(other, one, distance, &SIMILAR));
            }
        }
    }
}

/// The groups of the photos that are there so far, by the edges found so far.
fn of_present(present: &[u32], photos: &[Photo], hashes: &[Option<Hash>], edges: &[Edge]) -> Vec<Group> {
    let place = |photo: u32| u32::try_from(present.binary_search(&photo).unwrap()).unwrap();
    let edges: Vec<Edge> = edges
        .iter()
        .map(|edge| Edge { a: place(edge.a), b: place(edge.b), distance: edge.distance })
        .collect();
    let looks: Vec<Option<Hash>> = present.iter().map(|photo| hashes[*photo as usize]).collect();
    groups(
        &present.iter().map(|photo| photos[*photo as usize]).collect::<Vec<Photo>>(),
        &looks,
        &edges,
        &SIMILAR,
    )
}

/// Within a set nothing is two exposures or two parts of one shot, save equal bytes, and there is a photo that all
/// others of the set are within the limit of.
fn check_sets(group: &Group, photos: &[Photo], hashes: &[Option<Hash>]) -> Result<(), TestCaseError> {
    for set in 0..=group.members.iter().map(|member| member.set).max().unwrap_or(0) {
        let members: Vec<usize> = group
            .members
            .iter()
            .filter(|member| member.set == set)
            .map(|member| member.photo as usize)
            .collect();
        prop_assert!(!members.is_empty());
        let distance = |one: usize, other: usize| Some(hashes[one]?.distance(hashes[other]?));
        let twins = |one: usize| -> Vec<usize> {
            let is_twin = |other: &usize| {
                *other == one
                    || photos[one].content.is_some_and(|content| photos[*other].content == Some(content))
            };
            (0..photos.len()).filter(is_twin).collect()
        };
        let pairs = |one: usize, other: usize| -> Vec<(usize, usize)> {
            twins(one)
                .into_iter()
                .flat_map(|one| twins(other).into_iter().map(move |other| (one, other)))
                .collect()
        };
        let is_near = |one: usize, other: usize| {
            twins(one).contains(&other)
                || pairs(one, other)
                    .into_iter()
                    .any(|(one, other)| distance(one, other).is_some_and(|bits| bits <= 40))
        };
        let has_middle = members.iter().any(|middle| members.iter().all(|other| is_near(*middle, *other)));
        prop_assert!(has_middle, "set {} of {:?}", set, group);
        for &one in &members {
            for &other in members.iter().filter(|other| !twins(one).contains(other)) {
                let pairs =
                    || pairs(one, other).into_iter().map(|(one, other)| (&photos[one], &photos[other]));
                let kinship = pairs().map(|(one, other)| Kinship::of(one, other)).min();
                prop_assert!(kinship.is_some_and(Kinship::allows_copies), "{} {} of {:?}", one, other, group);
                prop_assert!(!pairs().any(|(one, other)| one.shot.is_some() && one.shot == other.shot));
            }
        }
    }
    Ok(())
}
