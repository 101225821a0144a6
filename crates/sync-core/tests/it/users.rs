//! Users as they come: with an external library, with uploads on an old or a new server, with Lightroom, with photos
//! they put away, with moving pictures.

use std::path::Path;

use immich_sandbox::{AssetId, Library as ServerLibrary, Version, Visibility};
use photo_metadata::Datum;
use sample_pictures::{Exif, Kind, Picture, Video, Xmp};
use sync_core::SyncError;
use sync_core::writeback::{AfterWrite, IdentityCheck, ManagedPolicy};

use crate::harness::{Home, SERVER_ROOT, Setting, items, snapshot, text};

/// As the program is set up for everybody.
fn start(setting: Setting) -> Home {
    let mut home = setting.start();
    home.options.data = Datum::ALL.into();
    home.options.identity = IdentityCheck::Strict;
    home.options.after = AfterWrite::Refresh;
    home.options.rules.choices = photo_metadata::TagChoices::default();
    home
}

/// A photo of which the server knows a caption, stars, a person, an album and a tag.
fn known(setting: &mut Setting, library: &ServerLibrary, name: &str) -> AssetId {
    known_with(setting, library, name, None)
}

/// The same of a photo that may be half of a live photo.
fn known_with(setting: &mut Setting, library: &ServerLibrary, name: &str, film: Option<AssetId>) -> AssetId {
    let (alice, album) = (setting.scenario.person("Alice"), setting.scenario.album("Trip"));
    let asset = setting.scenario.asset_file(library, name).person(&alice).album(&album).tag("holiday");
    let asset = asset.description("At the lake").rating(4);
    match film {
        Some(film) => asset.live_photo(&film).id(),
        None => asset.id(),
    }
}

fn is_written(home: &Home, name: &str) -> bool {
    let tags = home.tags(name);
    text(&tags, "XMP-dc:Description") == "At the lake"
        && text(&tags, "XMP-xmp:Rating") == "4"
        && items(&tags, "XMP-iptcExt:PersonInImage") == ["Alice"]
        && items(&tags, "XMP-lr:HierarchicalSubject").contains(&"Albums|Trip".to_owned())
        && items(&tags, "XMP-digiKam:TagsList") == ["holiday"]
}

#[test]
fn a_user_with_an_external_library_gets_originals_that_the_server_reads_again() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let mut setting = Setting::of(version);
        setting.file("2024/a.jpg", &Picture::new(Kind::Jpeg));
        let library = setting.library.clone();
        let asset = known(&mut setting, &library, "2024/a.jpg");
        let mut home = start(setting);
        home.options.after = AfterWrite::Scan;
        let before = home.sandbox.view(asset).unwrap();

        let (summary, told) = home.write();

        assert_eq!((summary.done, summary.files, summary.troubled), (1, 1, 0), "{told:?}");
        assert!(is_written(&home, "2024/a.jpg"));
        let after = home.sandbox.view(asset).unwrap();
        assert_eq!(after.size, Some(std::fs::metadata(home.path("2024/a.jpg")).unwrap().len()));
        assert_eq!(
            (&after.checksum, &after.tags, &after.people),
            (&before.checksum, &before.tags, &before.people)
        );
        assert_eq!(home.sandbox.views().len(), 1, "a scan finds no second photo");
        assert_eq!(home.write().0.files, 0);
    }
}

#[test]
fn a_user_with_uploads_on_2_x_gets_originals_as_with_the_older_tools() {
    let mut setting = Setting::of(Version::V2_7_5);
    setting.file("upload/a.jpg", &Picture::new(Kind::Jpeg));
    let managed = setting.scenario.managed_storage(SERVER_ROOT, setting.photos.path());
    let asset = known(&mut setting, &managed, "upload/a.jpg");
    let home = start(setting);
    let before = home.sandbox.view(asset).unwrap();

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.files), (1, 1), "{told:?}");
    assert!(is_written(&home, "upload/a.jpg") && !home.path("upload/a.jpg.xmp").exists());
    let after = home.sandbox.view(asset).unwrap();
    assert_eq!((&after.checksum, &after.tags), (&before.checksum, &before.tags));
    assert_eq!(home.write().0.files, 0, "although the checksum of the server does not fit any more");
}

