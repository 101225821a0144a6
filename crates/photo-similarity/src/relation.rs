//! What two photos are to each other.

use crate::kinship::Kinship;
use crate::photo::Photo;

/// When two photos belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The largest distance of duplicates, in bits.
    pub duplicate: u32,
    /// The largest distance of similar photos, in bits; equal to `duplicate` when only duplicates are wanted.
    pub similar: u32,
    /// Whether shots of one camera within moments belong together, and which.
    pub bursts: Option<Bursts>,
}

/// Which shots are takes of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bursts {
    /// The longest time between a shot and the next, in milliseconds.
    pub within: i64,
    /// The largest distance, in bits; looser than that of similar photos, because time speaks too.
    pub limit: u32,
}

impl Rules {
    /// The largest distance at which two photos look alike, in bits.
    pub(crate) fn loosest(&self) -> u32 {
        self.similar.max(self.duplicate)
    }
}

impl Bursts {
    /// A limit for p256, in bits. Frames that follow each other from the hand are 44 to 144 bits apart, most of them more
    /// than 76 (24 measured). Of 9,167 pairs of photos that have nothing in common 0.02 % are within 96 bits, 0.4 %
    /// within 104 and 4 % within 112: beyond 96 time alone would decide.
    pub const LIMIT: u32 = 96;

    /// Whether two shots of one camera are near enough in time and are not the same one.
    fn are_takes(&self, one: &Photo, other: &Photo) -> bool {
        let (Some(first), Some(second)) = (one.exposure, other.exposure) else { return false };
        first.camera == second.camera
            && i64::try_from(first.taken.abs_diff(second.taken)).is_ok_and(|apart| apart <= self.within)
            && !Kinship::of(one, other).allows_copies()
    }
}

/// What two photos are to each other, from the closest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same bytes.
    Exact,
    /// Copies of one exposure.
    Duplicate,
    /// Takes of the same, by one camera within moments.
    Burst,
    /// They look alike.
    Similar,
}

/// What two photos are to each other; `distance` is `None` where their looks cannot be compared.
///
/// Two shots of one camera at different times are never duplicates, however alike they look: they are two exposures. So
/// are shots of two cameras, and frames of one second that have different numbers, or of which nothing says that they
/// are the same. Only a photo without camera or time is judged by its looks alone.
///
/// Parts of one shot are nothing to each other: a raw file and a picture of the same exposure too, whatever they are
/// called. Where a picture does not say which exposure it is, it only looks like the raw file.
pub fn relation(one: &Photo, other: &Photo, distance: Option<u16>, rules: &Rules) -> Option<Relation> {
    if one.content.is_some() && one.content == other.content {
        return Some(Relation::Exact);
    }
    let is_development = one.is_raw != other.is_raw;
    let are_parts = one.shot.is_some() && one.shot == other.shot;
    if are_parts || (is_development && Kinship::of(one, other).is_one_exposure()) {
        return None;
    }
    let distance = u32::from(distance?);
    if distance <= rules.duplicate && !is_development && Kinship::of(one, other).allows_copies() {
        return Some(Relation::Duplicate);
    }
    if rules.bursts.is_some_and(|bursts| distance <= bursts.limit && bursts.are_takes(one, other)) {
        return Some(Relation::Burst);
    }
    (distance <= rules.loosest()).then_some(Relation::Similar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::FrameName;
    use crate::photo::{Exposure, PhotoId};

    const RULES: Rules =
        Rules { duplicate: 40, similar: 56, bursts: Some(Bursts { within: 2000, limit: Bursts::LIMIT }) };

    fn bare() -> Photo {
        Photo::new(PhotoId([0; 16]))
    }

    fn shot(taken: i64, name: &str) -> Photo {
        let exposure = Some(Exposure { camera: 1, taken });
        Photo { exposure, name: FrameName::of(name), size: Some((4000, 3000)), ..bare() }
    }

    #[test]
    fn equal_bytes_are_exact_even_where_looks_cannot_be_compared() {
        let one = Photo { content: Some([7; 20]), shot: Some(1), ..bare() };

        assert_eq!(relation(&one, &one, None, &RULES), Some(Relation::Exact));
    }

    #[test]
    fn parts_of_one_shot_are_nothing_to_each_other() {
        let one = Photo { shot: Some(1), ..bare() };

        assert_eq!(relation(&one, &one, Some(0), &RULES), None);
    }

    #[test]
    fn a_raw_file_and_a_picture_are_never_copies_of_each_other() {
        let raw = |photo| Photo { is_raw: true, ..photo };
        let by = |one: &Photo, other: &Photo| relation(one, other, Some(4), &RULES);
        let (shot, later) = (shot(5000, "IMG_0001.CR2"), shot(9000, "IMG_0002.CR2"));

        assert_eq!(by(&raw(shot), &Photo { name: FrameName::of("IMG_0001-2.jpg"), ..shot }), None);
        assert_eq!(by(&raw(shot), &bare()), Some(Relation::Similar));
        assert_eq!(by(&raw(shot), &later), Some(Relation::Similar));
        assert_eq!(by(&raw(shot), &raw(shot)), Some(Relation::Duplicate));
    }

    #[test]
    fn a_copy_without_camera_is_judged_by_its_looks() {
        let by = |distance| relation(&shot(5000, "IMG_0001.JPG"), &bare(), Some(distance), &RULES);

        assert_eq!([by(40), by(41)], [Some(Relation::Duplicate), Some(Relation::Similar)]);
        assert_eq!(by(57), None);
    }

    #[test]
    fn two_frames_of_one_second_are_never_duplicates() {
        let by = |name| relation(&shot(5000, "IMG_0001.JPG"), &shot(5000, name), Some(0), &RULES);

        assert_eq!(by("IMG_0002.JPG"), Some(Relation::Burst));
        assert_eq!(by("beach.jpg"), Some(Relation::Burst), "when in doubt");
        assert_eq!(by("IMG_0001 copy.jpg"), Some(Relation::Duplicate));
    }

    #[test]
    fn frames_of_moments_are_a_burst_and_of_hours_similar() {
        let by =
            |taken, distance| relation(&shot(5000, "a.jpg"), &shot(taken, "b.jpg"), Some(distance), &RULES);

        assert_eq!(by(7000, 90), Some(Relation::Burst));
        assert_eq!(by(7001, 90), None);
        assert_eq!(by(3_600_000, 0), Some(Relation::Similar));
    }

    #[test]
    fn two_cameras_are_no_burst() {
        let other = Photo { exposure: Some(Exposure { camera: 2, taken: 5000 }), ..shot(0, "a.jpg") };

        assert_eq!(relation(&shot(5000, "a.jpg"), &other, Some(3), &RULES), Some(Relation::Similar));
        assert_eq!(relation(&shot(5000, "a.jpg"), &other, Some(90), &RULES), None);
    }
}
