//! A small photo library as a family has it: years, months, several cameras, several containers.
//!
//! Most files are JPEGs of a camera or a phone; one in four is something else. Some have no place,
//! some lie on their side, screenshots and messages have no EXIF at all. Each file's answer says
//! what was put into it, so that a server with the same photos can be filled from it.

use std::path::{Path, PathBuf};

use crate::bytes::mix;
use crate::calendar::Moment;
use crate::{Exif, Gps, Kind, Picture, PictureError, Video};

/// One file of a made library, and what was put into it.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratedFile {
    /// Where it was written.
    pub path: PathBuf,
    /// The same, from the folder of the library on.
    pub relative_path: PathBuf,
    /// Its container.
    pub kind: Kind,
    /// The seed of its landscape.
    pub seed: u64,
    /// When it was taken, seconds since 1970 UTC.
    pub taken_at: i64,
    /// The same on the clock of the place: `2024-07-01T12:00:00`.
    pub local_time: String,
    /// Offset of that clock, such as `+02:00`.
    pub offset: &'static str,
    /// Whether the file itself says when it was taken.
    pub says_when: bool,
    /// Where it was taken, when the file says so.
    pub place: Option<Gps>,
    /// Name of that place, for people to read.
    pub place_name: &'static str,
    /// Maker and model of the camera.
    pub camera: (&'static str, &'static str),
    /// Width in pixels as stored.
    pub width: u32,
    /// Height in pixels as stored.
    pub height: u32,
    /// EXIF orientation, 1 to 8.
    pub orientation: u16,
}

const CAMERAS: [(&str, &str, &str); 4] = [
    ("Google", "Pixel 8", "PXL_"),
    ("Apple", "iPhone 15", "IMG_"),
    ("FUJIFILM", "X-T5", "DSCF"),
    ("Canon", "EOS R6", "R6_"),
];

const PLACES: [(&str, f64, f64, f64); 8] = [
    ("Konstanz", 47.6606, 9.1757, 400.0),
    ("Berlin", 52.5200, 13.4050, 34.0),
    ("Bergen", 60.3913, 5.3221, 12.0),
    ("Lisboa", 38.7223, -9.1393, 15.0),
    ("Wānaka", -44.6943, 169.1417, 300.0),
    ("Kyōto", 35.0116, 135.7681, 50.0),
    ("Salt Lake City", 40.7608, -111.8910, 1288.0),
    ("Zermatt", 46.0207, 7.7491, 1608.0),
];

/// The containers by turns.
const KINDS: [Kind; 16] = [
    Kind::Jpeg,
    Kind::Jpeg,
    Kind::Heic,
    Kind::Jpeg,
    Kind::Jpeg,
    Kind::Mp4,
    Kind::Jpeg,
    Kind::Png,
    Kind::Jpeg,
    Kind::Jpeg,
    Kind::Mov,
    Kind::Jpeg,
    Kind::WebpExtended,
    Kind::Jpeg,
    Kind::Avif,
    Kind::Tiff,
];

/// 2019-01-01 00:00:00 UTC.
const FIRST_DAY: i64 = 1_546_300_800;
/// Five years.
const SPAN_DAYS: u64 = 5 * 365;

/// Writes so many files as `YYYY/MM/name` under the folder, the same for the same seed.
pub fn library(folder: &Path, count: usize, seed: u64) -> Result<Vec<GeneratedFile>, PictureError> {
    (0..count)
        .map(|index| {
            let file = plan(folder, index, count, seed);
            picture(&file).write_to(&file.path)?;
            Ok(file)
        })
        .collect()
}

/// Decides what the file of this number is.
fn plan(folder: &Path, index: usize, count: usize, seed: u64) -> GeneratedFile {
    let number = u64::try_from(index).unwrap_or(0);
    let total = u64::try_from(count).unwrap_or(1).max(1);
    let [camera, place, has_place, turned, hour, minute, second, _] =
        mix(seed.wrapping_mul(0x9e37).wrapping_add(number)).to_le_bytes();
    let kind = KINDS[index % KINDS.len()];
    let days = i64::try_from(number * SPAN_DAYS / total).unwrap_or(0);
    let of_day = i64::from(7 + hour % 13) * 3_600 + i64::from(minute % 60) * 60 + i64::from(second % 60);
    let local = FIRST_DAY + days * 86_400 + of_day;
    let moment = Moment::from_seconds(local);
    let (make, model, prefix) = camera_of(kind, camera);
    let (place_name, latitude, longitude, altitude) = PLACES[usize::from(place) % PLACES.len()];
    let name = format!("{prefix}{:04}.{}", index + 1, kind.extension());
    let relative_path =
        PathBuf::from(format!("{:04}", moment.year)).join(format!("{:02}", moment.month)).join(name);
    let (width, height) = size_of(kind);
    let turns = matches!(kind, Kind::Jpeg | Kind::Heic) && turned % 6 == 0;
    GeneratedFile {
        path: folder.join(&relative_path),
        relative_path,
        kind,
        seed: mix(seed ^ number.wrapping_mul(0x0001_0001)),
        taken_at: local - 7_200,
        local_time: moment.iso(),
        offset: "+02:00",
        says_when: kind != Kind::Png,
        place: (has_place % 3 != 0 && kind != Kind::Png)
            .then(|| Gps::new(latitude, longitude).altitude(altitude)),
        place_name,
        camera: (make, model),
        width,
        height,
        orientation: if turns { 6 } else { 1 },
    }
}

/// HEIC and MOV come from one maker's phones, screenshots from none.
fn camera_of(kind: Kind, choice: u8) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Heic | Kind::Mov => CAMERAS[1],
        Kind::Mp4 => CAMERAS[0],
        Kind::Png => ("", "", "Screenshot_"),
        _ => CAMERAS[usize::from(choice) % CAMERAS.len()],
    }
}

/// What takes much room uncompressed is small.
fn size_of(kind: Kind) -> (u32, u32) {
    match kind {
        Kind::Jpeg => (640, 480),
        Kind::Tiff | Kind::Mov | Kind::Mp4 => (160, 120),
        _ => (320, 240),
    }
}

fn picture(file: &GeneratedFile) -> Picture {
    let picture = Picture::new(file.kind).size(file.width, file.height).seed(file.seed);
    if file.kind.is_video() {
        let apple = file.kind == Kind::Mov;
        return picture.video(Video {
            created: Some(file.taken_at),
            apple_creation_date: apple
                .then(|| format!("{}{}", file.local_time, file.offset.replace(':', ""))),
            place: file.place,
            ..Video::default()
        });
    }
    if !file.says_when {
        return picture;
    }
    let (make, model) = file.camera;
    let mut exif = Exif::new().camera(make, model).taken(exif_date(file)).offset(file.offset);
    exif.gps = file.place;
    exif.thumbnail = file.kind == Kind::Jpeg;
    let picture = picture.exif(exif);
    if file.orientation == 1 { picture } else { picture.orientation(file.orientation) }
}

fn exif_date(file: &GeneratedFile) -> String {
    Moment::from_seconds(file.taken_at + 7_200).exif()
}