#[test]
fn a_user_with_uploads_on_3_x_is_asked_once() {
    let mut setting = Setting::of(Version::V3_0_3);
    setting.file("upload/a.jpg", &Picture::new(Kind::Jpeg));
    let managed = setting.scenario.managed_storage(SERVER_ROOT, setting.photos.path());
    let asset = known(&mut setting, &managed, "upload/a.jpg");
    let mut home = start(setting);
    let before = snapshot(home.photos.path());

    let (result, _) = home.try_write();
    let Err(SyncError::NeedsAnswer(question)) = result else { panic!("{result:?}") };
    for answer in ["--managed sidecar", "--managed original", "--managed skip", "integrity"] {
        assert!(question.contains(answer), "{question}");
    }
    assert!(snapshot(home.photos.path()) == before && home.sandbox.writes().is_empty());

    home.options.managed = Some(ManagedPolicy::Sidecar);
    assert_eq!(home.write().0.files, 1);
    home.options.managed = None;
    home.sandbox.edit(asset, |asset| asset.rating = Some(5)).unwrap();
    let (again, told) = home.write();

    assert_eq!(again.files, 1, "the answer is remembered: {told:?}");
    assert_eq!(std::fs::read(home.path("upload/a.jpg")).unwrap(), before[&home.path("upload/a.jpg")].0);
    assert_eq!(text(&home.tags("upload/a.jpg.xmp"), "XMP-xmp:Rating"), "5");
    assert_eq!(home.sandbox.sidecar(asset), Some(home.path("upload/a.jpg.xmp")));
}

/// What Lightroom keeps in a sidecar: how the picture is developed, and whose it is.
const LIGHTROOM: &str = "<crs:Exposure2012 xmlns:crs='http://ns.adobe.com/camera-raw-settings/1.0/'>+0.35</crs:Exposure2012>\
     <xmpMM:DocumentID xmlns:xmpMM='http://ns.adobe.com/xap/1.0/mm/'>xmp.did:1</xmpMM:DocumentID>";

#[test]
fn a_user_of_lightroom_keeps_raw_files_untouched_and_sidecars_whole() {
    let mut setting = Setting::new();
    setting.file("a.nef", &Picture::new(Kind::Tiff));
    setting.file("a.jpg", &Picture::new(Kind::Jpeg).seed(2));
    let sidecar = Xmp::new().rating(2).subject("lake").label("Red").foreign(LIGHTROOM);
    setting.bytes("a.xmp", sidecar.document().as_bytes());
    let library = setting.library.clone();
    known(&mut setting, &library, "a.nef");
    known(&mut setting, &library, "a.jpg");
    let home = start(setting);
    let raw = std::fs::read(home.path("a.nef")).unwrap();

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.files, summary.troubled), (2, 2, 0), "{told:?}");
    assert_eq!(std::fs::read(home.path("a.nef")).unwrap(), raw);
    assert!(is_written(&home, "a.jpg") && is_written(&home, "a.xmp"));
    let tags = home.tags("a.xmp");
    assert_eq!(text(&tags, "XMP-crs:Exposure2012"), "+0.35");
    assert_eq!(text(&tags, "XMP-xmpMM:DocumentID"), "xmp.did:1");
    assert_eq!(text(&tags, "XMP-xmp:Label"), "Red");
    assert!(items(&tags, "XMP-dc:Subject").contains(&"lake".to_owned()), "{tags:?}");
    assert!(!home.path("a.nef.xmp").exists() && !home.path("a.jpg.xmp").exists(), "no second sidecar");
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn what_a_user_archived_is_written_and_what_is_hidden_trashed_or_locked_is_not() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let mut setting = Setting::of(version);
        let library = setting.library.clone();
        for (number, name) in
            ["shown", "archived", "hidden", "locked", "trashed", "offline"].iter().enumerate()
        {
            let name = format!("{name}.jpg");
            setting.file(&name, &Picture::new(Kind::Jpeg).seed(number as u64));
            let asset = setting.scenario.asset_file(&library, &name).description("new");
            match number {
                1 => asset.visibility(Visibility::Archive),
                2 => asset.visibility(Visibility::Hidden),
                3 => asset.visibility(Visibility::Locked),
                4 => asset.trashed(),
                5 => asset.offline(),
                _ => asset,
            };
        }
        let home = start(setting);
        let before = snapshot(home.photos.path());

        let (summary, told) = home.write();

        assert_eq!(summary.done, 2, "{version:?}: {told:?}");
        let after = snapshot(home.photos.path());
        for (path, old) in &before {
            let is_ours = path.ends_with("shown.jpg") || path.ends_with("archived.jpg");
            assert_eq!(after[path].0 != old.0, is_ours, "{version:?}: {}", path.display());
        }
        assert_eq!(after.len(), before.len());
    }
}

