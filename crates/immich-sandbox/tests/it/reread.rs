//! Files are read again, and the server's order of belief decides. The files are real, their tags written
//! by ExifTool, so that both halves of what it does with MWG are in play.

use std::{path::PathBuf, process::Command};

use immich_sandbox::{AssetId, AssetView, Sandbox, Scenario, Version};
use sample_pictures::{Kind, Picture};
use serde_json::{Value, json};

use crate::{
    http::{call, get},
    tool::{exiftool, write},
};

/// A server with one external and one managed file, both fresh pictures.
struct Room {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    external: AssetId,
    managed: AssetId,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["external.jpg", "managed.jpg"] {
            let seed = name.len() as u64;
            Picture::new(Kind::Jpeg).size(64, 48).seed(seed).write_to(folder.path().join(name)).unwrap();
        }
        let mut scenario = Scenario::new(Version::V3_0_3);
        scenario.exiftool(exiftool());
        let library = scenario.external_library("/mnt/photos", folder.path());
        let storage = scenario.managed_storage("/data/library/admin", folder.path());
        let alice = scenario.person("Alice Doe");
        let external = scenario.asset_file(&library, "external.jpg").person(&alice).favorite(true).id();
        let managed = scenario.asset_file(&storage, "managed.jpg").id();
        Self { sandbox: Sandbox::start(scenario).unwrap(), folder, external, managed }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the tags to the external file and lets the server read it.
    fn after(&self, tags: &[&str]) -> AssetView {
        write(&self.file("external.jpg"), tags);
        self.read()
    }

    fn read(&self) -> AssetView {
        self.sandbox.refresh(&[self.external]).unwrap();
        self.sandbox.view(self.external).unwrap()
    }

    fn sidecar(&self, tags: &[&str]) -> AssetView {
        let path = self.file("external.jpg.xmp");
        std::fs::write(&path, "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'></rdf:RDF></x:xmpmeta>").unwrap();
        write(&path, tags);
        self.sandbox.discover_sidecars();
        self.read()
    }
}

fn taken(view: &AssetView) -> (String, String, Option<&str>) {
    let instant = view.instant.map(|instant| instant.to_string()).unwrap_or_default();
    (instant, view.local_date_time.to_string(), view.time_zone.as_deref())
}

#[test]
fn everything_a_file_says_arrives() {
    let room = Room::new();

    let view = room.after(&[
        "-EXIF:ImageDescription=  At the lake ",
        "-XMP-xmp:Rating=4",
        "-EXIF:DateTimeOriginal=2024:07:02 00:30:00",
        "-EXIF:OffsetTimeOriginal=+02:00",
        "-EXIF:SubSecTimeOriginal=25",
        "-EXIF:GPSLatitude=52.5",
        "-EXIF:GPSLatitudeRef=N",
        "-EXIF:GPSLongitude=13.25",
        "-EXIF:GPSLongitudeRef=E",
        "-XMP-digiKam:TagsList=Places/Germany/Berlin,solo",
    ]);

    assert_eq!(view.description.as_deref(), Some("At the lake"));
    assert_eq!((view.rating, view.latitude, view.longitude), (Some(4), Some(52.5), Some(13.25)));
    assert_eq!(
        taken(&view),
        ("2024-07-01T22:30:00.25Z".to_owned(), "2024-07-02T00:30:00.25".to_owned(), Some("UTC+2"))
    );
    assert_eq!(view.tags, ["Places/Germany/Berlin", "solo"]);
}

#[test]
fn what_no_file_holds_stays() {
    let room = Room::new();

    let view = room.after(&["-XMP-xmp:Rating=2"]);

    assert!(view.is_favorite);
    assert_eq!(view.people, ["Alice Doe"]);
}

