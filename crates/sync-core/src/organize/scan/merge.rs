//! Pairs of an earlier search and pairs of new photos become what a search over all would have found.
//!
//! A photo keeps its nearest neighbours only, and a pair stays when one of the two keeps it. Photos that come can only
//! push others out, so that cutting the union again gives the truth. A photo that goes may let others in that were never
//! stored: then all whose list may have been cut have to be searched again, which [`Known::to_search`] finds.

use photo_similarity::Edge;

/// Cuts pairs down to those that one of the two photos has among its `nearest`, by distance and then by position.
/// Sorted; each pair once, at its least distance.
pub(super) fn cut(mut edges: Vec<Edge>, photos: usize, nearest: usize) -> Vec<Edge> {
    edges.sort_unstable();
    edges.dedup_by_key(|edge| (edge.a, edge.b));
    let mut degree = vec![0_u32; photos];
    for edge in &edges {
        degree[edge.a as usize] += 1;
        degree[edge.b as usize] += 1;
    }
    let most = u32::try_from(nearest).unwrap_or(u32::MAX);
    if degree.iter().all(|degree| *degree <= most) {
        return edges;
    }
    let farthest = farthest(&edges, &degree, nearest);
    let keeps = |photo: u32, other: u32, distance: u16| {
        farthest[photo as usize].is_none_or(|last| (distance, other) <= last)
    };
    edges.retain(|edge| keeps(edge.a, edge.b, edge.distance) || keeps(edge.b, edge.a, edge.distance));
    edges
}

/// The last neighbour that a photo keeps; `None` where it keeps all.
fn farthest(edges: &[Edge], degree: &[u32], nearest: usize) -> Vec<Option<(u16, u32)>> {
    let mut lists: Vec<(u32, u16, u32)> = Vec::new();
    for edge in edges {
        for (photo, other) in [(edge.a, edge.b), (edge.b, edge.a)] {
            if degree[photo as usize] as usize > nearest {
                lists.push((photo, edge.distance, other));
            }
        }
    }
    lists.sort_unstable();
    let mut farthest = vec![None; degree.len()];
    for list in lists.chunk_by(|one, other| one.0 == other.0) {
        if let Some((photo, distance, other)) = nearest.checked_sub(1).and_then(|last| list.get(last)) {
            farthest[*photo as usize] = Some((*distance, *other));
        }
    }
    farthest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edge(a: u32, b: u32, distance: u16) -> Edge {
        Edge { a, b, distance }
    }

    #[test]
    fn a_pair_stays_when_one_of_the_two_keeps_it() {
        let edges = vec![edge(0, 1, 1), edge(0, 2, 2), edge(0, 3, 3), edge(1, 2, 9)];

        assert_eq!(cut(edges.clone(), 4, 1), [edge(0, 1, 1), edge(0, 2, 2), edge(0, 3, 3)]);
        assert_eq!(cut(edges.clone(), 4, 2), edges);
    }

    proptest! {
        #[test]
        fn cutting_the_union_again_is_cutting_all(
            distances in prop::collection::vec(0_u16..9, 45),
            old in 1_u32..10,
            nearest in 1_usize..5,
        ) {
            let pairs = (0..10_u32).flat_map(|b| (0..b).map(move |a| (a, b)));
            let all: Vec<Edge> = pairs.zip(distances).map(|((a, b), distance)| edge(a, b, distance)).collect();
            let (known, new): (Vec<Edge>, Vec<Edge>) = all.iter().partition(|edge| edge.b < old);

            let union = [cut(known, 10, nearest), cut(new, 10, nearest)].concat();

            prop_assert_eq!(cut(union, 10, nearest), cut(all, 10, nearest));
        }
    }
}
