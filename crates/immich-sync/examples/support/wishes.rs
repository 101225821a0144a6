//! Which tags a file has to show after a write, per kind of file, from the documents that say who reads what.
//!
//! Written from the reader's side: where Immich, digiKam, Lightroom, Windows and Apple look for a datum. A copy
//! in a place that is optional has to be right only where it exists.

use serde_json::Value;

use super::reading::{Reading, text};
use super::told::Told;

/// What one tag has to say, in all its copies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    /// This text.
    Text(String),
    /// This number, up to what a rational of EXIF or four digits of ISO 6709 lose of it.
    Number(f64),
    /// These two numbers first: latitude and longitude in one string.
    Pair(f64, f64),
    /// A list that holds these items.
    Items(Vec<String>),
}

/// What four digits may lose.
const ANGLE: f64 = 6e-5;

/// Longest keyword of IPTC in bytes; none of our names is longer.
const IPTC_KEYWORD: usize = 64;

/// How readers look at a kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readers {
    /// EXIF, then the rest: JPEG, TIFF, HEIC, AVIF, WebP, and the raw formats.
    ExifFirst,
    /// XMP; EXIF has a place since 2017.
    Png,
    /// XMP and nothing else: GIF, and sidecars.
    XmpOnly,
    /// Movie headers, QuickTime keys, XMP.
    Movie,
}

impl Readers {
    fn of(file: &Reading) -> Self {
        let kind = file.text("File:FileType");
        match kind.as_str() {
            "PNG" | "APNG" => Self::Png,
            "GIF" | "XMP" => Self::XmpOnly,
            _ if file.text("File:MIMEType").starts_with("video/") => Self::Movie,
            _ => Self::ExifFirst,
        }
    }

    fn has_exif(self) -> bool {
        matches!(self, Self::ExifFirst | Self::Png)
    }
}

/// The tags that have to say what the server said. `before` decides about those that are optional.
pub(crate) fn wishes(told: &Told, before: &Reading) -> Vec<(String, Wish)> {
    let readers = Readers::of(before);
    let mut list = List { before, wishes: Vec::new() };
    people(told, &mut list);
    caption(told, readers, &mut list);
    stars(told, readers, &mut list);
    position(told, readers, &mut list);
    match readers {
        Readers::Movie => time_of_movie(told, &mut list),
        _ => time_of_picture(told, readers, &mut list),
    }
    list.wishes
}

struct List<'a> {
    before: &'a Reading,
    wishes: Vec<(String, Wish)>,
}

impl List<'_> {
    fn text(&mut self, tag: &str, text: impl Into<String>) {
        self.wishes.push((tag.to_owned(), Wish::Text(text.into())));
    }

    fn number(&mut self, tag: &str, number: f64) {
        self.wishes.push((tag.to_owned(), Wish::Number(number)));
    }

    fn has(&self, tag: &str) -> bool {
        self.before.has(tag)
    }

    fn has_iptc(&self) -> bool {
        self.before.has_group("IPTC")
    }
}

fn people(told: &Told, list: &mut List<'_>) {
    let names: Vec<String> = told.names().into_iter().map(str::to_owned).collect();
    let mut tags = vec!["XMP-iptcExt:PersonInImage", "XMP-dc:Subject"];
    if list.has_iptc() {
        debug_assert!(names.iter().all(|name| name.len() <= IPTC_KEYWORD));
        tags.push("IPTC:Keywords");
    }
    for tag in tags {
        list.wishes.push((tag.to_owned(), Wish::Items(names.clone())));
    }
}

fn caption(told: &Told, readers: Readers, list: &mut List<'_>) {
    list.text("XMP-dc:Description", &told.caption);
    if readers == Readers::ExifFirst || list.has("IFD0:ImageDescription") {
        list.text("IFD0:ImageDescription", &told.caption);
    }
    if list.has("XMP-tiff:ImageDescription") {
        list.text("XMP-tiff:ImageDescription", &told.caption);
    }
    if list.has_iptc() {
        list.text("IPTC:Caption-Abstract", &told.caption);
    }
    if readers == Readers::Movie {
        list.text("Keys:Description", &told.caption);
    }
}

fn stars(told: &Told, readers: Readers, list: &mut List<'_>) {
    let stars = f64::from(told.stars);
    let percent = match told.stars {
        1 => 1.0,
        2 => 25.0,
        3 => 50.0,
        4 => 75.0,
        _ => 99.0,
    };
    list.number("XMP-xmp:Rating", stars);
    let further =
        [("IFD0:Rating", stars), ("IFD0:RatingPercent", percent), ("XMP-microsoft:RatingPercent", percent)];
    for (tag, number) in further {
        if readers == Readers::ExifFirst || list.has(tag) {
            list.number(tag, number);
        }
    }
}

