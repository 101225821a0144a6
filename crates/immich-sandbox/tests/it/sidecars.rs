//! Sidecars: when the server finds them, what it takes from them, and what it writes into them.

use std::path::PathBuf;

use immich_sandbox::{AssetId, AssetView, Sandbox, SandboxError, Scenario, Version};
use sample_pictures::{Kind, Picture};
use serde_json::{Value, json};

use crate::{
    http::{call, get},
    tool::{exiftool, tags_of, write},
};

/// A server that writes sidecars, with one external picture.
struct Room {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    id: AssetId,
}

impl Room {
    fn new() -> Self {
        Self::of(Version::V3_0_3, true)
    }

    fn of(version: Version, writes: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Picture::new(Kind::Jpeg).size(64, 48).write_to(folder.path().join("a.jpg")).unwrap();
        let mut scenario = Scenario::new(version);
        scenario.exiftool(exiftool());
        scenario.writes_sidecars(writes);
        let library = scenario.external_library("/mnt/photos", folder.path());
        let id = scenario.asset_file(&library, "a.jpg").id();
        Self { sandbox: Sandbox::start(scenario).unwrap(), folder, id }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn view(&self) -> AssetView {
        self.sandbox.view(self.id).unwrap()
    }

    fn refresh(&self) -> AssetView {
        self.sandbox.refresh(&[self.id]).unwrap();
        self.view()
    }

    fn edit(&self, body: &Value) {
        let answer = call(&self.sandbox, "PUT", &format!("/api/assets/{}", self.id), body);
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    fn job(&self, force: bool) {
        let body = json!({ "command": "start", "force": force });
        let answer = call(&self.sandbox, "PUT", "/api/jobs/sidecar", &body);
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    /// The names of the tags in a sidecar, without those of the file itself.
    fn names(&self, sidecar: &str) -> Vec<String> {
        let tags = tags_of(&self.file(sidecar));
        let names = tags.as_object().unwrap().keys().filter(|name| name.starts_with("XMP-"));
        names.filter(|name| *name != "XMP-x:XMPToolkit").cloned().collect()
    }
}

#[test]
fn the_job_links_the_long_name_before_the_short_one_and_reads_it() {
    let room = Room::of(Version::V3_0_3, false);
    write(&room.file("a.xmp"), &["-XMP-xmp:Rating=2"]);

    let unseen = room.refresh();
    room.job(false);
    let short = room.view();
    write(&room.file("a.jpg.xmp"), &["-XMP-xmp:Rating=5"]);
    room.job(false);
    let still_short = room.view();
    room.job(true);
    let long = room.view();

    assert_eq!((unseen.rating, unseen.sidecar), (None, None));
    assert_eq!((short.rating, short.sidecar), (Some(2), Some(room.file("a.xmp"))));
    assert_eq!(still_short.rating, Some(2));
    assert_eq!((long.rating, long.sidecar), (Some(5), Some(room.file("a.jpg.xmp"))));
}

#[test]
fn only_the_forced_job_unlinks_what_is_gone() {
    let room = Room::of(Version::V2_7_5, false);
    write(&room.file("a.jpg.xmp"), &["-XMP-xmp:Rating=2"]);
    room.job(false);
    std::fs::remove_file(room.file("a.jpg.xmp")).unwrap();

    room.job(false);
    let kept = room.view();
    let read = room.refresh();
    room.job(true);
    let gone = room.view();

    assert_eq!((kept.rating, kept.sidecar.is_some()), (Some(2), true));
    assert_eq!((read.rating, read.sidecar.is_some()), (None, true));
    assert_eq!(gone.sidecar, None);
}

#[test]
fn the_job_is_for_admins() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let bob = scenario.user("Bob");
    let key = scenario.api_key(bob, &["all"]);
    let sandbox = Sandbox::start(scenario).unwrap();

    let body = json!({ "command": "start", "force": false });
    let answer = crate::http::call_as(&sandbox, &key, "PUT", "/api/jobs/sidecar", &body);

    assert_eq!((answer.status, answer.json()["message"].as_str()), (403, Some("Forbidden")));
}

#[test]
fn an_edit_makes_a_sidecar_with_the_edited_field_alone() {
    let room = Room::new();

    room.edit(&json!({ "description": "Häuser\n\"am\" <Meer> & so $1 @x" }));

    let view = room.view();
    assert_eq!(view.sidecar, Some(room.file("a.jpg.xmp")));
    assert_eq!(view.description.as_deref(), Some("Häuser\n\"am\" <Meer> & so $1 @x"));
    assert_eq!(room.names("a.jpg.xmp"), ["XMP-dc:Description", "XMP-tiff:ImageDescription"]);
}

#[test]
fn every_field_that_can_be_edited_comes_back_from_its_sidecar() {
    for version in Version::ALL {
        let room = Room::of(version, true);

        room.edit(&json!({
            "description": "Text", "rating": 4, "latitude": 52.5, "longitude": -13.25,
            "dateTimeOriginal": "2022-02-03T04:05:06.250+02:00", "isFavorite": true,
        }));
        room.sandbox.tag_as_user(room.id, &["Places/Germany", "a|b, c"]).unwrap();
        let edited = room.view();
        let read = room.refresh();

        assert_eq!((edited.description.as_deref(), edited.rating), (Some("Text"), Some(4)), "{version}");
        assert_eq!((edited.latitude, edited.longitude), (Some(52.5), Some(-13.25)));
        assert_eq!(edited.instant.unwrap().to_string(), "2022-02-03T02:05:06.25Z");
        assert_eq!(edited.time_zone.as_deref(), Some("UTC+2"));
        assert_eq!(edited.tags, ["Places/Germany", "a|b, c"]);
        assert_eq!(AssetView { updated_at: edited.updated_at, ..read }, edited);
        let tags = tags_of(&room.file("a.jpg.xmp"));
        assert_eq!(tags["XMP-digiKam:TagsList"], json!(["Places/Germany", "a|b, c"]));
        assert_eq!(tags["XMP-photoshop:DateCreated"], "2022:02:03 04:05:06.25+02:00");
    }
}

#[test]
fn a_linked_sidecar_of_somebody_else_is_updated_and_keeps_the_rest() {
    let room = Room::new();
    write(&room.file("a.xmp"), &["-XMP-crs:Exposure2012=0.5", "-XMP-xmp:Rating=2", "-XMP-xmp:Label=Red"]);
    room.job(false);

    room.edit(&json!({ "rating": 5 }));

    let tags = tags_of(&room.file("a.xmp"));
    assert_eq!((&tags["XMP-xmp:Rating"], &tags["XMP-xmp:Label"]), (&json!(5), &json!("Red")));
    assert_eq!(tags["XMP-crs:Exposure2012"], 0.5);
    assert!(!room.file("a.jpg.xmp").exists());
}

#[test]
fn what_is_cleared_in_the_sidecar_comes_back_from_the_file() {
    let room = Room::new();
    write(&room.file("a.jpg"), &["-EXIF:ImageDescription=file", "-XMP-digiKam:TagsList=file"]);
    room.refresh();
    room.edit(&json!({ "description": "edited" }));
    room.sandbox.tag_as_user(room.id, &["edited"]).unwrap();
    let edited = room.view();

    room.edit(&json!({ "description": "" }));
    room.sandbox.tag_as_user(room.id, &[]).unwrap();

    let cleared = room.view();
    assert_eq!((edited.description.as_deref(), edited.tags), (Some("edited"), vec!["edited".to_owned()]));
    assert_eq!((cleared.description.as_deref(), cleared.tags), (Some("file"), vec!["file".to_owned()]));
}

#[test]
fn a_date_in_the_sidecar_hides_date_and_zone_of_the_file() {
    let room = Room::new();
    write(
        &room.file("a.jpg"),
        &["-EXIF:DateTimeOriginal=2024:07:01 10:00:00", "-EXIF:OffsetTimeOriginal=+09:00"],
    );
    let before = room.refresh();

    room.edit(&json!({ "dateTimeOriginal": "2001-02-03T04:05:06Z" }));

    let after = room.view();
    assert_eq!(before.time_zone.as_deref(), Some("UTC+9"));
    assert_eq!(after.instant.unwrap().to_string(), "2001-02-03T04:05:06Z");
    assert_ne!(after.time_zone.as_deref(), Some("UTC+9"));
}

#[test]
fn a_heart_and_an_album_write_no_sidecar() {
    let room = Room::new();

    room.edit(&json!({ "isFavorite": true, "visibility": "archive" }));
    call(
        &room.sandbox,
        "POST",
        "/api/albums",
        &json!({ "albumName": "x", "assetIds": [room.id.to_string()] }),
    );

    assert_eq!(room.view().sidecar, None);
    assert!(!room.file("a.jpg.xmp").exists());
}

#[test]
fn tags_over_http_go_into_the_sidecar() {
    let room = Room::new();
    let tag = call(&room.sandbox, "PUT", "/api/tags", &json!({ "tags": ["x/y"] })).json()[0]["id"].clone();
    let tag = tag.as_str().unwrap();
    let ids = json!({ "ids": [room.id.to_string()] });

    let body = json!({ "tagIds": [tag], "assetIds": [room.id.to_string()] });
    call(&room.sandbox, "PUT", "/api/tags/assets", &body);
    let tagged = (room.refresh().tags, tags_of(&room.file("a.jpg.xmp"))["XMP-digiKam:TagsList"].clone());
    call(&room.sandbox, "DELETE", &format!("/api/tags/{tag}/assets"), &ids);

    assert_eq!(tagged, (vec!["x/y".to_owned()], json!("x/y")));
    assert!(room.refresh().tags.is_empty());
}

#[test]
fn an_edit_that_no_sidecar_took_survives_a_refresh() {
    let room = Room::new();
    // A folder where the sidecar should be, as good as a folder without the right to write.
    std::fs::create_dir(room.file("a.jpg.xmp")).unwrap();
    write(&room.file("a.jpg"), &["-XMP-xmp:Rating=1", "-EXIF:ImageDescription=file"]);

    room.edit(&json!({ "rating": 5 }));
    let locked = room.refresh();
    std::fs::remove_dir(room.file("a.jpg.xmp")).unwrap();
    room.edit(&json!({ "description": "edited" }));

    let both = room.refresh();
    assert_eq!((locked.rating, locked.description.as_deref(), locked.sidecar), (Some(5), Some("file"), None));
    assert_eq!((both.rating, both.description.as_deref()), (Some(5), Some("edited")));
    assert_eq!(tags_of(&room.file("a.jpg.xmp"))["XMP-xmp:Rating"], 5);
}

#[test]
fn without_the_switch_edits_stay_in_the_database() {
    let room = Room::of(Version::V3_0_3, false);

    room.edit(&json!({ "rating": 5 }));
    room.sandbox.edit_as_user(room.id, |asset| asset.description = Some("x".to_owned())).unwrap();

    let edited = room.view();
    assert_eq!((edited.rating, edited.description.as_deref(), edited.sidecar), (Some(5), Some("x"), None));
    assert_eq!(room.refresh().rating, None);
}

#[test]
fn an_edit_behind_the_back_writes_what_differs() {
    let room = Room::new();

    room.sandbox.edit_as_user(room.id, |asset| asset.rating = Some(3)).unwrap();

    assert_eq!(room.names("a.jpg.xmp"), ["XMP-xmp:Rating"]);
    assert_eq!(room.view().rating, Some(3));
}

#[test]
fn what_was_told_can_be_in_sidecars_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut scenario = Scenario::new(Version::V3_0_3);
    scenario.exiftool(exiftool());
    let library = scenario.external_library("/mnt/photos", folder.path());
    let ids: Vec<AssetId> = (0..120)
        .map(|number| {
            let name = format!("{number}.jpg");
            Picture::new(Kind::Jpeg).size(16, 16).write_to(folder.path().join(&name)).unwrap();
            scenario.asset_file(&library, &name).description(name.as_str()).told_in_sidecar().id()
        })
        .collect();

    let sandbox = Sandbox::start(scenario).unwrap();
    sandbox.refresh(&ids).unwrap();

    let names: Vec<_> = ids.iter().map(|id| sandbox.view(*id).unwrap().description.unwrap()).collect();
    assert_eq!(names, (0..120).map(|number| format!("{number}.jpg")).collect::<Vec<_>>());
}

#[test]
fn a_moved_original_takes_its_sidecar_along() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("2024")).unwrap();
    Picture::new(Kind::Jpeg).size(16, 16).write_to(folder.path().join("2024/a.jpg")).unwrap();
    write(&folder.path().join("2024/a.xmp"), &["-XMP-xmp:Rating=4"]);
    let mut scenario = Scenario::new(Version::V3_0_3);
    scenario.exiftool(exiftool());
    let storage = scenario.managed_storage("/data/library/admin", folder.path());
    let external = scenario.external_library("/mnt/photos", folder.path());
    let moving = scenario.asset_file(&storage, "2024/a.jpg").id();
    let foreign = scenario.asset(&external, "b.jpg").id();
    let sandbox = Sandbox::start(scenario).unwrap();
    let before = sandbox.view(moving).unwrap();

    sandbox.move_original(moving, "/data/library/admin/2001/02/a+1.jpg").unwrap();
    sandbox.refresh(&[moving]).unwrap();

    let (after, to) = (sandbox.view(moving).unwrap(), folder.path().join("2001/02/a+1.jpg"));
    assert_eq!(sandbox.disk_path(moving), Some(to.clone()));
    assert_eq!(after.sidecar, Some(folder.path().join("2001/02/a+1.jpg.xmp")));
    assert_eq!(
        (after.original_path.as_str(), after.rating),
        ("/data/library/admin/2001/02/a+1.jpg", Some(4))
    );
    assert_eq!((after.checksum, to.is_file()), (before.checksum, true));
    assert!(!folder.path().join("2024/a.jpg").exists() && !folder.path().join("2024/a.xmp").exists());
    assert_eq!(get(&sandbox, &format!("/api/assets/{moving}"))["originalFileName"], "a.jpg");
    let refused = sandbox.move_original(foreign, "/mnt/photos/c.jpg").unwrap_err();
    assert!(matches!(refused, SandboxError::CannotMove { .. }), "{refused}");
}
