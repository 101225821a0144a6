//! The stage: files as cameras made them, and a server on which a family has been at work since.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use immich_sandbox::{AssetBuilder, AssetId, AssetView, Sandbox, Scenario, Version};
use jiff::{SignedDuration, Timestamp};
use sample_pictures::{GeneratedFile, Kind};

/// The library as the server sees it.
const SERVER_ROOT: &str = "/mnt/photos";
/// The release that the server plays.
pub(super) const VERSION: Version = Version::V3_0_3;
/// The same demo every time.
const SEED: u64 = 7;

/// Names with everything that is hard about names: an umlaut, a comma, no Latin letter at all.
const PEOPLE: [&str; 3] = ["Anna Müller", "Bob Smith, Jr.", "美咲"];
const CAPTIONS: [&str; 4] = [
    "First morning at the lake",
    "Grandpa's \"secret\" recipe: 100 % butter & 5 $",
    "Zwei Wochen später, wieder zu Hause",
    "The day the boat would not start 🚤",
];
const PLACES: [(f64, f64); 3] = [(47.6606, 9.1757), (-44.6943, 169.1417), (40.7608, -111.8910)];

/// A library on disk and a server that knows it.
pub(super) struct Stage {
    /// The folder of the files.
    pub(super) library: PathBuf,
    /// The server.
    pub(super) sandbox: Sandbox,
    /// Its assets, one for each file.
    pub(super) assets: Vec<AssetId>,
    /// The files.
    pub(super) files: Vec<GeneratedFile>,
    /// Whether the server can read the files again.
    pub(super) reads_files: bool,
}

impl Stage {
    /// Makes the files, lets the server import them, and lets the family do its work.
    ///
    /// Without ExifTool the server cannot read files, and is told what is in them.
    pub(super) fn set(folder: &Path, count: usize, exiftool: Option<&Path>) -> Result<Self> {
        let library = folder.join("library");
        let files = sample_pictures::library(&library, count, SEED).context("the library cannot be made")?;
        let mut scenario = Scenario::new(VERSION);
        if let Some(exiftool) = exiftool {
            scenario.exiftool(exiftool);
        }
        let external = scenario.external_library(SERVER_ROOT, &library);
        let people = PEOPLE.map(|name| scenario.person(name));
        let mut assets = Vec::new();
        for (index, file) in files.iter().enumerate() {
            let relative = file.relative_path.to_string_lossy();
            let mut asset = scenario.asset_file(&external, &relative).favorite(index % 7 == 3);
            asset = if exiftool.is_some() { asset.read_from_file() } else { told(asset, file) };
            for (number, person) in people.iter().enumerate() {
                if index % (number + 2) == 0 {
                    asset = asset.person(person);
                }
            }
            assets.push(asset.id());
        }
        let sandbox = Sandbox::start(scenario).context("the server of the demo cannot start")?;
        for (index, (id, file)) in assets.iter().zip(&files).enumerate() {
            work_on(&sandbox, *id, index, file).context("the server of the demo lost a photo")?;
        }
        Ok(Self { library, sandbox, assets, files, reads_files: exiftool.is_some() })
    }

    /// What the server says of every asset, in the order of the assets.
    pub(super) fn views(&self) -> Vec<AssetView> {
        self.assets.iter().filter_map(|id| self.sandbox.view(*id)).collect()
    }
}

/// What the server would have read in a file.
fn told<'a>(asset: AssetBuilder<'a>, file: &GeneratedFile) -> AssetBuilder<'a> {
    let asset = asset.dimensions((file.width, file.height));
    let asset = match file.place {
        Some(place) => asset.gps(place.latitude, place.longitude),
        None => asset,
    };
    // A video counts in UTC and knows no zone.
    let zone = if file.kind.is_video() { "UTC".to_owned() } else { format!("UTC{}", file.offset) };
    match Timestamp::from_second(file.taken_at) {
        Ok(instant) if file.says_when => asset.taken(instant.to_string().as_str(), zone.as_str()),
        _ => asset,
    }
}

/// What people do in Immich: captions, stars, a pin on the map, a clock that was wrong.
fn work_on(
    sandbox: &Sandbox,
    id: AssetId,
    index: usize,
    file: &GeneratedFile,
) -> Result<(), immich_sandbox::SandboxError> {
    sandbox.edit(id, |asset| {
        if index.is_multiple_of(2) {
            asset.description = Some(CAPTIONS[index / 2 % CAPTIONS.len()].to_owned());
        }
        if index % 5 < 2 {
            asset.rating = i8::try_from(index % 5 + 3).ok();
        }
        // A screenshot says nothing of its time; and one camera was still on winter time.
        let clock_was_wrong = file.kind == Kind::Jpeg && index % 6 == 1;
        if !file.says_when || clock_was_wrong {
            let hours = i64::from(clock_was_wrong);
            let taken = Timestamp::from_second(file.taken_at).unwrap_or(Timestamp::UNIX_EPOCH);
            let taken = taken.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(taken);
            asset.set_taken(Some(taken), Some("UTC+2"));
        }
        // A pin on a video would move its clock too: its file counts in UTC, and Immich then takes the zone of
        // the place.
        if asset.latitude.is_none() && !file.kind.is_video() && !index.is_multiple_of(4) {
            let (latitude, longitude) = PLACES[index % PLACES.len()];
            (asset.latitude, asset.longitude) = (Some(latitude), Some(longitude));
        }
    })
}