const CONTENT_ID: &str = "5B9F7C34-6E2F-4F0A-9D1B-0C6B9B5D1E2F";

/// Apple's note of a photo that belongs to a film: a directory with tag 17, the content identifier.
fn apple_note() -> Vec<u8> {
    let text = format!("{CONTENT_ID}\0");
    let mut note = b"Apple iOS\0\0\x01MM".to_vec();
    let directory: [&[u8]; 6] = [&[0, 1], &[0, 0x11], &[0, 2], &[0, 0, 0, 37], &[0, 0, 0, 32], &[0, 0, 0, 0]];
    note.extend(directory.concat());
    note.extend(text.as_bytes());
    note
}

#[test]
fn a_live_photo_stays_a_pair() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let mut setting = Setting::of(version);
        let library = setting.library.clone();
        let film = Video { content_identifier: Some(CONTENT_ID.to_owned()), ..Video::default() };
        setting.file("a.mov", &Picture::new(Kind::Mov).video(film));
        let exif = Exif::new().camera("Apple", "iPhone 15").maker_note(apple_note());
        setting.file("a.heic", &Picture::new(Kind::Heic).exif(exif));
        let film = setting.scenario.asset_file(&library, "a.mov").description("half").id();
        known_with(&mut setting, &library, "a.heic", Some(film));
        let home = start(setting);
        let name = |home: &Home| text(&home.tags("a.heic"), "Apple:ContentIdentifier").to_owned();
        let half = std::fs::read(home.path("a.mov")).unwrap();
        assert_eq!(name(&home), CONTENT_ID, "the sample is one");

        let (summary, told) = home.write();

        assert_eq!((summary.seen, summary.done, summary.files), (1, 1, 1), "{version:?}: {told:?}");
        assert_eq!(std::fs::read(home.path("a.mov")).unwrap(), half, "the hidden half is left alone");
        assert_eq!(text(&home.tags("a.mov"), "Keys:ContentIdentifier"), CONTENT_ID);
        assert!(is_written(&home, "a.heic"));
        assert_eq!(name(&home), CONTENT_ID);
        assert_eq!(home.write().0.files, 0);
    }
}

/// Where Immich looks for the film in a motion photo: so long, and so far from the end of the file.
fn film_by_immichs_rule(path: &Path) -> Vec<u8> {
    let tags = crate::harness::tags(path);
    let directory = tags["XMP-GContainer:ContainerDirectory"].as_array().unwrap().clone();
    let item = directory.iter().map(|entry| &entry["Item"]).find(|item| item["Semantic"] == "MotionPhoto");
    let number = |key: &str| -> usize {
        let value = &item.unwrap()[key];
        value.as_str().map_or_else(|| value.as_u64().unwrap().to_string(), str::to_owned).parse().unwrap()
    };
    let bytes = std::fs::read(path).unwrap();
    let (length, padding) = (number("Length"), number("Padding"));
    let start = bytes.len() - length - padding;
    bytes[start..start + length].to_vec()
}

#[test]
fn a_motion_photo_keeps_its_film_at_the_end_where_immich_looks_for_it() {
    let film = Picture::new(Kind::Mp4).build();
    let mut setting = Setting::new();
    let library = setting.library.clone();
    setting.file("a.jpg", &Picture::new(Kind::Jpeg).motion_photo(film.clone()));
    known(&mut setting, &library, "a.jpg");
    let home = start(setting);
    assert_eq!(film_by_immichs_rule(&home.path("a.jpg")), film, "the sample is one");

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.files), (1, 1), "{told:?}");
    assert!(is_written(&home, "a.jpg"));
    assert_eq!(film_by_immichs_rule(&home.path("a.jpg")), film);
    let offset = text(&home.tags("a.jpg"), "XMP-GCamera:MicroVideoOffset").to_owned();
    assert_eq!(offset, film.len().to_string(), "also for readers of the older dialect");
    assert!(std::fs::read(home.path("a.jpg")).unwrap().ends_with(&film), "nothing follows it");
    assert_eq!(home.write().0.files, 0);
}