#[test]
fn what_a_file_no_longer_says_is_cleared() {
    let room = Room::new();
    room.after(&["-EXIF:ImageDescription=x", "-XMP-xmp:Rating=4", "-XMP-dc:Subject=a", "-GPSPosition=1 2"]);
    room.after(&["-XMP:GPSLatitude=1", "-XMP:GPSLongitude=2"]);

    let view = room.after(&["-all="]);

    assert_eq!((view.description.as_deref(), view.rating), (Some(""), None));
    assert_eq!((view.latitude, view.longitude), (None, None));
    assert!(view.tags.is_empty());
}

#[test]
fn the_date_of_exif_beats_the_date_of_xmp() {
    let room = Room::new();

    let both = room.after(&[
        "-EXIF:DateTimeOriginal=2020:01:02 03:04:05",
        "-XMP-exif:DateTimeOriginal=2010:01:01 00:00:00",
    ]);
    let alone = room.after(&["-EXIF:all=", "-XMP-photoshop:DateCreated=2011:01:01 00:00:00"]);

    assert_eq!(taken(&both).0, "2020-01-02T03:04:05Z");
    // Of the dates of XMP, MWG believes photoshop:DateCreated.
    assert_eq!(taken(&alone).0, "2011-01-01T00:00:00Z");
}

#[test]
fn a_date_without_a_zone_takes_that_of_the_place_or_none() {
    let room = Room::new();

    let none = room.after(&["-EXIF:DateTimeOriginal=2024:07:01 10:00:00"]);
    let tokyo = room.after(&[
        "-EXIF:GPSLatitude=35.6895",
        "-EXIF:GPSLatitudeRef=N",
        "-EXIF:GPSLongitude=139.6917",
        "-EXIF:GPSLongitudeRef=E",
    ]);
    let offset = room.after(&["-EXIF:OffsetTimeOriginal=-04:00"]);

    let wall = "2024-07-01T10:00:00".to_owned();
    assert_eq!(taken(&none), ("2024-07-01T10:00:00Z".to_owned(), wall.clone(), None));
    assert_eq!(taken(&tokyo), ("2024-07-01T01:00:00Z".to_owned(), wall.clone(), Some("Asia/Tokyo")));
    assert_eq!(taken(&offset), ("2024-07-01T14:00:00Z".to_owned(), wall, Some("UTC-4")));
}

#[test]
fn the_description_of_exif_comes_before_xmp_before_iptc() {
    let room = Room::new();

    let iptc = room.after(&["-IPTC:Caption-Abstract=iptc"]);
    let xmp = room.after(&["-XMP-dc:Description=xmp"]);
    let exif = room.after(&["-EXIF:ImageDescription=exif"]);

    assert_eq!(iptc.description.as_deref(), Some("iptc"));
    assert_eq!(exif.description.as_deref(), Some("exif"));
    // ExifTool writes no digest here, and a missing digest makes no mismatch.
    assert_eq!(xmp.description.as_deref(), Some("xmp"));
}

#[test]
fn the_rating_of_xmp_beats_the_rating_of_exif() {
    let room = Room::new();

    let exif = room.after(&["-EXIF:Rating=2"]);
    let both = room.after(&["-XMP-xmp:Rating=5"]);
    let rejected = room.after(&["-XMP-xmp:Rating=-1"]);

    assert_eq!((exif.rating, both.rating, rejected.rating), (Some(2), Some(5), None));
}

#[test]
fn one_source_of_tags_hides_the_others() {
    let room = Room::new();

    let iptc = room.after(&["-IPTC:Keywords=iptc"]);
    let both = room.after(&["-XMP-dc:Subject=subject"]);
    let foreign_digest = room.after(&["-IPTCDigest=00000000000000000000000000000000"]);
    let hierarchical = room.after(&["-XMP-lr:HierarchicalSubject=Places|France"]);
    let list = room.after(&["-XMP-digiKam:TagsList=Events/Wedding"]);

    // MWG: the keywords of XMP, unless a digest says that somebody changed IPTC alone.
    assert_eq!((iptc.tags, both.tags), (vec!["iptc".to_owned()], vec!["subject".to_owned()]));
    assert_eq!(foreign_digest.tags, ["iptc"]);
    assert_eq!(hierarchical.tags, ["Places/France"]);
    assert_eq!(list.tags, ["Events/Wedding"]);
}

