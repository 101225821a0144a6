//! Where a face is: from pixels of the upright picture to shares of the stored one, and back.
//!
//! A server measures a face in the pixels of an upright preview. A region in a file is measured in the stored
//! picture, which a viewer may have to turn or mirror first. So a box becomes shares of the upright picture,
//! and these are turned back. On square pictures and on faces in the middle a wrong turn looks right; the
//! anchors of the tests are neither.
//!
//! Arithmetic only.

use serde::{Deserialize, Serialize};

use super::orientation::Orientation;

/// Two places differ only if they do so by more than this share of an edge …
const LEAST_TOLERANCE: f64 = 1e-4;

/// … and by more than so many pixels of the stored picture: previews and readers round to whole pixels.
const PIXELS_OF_TOLERANCE: f64 = 2.0;

/// How much of the union of two boxes both must cover to be the same face.
const SAME_FACE_OVERLAP: f64 = 0.5;

/// How much two aspect ratios may differ and still be that of one picture: sizes are rounded to whole pixels.
const RATIO_TOLERANCE: f64 = 0.01;

/// Places are stored with six decimals: a hundredth of a pixel of a picture 10,000 pixels wide.
const PLACES: f64 = 1e6;

/// A face as a server says it: edges in pixels of an upright picture of some size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceBox {
    /// Left, upper, right and lower edge.
    pub edges: [f64; 4],
    /// Width and height of the picture in which they were measured.
    pub picture: [f64; 2],
}

impl FaceBox {
    /// Its share of the upright picture, without what lies outside of it; `None` if nothing is left.
    pub fn upright(self) -> Option<Area> {
        let [left, top, right, bottom] = self.edges;
        let [width, height] = self.picture;
        Area::between(
            left.min(right) / width,
            top.min(bottom) / height,
            left.max(right) / width,
            top.max(bottom) / height,
        )
    }

    /// Its share of the stored picture; `None` if nothing of it lies inside.
    pub fn stored(self, frame: Frame) -> Option<Area> {
        let stored = self.upright().map(|area| frame.orientation.to_stored(area).rounded());
        stored.filter(|area| area.width > 0.0 && area.height > 0.0)
    }

    /// Whether it was measured in a picture of the upright frame's shape, and not in a crop of it.
    pub fn fits(self, frame: Frame) -> bool {
        let [width, height] = self.picture;
        let (across, down) = frame.upright_size();
        same_ratio((width, height), (f64::from(across), f64::from(down)))
    }
}

/// A part of a picture: its centre and its size as shares of the picture's width and height.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Centre, 0 at the left to 1 at the right.
    pub x: f64,
    /// Centre, 0 at the top to 1 at the bottom.
    pub y: f64,
    /// Share of the width.
    pub width: f64,
    /// Share of the height.
    pub height: f64,
}

impl Area {
    /// From its edges, cut to what lies in the picture; `None` if that is nothing.
    pub fn between(left: f64, top: f64, right: f64, bottom: f64) -> Option<Self> {
        let (left, right) = (left.clamp(0.0, 1.0), right.clamp(0.0, 1.0));
        let (top, bottom) = (top.clamp(0.0, 1.0), bottom.clamp(0.0, 1.0));
        let (width, height) = (right - left, bottom - top);
        // Also false for what is not a number.
        let some = width > 0.0 && height > 0.0;
        some.then_some(Self { x: left + width / 2.0, y: top + height / 2.0, width, height })
    }

    /// With the decimals that are stored.
    #[must_use]
    pub fn rounded(self) -> Self {
        let round = |share: f64| (share * PLACES).round() / PLACES;
        Self { x: round(self.x), y: round(self.y), width: round(self.width), height: round(self.height) }
    }

    /// Its left and upper edge.
    pub fn corner(self) -> (f64, f64) {
        (self.x - self.width / 2.0, self.y - self.height / 2.0)
    }

