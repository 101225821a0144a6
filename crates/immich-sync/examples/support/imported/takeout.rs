//! Exports of Google Photos: what it takes to find out which JSON belongs to which photo, for so many photos and for twice
//! as many, and what a first and a second import of an export take.
//!
//! For the first, photos are asked for that are in an album that does not exist: everything has to be understood to tell
//! that there are none, and no photo is read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use sample_pictures::archives::{Sizes, TarName, Tgz, Zip};

use super::clients::{Clients, Place};
use super::figures::{Row, Table};
use super::first::{MEMORY, all_there};
use crate::support::goal::Goal;

/// Where photos are in an export.
const YEAR: &str = "Takeout/Google Photos/Photos from 2019";

/// Measures each form of an export.
pub(crate) fn measure(clients: &Clients<'_>, photos: u32, rounds: u32) -> anyhow::Result<Table> {
    let mut table =
        Table { title: format!("exports of {photos} photos"), rows: Vec::new(), goals: Vec::new() };
    let forms = [("unpacked", "a folder", "a folder: twice as many"), ("zip", "zip", "zip: twice as many")];
    for (form, one, twice) in forms.into_iter().chain([("tgz", "tgz", "tgz: twice as many")]) {
        let folder = tempfile::tempdir().context("make a folder for an export")?;
        let small = matched(clients, &write(folder.path(), form, photos)?, (form, photos), rounds)?;
        let large = write(folder.path(), form, 2 * photos)?;
        let double = matched(clients, &large, (form, 2 * photos), rounds)?;
        let ratio = double.processor.as_secs_f64() / small.processor.as_secs_f64();
        table.goals.push(Goal::measure(one, small.processor.as_secs_f64(), 0.3));
        table.goals.push(Goal::measure(twice, ratio, 2.3));
        table.rows.extend([small, double]);
    }
    for form in ["zip", "tgz"] {
        let (first, again) = twice(clients, form, photos)?;
        let requests = again.wire.requests;
        table.goals.push(Goal::measure("import: MiB of memory", first.mebibytes(), MEMORY));
        table.goals.push(Goal::count("import again: requests", requests, 5));
        table.rows.extend([first, again]);
    }
    Ok(table)
}

/// The best of some listings. Nothing is remembered between them.
fn matched(clients: &Clients<'_>, path: &Path, of: (&str, u32), rounds: u32) -> anyhow::Result<Row> {
    let path = path.display().to_string();
    let arguments = ["google-takeout", &path, "--dry-run", "--from-album-name", "no such album"];
    let mut place = Place::new()?;
    clients.ours("the same in detail", &mut place, &[&arguments[..], &["--json"]].concat())?;
    let summary = place.summary()?;
    ensure!(summary["skipped"]["excluded"].as_u64() == Some(u64::from(of.1)), "{summary}");
    let name = format!("{} photos matched, {}", of.1, of.0);
    let mut best: Option<Row> = None;
    for _ in 0..rounds.max(1) {
        let row = clients.ours(&name, &mut place, &arguments)?;
        best = Row::best(best.take(), Some(row));
    }
    best.context("nothing was measured")
}

/// A first import of an export, and a second one.
fn twice(clients: &Clients<'_>, form: &str, photos: u32) -> anyhow::Result<(Row, Row)> {
    let folder = tempfile::tempdir().context("make a folder for an export")?;
    let path = write(folder.path(), form, photos)?.display().to_string();
    let mut place = Place::new()?;
    let first =
        clients.ours(&format!("{photos} photos, {form}, first"), &mut place, &["google-takeout", &path])?;
    all_there(&mut place, photos, "immich-sync")?;
    let again =
        clients.ours(&format!("{photos} photos, {form}, again"), &mut place, &["google-takeout", &path])?;
    Ok((first, again))
}

/// Writes an export of so many photos of 1,000 bytes.
fn write(folder: &Path, form: &str, photos: u32) -> anyhow::Result<PathBuf> {
    let path = folder.join(format!("{photos}.{form}"));
    let files = (0..photos).flat_map(|number| {
        let name = format!("IMG_2019{:04}_{number:06}.jpg", number % 1_231);
        let bytes = (0..125).flat_map(|at| u64::from(at * 7 + number).to_le_bytes()).collect();
        let about = json(&name, number).into_bytes();
        [(format!("{YEAR}/{name}"), bytes), (format!("{YEAR}/{name}.supplemental-metadata.json"), about)]
    });
    match form {
        "zip" => {
            let mut zip = Zip::new();
            files.for_each(|(path, bytes): (String, Vec<u8>)| {
                if path.ends_with("json") {
                    zip.deflate(&path, &bytes, Sizes::Behind);
                } else {
                    zip.store(&path, &bytes, Sizes::Behind);
                }
            });
            fs::write(&path, zip.build())?;
        }
        "tgz" => {
            let mut tgz = Tgz::new();
            files.for_each(|(path, bytes)| {
                tgz.add(&path, &bytes, TarName::Posix);
            });
            fs::write(&path, tgz.build())?;
        }
        _ => {
            fs::create_dir_all(path.join(YEAR))?;
            for (name, bytes) in files {
                fs::write(path.join(name), bytes)?;
            }
        }
    }
    Ok(path)
}

/// A JSON as long as those of Google are.
fn json(name: &str, number: u32) -> String {
    format!(
        r#"{{
  "title": "{name}",
  "description": "",
  "imageViews": "12",
  "creationTime": {{ "timestamp": "1561003600", "formatted": "20 Jun 2019, 04:06:40 UTC" }},
  "photoTakenTime": {{ "timestamp": "{}", "formatted": "20 Jun 2019, 03:06:40 UTC" }},
  "geoData": {{ "latitude": 52.5200066, "longitude": 13.404954, "altitude": 34.0, "latitudeSpan": 0.0, "longitudeSpan": 0.0 }},
  "geoDataExif": {{ "latitude": 52.5200066, "longitude": 13.404954, "altitude": 34.0, "latitudeSpan": 0.0, "longitudeSpan": 0.0 }},
  "people": [{{ "name": "Ada" }}],
  "url": "https://photos.google.com/photo/AF1QipM{number:030}",
  "googlePhotosOrigin": {{ "mobileUpload": {{ "deviceFolder": {{ "localFolderName": "" }}, "deviceType": "ANDROID_PHONE" }} }},
  "photoLastModifiedTime": {{ "timestamp": "1700000000", "formatted": "14 Nov 2023, 22:13:20 UTC" }}
}}"#,
        1_561_000_000 + number
    )
}
