//! Which photos an export has, and what is odd about each.

use std::collections::BTreeSet;

use super::name::{self, Language};
use crate::bytes::mix;
use crate::{Gps, Kind, Picture};

/// What is odd about a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oddity {
    None,
    LongName,
    Emoji,
    /// Called as the photo before it.
    Numbered,
    Edited,
    Live,
    PixelMotion,
    NoPlace,
    Archived,
    Trashed,
    Favourite,
    Partner,
    NoUrl,
    NoJson,
    /// Only its JSON is there.
    Orphan,
    Video,
    Locked,
    Punctuation,
}

const ODDITIES: [Oddity; 18] = [
    Oddity::None,
    Oddity::Numbered,
    Oddity::LongName,
    Oddity::Emoji,
    Oddity::Edited,
    Oddity::Live,
    Oddity::PixelMotion,
    Oddity::NoPlace,
    Oddity::Archived,
    Oddity::Trashed,
    Oddity::Favourite,
    Oddity::Partner,
    Oddity::NoUrl,
    Oddity::NoJson,
    Oddity::Orphan,
    Oddity::Video,
    Oddity::Locked,
    Oddity::Punctuation,
];

/// Places with the offsets of their clocks in January and in July, in minutes.
const PLACES: [(f64, f64, i32, i32); 5] = [
    (47.660_601, 9.175_7, 60, 120),
    (38.722_3, -9.139_3, 0, 60),
    (-44.694_301, 169.141_7, 780, 720),
    (35.011_6, 135.768_1, 540, 540),
    (40.760_801, -111.891, -420, -360),
];
const PEOPLE: [&str; 4] = ["Ada", "Grace Hopper", "Émilie", "美咲"];

/// A photo to be written.
#[derive(Debug, Clone)]
pub(super) struct Shot {
    pub(super) title: String,
    /// The number that its name gets in the folder of its year.
    pub(super) number: u32,
    pub(super) oddity: Oddity,
    pub(super) kind: Kind,
    pub(super) seed: u64,
    pub(super) taken: i64,
    pub(super) offset: i32,
    pub(super) position: Option<(f64, f64)>,
    pub(super) year: i64,
    pub(super) people: Vec<&'static str>,
    pub(super) description: String,
    /// Which of the albums it is in.
    pub(super) albums: Vec<usize>,
    /// The end of the name of its edited version.
    pub(super) edited: &'static str,
    pub(super) has_old_json: bool,
    pub(super) index: usize,
}

/// An export to be written.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) language: &'static Language,
    pub(super) albums: Vec<(String, &'static str)>,
    pub(super) shots: Vec<Shot>,
}

/// Decides what is in an export.
pub(super) fn plan(photos: usize, seed: u64, languages: &[&str]) -> Plan {
    let languages: Vec<&'static Language> = if languages.is_empty() {
        vec![name::language("en")]
    } else {
        languages.iter().map(|code| name::language(code)).collect()
    };
    let titles: BTreeSet<&str> = languages.iter().map(|language| language.album).collect();
    let metadata = |title: &str| {
        languages.iter().find(|language| language.album == title).map_or("metadata.json", |one| one.metadata)
    };
    let albums: Vec<(String, &'static str)> =
        titles.into_iter().map(|title| (title.to_owned(), metadata(title))).collect();
    let mut shots: Vec<Shot> = Vec::with_capacity(photos);
    for index in 0..photos {
        let mut shot = shot(index, seed, &languages, albums.len());
        if let Some(before) = shots.last()
            && shot.oddity == Oddity::Numbered
        {
            shot.title.clone_from(&before.title);
            shot.taken = before.taken + 3;
            (shot.year, shot.offset, shot.position) = (before.year, before.offset, before.position);
            shot.number = before.number + 1;
        }
        shots.push(shot);
    }
    Plan { language: languages[0], albums, shots }
}

