//! Mistakes that were measured on other tools, each shown not to be made here, on real files.
//!
//! Each has its number in the names of its tests. Those that are not here: 7 (boxes on turned pictures) in `faces`, and
//! for every container in `photo-metadata/tests/it/frames.rs`; 12 (a signal in the middle) also in
//! `immich-sync/tests/it/signals.rs`, where it comes from outside; 13 (warnings by the thousand) in
//! `immich-sync/tests/it/warnings.rs`; 15 (two users, one path) in `identity`. Several have a test beside the pure
//! function too.

use std::time::{Duration, SystemTime};

use immich_sandbox::Fault;
use sample_pictures::{Exif, Gps, Kind, Picture, Xmp, truncated};

use crate::harness::{Home, Setting, items, snapshot, text};

fn jpeg() -> Picture {
    Picture::new(Kind::Jpeg)
}

/// So many photos, each with a caption to be written.
fn home_of(photos: u64) -> Home {
    let mut setting = Setting::new();
    for number in 0..photos {
        let name = format!("{number:02}.jpg");
        setting.file(&name, &jpeg().seed(number));
        setting.scenario.asset_file(&setting.library, &name).description("new");
    }
    setting.start()
}

fn number(tags: &crate::harness::Tags, name: &str) -> f64 {
    text(tags, name).parse().unwrap_or_else(|_| panic!("{name} is {:?}", tags.get(name)))
}

#[test]
fn mistake_01_hemispheres_are_written_where_they_are_wrong_and_where_they_lack() {
    let mut setting = Setting::new();
    let north_east = Exif::new().gps(Gps::new(33.0, 70.0));
    for (name, picture) in [("wrong.jpg", jpeg().exif(north_east)), ("none.jpg", jpeg().seed(2))] {
        setting.file(name, &picture);
        setting.scenario.asset_file(&setting.library, name).gps(-33.8688, -70.5);
    }
    let home = setting.start();

    home.write();

    for name in ["wrong.jpg", "none.jpg"] {
        let tags = home.tags(name);
        assert!((number(&tags, "GPS:GPSLatitude") - 33.8688).abs() < 1e-6);
        assert!((number(&tags, "GPS:GPSLongitude") - 70.5).abs() < 1e-6);
        assert_eq!(
            (text(&tags, "GPS:GPSLatitudeRef"), text(&tags, "GPS:GPSLongitudeRef")),
            ("S", "W"),
            "{name}"
        );
        assert!((number(&tags, "Composite:GPSLatitude") + 33.8688).abs() < 1e-6);
    }
}

#[test]
fn mistake_02_an_instant_is_written_as_the_wall_clock_of_its_zone() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg().exif(Exif::new().taken("2024:06:30 10:00:00").offset("+02:00")));
    setting
        .scenario
        .asset_file(&setting.library, "a.jpg")
        .taken("2024-07-01T22:30:00Z", Some("Europe/Berlin"));
    let home = setting.start();

    home.write();

    let tags = home.tags("a.jpg");
    assert_eq!(text(&tags, "ExifIFD:DateTimeOriginal"), "2024:07:02 00:30:00");
    assert_eq!(text(&tags, "ExifIFD:OffsetTimeOriginal"), "+02:00");
    assert_eq!(text(&tags, "XMP-exif:DateTimeOriginal"), "2024:07:02 00:30:00+02:00");
}

#[test]
fn mistake_03_names_are_items_beside_the_keywords() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg().xmp(Xmp::new().subject("holiday").subject("beach")));
    let people = [setting.scenario.person("Alice"), setting.scenario.person("Bob, Jr.")];
    setting.scenario.asset_file(&setting.library, "a.jpg").person(&people[0]).person(&people[1]);
    let home = setting.start();

    home.write();

    let tags = home.tags("a.jpg");
    assert_eq!(items(&tags, "XMP-dc:Subject"), ["holiday", "beach", "Alice", "Bob, Jr."]);
    assert_eq!(items(&tags, "XMP-iptcExt:PersonInImage"), ["Alice", "Bob, Jr."]);
}

#[test]
fn mistake_04_a_rating_that_the_server_does_not_know_stays() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg().xmp(Xmp::new().rating(3)).exif(Exif::new().rating(3)));
    setting.scenario.asset_file(&setting.library, "a.jpg").rating(None).description("something else");
    let home = setting.start();

    home.write();

    let tags = home.tags("a.jpg");
    assert_eq!((text(&tags, "XMP-xmp:Rating"), text(&tags, "IFD0:Rating")), ("3", "3"));
    assert_eq!(text(&tags, "XMP-dc:Description"), "something else");
}

#[test]
fn mistake_05_stars_in_percent_are_those_of_windows() {
    let mut setting = Setting::new();
    for stars in 1..=5_i8 {
        let name = format!("{stars}.jpg");
        setting.file(&name, &jpeg().seed(stars.unsigned_abs().into()));
        setting.scenario.asset_file(&setting.library, &name).rating(stars);
    }
    let home = setting.start();

    home.write();

    for (stars, percent) in (1..=5).zip(["1", "25", "50", "75", "99"]) {
        let tags = home.tags(&format!("{stars}.jpg"));
        let stars = stars.to_string();
        assert_eq!(
            (text(&tags, "XMP-xmp:Rating"), text(&tags, "IFD0:Rating")),
            (stars.as_str(), stars.as_str())
        );
        assert_eq!(text(&tags, "IFD0:RatingPercent"), percent);
        assert_eq!(text(&tags, "XMP-microsoft:RatingPercent"), percent);
    }
}

