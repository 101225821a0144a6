use proptest::prelude::*;

use super::*;

/// Bytes in which nothing repeats.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(length).collect()
}

fn between(new: &Vec<u8>, old: &Vec<u8>) -> Option<Recipe> {
    Recipe::between_sources(new, old).unwrap()
}

/// The recipe makes the old version, and the other way round the new one.
fn proved(new: &Vec<u8>, old: &Vec<u8>) -> Recipe {
    let recipe = between(new, old).unwrap();
    assert_eq!(recipe.make(new).as_ref(), Some(old));
    let forward = recipe.back(new, u64::MAX).unwrap().unwrap();
    assert_eq!(forward.make(old).as_ref(), Some(new));
    recipe
}

#[test]
fn the_same_bytes_are_one_copy() {
    let bytes = noise(1, 100_000);
    assert_eq!(proved(&bytes, &bytes).pieces(), [Piece::Copy { start: 0, length: 100_000 }]);
    assert_eq!(proved(&Vec::new(), &Vec::new()).pieces(), []);
}

#[test]
fn what_was_put_in_or_taken_out_in_the_middle_costs_what_was_taken_out() {
    let old = noise(1, 300_000);
    let new = [&old[..1000], &noise(2, 5000), &old[1200..]].concat();

    assert_eq!(proved(&new, &old).new_bytes(), 200);
    assert_eq!(proved(&old, &new).new_bytes(), 5000);
}

#[test]
fn blocks_that_changed_places_are_found() {
    let old = noise(1, 300_000);
    let new =
        [&old[200_000..], &noise(2, 777), &old[100_000..200_000], &noise(3, 99), &old[..100_000]].concat();

    let recipe = proved(&new, &old);

    assert_eq!(recipe.new_bytes(), 0, "{recipe:?}");
    assert_eq!(recipe.pieces().len(), 3);
}

#[test]
fn small_entries_that_moved_are_found_in_small_files() {
    let entries: Vec<Vec<u8>> = (0..40).map(|n| noise(n, 150)).collect();
    let old = entries.concat();
    let new = entries.iter().rev().flat_map(|entry| [b"new".as_slice(), entry].concat()).collect();

    assert_eq!(proved(&new, &old).new_bytes(), 0);
}

#[test]
fn a_file_of_zeros_is_no_trouble() {
    let (old, new) = (vec![0; 1 << 20], vec![0; (1 << 20) + 12_345]);
    assert_eq!(proved(&new, &old).new_bytes(), 0);
    let torn = [vec![0; 500_000], vec![1], vec![0; 548_575]].concat();
    assert_eq!(proved(&torn, &old).new_bytes(), 1);
    assert_eq!(proved(&old, &torn).new_bytes(), 1);
}

#[test]
fn small_files_have_a_recipe_even_if_all_of_it_is_new() {
    let (old, new) = (noise(1, 200_000), noise(2, 3000));
    assert_eq!(proved(&new, &old).new_bytes(), 200_000);
}

#[test]
fn a_recipe_that_would_hold_most_of_the_file_is_given_up() {
    let (old, new) = (noise(1, 600_000), noise(2, 600_000));
    assert_eq!(between(&new, &old), None);
    let half = [&old[..310_000], &noise(2, 290_000)].concat();
    assert_eq!(proved(&half, &old).new_bytes(), 290_000);
    let less = [&old[..200_000], &noise(2, 400_000)].concat();
    assert_eq!(between(&less, &old), None);
}

#[test]
fn the_way_back_of_a_whole_content_is_the_content() {
    let (old, new) = (noise(1, 500), noise(2, 700));
    let whole = Recipe::new(0, vec![Piece::Bytes(old.clone())]).unwrap();

    assert_eq!(whole.make(&new), Some(old));
}

#[test]
fn a_version_that_is_too_short_makes_nothing() {
    let recipe = Recipe::new(10, vec![Piece::Copy { start: 5, length: 5 }]).unwrap();
    assert_eq!(recipe.make(&[1; 9]), None);
    assert_eq!(recipe.make(&[1; 10]), Some(vec![1; 5]));
}

#[derive(Debug, Clone)]
enum Edit {
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Move(usize, usize, usize),
    Copy(usize, usize, usize),
    Patch(usize, u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = || 0_usize..6000;
    let length = || 0_usize..900;
    prop_oneof![
        (place(), prop::collection::vec(any::<u8>(), 0..400)).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (place(), length()).prop_map(|(at, length)| Edit::Remove(at, length)),
        (place(), length(), place()).prop_map(|(at, length, to)| Edit::Move(at, length, to)),
        (place(), length(), place()).prop_map(|(at, length, to)| Edit::Copy(at, length, to)),
        (place(), any::<u8>()).prop_map(|(at, byte)| Edit::Patch(at, byte)),
    ]
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit) {
    let end = bytes.len();
    let range = |at: usize, length: usize| at.min(end)..(at + length).min(end);
    match edit {
        Edit::Insert(at, more) => drop(bytes.splice(range(*at, 0), more.iter().copied())),
        Edit::Remove(at, length) => drop(bytes.drain(range(*at, *length))),
        Edit::Move(at, length, to) => {
            let moved: Vec<u8> = bytes.drain(range(*at, *length)).collect();
            let to = (*to).min(bytes.len());
            drop(bytes.splice(to..to, moved));
        }
        Edit::Copy(at, length, to) => {
            let copied = bytes[range(*at, *length)].to_vec();
            drop(bytes.splice(range(*to, 0), copied));
        }
        Edit::Patch(at, byte) => {
            if let Some(place) = bytes.get_mut(*at) {
                *place = *byte;
            }
        }
    }
}

proptest! {
    #[test]
    fn any_edits_are_found_and_led_back(
        seed in any::<u64>(),
        length in 0_usize..6000,
        values in 1_u8..=255,
        edits in prop::collection::vec(edit(), 0..8),
    ) {
        let old: Vec<u8> = noise(seed, length).into_iter().map(|byte| byte % values).collect();
        let mut new = old.clone();
        for edit in &edits {
            apply(&mut new, edit);
        }

        proved(&new, &old);
    }

    #[test]
    fn moves_cost_a_block_at_their_borders_and_no_more(
        seed in any::<u64>(),
        moves in prop::collection::vec((0_usize..20_000, 300_usize..4000, 0_usize..20_000), 1..4),
    ) {
        let old = noise(seed, 20_000);
        let mut new = old.clone();
        for (at, length, to) in &moves {
            apply(&mut new, &Edit::Move(*at, *length, *to));
        }

        let recipe = proved(&new, &old);

        // Each move cuts in three places; what is left between two cuts may be shorter than two blocks.
        prop_assert!(recipe.new_bytes() <= moves.len() as u64 * 3 * 2 * SHORTEST_BLOCK, "{}", recipe.new_bytes());
    }
}
