//! From the nearest of each to pairs, and from the pairs of two searches to those of one.

use std::collections::{BTreeMap, BTreeSet};

use super::Edge;
use super::distinct::Distinct;
use super::nearest::{Nearest, Neighbour};

/// The pairs of photos that at least one of the two keeps, sorted.
///
/// The nearest of a photo are among the photos of the nearest entries, and of each of these among the first, since a
/// nearer entry has at least one photo to take a place.
pub(super) fn spread(distinct: &Distinct, nearest: Nearest, keep: usize) -> Vec<Edge> {
    let lists = nearest.into_lists();
    let several = several_by_position(distinct);
    let mut edges = Vec::new();
    for entry in distinct.entries() {
        let near = first_photos(distinct, &several, entry, lists.of(entry), keep);
        for photo in distinct.photos(entry) {
            let others = near.iter().filter(|(_, other)| other != photo).take(keep);
            edges.extend(others.map(|(distance, other)| edge(*photo, *other, *distance)));
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Entries of several photos, each with its lowest position, sorted by it.
fn several_by_position(distinct: &Distinct) -> Vec<(u32, u32)> {
    let several = distinct.entries().filter(|entry| distinct.photos(*entry).len() > 1);
    let mut several: Vec<(u32, u32)> = several.map(|entry| (distinct.first(entry), entry)).collect();
    several.sort_unstable();
    several
}

/// The first photos near those of an entry, by distance and position, one more than are kept: one of them may be the
/// photo itself.
fn first_photos(
    distinct: &Distinct,
    several: &[(u32, u32)],
    entry: u32,
    neighbours: &[Neighbour],
    keep: usize,
) -> Vec<(u16, u32)> {
    let most = keep.saturating_add(1);
    let own = distinct.photos(entry);
    let mut near: Vec<(u16, u32)> = Vec::new();
    // Known photos are not compared with each other, new ones are.
    if own.len() > 1 && distinct.is_new(entry) {
        near.extend(own.iter().take(most).map(|photo| (0, *photo)));
    }
    for neighbour in neighbours {
        let position = neighbour.position();
        match several.binary_search_by_key(&position, |entry| entry.0) {
            Ok(place) => {
                let photos = distinct.photos(several[place].1).iter().take(most);
                near.extend(photos.map(|photo| (neighbour.distance(), *photo)));
            }
            Err(_) => near.push((neighbour.distance(), position)),
        }
    }
    near.sort_unstable();
    near.truncate(most);
    near
}

fn edge(one: u32, other: u32, distance: u16) -> Edge {
    Edge { a: one.min(other), b: one.max(other), distance }
}

/// Those that at least one of the two photos keeps among these; sorted.
pub(super) fn kept(mut edges: Vec<Edge>, keep: usize) -> Vec<Edge> {
    edges.sort_unstable();
    // The same pair twice: the nearer comes first.
    edges.dedup_by_key(|edge| (edge.a, edge.b));
    let photos = edges.iter().map(|edge| edge.b as usize + 1).max().unwrap_or(0);
    let mut degrees = vec![0_u32; photos];
    for edge in &edges {
        degrees[edge.a as usize] += 1;
        degrees[edge.b as usize] += 1;
    }
    let is_crowded = |photo: u32| degrees[photo as usize] as usize > keep;
    let mut crowded: BTreeMap<u32, Vec<Neighbour>> = BTreeMap::new();
    for edge in &edges {
        for (photo, other) in [(edge.a, edge.b), (edge.b, edge.a)] {
            if is_crowded(photo) {
                crowded.entry(photo).or_default().push(Neighbour::new(edge.distance, other));
            }
        }
    }
    let worst: BTreeMap<u32, Neighbour> = crowded
        .into_iter()
        .filter_map(|(photo, mut near)| {
            let last = keep.checked_sub(1)?;
            Some((photo, *near.select_nth_unstable(last).1))
        })
        .collect();
    let keeps = |photo: u32, other: u32, distance: u16| {
        !is_crowded(photo) || worst.get(&photo).is_some_and(|worst| Neighbour::new(distance, other) <= *worst)
    };
    edges.retain(|edge| keeps(edge.a, edge.b, edge.distance) || keeps(edge.b, edge.a, edge.distance));
    edges
}

/// The photos that have to be searched anew, as [`Which::New`](super::Which::New), when those that `is_gone` tells are
/// gone: each that had as many neighbours as it keeps and lost one, for there may have been more. `pairs` are all that
/// the search found while they were there.
pub fn unsettled<Photo: Copy + Ord>(
    pairs: impl Iterator<Item = (Photo, Photo)>,
    nearest: usize,
    is_gone: impl Fn(Photo) -> bool,
) -> BTreeSet<Photo> {
    let mut neighbours: BTreeMap<Photo, (usize, bool)> = BTreeMap::new();
    for (one, other) in pairs {
        for (photo, neighbour) in [(one, other), (other, one)] {
            let (count, has_lost) = neighbours.entry(photo).or_default();
            *count += 1;
            *has_lost |= is_gone(neighbour);
        }
    }
    let is_short = |(count, has_lost): (usize, bool)| has_lost && count >= nearest;
    neighbours
        .into_iter()
        .filter(|(photo, state)| is_short(*state) && !is_gone(*photo))
        .map(|(photo, _)| photo)
        .collect()
}
