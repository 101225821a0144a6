//! Which Photos wrote a library. For reports only: names in the database are never chosen by it.
//!
//! The number can lag behind the tables by a version, when Photos was updated and has not been closed since.

/// Which Photos wrote a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version {
    /// PLModelVersion.
    pub model: u64,
    /// Such as `11.1`; none if it came after this was written.
    pub photos: Option<&'static str>,
    /// Such as `26.1`; none if it came after this was written.
    pub macos: Option<&'static str>,
}

/// The first number of each version, with the names of that version. The last has no name: nobody has looked at it.
const VERSIONS: &[(u64, Option<(&str, &str)>)] = &[
    (13_000, Some(("5", "10.15"))),
    (14_000, Some(("6", "11"))),
    (15_000, Some(("7", "12"))),
    (16_000, Some(("8", "13"))),
    (17_000, Some(("9", "14"))),
    (17_600, Some(("9.6", "14.6"))),
    (18_000, Some(("9.9", "15 beta"))),
    (18_201, Some(("10", "15"))),
    (19_000, Some(("11", "26"))),
    (19_320, Some(("11.1", "26.1"))),
    (20_000, None),
];

impl Version {
    pub(crate) fn of_model(model: u64) -> Self {
        let names = VERSIONS.iter().rev().find(|(first, _)| *first <= model).and_then(|(_, names)| *names);
        Self { model, photos: names.map(|names| names.0), macos: names.map(|names| names.1) }
    }

    /// Whether this crate was checked against libraries of this version.
    pub fn is_known(self) -> bool {
        self.photos.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_that_were_seen_are_told_apart() {
        let seen = [
            (13_537, "5"),
            (14_208, "6"),
            (15_502, "7"),
            (16_320, "8"),
            (17_401, "9"),
            (17_600, "9.6"),
            (18_164, "9.9"),
            (18_204, "10"),
            (18_600, "10"),
            (19_063, "11"),
            (19_320, "11.1"),
        ];
        for (model, photos) in seen {
            assert_eq!(Version::of_model(model).photos, Some(photos), "{model}");
        }
    }

    #[test]
    fn what_came_before_or_after_is_not_known() {
        for model in [0, 12_999, 20_000, 270_008_501] {
            assert!(!Version::of_model(model).is_known(), "{model}");
        }
    }
}
