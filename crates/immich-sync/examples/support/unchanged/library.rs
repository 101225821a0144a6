//! A library of any size: small but real JPEG files in folders by month, and a server that knows much of each.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use immich_sandbox::{AssetId, Scenario};
use jiff::{SignedDuration, Timestamp};
use sample_pictures::{Kind, Picture};

use super::Case;
use crate::support::program::SERVER_ROOT;

/// Photos in a folder.
const IN_A_FOLDER: usize = 1000;

/// Sides of each photo in pixels.
pub(crate) const WIDTH: u32 = 16;
pub(crate) const HEIGHT: u32 = 12;

/// Albums; each asset is in one of them.
pub(crate) const ALBUMS: usize = 20;

/// Different people.
const PEOPLE: usize = 200;

/// 2004-02-29T10:00:00Z
const FIRST: i64 = 1_078_048_800;

/// Every photo has an inode of its own, as in a library.
pub(crate) fn make_files(root: &Path, assets: usize) -> anyhow::Result<()> {
    let picture = Picture::new(Kind::Jpeg).size(WIDTH, HEIGHT).build();
    for number in 0..assets {
        let path = root.join(name(number));
        if number % IN_A_FOLDER == 0 {
            fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        }
        fs::write(&path, &picture).with_context(|| format!("make `{}`", path.display()))?;
    }
    Ok(())
}

/// What the server knows; each asset with the number of its album.
pub(crate) fn describe(root: &Path, case: &Case) -> (Scenario, Vec<(AssetId, usize)>) {
    let mut scenario = Scenario::new(case.version);
    let library = scenario.external_library(SERVER_ROOT, root);
    let albums: Vec<_> = (0..ALBUMS).map(|number| scenario.album(&album(number))).collect();
    let people: Vec<_> =
        (0..PEOPLE).map(|number| scenario.person(&format!("Person {number} Example"))).collect();
    let assets = (0..case.assets).map(|number| {
        let mut asset = scenario.asset_file(&library, &name(number)).album(&albums[number % ALBUMS]);
        asset = asset.taken(taken(number).as_str(), Some("Europe/Berlin"));
        if has_people(number) {
            let first = number / 10 % PEOPLE;
            for person in &people[first..(first + 1 + number % 3).min(PEOPLE)] {
                asset = asset.person(person);
            }
        }
        let share = f64::from(u32::try_from(number % 9_000).unwrap_or(0)) / 100.0;
        asset = if number % 10 < 7 { asset.gps(share - 45.0, share) } else { asset.no_gps() };
        let caption = format!("A day at the lake, number {number}");
        asset = asset.description((number % 5 == 0).then_some(caption.as_str()));
        asset = asset.rating((number % 7 == 0).then_some(4)).favorite(number % 10 == 3);
        (asset.id(), number % ALBUMS)
    });
    let assets = assets.collect();
    (scenario, assets)
}

/// Six of ten.
pub(crate) fn has_people(number: usize) -> bool {
    number % 10 < 6
}

/// The name of an album.
pub(crate) fn album(number: usize) -> String {
    format!("Summer at the sea {}", 2000 + number)
}

fn name(number: usize) -> String {
    let month = number / IN_A_FOLDER;
    format!("{}/{:02}/IMG_{number:07}.jpg", 2000 + month / 12, month % 12 + 1)
}

/// A quarter of an hour apart.
fn taken(number: usize) -> String {
    let after = SignedDuration::from_mins(i64::try_from(number).unwrap_or(0) * 15);
    let first = Timestamp::from_second(FIRST).unwrap_or(Timestamp::UNIX_EPOCH);
    first.saturating_add(after).unwrap_or(first).to_string()
}