    /// Whether both are the same place, as exactly as readers and writers of this frame can tell.
    pub fn is_at(self, other: Self, frame: Frame) -> bool {
        let across = (PIXELS_OF_TOLERANCE / f64::from(frame.width)).max(LEAST_TOLERANCE);
        let down = (PIXELS_OF_TOLERANCE / f64::from(frame.height)).max(LEAST_TOLERANCE);
        (self.x - other.x).abs() <= across
            && (self.width - other.width).abs() <= across
            && (self.y - other.y).abs() <= down
            && (self.height - other.height).abs() <= down
    }

    /// Whether both mark the same face: they share half of what they cover, or one has its centre in the other.
    pub fn covers_same_face(self, other: Self) -> bool {
        self.overlap(other) >= SAME_FACE_OVERLAP
            || self.contains(other.x, other.y)
            || other.contains(self.x, self.y)
    }

    /// Intersection over union.
    fn overlap(self, other: Self) -> f64 {
        let shared = |centre: f64, size: f64, other_centre: f64, other_size: f64| {
            let start = (centre - size / 2.0).max(other_centre - other_size / 2.0);
            let end = (centre + size / 2.0).min(other_centre + other_size / 2.0);
            (end - start).max(0.0)
        };
        let both = shared(self.x, self.width, other.x, other.width)
            * shared(self.y, self.height, other.y, other.height);
        let either = self.width * self.height + other.width * other.height - both;
        if either > 0.0 { both / either } else { 0.0 }
    }

    fn contains(self, x: f64, y: f64) -> bool {
        (self.x - x).abs() <= self.width / 2.0 && (self.y - y).abs() <= self.height / 2.0
    }
}

/// The stored picture of a file, and how a viewer has to turn it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Frame {
    /// Pixels across, as stored.
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
    /// What turns it upright.
    pub orientation: Orientation,
}

impl Frame {
    /// `None` without pixels.
    pub fn new(width: u32, height: u32, orientation: Orientation) -> Option<Self> {
        (width > 0 && height > 0).then_some(Self { width, height, orientation })
    }

    /// Width and height as a viewer shows it.
    pub fn upright_size(self) -> (u32, u32) {
        if self.orientation.swaps_sides() { (self.height, self.width) } else { (self.width, self.height) }
    }

    /// Whether a stored picture of this size has the same shape.
    pub fn has_shape_of(self, width: f64, height: f64) -> bool {
        same_ratio((width, height), (f64::from(self.width), f64::from(self.height)))
    }
}

