//! What goes wrong around Immich, through the whole program. Pitfalls that show in the tags of one file alone are in
//! `photo-metadata/src/edits/tests/pitfalls.rs`.
//!
//! | pitfall | test |
//! | --- | --- |
//! | files that Immich manages are off limits | `users::a_user_with_uploads_on_3_x_is_asked_once`, `sidecars::managed_files_get_sidecars_…` |
//! | the integrity check of 3.x reports written uploads | the same, and `policies::managed_files_on_a_server_that_checks_them_…` |
//! | a scan goes by the time of a file alone | [`pitfall_a_scan_sees_no_change_that_kept_the_time_so_the_server_is_told`] |
//! | a field that was edited in Immich is locked | [`pitfall_what_was_edited_in_immich_stays_as_edited`] |
//! | tags are replaced by the first list in the file | `tags::albums_and_people_in_the_file_take_no_tag_away_and_bring_none`, `roundtrip::everything`, `brakes::tags_that_only_shield_others_…` |
//! | a sidecar beats its file, and one date in it hides all others | [`pitfall_a_sidecar_that_says_something_old_would_win_so_it_is_written_too`] |
//! | regions need a size, are turned, and cut to pixels | [`pitfall_regions_come_back_to_their_pixels_from_every_orientation`], `faces::mistake_07_…` |
//! | imported regions double faces | `faces::a_server_that_imports_faces_gets_no_regions_…` |
//! | 3.x gives faces photo by photo only | `faces::on_3_x_faces_are_asked_for_once_and_then_in_turn` |
//! | the checksum of the server stays that of the upload | [`pitfall_the_checksum_of_an_upload_is_remembered_with_that_of_the_written_file`] |
//! | every rewrite is a new file for a backup | [`pitfall_a_backup_sees_one_change_per_change`], `mistakes::mistake_14_…` |
//! | two names for one sidecar | [`pitfall_of_two_sidecars_both_say_the_same_in_the_end`], `users::a_user_of_lightroom_…` |
//! | halves of live photos, films in motion photos | `users::a_live_photo_stays_a_pair`, `users::a_motion_photo_keeps_its_film_…` |
//! | pictures behind a picture are found by their distance | [`pitfall_the_second_picture_is_found_where_the_index_says`] |
//! | `updatedAt` misses names, albums and faces | `people::a_renamed_person_…`, `albums::all_albums_…`, `faces::regions_of_others_stay_…` |

use std::path::Path;

use immich_sandbox::{AssetId, FaceBox, SourceType, Version};
use photo_metadata::Datum;
use sample_pictures::{Exif, Kind, Picture, Xmp};
use sync_core::state::Store;
use sync_core::writeback::{AfterWrite, ManagedPolicy};

use crate::harness::{Counting, Home, SERVER_ROOT, Setting, snapshot, tags, text};

/// A photo with a caption and stars on the server, in a home that tells the server what it wrote.
fn home_with(picture: &Picture, writes_sidecars: bool) -> (Home, AssetId) {
    let mut setting = Setting::of(Version::V3_0_3);
    setting.scenario.writes_sidecars(writes_sidecars);
    setting.file("a.jpg", picture);
    let asset =
        setting.scenario.asset_file(&setting.library, "a.jpg").description("At the lake").rating(4).id();
    let mut home = setting.start();
    home.options.after = AfterWrite::Refresh;
    (home, asset)
}

fn scan(home: &Home) {
    let client = home.client();
    let library = client.reader().libraries().unwrap().remove(0).id;
    client.writer().scan_library(&library).unwrap();
}

#[test]
fn pitfall_a_scan_sees_no_change_that_kept_the_time_so_the_server_is_told() {
    let (mut home, asset) = home_with(&Picture::new(Kind::Jpeg), false);
    let size = |home: &Home| home.sandbox.view(asset).unwrap().size;
    home.options.after = AfterWrite::Nothing;
    home.write();
    scan(&home);
    let written = Some(std::fs::metadata(home.path("a.jpg")).unwrap().len());
    assert_ne!(size(&home), written, "a scan alone does not see it");

    home.sandbox.edit(asset, |asset| asset.rating = Some(5)).unwrap();
    home.options.after = AfterWrite::Refresh;
    assert_eq!(home.write().0.done, 1);

    assert_eq!(size(&home), Some(std::fs::metadata(home.path("a.jpg")).unwrap().len()));
}

