//! What is said about a photo beside its picture, and in what the photos of a group differ.
//!
//! Most of it is the same for all of them, and is said once. What remains is what one has to look at.

use std::path::Path;

use jiff::tz::TimeZone;
use messages_macros::word;
use photo_similarity::Format;
use sync_core::organize::{MemberRecord, Place};

use crate::output::{fit, size, thousands};

/// The most letters of a caption.
const CAPTION: usize = 200;
/// The most letters of a path or a list of names.
const LONG: usize = 400;

/// One thing about a photo; the value is empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) value: String,
}

/// What is said about each photo, in the same order for all.
pub(super) fn facts(member: &MemberRecord, zone: &TimeZone) -> Vec<Fact> {
    let fact = |label, value: Option<String>| Fact { label, value: value.unwrap_or_default() };
    vec![
        fact(
            word!("Taken"),
            member.taken.map(|taken| taken.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()),
        ),
        fact(word!("Camera"), member.camera.as_deref().map(|camera| fit(camera, CAPTION))),
        fact(word!("Kind"), Some(format(member).to_owned())),
        fact(word!("Folder"), Some(folder(member))),
        fact(word!("Where"), Some(whereabouts(member))),
        fact(word!("Favourite"), member.is_favourite.then(|| word!("yes").to_owned())),
        fact(word!("Rating"), member.rating.map(stars)),
        fact(word!("People"), (!member.people.is_empty()).then(|| fit(&member.people.join(", "), LONG))),
        fact(word!("Place"), member.position.map(|(north, east)| format!("{north:.4}, {east:.4}"))),
        fact(word!("Caption"), member.description.as_deref().map(caption)),
        fact(word!("Archived"), member.is_archived.then(|| word!("yes").to_owned())),
        fact(word!("Live photo"), member.live_video.is_some().then(|| word!("yes").to_owned())),
        fact(word!("Stack"), member.stack.is_some().then(|| word!("in a stack").to_owned())),
    ]
}

/// Which of the facts are not the same for all photos.
pub(super) fn differing(all: &[Vec<Fact>]) -> Vec<bool> {
    let Some(first) = all.first() else { return Vec::new() };
    (0..first.len()).map(|fact| all.iter().any(|facts| facts[fact] != first[fact])).collect()
}

/// `4032 × 3024`.
pub(super) fn pixels(member: &MemberRecord) -> String {
    match (member.width, member.height) {
        (Some(width), Some(height)) => format!("{width} × {height}"),
        _ => word!("size unknown").to_owned(),
    }
}

/// `3.2 MB`.
pub(super) fn bytes(member: &MemberRecord) -> String {
    member.bytes.map_or_else(|| word!("bytes unknown").to_owned(), size)
}

/// `JPEG`; empty where it is not known.
fn format(member: &MemberRecord) -> &'static str {
    match member.format {
        Some(Format::Jpeg) => "JPEG",
        Some(Format::WebP) => "WebP",
        Some(Format::Png) => "PNG",
        Some(Format::Tiff) => "TIFF",
        Some(Format::Gif) => "GIF",
        Some(Format::Heic) => "HEIC",
        Some(Format::Avif) => "AVIF",
        // A kind that came after this page; its file name says it.
        Some(_) | None => "",
    }
}

/// The whole path, as far as anybody reads it.
pub(super) fn path(member: &MemberRecord) -> String {
    fit(&member.path, LONG)
}

/// A number of bits of how many: `12/256`.
pub(super) fn distance(bits: u16, of: u32) -> String {
    format!("{bits}/{of}")
}

fn folder(member: &MemberRecord) -> String {
    let folder = Path::new(&member.path).parent().map(Path::to_string_lossy);
    fit(&folder.unwrap_or_default(), LONG)
}

fn whereabouts(member: &MemberRecord) -> String {
    match (&member.place, member.is_own, &member.library) {
        (Place::File(_), true, _) => word!("this machine"),
        (Place::File(_), false, _) => word!("the loaded hashes"),
        (Place::Asset(_), false, _) => word!("Immich, of somebody else"),
        (Place::Asset(_), true, Some(_)) => word!("Immich, external library"),
        (Place::Asset(_), true, None) => "Immich",
    }
    .to_owned()
}

fn stars(rating: i32) -> String {
    match usize::try_from(rating) {
        Ok(stars @ 1..=5) => "★".repeat(stars),
        _ => thousands(rating.unsigned_abs().into()),
    }
}

fn caption(text: &str) -> String {
    fit(&text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" · "), CAPTION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{asset, file};

    fn labels(members: &[MemberRecord]) -> Vec<&'static str> {
        let all: Vec<Vec<Fact>> = members.iter().map(|member| facts(member, &TimeZone::UTC)).collect();
        let differing = differing(&all);
        all[0].iter().zip(differing).filter(|(_, differs)| *differs).map(|(fact, _)| fact.label).collect()
    }

    #[test]
    fn only_what_differs_is_named() {
        let one = asset(1, "a.jpg");
        let other = MemberRecord { rating: Some(3), people: vec!["Ada".to_owned()], ..asset(2, "b.jpg") };

        assert_eq!(labels(&[one.clone(), other]), ["Rating", "People"]);
        assert_eq!(labels(&[one.clone(), asset(3, "c.jpg")]), [""; 0]);
        assert_eq!(labels(&[one, file("/photos/a.jpg")]), ["Taken", "Camera", "Folder", "Where"]);
        assert!(differing(&[]).is_empty());
    }

    #[test]
    fn facts_read_well() {
        let member = MemberRecord {
            rating: Some(4),
            description: Some("A lake.\r\n\n Evening. ".to_owned()),
            position: Some((47.660_61, -9.1)),
            ..asset(1, "a.jpg")
        };

        let facts = facts(&member, &TimeZone::UTC);

        let value = |label: &str| facts.iter().find(|fact| fact.label == label).unwrap().value.clone();
        assert_eq!(value("Taken"), "2024-07-01 12:00:01");
        assert_eq!(value("Rating"), "★★★★");
        assert_eq!(value("Caption"), "A lake. · Evening.");
        assert_eq!(value("Place"), "47.6606, -9.1000");
        assert_eq!(value("Folder"), "/library/2024");
        assert_eq!(value("Favourite"), "");
        assert_eq!(distance(12, 256), "12/256");
        assert_eq!(stars(-1), "1");
    }
}