/// Whether two sizes differ in scale only. Of a long thin preview, the short edge is rounded to a whole pixel.
fn same_ratio(one: (f64, f64), other: (f64, f64)) -> bool {
    let edges = [one.0, one.1, other.0, other.1];
    if edges.iter().any(|edge| !edge.is_finite() || *edge <= 0.0) {
        return false;
    }
    let scale = one.0.max(one.1) / other.0.max(other.1);
    let near = |edge: f64, expected: f64| (edge - expected).abs() <= (RATIO_TOLERANCE * expected).max(1.0);
    near(one.0, other.0 * scale) && near(one.1, other.1 * scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn area(x: f64, y: f64, width: f64, height: f64) -> Area {
        Area { x, y, width, height }
    }

    fn orientation(number: u8) -> Orientation {
        Orientation::new(number).unwrap()
    }

    fn frame(width: u32, height: u32, number: u8) -> Frame {
        Frame::new(width, height, orientation(number)).unwrap()
    }

    fn assert_near(one: Area, other: Area) {
        let parts = [one.x - other.x, one.y - other.y, one.width - other.width, one.height - other.height];
        assert!(parts.iter().all(|part| part.abs() < 1e-9), "{one:?} is not {other:?}");
    }

    #[test]
    fn mistake_07_a_box_on_a_turned_picture_is_stored_turned_back() {
        // A portrait of 1080 × 1440, stored as 4032 × 3024 with orientation 6.
        let face = FaceBox { edges: [108.0, 144.0, 324.0, 720.0], picture: [1080.0, 1440.0] };

        let stored = face.stored(frame(4032, 3024, 6)).unwrap();

        assert_near(stored, area(0.3, 0.8, 0.4, 0.2));
    }

    #[test]
    fn what_lies_outside_is_cut_off_and_nothing_is_no_box() {
        let face = |edges| FaceBox { edges, picture: [100.0, 200.0] };

        assert_near(face([-50.0, -10.0, 50.0, 100.0]).upright().unwrap(), area(0.25, 0.25, 0.5, 0.5));
        assert_near(face([50.0, 100.0, 0.0, 0.0]).upright().unwrap(), area(0.25, 0.25, 0.5, 0.5));
        assert_eq!(face([10.0, 10.0, 10.0, 50.0]).upright(), None);
        assert_eq!(face([150.0, 10.0, 250.0, 50.0]).upright(), None);
        assert_eq!(face([f64::NAN; 4]).upright(), None);
        assert_eq!(FaceBox { edges: [0.0; 4], picture: [0.0; 2] }.upright(), None);
    }

    #[test]
    fn a_box_of_a_crop_does_not_fit() {
        let upright = frame(4032, 3024, 6);
        let fits = |picture| FaceBox { edges: [1.0, 1.0, 9.0, 9.0], picture }.fits(upright);

        assert!(fits([1080.0, 1440.0]));
        assert!(fits([187.0, 250.0]));
        assert!(!fits([1440.0, 1080.0]));
        assert!(!fits([1440.0, 1440.0]));
        assert!(!fits([0.0, 0.0]));
    }

    #[test]
    fn two_pixels_are_the_same_place_and_five_are_not() {
        let at = |x: f64| area(x, 0.5, 0.2, 0.2);
        let small = frame(640, 480, 1);

        assert!(at(0.5).is_at(at(0.5 + 1.9 / 640.0), small));
        assert!(!at(0.5).is_at(at(0.5 + 5.0 / 640.0), small));
    }

    #[test]
    fn the_same_face_may_be_drawn_larger_but_a_neighbour_is_another() {
        let face = area(0.5, 0.5, 0.2, 0.2);

        assert!(face.covers_same_face(area(0.52, 0.5, 0.2, 0.2)));
        assert!(face.covers_same_face(area(0.5, 0.5, 0.4, 0.4)));
        assert!(!face.covers_same_face(area(0.65, 0.5, 0.2, 0.2)));
        assert!(!face.covers_same_face(area(0.2, 0.5, 0.3, 0.3)));
    }

    proptest! {
        #[test]
        fn reading_back_what_was_written_gives_the_same_box(
            (width, height, left, top, across, down) in (20_u32..6000, 20_u32..6000)
                .prop_flat_map(|(width, height)| (Just(width), Just(height), 0..width, 0..height))
                .prop_flat_map(|(width, height, left, top)| {
                    (Just(width), Just(height), Just(left), Just(top), 1..=width - left, 1..=height - top)
                }),
            number in 1_u8..=8,
        ) {
            let orientation = orientation(number);
            let sides = if orientation.swaps_sides() { (height, width) } else { (width, height) };
            let frame = Frame::new(sides.0, sides.1, orientation).unwrap();
            let edges = [left, top, left + across, top + down].map(f64::from);
            let face = FaceBox { edges, picture: [f64::from(width), f64::from(height)] };
            prop_assert!(face.fits(frame));
            let stored = face.stored(frame).unwrap();

            let read = orientation.to_upright(stored);

            let (x, y) = read.corner();
            let pixels = [
                x * f64::from(width),
                y * f64::from(height),
                (x + read.width) * f64::from(width),
                (y + read.height) * f64::from(height),
            ];
            for (read, was) in pixels.into_iter().zip(edges) {
                prop_assert!((read - was).abs() < 0.02, "{} became {}", was, read);
            }
            prop_assert!(stored.is_at(orientation.to_stored(read), frame));
        }
    }
}