#[test]
fn pitfall_what_was_edited_in_immich_stays_as_edited() {
    let (home, asset) = home_with(&Picture::new(Kind::Jpeg).xmp(Xmp::new().rating(1)), true);
    home.write();

    home.sandbox
        .edit_as_user(asset, |asset| {
            asset.rating = Some(2);
            asset.description = Some("edited".to_owned());
        })
        .unwrap();
    assert!(home.path("a.jpg.xmp").exists(), "the server keeps edits in a sidecar");
    assert_eq!(home.write().0.files, 1, "the sidecar says it already");

    for name in ["a.jpg", "a.jpg.xmp"] {
        let tags = home.tags(name);
        assert_eq!(
            (text(&tags, "XMP-xmp:Rating"), text(&tags, "XMP-dc:Description")),
            ("2", "edited"),
            "{name}"
        );
    }
    home.refresh(asset);
    let view = home.sandbox.view(asset).unwrap();
    assert_eq!((view.rating, view.description.as_deref()), (Some(2), Some("edited")));
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn pitfall_a_sidecar_that_says_something_old_would_win_so_it_is_written_too() {
    let exif = Exif::new().taken("2024:07:01 10:00:00").offset("+02:00").image_description("At the lake");
    let mut setting = Setting::of(Version::V3_0_3);
    setting.file("a.jpg", &Picture::new(Kind::Jpeg).exif(exif));
    let old = Xmp::new().description("old").rating(1).date_created("2001-01-01T00:00:00");
    setting.bytes("a.jpg.xmp", old.document().as_bytes());
    let asset = setting.scenario.asset_file(&setting.library, "a.jpg").description("At the lake").rating(4);
    let asset = asset.taken("2024-07-01T08:00:00Z", Some("Europe/Berlin")).id();
    let mut home = setting.start();
    home.options.after = AfterWrite::Refresh;
    let before = home.sandbox.view(asset).unwrap();

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.troubled), (1, 0), "{told:?}");
    let after = home.sandbox.view(asset).unwrap();
    assert_eq!((after.description, after.rating), (before.description, before.rating));
    assert_eq!((after.instant, after.local_date_time), (before.instant, before.local_date_time));
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn pitfall_regions_come_back_to_their_pixels_from_every_orientation() {
    let measured = FaceBox { x1: 100, y1: 50, x2: 300, y2: 250, image_width: 1000, image_height: 500 };
    let mut setting = Setting::of(Version::V3_0_3);
    setting.scenario.import_faces(true);
    let alice = setting.scenario.person("Alice");
    let mut assets = Vec::new();
    for orientation in 1..=8 {
        let name = format!("{orientation}.jpg");
        let (width, height) = if orientation > 4 { (500, 1000) } else { (1000, 500) };
        setting.file(&name, &Picture::new(Kind::Jpeg).size(width, height).orientation(orientation));
        let asset = setting.scenario.asset_file(&setting.library, &name);
        assets.push(asset.face(Some(alice), measured, SourceType::MachineLearning).id());
    }
    let mut home = setting.start();
    home.options.data = [Datum::FaceCoordinates].into();
    home.options.faces.even_if_imported = true;
    home.options.after = AfterWrite::Refresh;

    assert_eq!(home.write().0.done, 8);

    for (asset, orientation) in assets.iter().zip(1..) {
        let faces = home.sandbox.view(*asset).unwrap().faces;
        let read: Vec<_> = faces.iter().filter(|face| face.source == SourceType::Exif).collect();
        assert_eq!(read.len(), 1, "orientation {orientation}: {faces:?}");
        let (area, near) = (read[0].area, |one: i64, other: i64| (one - other).abs() <= 1);
        assert_eq!((area.image_width, area.image_height), (1000, 500), "orientation {orientation}");
        let edges = [(area.x1, 100), (area.y1, 50), (area.x2, 300), (area.y2, 250)];
        assert!(
            edges.into_iter().all(|(one, other)| near(one, other)),
            "orientation {orientation}: {area:?}"
        );
        assert_eq!(read[0].person.as_deref(), Some("Alice"));
    }
    assert_eq!(home.write().0.files, 0, "and are not written a second time");
}

