//! Faces of those who have a name: as regions of a sidecar, which the server reads when it is told to import faces, or as
//! what is to be drawn there.
//!
//! Where a face is the library knows in the version that it shows, and in no other: the original of an edited photo may
//! be cut or turned. So of one that was edited the edited version bears the faces.

use apple_photos::{Area, Asset, Flag, Kind, Library};
use immich_api::FaceArea;
use photo_metadata::regions::{Frame, Orientation};
use photo_metadata::{Faces, NamedFace, PhotoFields, new_sidecar_bytes, sidecar_beside};

use super::part::Part;
use crate::import::FaceMark;

/// Faces with a name and a place inside of the picture.
fn named<'a>(library: &'a Library, asset: &'a Asset) -> impl Iterator<Item = (&'a str, Area)> {
    asset.faces.iter().filter(|face| !face.is_hidden).filter_map(|face| {
        let name = library.person(face.person?).name.as_deref()?.trim();
        Some((name, face.area?.clipped()?)).filter(|_| !name.is_empty())
    })
}

/// A sidecar with the faces of those who have a name; `None` where there are none, and for a photo that was edited.
pub(super) fn sidecar(library: &Library, asset: &Asset) -> Option<Vec<u8>> {
    let (width, height) = (asset.size.width, asset.size.height);
    if asset.flags.has(Flag::Edited) || width == 0 || height == 0 {
        return None;
    }
    let of_face = |(name, area): (&str, Area)| NamedFace {
        name: name.to_owned(),
        edges: area.corners(width, height),
        picture: [f64::from(width), f64::from(height)],
        from_file: false,
    };
    let list: Vec<NamedFace> = named(library, asset).map(of_face).collect();
    if list.is_empty() {
        return None;
    }
    let people = list.iter().map(|face| face.name.clone()).collect();
    let wanted = PhotoFields { people: Some(people), faces: Some(Faces { list }), ..PhotoFields::default() };
    let stored = asset.original_size;
    let frame = Frame::new(stored.width, stored.height, Orientation::new(stored.orientation)?)?;
    sidecar_beside(&new_sidecar_bytes(), &wanted, Some(frame))
}

/// What is to be drawn on a part of a picture; `None` where the library does not know. Who is on it twice, as in a
/// mirror, is told once.
pub(super) fn faces(library: &Library, asset: &Asset, part: Part) -> Option<Vec<FaceMark>> {
    let shown = if asset.flags.has(Flag::Edited) { Part::Edited } else { Part::Original };
    let (width, height) = (asset.size.width, asset.size.height);
    // Of a video nobody knows which moment a face is in.
    if part != shown || asset.kind != Kind::Photo || width == 0 || height == 0 {
        return None;
    }
    let mut marks: Vec<FaceMark> = Vec::new();
    for (name, area) in named(library, asset) {
        if marks.iter().all(|mark| mark.name != name) {
            let area = in_pixels(area.corners(width, height), (width, height));
            marks.push(FaceMark { name: name.to_owned(), area });
        }
    }
    Some(marks)
}

/// A box in whole pixels, at least one of them, inside of the picture.
fn in_pixels([left, top, right, bottom]: [f64; 4], (width, height): (u32, u32)) -> FaceArea {
    let span = |from: f64, to: f64, most: u32| {
        let from = whole(from).min(most.saturating_sub(1));
        (from, whole(to).clamp(from + 1, most.max(from + 1)) - from)
    };
    let ((x, box_width), (y, box_height)) = (span(left, right, width), span(top, bottom, height));
    FaceArea { x, y, width: box_width, height: box_height, image_width: width, image_height: height }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped to what fits")]
fn whole(pixels: f64) -> u32 {
    pixels.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_inside_of_the_picture_and_never_empty() {
        let area = |edges| in_pixels(edges, (400, 300));
        let of = |x, y, width, height| FaceArea { x, y, width, height, image_width: 400, image_height: 300 };

        assert_eq!(area([60.4, 189.6, 100.2, 230.0]), of(60, 190, 40, 40));
        assert_eq!(area([-5.0, 250.0, 20.0, 310.0]), of(0, 250, 20, 50));
        assert_eq!(area([399.9, 10.1, 400.0, 10.2]), of(399, 10, 1, 1));
    }
}
