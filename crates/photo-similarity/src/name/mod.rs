//! What the name of a file says about which frame of its camera it is.
//!
//! Half of all cameras write no fractions of seconds. Of two photos that such a camera took within one second, only
//! their names tell whether they are two frames of a burst or one frame and its copy: cameras number their frames, and
//! never twice the same within a second.
//!
//! Surprising: `(1)` means a copy after a counter (`IMG_1234(1).JPG`), and *another frame* after a time
//! (`20180101_101010(0).jpg` is what a Samsung calls the second photo of a second).

pub(crate) mod marks;

use marks::{is_small_number, stem, without_marks};

/// Which frame a file name says it is: three digests, since names are only ever compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameName {
    scheme: Scheme,
    /// Of what the name has beside of its numbers.
    family: u32,
    /// Of the number or the time.
    number: u32,
    /// Of what stands behind it; 0 for nothing.
    suffix: u32,
}

/// How the frames are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scheme {
    /// Four characters and four digits, as the rule for cameras (DCF) says: `IMG_1234`, `DSC01234`, `P1010001`.
    Counter,
    /// Date and time to the second.
    Time,
    /// Anything else with at least three digits.
    Numbered,
    /// Anything else: too common to say that two are the same.
    Named,
}

/// What two names say about whether two files show the same frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frames {
    /// The same frame.
    Same,
    /// Two frames.
    Different,
    /// They are not named by the same rule.
    Unknown,
}

impl FrameName {
    /// Reads a file name, with or without folders; `None` where it has no letter and no digit.
    pub fn of(name: &str) -> Option<Self> {
        let (stem, _) = without_marks(&stem(name));
        if !stem.chars().any(char::is_alphanumeric) {
            return None;
        }
        Some(
            Self::by_time(&stem)
                .or_else(|| Self::by_counter(&stem))
                .unwrap_or_else(|| Self::by_digits(&stem)),
        )
    }

    fn by_time(stem: &str) -> Option<Self> {
        let first = stem.find(|letter: char| letter.is_ascii_digit())?;
        let mut time = String::with_capacity(14);
        let mut end = first;
        for (at, letter) in stem[first..].char_indices() {
            match letter {
                '0'..='9' => time.push(letter),
                '-' | '_' | '.' | ':' | ' ' | 't' => {}
                _ => return None,
            }
            if time.len() == 14 {
                end = first + at + 1;
                break;
            }
        }
        is_time(&time).then(|| Self {
            scheme: Scheme::Time,
            family: digest(&stem[..first]),
            number: digest(&time),
            suffix: digest(&stem[end..]),
        })
    }

    fn by_counter(stem: &str) -> Option<Self> {
        let (frame, suffix) = stem.split_at_checked(8)?;
        let (letters, number) = frame.split_at_checked(4)?;
        let is_counter = letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && !is_date(frame);
        let suffix = suffix.trim_matches([' ', '-', '_', '(', ')']);
        let is_copy = suffix.is_empty() || is_small_number(suffix);
        (is_counter && is_copy).then(|| Self {
            scheme: Scheme::Counter,
            family: digest(letters),
            number: digest(number),
            suffix: digest(suffix),
        })
    }

    fn by_digits(stem: &str) -> Self {
        let (mut family, mut number, mut digits) = (String::new(), String::new(), 0);
        for letter in stem.chars() {
            if letter.is_ascii_digit() {
                digits += 1;
                if !family.ends_with('#') {
                    family.push('#');
                    number.push(' ');
                }
                number.push(letter);
            } else {
                family.push(letter);
            }
        }
        let scheme = if digits < 3 { Scheme::Named } else { Scheme::Numbered };
        Self { scheme, family: digest(&family), number: digest(&number), suffix: 0 }
    }

    /// Whether both files show the same frame, as far as their names go. The two are of one camera and one second.
    pub(crate) fn compare(self, other: Self) -> Frames {
        if self.scheme != other.scheme || self.family != other.family {
            return Frames::Unknown;
        }
        if self.number != other.number {
            return Frames::Different;
        }
        match self.scheme {
            Scheme::Named => Frames::Unknown,
            Scheme::Numbered => Frames::Same,
            Scheme::Time if self.suffix == other.suffix => Frames::Same,
            // `IMG_1234(1)` and `IMG_1234(2)` may both be collisions of counters that began anew.
            Scheme::Counter if self.suffix == other.suffix || self.suffix == 0 || other.suffix == 0 => {
                Frames::Same
            }
            Scheme::Time | Scheme::Counter => Frames::Different,
        }
    }
}