#[test]
fn pitfall_the_checksum_of_an_upload_is_remembered_with_that_of_the_written_file() {
    let mut setting = Setting::of(Version::V3_0_3);
    setting.file("a.jpg", &Picture::new(Kind::Jpeg));
    let managed = setting.scenario.managed_storage(SERVER_ROOT, setting.photos.path());
    let asset = setting.scenario.asset_file(&managed, "a.jpg").description("one").id();
    let mut home = setting.start();
    home.options.managed = Some(ManagedPolicy::Original);
    home.options.after = AfterWrite::Refresh;
    let uploaded = home.sandbox.view(asset).unwrap().checksum;

    for caption in ["two", "three"] {
        home.sandbox.edit(asset, |asset| asset.description = Some(caption.to_owned())).unwrap();
        assert_eq!(home.write().0.done, 1);
    }

    let id = immich_api::AssetId::parse(&asset.to_string()).unwrap();
    let sha1 = home.store.records(std::slice::from_ref(&id)).unwrap()[&id][0].sha1.unwrap();
    assert_eq!(immich_api::Checksum::from(&sha1.before).as_str(), uploaded, "of before the first write");
    assert_eq!(home.sandbox.view(asset).unwrap().checksum, uploaded, "the server never learns another");
    assert_ne!(sha1.before, sha1.after);
}

#[test]
fn pitfall_a_backup_sees_one_change_per_change() {
    let (mut home, asset) = home_with(&Picture::new(Kind::Jpeg), false);
    home.write();
    let written = snapshot(home.photos.path());
    let engine = Counting::default();

    // A refresh moves the server's own time of the last change, and nothing that we would write.
    home.refresh(asset);
    home.write_with(&engine);
    home.options.recheck = true;
    home.write();

    assert!(engine.calls() <= 1, "{} looks", engine.calls());
    assert!(snapshot(home.photos.path()) == written, "neither bytes nor times");
}

#[test]
fn pitfall_of_two_sidecars_both_say_the_same_in_the_end() {
    let (home, asset) = home_with(&Picture::new(Kind::Jpeg), false);
    for (name, caption) in [("a.jpg.xmp", "of Immich"), ("a.xmp", "of Lightroom")] {
        std::fs::write(home.path(name), Xmp::new().description(caption).document()).unwrap();
    }
    home.sandbox.discover_sidecars();
    assert_eq!(home.sandbox.sidecar(asset), Some(home.path("a.jpg.xmp")), "the longer name comes first");

    let (summary, told) = home.write();

    assert_eq!(summary.files, 3, "{told:?}");
    for name in ["a.jpg", "a.jpg.xmp", "a.xmp"] {
        assert_eq!(text(&home.tags(name), "XMP-dc:Description"), "At the lake", "{name}");
    }
    assert_eq!(home.sandbox.view(asset).unwrap().description.as_deref(), Some("At the lake"));
    assert_eq!(home.write().0.files, 0);
}

/// Where the index of a multi-picture file says that its second picture is.
fn second_picture(path: &Path) -> Vec<u8> {
    let tags = tags(path);
    let number = |name: &str| -> usize {
        let value = &tags[name];
        value.as_str().map_or_else(|| value.to_string(), str::to_owned).parse().unwrap()
    };
    // ExifTool counts the start from the beginning of the file.
    let (start, length) = (number("MPImage2:MPImageStart"), number("MPImage2:MPImageLength"));
    std::fs::read(path).unwrap()[start..start + length].to_vec()
}

#[test]
fn pitfall_the_second_picture_is_found_where_the_index_says() {
    let second = Picture::new(Kind::Jpeg).seed(9).size(32, 24).build();
    let (home, _) = home_with(&Picture::new(Kind::Jpeg).mpf(second.clone()), false);
    assert!(second_picture(&home.path("a.jpg")) == second, "the sample is one");

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.troubled), (1, 0), "{told:?}");
    assert!(second_picture(&home.path("a.jpg")) == second);
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "At the lake");
}
