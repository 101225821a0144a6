//! Whether two photos that look alike are one exposure or two.
//!
//! Taking two frames of a burst for copies of one another is the worst mistake of all: one of them would be given up
//! for good. Looks cannot tell: frames from a tripod differ by as few bits as a photo and its own re-encoding. So
//! camera, time and file name decide, and doubt counts as two.

use crate::name::Frames;
use crate::photo::{Exposure, Photo};

/// What is known about whether two photos are one exposure. From what rules most to what rules least, when several
/// files with the same bytes say different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kinship {
    /// The same pixels.
    SamePixels,
    /// Two exposures.
    Apart,
    /// One exposure: camera, time or frame are the same.
    Same,
    /// One camera within one second, and nothing tells more.
    Doubtful,
    /// One of them lacks its camera or time, as copies often do.
    Unknown,
}

impl Kinship {
    /// Of two photos.
    pub(crate) fn of(one: &Photo, other: &Photo) -> Self {
        if one.picture.is_some() && one.picture == other.picture {
            return Self::SamePixels;
        }
        let (Some(first), Some(second)) = (one.exposure, other.exposure) else { return Self::Unknown };
        if first.camera != second.camera {
            return Self::Apart;
        }
        match first.compare(second) {
            Moments::Same => Self::Same,
            Moments::Different => Self::Apart,
            Moments::SameSecond => Self::within_a_second(one, other),
        }
    }

    /// Of two photos of one camera and one second, of which one at least knows no fraction of it.
    fn within_a_second(one: &Photo, other: &Photo) -> Self {
        let names = one.name.zip(other.name).map_or(Frames::Unknown, |(one, other)| one.compare(other));
        match names {
            Frames::Same => Self::Same,
            Frames::Different => Self::Apart,
            // Frames of a burst are of one size; what is smaller was made smaller.
            Frames::Unknown if differ_in_size(one, other) => Self::Unknown,
            Frames::Unknown => Self::Doubtful,
        }
    }

    /// Whether a raw file and a picture of this kinship are parts of one shot, whatever they are called.
    pub(crate) fn is_one_exposure(self) -> bool {
        matches!(self, Self::SamePixels | Self::Same)
    }

    /// Whether the two may be taken for copies of one exposure.
    pub(crate) fn allows_copies(self) -> bool {
        match self {
            Self::SamePixels | Self::Same | Self::Unknown => true,
            Self::Apart | Self::Doubtful => false,
        }
    }
}

/// What two times say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moments {
    Same,
    SameSecond,
    Different,
}

impl Exposure {
    fn is_precise(self) -> bool {
        self.taken.rem_euclid(1000) != 0
    }

    fn compare(self, other: Self) -> Moments {
        if self.is_precise() && other.is_precise() {
            // One millisecond is what rounding and cutting off microseconds differ by; no camera is that fast.
            let is_same = self.taken.abs_diff(other.taken) <= 1;
            return if is_same { Moments::Same } else { Moments::Different };
        }
        let is_second = self.taken.div_euclid(1000) == other.taken.div_euclid(1000);
        if is_second { Moments::SameSecond } else { Moments::Different }
    }
}

/// Whether both sizes are known and differ by more than what turning without loss cuts off.
fn differ_in_size(one: &Photo, other: &Photo) -> bool {
    let (Some(one), Some(other)) = (one.size, other.size) else { return false };
    let sides = |(width, height): (u32, u32)| (width.max(height), width.min(height));
    let ((long, short), (other_long, other_short)) = (sides(one), sides(other));
    let differs = |one: u32, other: u32| one.abs_diff(other) > one.max(other) / 50;
    differs(long, other_long) || differs(short, other_short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::FrameName;
    use crate::photo::PhotoId;

    fn shot(taken: i64, name: &str) -> Photo {
        Photo {
            exposure: Some(Exposure { camera: 1, taken }),
            name: FrameName::of(name),
            size: Some((4000, 3000)),
            ..Photo::new(PhotoId([0; 16]))
        }
    }

    #[test]
    fn frames_of_one_second_are_told_apart_by_their_numbers() {
        let kinship = |name: &str| Kinship::of(&shot(5000, "IMG_0001.JPG"), &shot(5000, name));

        assert_eq!(kinship("IMG_0002.JPG"), Kinship::Apart);
        assert_eq!(kinship("IMG_0001 copy.jpg"), Kinship::Same);
        assert_eq!(kinship("beach.jpg"), Kinship::Doubtful);
    }

    #[test]
    fn a_copy_that_lost_its_fraction_is_not_another_second() {
        let (whole, copy) = (shot(5860, "IMG_0001.JPG"), shot(5000, "IMG_0001.jpg"));

        assert_eq!(Kinship::of(&whole, &copy), Kinship::Same);
        assert_eq!(Kinship::of(&whole, &shot(6000, "IMG_0001.jpg")), Kinship::Apart);
    }

    #[test]
    fn fractions_tell_more_than_names() {
        assert_eq!(Kinship::of(&shot(5860, "IMG_0001.JPG"), &shot(5861, "beach.jpg")), Kinship::Same);
        assert_eq!(Kinship::of(&shot(5860, "IMG_0001.JPG"), &shot(5893, "IMG_0001.jpg")), Kinship::Apart);
    }

    #[test]
    fn a_smaller_one_of_the_same_second_is_a_copy_unless_its_number_is_another() {
        let small = |name| Photo { size: Some((768, 1024)), ..shot(5000, name) };

        assert!(Kinship::of(&shot(5000, "IMG_0001.JPG"), &small("beach.jpg")).allows_copies());
        assert!(!Kinship::of(&shot(5000, "IMG_0001.JPG"), &small("IMG_0002.jpg")).allows_copies());
    }

    #[test]
    fn equal_pixels_are_one_exposure_whatever_else_is_said() {
        let one = Photo { picture: Some(7), ..shot(5000, "IMG_0001.JPG") };
        let other = Photo { picture: Some(7), ..shot(3_605_000, "IMG_0002.JPG") };

        assert_eq!(Kinship::of(&one, &other), Kinship::SamePixels);
    }

    #[test]
    fn two_cameras_are_two_exposures_and_no_camera_is_unknown() {
        let other = Photo { exposure: Some(Exposure { camera: 2, taken: 5860 }), ..shot(0, "a.jpg") };
        let bare = Photo { exposure: None, ..shot(0, "a.jpg") };

        assert_eq!(Kinship::of(&shot(5860, "a.jpg"), &other), Kinship::Apart);
        assert_eq!(Kinship::of(&shot(5860, "a.jpg"), &bare), Kinship::Unknown);
    }
}