/// 0 for nothing, else 32 bits that are never 0.
fn digest(text: &str) -> u32 {
    if text.is_empty() {
        return 0;
    }
    let [a, b, c, d, ..] = *blake3::hash(text.as_bytes()).as_bytes();
    u32::from_le_bytes([a, b, c, d]).max(1)
}

/// Eight digits: year, month, day.
fn is_date(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok());
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && part(0, 4).is_some_and(|year| (1980..2100).contains(&year))
        && part(4, 6).is_some_and(|month| (1..=12).contains(&month))
        && part(6, 8).is_some_and(|day| (1..=31).contains(&day))
}

/// Fourteen digits: a date, hours, minutes, seconds.
fn is_time(digits: &str) -> bool {
    let part = |from: usize, limit: u32| {
        digits
            .get(from..from + 2)
            .and_then(|part| part.parse::<u32>().ok())
            .is_some_and(|value| value < limit)
    };
    is_date(digits) && part(8, 24) && part(10, 60) && part(12, 61)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(one: &str, other: &str) -> Frames {
        let read = |name: &str| FrameName::of(name).unwrap();
        let answer = read(one).compare(read(other));
        assert_eq!(answer, read(other).compare(read(one)), "{one} {other}");
        answer
    }

    #[test]
    fn a_counter_tells_frames_apart_and_copies_together() {
        assert_eq!(frames("IMG_1234.JPG", "IMG_1235.JPG"), Frames::Different);
        assert_eq!(frames("DSC01234.ARW", "dsc01235.jpg"), Frames::Different);
        for copy in ["img_1234.jpg", "IMG_1234 (1).JPG", "IMG_1234(1).JPG", "IMG_1234-2.jpg", "IMG_E1234.JPG"]
        {
            assert_eq!(frames("a/IMG_1234.JPG", copy), Frames::Same, "{copy}");
        }
        assert_eq!(frames("IMG_1234 copy.JPG", "IMG_1234-edited.jpg"), Frames::Same);
        assert_eq!(frames("IMG_1234(1).JPG", "IMG_1234(2).JPG"), Frames::Different);
    }

    #[test]
    fn what_stands_behind_a_time_is_another_frame() {
        assert_eq!(frames("20180101_101010.jpg", "20180101_101010(0).jpg"), Frames::Different);
        assert_eq!(frames("2018-01-01 10.10.10.jpg", "2018-01-01 10.10.10-1.jpg"), Frames::Different);
        assert_eq!(
            frames("IMG_20180101_101010_BURST001.jpg", "IMG_20180101_101010_BURST002.jpg"),
            Frames::Different
        );
        assert_eq!(frames("IMG_20180101_101010.jpg", "IMG_20180101_101010_1.jpg"), Frames::Different);
        assert_eq!(frames("PXL_20180101_101010123.jpg", "PXL_20180101_101010123~2.jpg"), Frames::Same);
        assert_eq!(frames("20180101_101010.jpg", "20180101_101010 copy.jpg"), Frames::Same);
    }

    #[test]
    fn names_by_different_rules_say_nothing() {
        assert_eq!(frames("IMG_1234.JPG", "DSC01235.JPG"), Frames::Unknown);
        assert_eq!(frames("IMG_1234.JPG", "beach.jpg"), Frames::Unknown);
        assert_eq!(frames("20180101_101010.jpg", "IMG_20180101_101010.jpg"), Frames::Unknown);
        assert_eq!(frames("image.jpg", "image.jpg"), Frames::Unknown);
    }

    #[test]
    fn numbers_of_people_count_too() {
        assert_eq!(frames("birthday 2019-1.jpg", "birthday 2019-2.jpg"), Frames::Different);
        assert_eq!(frames("20190501-1.jpg", "20190501-2.jpg"), Frames::Different);
        assert_eq!(frames("party-1.jpg", "party-2.jpg"), Frames::Different);
        assert_eq!(frames("birthday 2019.jpg", "old/Birthday 2019.jpg"), Frames::Same);
    }

    #[test]
    fn a_name_without_letters_and_digits_is_none() {
        assert_eq!(FrameName::of("---.jpg"), None);
        assert_eq!(FrameName::of(""), None);
    }
}
