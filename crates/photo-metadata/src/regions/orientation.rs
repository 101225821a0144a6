//! The eight ways in which a picture may be stored, and how a place in it moves when it is turned upright.
//!
//! EXIF counts them from 1 to 8; the matrix of a video track says the same in its own way.

use serde::{Deserialize, Serialize};

use super::geometry::Area;

/// How a stored picture is to be turned and mirrored to be upright, 1 to 8 as EXIF counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Orientation(u8);

impl Orientation {
    /// Upright as stored.
    pub const UPRIGHT: Self = Self(1);

    /// `None` outside of 1 to 8.
    pub fn new(number: u8) -> Option<Self> {
        (1..=8).contains(&number).then_some(Self(number))
    }

    /// From the matrix of a video track (ISO 14496-12, 8.3.2): a point (x, y) is shown at
    /// (ax + cy, bx + dy). `None` for anything but quarter turns and mirrors.
    pub fn from_matrix([a, b, c, d]: [f64; 4]) -> Option<Self> {
        let sign =
            |number: f64| [0_i8, 1, -1].into_iter().find(|&sign| (number - f64::from(sign)).abs() < 1e-3);
        match (sign(a)?, sign(b)?, sign(c)?, sign(d)?) {
            (1, 0, 0, 1) => Some(Self(1)),
            (-1, 0, 0, 1) => Some(Self(2)),
            (-1, 0, 0, -1) => Some(Self(3)),
            (1, 0, 0, -1) => Some(Self(4)),
            (0, 1, 1, 0) => Some(Self(5)),
            (0, 1, -1, 0) => Some(Self(6)),
            (0, -1, -1, 0) => Some(Self(7)),
            (0, -1, 1, 0) => Some(Self(8)),
            _ => None,
        }
    }

    /// The number.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// Where a part of the upright picture lies in the stored one.
    pub fn to_stored(self, area: Area) -> Area {
        let Area { x, y, .. } = area;
        self.placed(
            area,
            match self.0 {
                2 => (1.0 - x, y),
                3 => (1.0 - x, 1.0 - y),
                4 => (x, 1.0 - y),
                5 => (y, x),
                6 => (y, 1.0 - x),
                7 => (1.0 - y, 1.0 - x),
                8 => (1.0 - y, x),
                _ => (x, y),
            },
        )
    }

    /// Where a part of the stored picture lies in the upright one: what Immich does when it imports regions.
    pub fn to_upright(self, area: Area) -> Area {
        let Area { x, y, .. } = area;
        self.placed(
            area,
            match self.0 {
                2 => (1.0 - x, y),
                3 => (1.0 - x, 1.0 - y),
                4 => (x, 1.0 - y),
                5 => (y, x),
                6 => (1.0 - y, x),
                7 => (1.0 - y, 1.0 - x),
                8 => (y, 1.0 - x),
                _ => (x, y),
            },
        )
    }

    fn placed(self, area: Area, (x, y): (f64, f64)) -> Area {
        let (width, height) =
            if self.swaps_sides() { (area.height, area.width) } else { (area.width, area.height) };
        Area { x, y, width, height }
    }
}

impl TryFrom<u8> for Orientation {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Self::new(number).ok_or_else(|| format!("{number} is no orientation; they count from 1 to 8"))
    }
}

impl From<Orientation> for u8 {
    fn from(orientation: Orientation) -> Self {
        orientation.0
    }
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

    fn assert_near(one: Area, other: Area) {
        let parts = [one.x - other.x, one.y - other.y, one.width - other.width, one.height - other.height];
        assert!(parts.iter().all(|part| part.abs() < 1e-9), "{one:?} is not {other:?}");
    }

    #[test]
    fn a_box_in_the_upper_left_lands_where_each_orientation_stores_it() {
        let shown = area(0.2, 0.3, 0.2, 0.4);
        let stored = [
            area(0.2, 0.3, 0.2, 0.4),
            area(0.8, 0.3, 0.2, 0.4),
            area(0.8, 0.7, 0.2, 0.4),
            area(0.2, 0.7, 0.2, 0.4),
            area(0.3, 0.2, 0.4, 0.2),
            area(0.3, 0.8, 0.4, 0.2),
            area(0.7, 0.8, 0.4, 0.2),
            area(0.7, 0.2, 0.4, 0.2),
        ];
        for (number, expected) in (1..=8).zip(stored) {
            assert_near(orientation(number).to_stored(shown), expected);
        }
    }

    #[test]
    fn matrices_of_quarter_turns_are_orientations() {
        let turns = [
            ([1.0, 0.0, 0.0, 1.0], 1),
            ([0.0, 1.0, -1.0, 0.0], 6),
            ([-1.0, 0.0, 0.0, -1.0], 3),
            ([0.0, -1.0, 1.0, 0.0], 8),
        ];
        for (matrix, number) in turns {
            assert_eq!(Orientation::from_matrix(matrix), Orientation::new(number));
        }
        assert_eq!(Orientation::from_matrix([0.99998, 0.0, 0.0, 0.99998]), Some(Orientation::UPRIGHT));
        assert_eq!(Orientation::from_matrix([0.7, 0.7, -0.7, 0.7]), None);
    }

    #[test]
    fn there_are_eight() {
        assert_eq!((Orientation::new(0), Orientation::new(9)), (None, None));
        assert!(serde_json::from_str::<Orientation>("9").is_err());
        assert_eq!(serde_json::from_str::<Orientation>("6").unwrap(), orientation(6));
    }

    proptest! {
        #[test]
        fn every_orientation_is_undone(x in 0.0..1.0, y in 0.0..1.0, number in 1_u8..=8) {
            let orientation = orientation(number);
            let shown = area(x, y, 0.1, 0.3);

            assert_near(orientation.to_upright(orientation.to_stored(shown)), shown);
        }
    }
}