#[test]
fn a_position_without_a_reference_counts_as_positive_and_zero_as_none() {
    let room = Room::new();

    let bare = room.after(&["-EXIF:GPSLatitude=33.5", "-EXIF:GPSLongitude=70.25"]);
    let zero = room.after(&["-EXIF:GPSLatitude=0", "-EXIF:GPSLongitude=0"]);

    assert_eq!((bare.latitude, bare.longitude), (Some(33.5), Some(70.25)));
    assert_eq!((zero.latitude, zero.longitude), (None, None));
}

#[test]
fn a_sidecar_wins_field_by_field_and_its_date_hides_the_others() {
    let room = Room::new();
    room.after(&[
        "-EXIF:ImageDescription=file",
        "-XMP-xmp:Rating=2",
        "-EXIF:DateTimeOriginal=2024:07:01 10:00:00",
        "-EXIF:OffsetTimeOriginal=+02:00",
    ]);

    let rated = room.sidecar(&["-XMP-xmp:Rating=5"]);
    let dated = room
        .sidecar(&["-XMP-exif:DateTimeOriginal=2001:02:03 04:05:06", "-XMP-tiff:ImageDescription=sidecar"]);

    assert_eq!((rated.rating, rated.description.as_deref()), (Some(5), Some("file")));
    assert_eq!(taken(&rated).0, "2024-07-01T08:00:00Z");
    assert_eq!((dated.rating, dated.description.as_deref()), (Some(2), Some("sidecar")));
    assert_eq!(taken(&dated).0, "2001-02-03T04:05:06Z");
}

#[test]
fn a_new_sidecar_is_not_seen_by_a_refresh() {
    let room = Room::new();
    let path = room.file("external.xmp");
    std::fs::copy(room.file("external.jpg"), room.file("copy.jpg")).unwrap();
    write(&room.file("copy.jpg"), &["-XMP-xmp:Rating=3"]);
    let output = Command::new(exiftool()).arg("-xmp").arg("-b").arg(room.file("copy.jpg")).output().unwrap();
    std::fs::write(&path, output.stdout).unwrap();

    let unseen = room.read();
    room.sandbox.discover_sidecars();
    let seen = room.read();
    std::fs::remove_file(&path).unwrap();
    let gone = room.read();

    assert_eq!((unseen.rating, seen.rating, gone.rating), (None, Some(3), None));
}

#[test]
fn a_managed_file_keeps_its_old_checksum() {
    let room = Room::new();
    let before = room.sandbox.view(room.managed).unwrap();
    write(&room.file("managed.jpg"), &["-XMP-xmp:Rating=3"]);

    let body = json!({ "assetIds": [room.managed.to_string()], "name": "refresh-metadata" });
    let answer = call(&room.sandbox, "POST", "/api/assets/jobs", &body);

    let after = room.sandbox.view(room.managed).unwrap();
    assert_eq!((answer.status, after.rating), (204, Some(3)));
    assert_eq!(after.checksum, before.checksum);
    assert_ne!(after.size, before.size);
    assert_eq!(after.size, Some(std::fs::metadata(room.file("managed.jpg")).unwrap().len()));
}

#[test]
fn a_refresh_is_an_update_though_nothing_changed() {
    let room = Room::new();
    let first = room.read();

    let second = room.read();

    assert!(second.updated_at > first.updated_at);
    assert_eq!(AssetView { updated_at: first.updated_at, ..second }, first);
}

fn scan(room: &Room) {
    let library = get(&room.sandbox, "/api/libraries")[0]["id"].as_str().unwrap().to_owned();
    let answer = call(&room.sandbox, "POST", &format!("/api/libraries/{library}/scan"), &Value::Null);
    assert_eq!(answer.status, 204);
}

