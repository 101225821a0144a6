//! Candidates for bursts: neighbours in time, found without comparing everything with everything.

use crate::hash::Hash;
use crate::pairs::Edge;
use crate::photo::Photo;
use crate::relation::Bursts;

/// Pairs of photos of one camera that were taken within the time of a burst and are within its distance. `hashes[i]` is
/// `None` where the looks of `photos[i]` cannot be compared.
pub(crate) fn candidates(photos: &[Photo], hashes: &[Option<Hash>], bursts: &Bursts) -> Vec<Edge> {
    let mut shots: Vec<(u32, i64, u32)> = Vec::new();
    for (position, photo) in (0_u32..).zip(photos) {
        if let Some(exposure) = photo.exposure {
            shots.push((exposure.camera, exposure.taken, position));
        }
    }
    shots.sort_unstable();
    let mut edges = Vec::new();
    for (number, one) in shots.iter().enumerate() {
        let near = shots[number + 1..]
            .iter()
            .take_while(|other| other.0 == one.0 && other.1.saturating_sub(one.1) <= bursts.within);
        for other in near {
            let (a, b) = (one.2.min(other.2), one.2.max(other.2));
            let (Some(first), Some(second)) = (hashes[a as usize], hashes[b as usize]) else { continue };
            let distance = first.distance(second);
            if distance <= bursts.limit {
                edges.push(Edge { a, b, distance: u16::try_from(distance).unwrap_or(u16::MAX) });
            }
        }
    }
    edges.sort_unstable();
    edges
}
