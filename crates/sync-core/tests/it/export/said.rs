//! What sidecars and exported copies say, with ExifTool as the judge.

use std::path::Path;
use std::process::Command;

use sample_pictures::{AppleAlbum, AppleFace, AppleFile, ApplePerson, ApplePhoto, Exif, Kind, Picture};
use serde_json::Value;

use super::bench::{Bench, everything, photo};
use crate::harness::exiftool;

/// Tags as ExifTool reads them.
fn tags(path: &Path) -> Value {
    let output =
        Command::new(exiftool()).args(["-j", "-n", "-struct", "-G1", "-a"]).arg(path).output().unwrap();
    serde_json::from_slice::<Value>(&output.stdout).unwrap()[0].clone()
}

fn picture() -> Vec<u8> {
    let exif = Exif::new().taken("2020:01:01 00:00:00");
    Picture::new(Kind::Jpeg).size(64, 48).orientation(6).exif(exif).build()
}

fn known() -> ApplePhoto {
    let bytes = picture();
    ApplePhoto {
        original: AppleFile::of(bytes),
        title: Some("At the lake".to_owned()),
        caption: Some("Zoë & \"Max\"".to_owned()),
        keywords: vec!["sea".to_owned(), "sun".to_owned()],
        position: Some((-33.5, 151.25)),
        is_favourite: true,
        zone: Some(("Europe/Berlin".to_owned(), 7200)),
        faces: vec![AppleFace {
            person: Some(0),
            x: 0.25,
            y: 0.75,
            size: 0.2,
            is_manual: false,
            is_hidden: false,
        }],
        size: (64, 48),
        orientation: 6,
        ..photo("a", "IMG_1.JPG")
    }
}

fn bench() -> Bench {
    let mut bench = Bench::new([known()]);
    bench.change(|made| {
        made.persons = vec![ApplePerson { name: "Anna".to_owned(), merged_into: None }];
        made.albums = vec![AppleAlbum {
            key: "x".into(),
            title: "Best".into(),
            photos: vec![0],
            ..AppleAlbum::default()
        }];
    });
    bench.options.said.albums_as_keywords = true;
    bench.options.said.favourite_rating = true;
    bench
}

fn assert_says(tags: &Value) {
    assert_eq!(tags["XMP-dc:Title"], "At the lake", "{tags:#}");
    assert_eq!(tags["XMP-dc:Description"], "Zoë & \"Max\"");
    assert_eq!(tags["XMP-dc:Subject"], serde_json::json!(["Best", "sea", "sun"]));
    assert_eq!(tags["XMP-iptcExt:PersonInImage"], serde_json::json!(["Anna"]));
    assert_eq!(tags["XMP-xmp:Rating"], 5);
}

#[test]
fn a_sidecar_says_what_the_library_knows() {
    let mut bench = bench();
    bench.options.sidecar = true;

    let (summary, told) = bench.run();
    let tags = tags(&bench.to.join("2024/05/IMG_1.JPG.xmp"));
    let (again, _) = bench.run();
    bench.change(|made| made.photos[0].title = Some("At the sea".to_owned()));
    let (renamed, told_then) = bench.run();

    assert_eq!((summary.written, again.done()), (2, 0), "{told:?}");
    assert_says(&tags);
    assert_eq!(
        (&tags["XMP-exif:GPSLatitude"], &tags["XMP-exif:GPSLongitude"]),
        (&Value::from(-33.5), &Value::from(151.25))
    );
    assert_eq!(tags["XMP-exif:DateTimeOriginal"], "2024:05:01 12:00:00+02:00");
    let region = &tags["XMP-mwg-rs:RegionInfo"]["RegionList"][0];
    // Upright 0.25 from the left and 0.25 from the top is, in a picture stored turned by 6, 0.25 and 0.75.
    let near = |value: &Value, wanted: f64| (value.as_f64().unwrap() - wanted).abs() < 0.01;
    assert!(near(&region["Area"]["X"], 0.25) && near(&region["Area"]["Y"], 0.75), "{region}");
    assert_eq!(region["Name"], "Anna");
    assert_eq!(told_then, ["unchanged 2024/05/IMG_1.JPG", "updated 2024/05/IMG_1.JPG.xmp"]);
    assert_eq!(renamed.updated, 1);
}

#[test]
fn an_exported_copy_says_it_and_the_library_stays() {
    let mut bench = bench();
    bench.options.embed = true;
    let package = everything(&bench.package);

    let (summary, told) = bench.run();
    let path = bench.to.join("2024/05/IMG_1.JPG");
    let (first, tags) = (std::fs::read(&path).unwrap(), tags(&path));
    let (again, _) = bench.run();
    bench.change(|made| made.photos[0].keywords.clear());
    let (changed, _) = bench.run();

    assert_eq!((summary.written, again.done(), changed.updated), (1, 0, 1), "{told:?}");
    assert_says(&tags);
    assert_eq!(tags["ExifIFD:DateTimeOriginal"], "2024:05:01 12:00:00");
    assert_eq!(tags["ExifIFD:OffsetTimeOriginal"], "+02:00");
    let original = everything(&bench.package.join("originals")).into_values().next().unwrap();
    assert!(!image(&first).is_empty() && image(&first) == image(&original), "the picture is the same");
    assert_eq!(everything(&bench.package.join("originals")), pictures(&package));
}

fn pictures(
    package: &std::collections::BTreeMap<String, Vec<u8>>,
) -> std::collections::BTreeMap<String, Vec<u8>> {
    let originals =
        package.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("originals/")?, bytes)));
    originals.map(|(path, bytes)| (path.to_owned(), bytes.clone())).collect()
}

/// The hash that ExifTool makes of the image data.
fn image(bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::with_suffix(".jpg").unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let output = Command::new(exiftool()).args(["-ImageDataHash", "-s3"]).arg(file.path()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_cannot_hold_it_is_exported_as_it_is() {
    let mut odd = known();
    odd.original = AppleFile::of(Picture::new(Kind::Png).build());
    let mut bench = Bench::new([odd]);
    bench.options.embed = true;

    let (summary, told) = bench.run();

    assert_eq!((summary.written, summary.failed), (1, 0));
    assert!(told.iter().any(|line| line.starts_with("bare 2024/05/IMG_1.JPG: ")), "{told:?}");
    assert_eq!(bench.files()["2024/05/IMG_1.JPG"], Picture::new(Kind::Png).build());
}
