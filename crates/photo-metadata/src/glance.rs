//! A quick look at a picture that is in memory anyway: when and with what it was taken, and what stands in its tags.
//!
//! Meant for sorting many files, so it never fails: what cannot be read is not known. Make and model are no tags of the
//! fixed list, because nobody writes them.

use jiff::civil::DateTime;

use crate::file_tags::FileTags;
use crate::native;
use crate::source::Bytes;
use crate::structure::sniff;
use crate::tag::Tag;
use crate::time::FileDate;

/// A TIFF that is larger is not looked into: all of it would have to be copied.
const LARGEST_TIFF: usize = 64 << 20;

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Glance {
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// When the picture was taken, as the camera's clock showed it, with the fraction of the second where it is known.
    pub taken: Option<DateTime>,
    /// All tags of the fixed list.
    pub tags: Option<FileTags>,
}

/// Looks at the bytes of a file.
pub fn glance(bytes: &[u8]) -> Glance {
    let Some(container) = sniff(bytes) else { return Glance::default() };
    if container.is_tiff_based() && bytes.len() > LARGEST_TIFF {
        return Glance::default();
    }
    let Ok((tags, camera)) = native::glance(&Bytes(bytes), container) else { return Glance::default() };
    let (make, model) = camera.unwrap_or_default();
    Glance { make, model, taken: taken(&tags), tags: Some(tags) }
}

/// The time of the shot; EXIF before XMP, as the Metadata Working Group asks.
fn taken(tags: &FileTags) -> Option<DateTime> {
    let date = |tag| FileDate::parse(tags.get(tag)?.as_text())?.wall();
    if let Some(second) = date(Tag::DateTimeOriginal) {
        let fraction = tags.get(Tag::SubSecTimeOriginal).and_then(|value| nanoseconds(value.as_text()));
        return match fraction {
            Some(nanoseconds) if second.subsec_nanosecond() == 0 => {
                second.with().subsec_nanosecond(nanoseconds).build().ok()
            }
            _ => Some(second),
        };
    }
    date(Tag::XmpDateTimeOriginal).or_else(|| date(Tag::DateCreated))
}

/// Decimal digits behind the point of a second.
fn nanoseconds(digits: &str) -> Option<i32> {
    let digits = digits.trim();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

#[cfg(test)]
mod tests {
    use sample_pictures::{Exif, Kind, Picture};

    use super::*;

    #[test]
    fn anything_may_be_looked_at() {
        for bytes in [&b""[..], b"\xff\xd8\xff", b"II*\0\x08\0\0\0", b"no picture at all"] {
            let seen = glance(bytes);

            assert!(seen.make.is_none() && seen.taken.is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn a_picture_without_metadata_says_nothing() {
        let seen = glance(&Picture::new(Kind::Jpeg).build());

        assert!(seen.model.is_none() && seen.tags.is_some());
    }

    #[test]
    fn a_camera_and_its_clock_are_seen_in_every_container() {
        let exif = || Exif::new().camera("Canon", " EOS 6D").taken("2024:07:01 12:00:03");
        for kind in [Kind::Jpeg, Kind::Png, Kind::WebpExtended, Kind::Tiff, Kind::Heic] {
            let seen = glance(&Picture::new(kind).exif(exif()).build());

            assert_eq!(
                (seen.make.as_deref(), seen.model.as_deref()),
                (Some("Canon"), Some("EOS 6D")),
                "{kind:?}"
            );
            assert_eq!(seen.taken.unwrap().to_string(), "2024-07-01T12:00:03", "{kind:?}");
        }
    }

    #[test]
    fn fractions_of_a_second_are_digits_behind_the_point() {
        assert_eq!(nanoseconds("5"), Some(500_000_000));
        assert_eq!(nanoseconds("012 "), Some(12_000_000));
        assert_eq!([nanoseconds(""), nanoseconds("-1"), nanoseconds("x")], [None; 3]);
    }
}