fn shot(index: usize, seed: u64, languages: &[&'static Language], albums: usize) -> Shot {
    let oddity = ODDITIES[index % ODDITIES.len()];
    let bits = mix(seed.wrapping_mul(0x9e37_79b9).wrapping_add(index as u64));
    let year = 2017 + i64::try_from(bits % 6).unwrap_or(0);
    let is_summer = bits & 64 != 0;
    // 2017-01-15 or so, plus whole years, plus half a year in summer, far from the borders of the year.
    let taken = 1_484_480_000
        + (year - 2017) * 31_557_600
        + if is_summer { 15_778_800 } else { 0 }
        + i64::try_from(bits >> 8 & 0xffff).unwrap_or(0);
    let (latitude, longitude, january, july) =
        PLACES[usize::try_from(bits >> 32 & 0xff).unwrap_or(0) % PLACES.len()];
    let has_place = oddity != Oddity::NoPlace;
    let kind = match oddity {
        Oddity::Live => Kind::Heic,
        Oddity::NoPlace => Kind::Png,
        Oddity::Video => Kind::Mp4,
        _ => Kind::Jpeg,
    };
    let in_albums =
        (0..albums).filter(|album| index.is_multiple_of(album + 2) && !is_alone(oddity)).collect();
    Shot {
        title: title(index, oddity, kind),
        number: 0,
        oddity,
        kind,
        seed: bits,
        taken,
        offset: if is_summer { july } else { january },
        position: has_place.then_some((latitude, longitude)),
        year,
        people: PEOPLE.into_iter().filter(|_| index.is_multiple_of(4)).take(index % 3).collect(),
        description: if index.is_multiple_of(5) {
            format!("Caption {index}\n\"second\" line, ünïcode")
        } else {
            String::new()
        },
        albums: in_albums,
        edited: languages[index % languages.len()].edited,
        has_old_json: index % 7 == 3,
        index,
    }
}

/// Whether a photo is in one folder only, so that its copies need no thought.
fn is_alone(oddity: Oddity) -> bool {
    matches!(
        oddity,
        Oddity::Numbered | Oddity::Trashed | Oddity::NoUrl | Oddity::NoJson | Oddity::Orphan | Oddity::Locked
    )
}

fn title(index: usize, oddity: Oddity, kind: Kind) -> String {
    let extension = kind.extension();
    match oddity {
        Oddity::LongName => {
            format!("{index:05} Screenshot of a very long conversation with all of us.{extension}")
        }
        Oddity::Emoji => format!("🏔️🥾 Wanderung {index:05} {}.{extension}", "🌲".repeat(index % 12)),
        Oddity::PixelMotion => format!("PXL_20210704_{index:09}.MP.{extension}"),
        Oddity::Punctuation => format!("what? \"{index}\": 3/4 & more.{extension}"),
        Oddity::Video => format!("VID_{index:05}.{extension}"),
        _ => format!("IMG_{index:05}.{extension}"),
    }
}

impl Shot {
    /// Its bytes.
    pub(super) fn picture(&self) -> Picture {
        let picture = Picture::new(self.kind).size(32, 24).seed(self.seed);
        match (self.kind, self.position) {
            (Kind::Jpeg, Some((latitude, longitude))) if self.index.is_multiple_of(2) => {
                picture.exif(crate::Exif::new().gps(Gps::new(latitude, longitude)))
            }
            _ => picture,
        }
    }

    /// The bytes of its edited version.
    pub(super) fn edited_picture(&self) -> Picture {
        Picture::new(Kind::Jpeg).size(32, 24).seed(!self.seed)
    }

    /// The bytes of its moving half.
    pub(super) fn motion(&self) -> Picture {
        Picture::new(Kind::Mp4).size(32, 24).seed(self.seed ^ 0xff)
    }

    /// The name of its moving half in the export.
    pub(super) fn motion_name(&self) -> Option<String> {
        let stem = name::parts(&self.title).0;
        match self.oddity {
            Oddity::Live => Some(format!("{stem}.MP4")),
            Oddity::PixelMotion => Some(stem.to_owned()),
            _ => None,
        }
    }
}