fn position(told: &Told, readers: Readers, list: &mut List<'_>) {
    let (north, east) = (told.latitude, told.longitude);
    if readers.has_exif() {
        list.number("GPS:GPSLatitude", north.abs());
        list.text("GPS:GPSLatitudeRef", if north < 0.0 { "S" } else { "N" });
        list.number("GPS:GPSLongitude", east.abs());
        list.text("GPS:GPSLongitudeRef", if east < 0.0 { "W" } else { "E" });
    }
    for (tag, degrees) in [("XMP-exif:GPSLatitude", north), ("XMP-exif:GPSLongitude", east)] {
        if readers != Readers::ExifFirst || list.has(tag) {
            list.number(tag, degrees);
        }
    }
    if readers == Readers::Movie {
        let in_user_data = list.has("UserData:GPSCoordinates");
        if in_user_data {
            list.wishes.push(("UserData:GPSCoordinates".to_owned(), Wish::Pair(north, east)));
        }
        if !in_user_data || list.has("Keys:GPSCoordinates") {
            list.wishes.push(("Keys:GPSCoordinates".to_owned(), Wish::Pair(north, east)));
        }
    }
}

fn time_of_picture(told: &Told, readers: Readers, list: &mut List<'_>) {
    let (wall, offset) = (told.wall(), told.offset());
    let both = format!("{wall}{offset}");
    let digitised_later = is_scan(list.before);
    if readers.has_exif() {
        list.text("ExifIFD:DateTimeOriginal", &wall);
        list.text("ExifIFD:OffsetTimeOriginal", &offset);
        if !digitised_later {
            list.text("ExifIFD:CreateDate", &wall);
            list.text("ExifIFD:OffsetTimeDigitized", &offset);
        }
    }
    list.text("XMP-exif:DateTimeOriginal", &both);
    list.text("XMP-photoshop:DateCreated", &both);
    if list.before.all("XMP-xmp:CreateDate").len() == 1 && readers.has_exif() && !digitised_later {
        list.text("XMP-xmp:CreateDate", &both);
    }
    if list.has_iptc() {
        let (day, clock) = wall.split_once(' ').unwrap_or((&wall, ""));
        list.text("IPTC:DateCreated", day);
        list.text("IPTC:TimeCreated", format!("{clock}{offset}"));
    }
}

/// A digitisation more than a day away from the exposure is the scanner's date, and stays.
fn is_scan(before: &Reading) -> bool {
    let at = |tag: &str| jiff::civil::DateTime::strptime("%Y:%m:%d %H:%M:%S", before.text(tag)).ok();
    match (at("ExifIFD:DateTimeOriginal"), at("ExifIFD:CreateDate")) {
        (Some(taken), Some(digitised)) => taken.duration_until(digitised).abs().as_hours() >= 24,
        _ => false,
    }
}

fn time_of_movie(told: &Told, list: &mut List<'_>) {
    let both = format!("{}{}", told.wall(), told.offset());
    list.text("QuickTime:CreateDate", told.utc());
    list.text("Keys:CreationDate", &both);
    list.text("XMP-exif:DateTimeOriginal", &both);
    let in_tracks = |tag: &&str| {
        tag.starts_with("Track") && (tag.ends_with(":TrackCreateDate") || tag.ends_with(":MediaCreateDate"))
    };
    let tracks: Vec<String> =
        list.before.iter().map(|(tag, _)| tag).filter(in_tracks).map(str::to_owned).collect();
    for tag in tracks {
        list.text(&tag, told.utc());
    }
}

/// What of the wishes a file does not show, in words.
pub(crate) fn unmet(wishes: &[(String, Wish)], after: &Reading) -> Vec<String> {
    let mut unmet = Vec::new();
    for (tag, wish) in wishes {
        let copies = after.all(tag);
        if copies.is_empty() {
            unmet.push(format!("{tag} is not there"));
        }
        let wrong = copies.iter().find(|copy| !wish.is_met_by(copy));
        unmet.extend(wrong.map(|copy| format!("{tag} is {copy}, wanted {wish:?}")));
    }
    unmet
}

impl Wish {
    fn is_met_by(&self, value: &Value) -> bool {
        let numbers = || -> Vec<f64> {
            text(value).split_whitespace().filter_map(|word| word.trim_matches(',').parse().ok()).collect()
        };
        match self {
            Self::Text(wanted) => text(value) == *wanted,
            Self::Number(wanted) => numbers().first().is_some_and(|number| (number - wanted).abs() < ANGLE),
            Self::Pair(north, east) => match numbers()[..] {
                [has_north, has_east, ..] => {
                    (has_north - north).abs() < ANGLE && (has_east - east).abs() < ANGLE
                }
                _ => false,
            },
            Self::Items(wanted) => {
                let items: Vec<String> = match value {
                    Value::Array(items) => items.iter().map(text).collect(),
                    item => vec![text(item)],
                };
                wanted.iter().all(|name| items.iter().filter(|item| *item == name).count() == 1)
            }
        }
    }
}
