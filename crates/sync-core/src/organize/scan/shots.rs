//! Parts of one shot: a raw file and the picture that the camera wrote beside it, the members of a stack, and the moving
//! part of a live photo.
//!
//! Parts look alike, or have the same name, because they belong together; they are no copies of each other.

use std::collections::HashMap;

use super::shelf::Shelf;

/// Marks raw files and their pictures as one shot; answers with the video of each photo that has one, by positions.
pub(super) fn mark(shelf: &mut Shelf) -> HashMap<u32, u32> {
    let mut members: Vec<(u64, u32)> = (0_u32..)
        .zip(&shelf.rest)
        .filter(|(_, rest)| rest.family != 0)
        .map(|(position, rest)| (rest.family, position))
        .collect();
    members.sort_unstable();
    let mut videos = HashMap::new();
    for family in members.chunk_by(|one, other| one.0 == other.0).filter(|family| family.len() > 1) {
        mark_family(shelf, family, &mut videos);
    }
    videos
}

fn mark_family(shelf: &mut Shelf, family: &[(u64, u32)], videos: &mut HashMap<u32, u32>) {
    let marks = |position: u32| shelf.rest[position as usize].marks;
    let raws = family.iter().filter(|(_, position)| marks(*position).is_raw).count();
    let moving: Vec<u32> =
        family.iter().map(|(_, position)| *position).filter(|position| marks(*position).is_video).collect();
    let stills: Vec<u32> =
        family.iter().map(|(_, position)| *position).filter(|position| !marks(*position).is_video).collect();
    if let [video] = moving.as_slice() {
        videos.extend(stills.iter().filter(|still| marks(**still).is_file).map(|still| (*still, *video)));
    }
    if raws > 0 && raws < stills.len() {
        for (number, position) in family.iter().filter(|(_, position)| stills.contains(position)) {
            let shot = &mut shelf.photos[*position as usize].shot;
            *shot = shot.or(Some(*number));
        }
    }
}
