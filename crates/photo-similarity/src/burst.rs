//! Bursts: shots of one camera, each within moments of the one before.
//!
//! Time makes the row: a hundred frames of a second belong together although the first and the last are far apart. Looks
//! make the group: a row in which the camera was turned has several. Each shot is compared with the next few of its row
//! only; what looks like the same take further on is found from there, and compared with its representative.

use crate::hash::Hash;
use crate::pairs::Edge;
use crate::photo::Photo;

/// With how many of the shots behind it a shot is compared.
const WINDOW: usize = 32;

/// In no row.
pub(crate) const ALONE: u32 = u32::MAX;

/// Shots in a row.
pub(crate) struct Rows {
    /// For each photo the number of its row, or [`ALONE`].
    pub(crate) of_photo: Vec<u32>,
    /// All photos with a camera and a time, by camera, time and position.
    shots: Vec<u32>,
}

impl Rows {
    /// `within` is the longest time between a shot and the next, in milliseconds.
    pub(crate) fn of(photos: &[Photo], within: i64) -> Self {
        let mut shots: Vec<(u32, i64, u32)> = (0_u32..)
            .zip(photos)
            .filter_map(|(position, photo)| photo.exposure.map(|shot| (shot.camera, shot.taken, position)))
            .collect();
        shots.sort_unstable();
        let mut of_photo = vec![ALONE; photos.len()];
        for (row, shots) in (0_u32..).zip(shots.chunk_by(|one, next| follows(*one, *next, within))) {
            for shot in shots.iter().filter(|_| shots.len() > 1) {
                of_photo[shot.2 as usize] = row;
            }
        }
        Self { of_photo, shots: shots.into_iter().map(|shot| shot.2).collect() }
    }

    /// Pairs of one row that lie near each other in it and are within `limit` bits. `hashes[i]` is `None` where the looks
    /// of a photo cannot be compared.
    pub(crate) fn pairs(&self, hashes: &[Option<Hash>], limit: u32) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (number, &one) in self.shots.iter().enumerate() {
            let row = self.of_photo[one as usize];
            let look_of = |photo: u32| hashes.get(photo as usize).copied().flatten();
            let Some(look) = look_of(one).filter(|_| row != ALONE) else { continue };
            let behind = self.shots[number + 1..].iter().take(WINDOW);
            for &other in behind.take_while(|other| self.of_photo[**other as usize] == row) {
                let Some(distance) = look_of(other).map(|other| look.distance(other)) else { continue };
                if distance <= limit {
                    let distance = u16::try_from(distance).unwrap_or(u16::MAX);
                    edges.push(Edge { a: one.min(other), b: one.max(other), distance });
                }
            }
        }
        edges
    }
}

fn follows(one: (u32, i64, u32), next: (u32, i64, u32), within: i64) -> bool {
    one.0 == next.0 && next.1.saturating_sub(one.1) <= within
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Exposure, PhotoId};

    fn shot(camera: u32, taken: i64) -> Photo {
        Photo { exposure: Some(Exposure { camera, taken }), ..Photo::new(PhotoId([0; 16])) }
    }

    #[test]
    fn a_row_goes_on_as_long_as_the_next_shot_follows() {
        let photos = [shot(1, 0), shot(1, 4000), shot(1, 2000), shot(2, 1000), shot(1, 6001), shot(1, 8000)];

        let rows = Rows::of(&photos, 2000).of_photo;

        assert!(rows[0] == rows[1] && rows[0] == rows[2] && rows[0] != ALONE);
        assert_eq!(rows[3], ALONE, "another camera");
        assert!(rows[4] == rows[5] && rows[4] != rows[0]);
    }

    #[test]
    fn a_long_row_costs_a_window_for_each_shot() {
        let photos: Vec<Photo> = (0..1000).map(|number| shot(1, number)).collect();
        let rows = Rows::of(&photos, 1);

        let pairs = rows.pairs(&vec![Some(Hash([0; 4])); photos.len()], 0);

        assert!(
            pairs.len() <= photos.len() * WINDOW && pairs.len() > photos.len() * (WINDOW - 1),
            "{}",
            pairs.len()
        );
    }

    #[test]
    fn photos_without_a_time_are_in_no_row() {
        let bare = Photo::new(PhotoId([0; 16]));

        assert_eq!(Rows::of(&[bare, bare], 2000).of_photo, [ALONE, ALONE]);
    }
}
