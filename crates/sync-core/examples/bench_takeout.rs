//! What it costs to understand an export of Google Photos: processor time and memory, for one folder and for twice as much.
//!
//! `cargo run --release -p sync-core --example bench_takeout -- 8000`
//!
//! `… -- read PART…` reads every photo of an export that is there, and tells what that took.
//!
//! One year with so many photos, each with its JSON, in a zip, in a tgz, and unpacked. Each measurement is a process of its
//! own, so that what one took is not there for the next.

#![expect(clippy::print_stdout, reason = "a measurement talks to its terminal")]

use std::error::Error;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use sample_pictures::archives::{Sizes, TarName, Tgz, Zip};
use sync_core::import::sources::takeout::{TakeoutOptions, TakeoutSource};
use sync_core::import::{Found, Source as _};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [mode, path] if mode == "list" => list(Path::new(path)),
        [mode, paths @ ..] if mode == "read" => read(paths),
        [count] => measure(count.parse()?),
        _ => measure(8_000),
    }
}

/// Measures so many photos and twice as many, in each form.
fn measure(count: usize) -> Outcome {
    let folder = tempfile::tempdir()?;
    println!("{:<10} {:>8} {:>8} {:>8} {:>10}", "form", "photos", "items", "CPU s", "peak MiB");
    for form in ["zip", "tgz", "unpacked"] {
        for photos in [0, count, 2 * count] {
            let path = write(folder.path(), form, photos)?;
            let output = Command::new(std::env::current_exe()?).arg("list").arg(&path).output()?;
            println!("{form:<10} {photos:>8} {}", String::from_utf8_lossy(&output.stdout).trim_end());
        }
    }
    Ok(())
}

/// Lists an export, and tells what that took.
fn list(path: &Path) -> Outcome {
    let source = TakeoutSource::new(TakeoutOptions::new(vec![path.to_owned()]));
    let before = cpu_seconds()?;
    let mut items = 0_u64;
    source.list(&mut |found| {
        items += u64::from(matches!(found, Found::Item(_)));
        ControlFlow::Continue(())
    })?;
    println!("{items:>8} {:>8.2} {:>10.1}", cpu_seconds()? - before, peak_mebibytes()?);
    Ok(())
}

/// Reads every photo, in the order in which they are told.
fn read(paths: &[String]) -> Outcome {
    let source = TakeoutSource::new(TakeoutOptions::new(paths.iter().map(PathBuf::from).collect()));
    let before = cpu_seconds()?;
    let mut items = Vec::new();
    let listing = source.list(&mut |found| {
        match found {
            Found::Item(item) => items.push(item),
            Found::Trouble(trouble) => println!("{}: {}", trouble.path.path().display(), trouble.message),
            Found::Passed(_) | Found::There(_) => {}
        }
        ControlFlow::Continue(())
    })?;
    let listed = cpu_seconds()?;
    let (mut bytes, mut spoiled) = (0, 0_u64);
    for media in items.iter().flat_map(|item| [Some(&item.media), item.motion.as_ref()]).flatten() {
        match source.open(media).map(|mut content| io::copy(&mut content, &mut io::sink())) {
            Ok(Ok(count)) => bytes += count,
            Ok(Err(_)) | Err(_) => spoiled += 1,
        }
    }
    println!(
        "{} items, complete: {}, {bytes} bytes read, {spoiled} spoiled; CPU s: {:.2} to list, {:.2} to read; {:.1} MiB",
        items.len(),
        listing.is_complete,
        listed - before,
        cpu_seconds()? - listed,
        peak_mebibytes()?
    );
    let report = source.report();
    println!(
        "{} without a JSON, {} JSON files without a photo, {} albums",
        report.unmatched, report.orphans, report.albums
    );
    Ok(())
}

/// Processor time of this process, in user and system mode.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}

fn peak_mebibytes() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    let kibibytes: f64 = line.split_whitespace().nth(1).unwrap_or_default().parse()?;
    Ok(kibibytes / 1024.0)
}

/// Writes an export of so many photos of 1,000 bytes.
fn write(folder: &Path, form: &str, photos: usize) -> Result<PathBuf, Box<dyn Error>> {
    const YEAR: &str = "Takeout/Google Photos/Photos from 2019";
    let path = folder.join(format!("{photos}.{form}"));
    let mut files = Vec::with_capacity(2 * photos);
    for number in 0..photos {
        let name = format!("IMG_2019{:04}_{number:06}.jpg", number % 1_231);
        let bytes: Vec<u8> = (0..125_usize).flat_map(|at| (at * 7 + number).to_le_bytes()).collect();
        files.push((format!("{YEAR}/{name}"), bytes));
        files.push((format!("{YEAR}/{name}.supplemental-metadata.json"), json(&name, number).into_bytes()));
    }
    match form {
        "zip" => {
            let mut zip = Zip::new();
            for (path, bytes) in &files {
                if path.ends_with("json") {
                    zip.deflate(path, bytes, Sizes::Behind);
                } else {
                    zip.store(path, bytes, Sizes::Behind);
                }
            }
            fs::write(&path, zip.build())?;
        }
        "tgz" => {
            let mut tgz = Tgz::new();
            for (path, bytes) in &files {
                tgz.add(path, bytes, TarName::Posix);
            }
            fs::write(&path, tgz.build())?;
        }
        _ => {
            fs::create_dir_all(path.join(YEAR))?;
            for (name, bytes) in &files {
                fs::write(path.join(name), bytes)?;
            }
        }
    }
    Ok(path)
}

/// A JSON as long as those of Google are.
fn json(name: &str, number: usize) -> String {
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