#[test]
fn mistake_06_an_exif_description_does_not_hide_the_caption() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg().exif(Exif::new().image_description("OLYMPUS DIGITAL CAMERA")));
    let id = setting.scenario.asset_file(&setting.library, "a.jpg").description("At the lake").id();
    let home = setting.start();

    home.write();
    home.refresh(id);

    assert_eq!(text(&home.tags("a.jpg"), "IFD0:ImageDescription"), "At the lake");
    assert_eq!(home.sandbox.view(id).unwrap().description.as_deref(), Some("At the lake"));
}

#[test]
fn mistake_08_what_cannot_be_written_is_refused_with_a_reason_and_left_alone() {
    let mut setting = Setting::new();
    setting.bytes("misnamed.heic", &jpeg().build());
    setting.bytes("truncated.jpg", &truncated(jpeg().seed(2).build(), 0.6));
    setting.file("picture.bmp", &Picture::new(Kind::Bmp));
    setting.file("video.avi", &Picture::new(Kind::Avi));
    setting.bytes("empty.jpg", b"");
    let names = ["misnamed.heic", "truncated.jpg", "picture.bmp", "video.avi", "empty.jpg"];
    for name in names {
        setting.scenario.asset_file(&setting.library, name).description("new");
    }
    let home = setting.start();
    let before = snapshot(home.photos.path());

    let (summary, told) = home.write();

    assert_eq!(snapshot(home.photos.path()), before);
    assert_eq!((summary.done, summary.troubled), (0, 5), "{told:?}");
    for (name, reason) in names.iter().zip([
        "it is a JPEG file",
        "the picture has no end",
        "no place",
        "no place",
        "it is empty",
    ]) {
        let (_, said) = told.skipped.iter().find(|(path, _)| path.ends_with(name)).unwrap();
        assert!(said.contains(reason), "{name}: {said}");
    }
    assert!(!summary.is_clean(), "the exit code says so");
}

#[test]
fn mistake_09_line_breaks_survive_and_nothing_becomes_an_option() {
    let mut setting = Setting::new();
    let caption = "first line\r\nsecond line\n-all=\n-execute\nlast";
    for name in ["a.jpg", "other.jpg"] {
        setting.file(name, &jpeg().exif(Exif::new().camera("Maker", "Model")));
    }
    let person = setting.scenario.person("-all=\nother.jpg");
    setting.scenario.asset_file(&setting.library, "a.jpg").description(caption).person(&person);
    let home = setting.start();
    let other = std::fs::read(home.path("other.jpg")).unwrap();

    home.write();

    let tags = home.tags("a.jpg");
    assert_eq!(text(&tags, "XMP-dc:Description"), caption);
    assert_eq!(text(&tags, "IFD0:ImageDescription"), caption);
    assert_eq!(items(&tags, "XMP-iptcExt:PersonInImage"), ["-all=\nother.jpg"]);
    assert_eq!(text(&tags, "IFD0:Make"), "Maker");
    assert_eq!(std::fs::read(home.path("other.jpg")).unwrap(), other);
}

#[test]
fn mistake_10_an_unknown_altitude_is_not_written() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg());
    setting.scenario.asset_file(&setting.library, "a.jpg").gps(-33.8688, -70.5);
    let home = setting.start();

    home.write();

    let tags = home.tags("a.jpg");
    assert!(tags.keys().all(|name| !name.contains("Altitude")), "{tags:?}");
}

#[test]
fn mistake_11_half_of_all_calls_fail_and_the_run_comes_to_its_end() {
    let home = home_of(5);
    home.sandbox.inject(Fault::status(503).with_probability(0.5, 11));

    let (summary, _) = home.write();

    assert_eq!((summary.done, summary.failed), (5, 0));
    assert!(summary.is_clean());
}

#[test]
fn mistake_12_a_stopped_run_ends_after_the_current_file_and_the_next_one_goes_on() {
    let mut home = home_of(20);
    home.options.selection.limit = Some(7);
    let (first, told) = home.write();
    let done_first = told.done;
    home.options.selection.limit = None;
    let requests_before = home.sandbox.requests().len();

    let (second, told) = home.write();

    assert_eq!((first.done, second.done), (7, 13));
    assert!(done_first.iter().all(|path| !told.done.contains(path)), "nothing is done twice");
    let requests = home.sandbox.requests().split_off(requests_before);
    assert!(
        requests.iter().all(|request| !request.path.contains("/assets/")),
        "no asset is fetched by itself"
    );
}

#[test]
fn mistake_12_a_stop_request_ends_the_run_after_the_current_files() {
    let mut home = home_of(20);
    let (stopped, told) = home.write_and_stop_after(3);
    home.stop = sync_core::StopFlag::new();

    let (next, _) = home.write();

    assert!(stopped.stopped);
    assert!((3..=10).contains(&stopped.done), "{} were written after the request", stopped.done);
    assert_eq!((stopped.failed, stopped.done), (0, told.done.len() as u64));
    assert_eq!(stopped.done + next.done, 20);
}

#[test]
fn mistake_14_the_time_of_the_file_is_kept_unless_asked_for() {
    let mut setting = Setting::new();
    let old = SystemTime::UNIX_EPOCH + Duration::new(981_173_106, 789_000_000);
    for name in ["kept.jpg", "touched.jpg"] {
        let path = setting.file(name, &jpeg());
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
        setting.scenario.asset_file(&setting.library, name).description("new");
    }
    let mut home = setting.start();
    home.options.selection.path = Some("kept.jpg".to_owned());
    home.write();
    home.options.selection.path = Some("touched.jpg".to_owned());
    home.options.replace.touch = true;

    home.write();

    let modified = |name| std::fs::metadata(home.path(name)).unwrap().modified().unwrap();
    assert_eq!(modified("kept.jpg"), old);
    assert!(modified("touched.jpg") > old);
    assert_eq!(text(&home.tags("kept.jpg"), "XMP-dc:Description"), "new");
}
