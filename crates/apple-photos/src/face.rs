//! Faces: where they are in the picture as it is shown, and in the picture as it is stored.
//!
//! Photos measures in the upright picture, from the lower left corner, and the size of a face is its diameter as a part
//! of the longer side. A file (MWG regions) is measured in stored pixels from the upper left corner. So a box is first
//! turned over and then turned by the orientation; one who forgets the second step sees nothing wrong in pictures that
//! are stored upright.

use crate::{PersonId, Size};

/// A face in an asset.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Its name in this library.
    pub uuid: String,
    /// Whose it is, after those that the user said are the same were put together. Nobody knows of many.
    pub person: Option<PersonId>,
    /// Where it is in the current version as it is shown. None for a face that was given by hand without a place.
    pub area: Option<Area>,
    /// Whether the user drew it.
    pub is_manual: bool,
    /// Whether the user said that it does not count.
    pub is_hidden: bool,
}

/// A rectangle in a picture: its centre and size as parts of the width and height, from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// The centre, from the left.
    pub x: f64,
    /// The centre, from the top.
    pub y: f64,
    /// Its width as a part of the picture's.
    pub width: f64,
    /// Its height as a part of the picture's.
    pub height: f64,
}

impl Area {
    /// From what Photos stores, for a picture of this upright size. None if there is no place in it.
    pub(crate) fn of_photos(x: f64, y: f64, diameter: f64, upright: Size) -> Option<Self> {
        let (width, height) = (f64::from(upright.width), f64::from(upright.height));
        let usable =
            [x, y, diameter].iter().all(|number| number.is_finite() && (-1.0..=2.0).contains(number));
        if !usable || x == 0.0 || diameter <= 0.0 || width < 1.0 || height < 1.0 {
            return None;
        }
        let pixels = diameter * width.max(height);
        Some(Self { x, y: 1.0 - y, width: pixels / width, height: pixels / height })
    }

    /// The same place in a picture that is stored in this orientation (1 to 8) and shown upright.
    #[must_use]
    pub fn in_stored_picture(self, orientation: u8) -> Self {
        let Self { x, y, width, height } = self;
        let (x, y) = match orientation {
            2 => (1.0 - x, y),
            3 => (1.0 - x, 1.0 - y),
            4 => (x, 1.0 - y),
            5 => (y, x),
            6 => (y, 1.0 - x),
            7 => (1.0 - y, 1.0 - x),
            8 => (1.0 - y, x),
            _ => (x, y),
        };
        if (5..=8).contains(&orientation) {
            Self { x, y, width: height, height: width }
        } else {
            Self { x, y, width, height }
        }
    }

    /// What of it is inside of the picture. None if nothing is.
    #[must_use]
    pub fn clipped(self) -> Option<Self> {
        let cut = |centre: f64, size: f64| {
            let (from, to) = ((centre - size / 2.0).max(0.0), (centre + size / 2.0).min(1.0));
            (to > from).then(|| (f64::midpoint(from, to), to - from))
        };
        let ((x, width), (y, height)) = (cut(self.x, self.width)?, cut(self.y, self.height)?);
        Some(Self { x, y, width, height })
    }

    /// The corners in pixels of a picture of this size: left, top, right, bottom. Not cut at its border.
    pub fn corners(self, width: u32, height: u32) -> [f64; 4] {
        let (picture_width, picture_height) = (f64::from(width), f64::from(height));
        [
            (self.x - self.width / 2.0) * picture_width,
            (self.y - self.height / 2.0) * picture_height,
            (self.x + self.width / 2.0) * picture_width,
            (self.y + self.height / 2.0) * picture_height,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the measurements: from Photos' (x, y), counted from the lower left, to the stored picture.
    const STORED: [(u8, [f64; 2]); 8] = [
        (1, [0.2, 0.7]),
        (2, [0.8, 0.7]),
        (3, [0.8, 0.3]),
        (4, [0.2, 0.3]),
        (5, [0.7, 0.2]),
        (6, [0.7, 0.8]),
        (7, [0.3, 0.8]),
        (8, [0.3, 0.2]),
    ];

    fn upright() -> Area {
        let size = Size { width: 400, height: 300, orientation: 1 };
        Area::of_photos(0.2, 0.3, 0.1, size).unwrap()
    }

    #[test]
    fn the_diameter_is_a_part_of_the_longer_side() {
        let corners = upright().corners(400, 300);

        let expected = [60.0, 190.0, 100.0, 230.0];
        assert!(
            corners.iter().zip(expected).all(|(found, wanted)| (found - wanted).abs() < 1e-9),
            "{corners:?}"
        );
    }

    #[test]
    fn a_face_is_found_in_a_picture_stored_in_any_orientation() {
        for (orientation, [x, y]) in STORED {
            let stored = upright().in_stored_picture(orientation);

            assert!((stored.x - x).abs() < 1e-9 && (stored.y - y).abs() < 1e-9, "{orientation}: {stored:?}");
            let is_square =
                |width: f64, height: f64| (stored.width * width - stored.height * height).abs() < 1e-9;
            assert!(if orientation < 5 { is_square(400.0, 300.0) } else { is_square(300.0, 400.0) });
        }
    }

    #[test]
    fn what_is_outside_of_the_picture_is_cut_off() {
        let area = Area { x: 0.05, y: 0.5, width: 0.2, height: 0.2 };

        let cut = area.clipped().unwrap();

        assert!((cut.x - 0.075).abs() < 1e-9 && (cut.width - 0.15).abs() < 1e-9, "{cut:?}");
        assert_eq!(Area { x: 2.0, ..area }.clipped(), None);
    }

    #[test]
    fn a_face_without_a_place_has_no_area() {
        let size = Size { width: 400, height: 300, orientation: 1 };
        for (x, y, diameter) in [(0.0, 0.0, 0.0), (0.5, f64::NAN, 0.1), (0.5, 0.5, -1.0), (1e300, 0.5, 0.1)] {
            assert_eq!(Area::of_photos(x, y, diameter, size), None);
        }
        assert_eq!(Area::of_photos(0.5, 0.5, 0.1, Size::default()), None);
    }
}
