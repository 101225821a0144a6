//! A library as a family has it: which photos are live, edited, in albums, and so on, the same for the same seed.

use super::{
    AppleAlbum, AppleBurst, AppleFace, AppleFile, AppleGeneration, AppleLibrary, ApplePerson, ApplePhoto,
    Whereabouts,
};
use crate::bytes::mix;

/// How a library is mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AppleMix {
    /// Everything that there is: one photo in five is live, one in seven is edited, one in eleven is a video, and some
    /// are raw, in bursts, shared, hidden, in the trash, or not here.
    #[default]
    Everything,
    /// Plain photos that are all here, with albums, keywords and dates.
    Plain,
}

const KEYWORDS: [&str; 8] =
    ["Family", "Trip", "Garden", "Work/Office", "Frühling", "Snow", "Birthday", "Lake"];
const FIRST_TAKEN: f64 = 1_262_304_000.0;
/// A photo every two hours.
const BETWEEN: f64 = 7200.5;
/// Photos in an album, and imports in a library.
const ALBUM: usize = 40;
const IMPORT: usize = 250;

pub(super) fn library(
    generation: AppleGeneration,
    photos: usize,
    seed: u64,
    mixture: AppleMix,
) -> AppleLibrary {
    let mut library = AppleLibrary::new(generation);
    let named = ["Katie", "Suzy", "Maria", "Katie"].map(str::to_owned);
    library.persons = named.map(|name| ApplePerson { name, merged_into: None }).to_vec();
    library.persons.push(ApplePerson::default());
    library.persons.push(ApplePerson { name: "Kate".to_owned(), merged_into: Some(0) });
    for at in 0..photos {
        let mut photo = plain(at, mix(seed ^ mix(at as u64 + 1)));
        if mixture == AppleMix::Everything {
            season(&mut photo, at, mix(seed.wrapping_add(77) ^ mix(at as u64 + 1)));
        }
        library.photos.push(photo);
    }
    library.albums = albums(photos);
    if mixture == AppleMix::Everything {
        share(&mut library);
    }
    library
}

fn plain(at: usize, dice: u64) -> ApplePhoto {
    let extension = if dice.is_multiple_of(3) { "JPG" } else { "HEIC" };
    let mut photo = ApplePhoto::new(format!("IMG_{:04}.{extension}", at % 10_000));
    photo.key = format!("{at}");
    #[expect(clippy::cast_precision_loss, reason = "photos are counted in thousands")]
    let number = at as f64;
    photo.taken = FIRST_TAKEN + number * BETWEEN;
    photo.import = at / IMPORT;
    photo.is_favourite = dice % 10 == 1;
    photo.orientation = [1, 1, 6, 1, 3, 8, 1, 6][at % 8];
    if dice % 4 == 1 {
        photo.keywords = vec![KEYWORDS[at % 8].to_owned(), KEYWORDS[(at / 8) % 8].to_owned()];
    }
    if dice % 2 == 1 {
        let share = |bits: u64| f64::from(u32::try_from(bits % 10_000).unwrap_or(0)) / 10_000.0;
        photo.position = Some((47.0 + share(dice >> 8), 9.0 + share(dice >> 24)));
    }
    if dice % 12 == 5 {
        photo.title = Some(format!("Title {at}"));
    }
    if dice % 6 == 5 {
        photo.caption = Some(format!("What is to be said of number {at}"));
    }
    photo
}

/// Makes a plain photo something special.
fn season(photo: &mut ApplePhoto, at: usize, dice: u64) {
    if at % 11 == 3 {
        photo.name = format!("IMG_{:04}.MOV", at % 10_000);
        photo.subtype = [0, 101, 102, 0][at % 4];
    } else if at.is_multiple_of(5) {
        photo.live = Some(AppleFile::default());
    } else if at % 37 == 1 {
        photo.raw = Some(AppleFile::default());
        photo.is_raw_original = at.is_multiple_of(2);
    }
    if at % 7 == 2 {
        photo.edited = Some(photo.taken + 200_000.0);
        photo.render = Some(AppleFile::default());
        photo.live_render = photo.live.as_ref().map(|_| AppleFile::default());
    }
    if (20..25).contains(&(at % 100)) && !photo.is_video() {
        let pick = [20, 2, 8, 2, 2][at % 5];
        photo.burst = Some(AppleBurst { key: format!("{}", at / 100), pick });
    }
    if dice.is_multiple_of(3) {
        let person = Some(at % 5).filter(|_| !at.is_multiple_of(13));
        photo.faces = vec![AppleFace {
            person,
            x: 0.4,
            y: 0.6,
            size: 0.1,
            is_manual: at.is_multiple_of(9),
            is_hidden: false,
        }];
    }
    match at % 50 {
        41 => photo.is_hidden = true,
        42 => photo.is_trashed = true,
        43 => photo.original = AppleFile::absent(Whereabouts::InCloud),
        44 if at % 100 == 44 => photo.original = AppleFile::absent(Whereabouts::Lost),
        45 => (photo.zone, photo.inferred_offset) = (None, Some(7200)),
        46 => photo.taken_in_file = Some(photo.taken - 3600.0),
        47 => photo.is_portrait = true,
        48 => photo.is_selfie = true,
        49 if !photo.is_video() => photo.subtype = 10,
        _ => {}
    }
}

fn albums(photos: usize) -> Vec<AppleAlbum> {
    let of = |number: usize| AppleAlbum {
        key: format!("{number}"),
        // Every tenth has the title of the one before.
        title: format!("Album {}", if number % 10 == 9 { number - 1 } else { number }),
        folders: match number % 4 {
            0 => vec!["Trips".to_owned(), format!("{}", 2010 + number % 7)],
            1 => vec!["Home".to_owned()],
            _ => Vec::new(),
        },
        photos: (number * ALBUM..((number + 1) * ALBUM).min(photos)).rev().collect(),
        is_manual: number.is_multiple_of(2),
        ..AppleAlbum::default()
    };
    (0..photos.div_ceil(ALBUM)).map(of).collect()
}

/// Adds a shared album, with a photo for every hundred.
fn share(library: &mut AppleLibrary) {
    let album = library.albums.len();
    let title = "Shared with friends".to_owned();
    library.albums.push(AppleAlbum {
        key: "shared".to_owned(),
        title,
        is_shared: true,
        ..AppleAlbum::default()
    });
    for number in 0..library.photos.len() / 100 {
        let mut photo = plain(number, mix(number as u64));
        photo.key = format!("shared {number}");
        photo.name = format!("SHARED_{number:04}.JPG");
        photo.shared_in = Some(album);
        (photo.keywords, photo.zone, photo.is_favourite) = (Vec::new(), None, false);
        library.photos.push(photo);
    }
}