#[test]
fn a_scan_reads_only_what_has_another_time() {
    let room = Room::new();
    let path = room.file("external.jpg");
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    let set = |time| std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    write(&path, &["-XMP-xmp:Rating=3"]);
    set(time);

    scan(&room);
    let unseen = room.sandbox.view(room.external).unwrap().rating;
    set(time + std::time::Duration::from_secs(5));
    scan(&room);

    assert_eq!((unseen, room.sandbox.view(room.external).unwrap().rating), (None, Some(3)));
}

#[test]
fn a_scan_follows_files_that_go_and_come() {
    let room = Room::new();
    let (path, aside) = (room.file("external.jpg"), room.file("external.aside"));
    std::fs::copy(&path, &aside).unwrap();

    std::fs::remove_file(&path).unwrap();
    std::fs::copy(&aside, room.file("new.jpg")).unwrap();
    scan(&room);
    let gone = get(&room.sandbox, &format!("/api/assets/{}", room.external));
    let new = room.sandbox.find("/mnt/photos/new.jpg");
    std::fs::copy(&aside, &path).unwrap();
    scan(&room);
    let back = get(&room.sandbox, &format!("/api/assets/{}", room.external));

    assert_eq!((&gone["isOffline"], &gone["isTrashed"]), (&json!(true), &json!(true)));
    assert_eq!((&back["isOffline"], &back["isTrashed"]), (&json!(false), &json!(false)));
    assert!(new.is_some());
}

const REGION: &str = "-RegionInfo={AppliedToDimensions={W=64,H=48,Unit=pixel},RegionList=[\
                      {Area={X=0.5,Y=0.5,W=0.25,H=0.5,Unit=normalized},Name=alice doe,Type=Face},\
                      {Area={X=0.25,Y=0.25,W=0.1,H=0.1,Unit=normalized},Name=Bob,Type=Face}]}";

#[test]
fn regions_become_faces_only_when_the_server_imports_them() {
    let room = Room::new();
    let file = room.file("external.jpg");
    let output =
        Command::new(exiftool()).args(["-q", "-overwrite_original", REGION]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let off = room.read();
    room.sandbox.set_import_faces(true);
    let on = room.read();
    let again = room.read();

    assert_eq!((off.faces.len(), off.people.as_slice()), (1, ["Alice Doe".to_owned()].as_slice()));
    assert_eq!((on.faces.len(), again.faces.len()), (3, 3));
    assert_eq!(again.people, ["Alice Doe", "Bob"]);
    let faces = get(&room.sandbox, &format!("/api/faces?id={}", room.external));
    let exif: Vec<&Value> =
        faces.as_array().unwrap().iter().filter(|face| face["sourceType"] == "exif").collect();
    assert_eq!((&exif[1]["boundingBoxX1"], &exif[1]["boundingBoxY2"]), (&json!(24), &json!(36)));
}

#[test]
fn many_files_are_read_in_few_processes() {
    let folder = tempfile::tempdir().unwrap();
    let picture = Picture::new(Kind::Jpeg).size(16, 16).build();
    let names: Vec<String> = (0..250).map(|number| format!("a {number}\t'ü'.jpg")).collect();
    let mut scenario = Scenario::new(Version::V3_0_3);
    scenario.exiftool(exiftool());
    let library = scenario.external_library("/mnt/photos", folder.path());
    for name in &names {
        std::fs::write(folder.path().join(name), &picture).unwrap();
        scenario.asset_file(&library, name).description("gone after reading").read_from_file().id();
    }

    let sandbox = Sandbox::start(scenario).unwrap();

    assert!(sandbox.views().iter().all(|view| view.description.as_deref() == Some("")));
}

#[test]
fn without_exiftool_a_refresh_says_so() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let id = scenario.asset(&library, "a.jpg").id();
    let sandbox = Sandbox::start(scenario).unwrap();

    let error = sandbox.refresh(&[id]).unwrap_err();

    assert!(error.to_string().contains("ExifTool"), "{error}");
}
