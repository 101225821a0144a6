//! Face regions through the whole program: which requests they cost, what they become, what they leave alone.

use immich_sandbox::{AssetId, FaceBox, Question, SourceType, Version};
use photo_metadata::Datum;
use sample_pictures::{Kind, Picture, Xmp};
use serde_json::Value;

use crate::harness::{Home, Setting};

const WIDTH: i64 = 1000;
const HEIGHT: i64 = 500;

/// Displayed X .2, Y .3, W .2, H .4 of the facts' anchor.
fn anchor() -> FaceBox {
    FaceBox { x1: 100, y1: 50, x2: 300, y2: 250, image_width: WIDTH, image_height: HEIGHT }
}

fn home(version: Version, orientation: u16, xmp: Xmp) -> (Home, AssetId) {
    let mut setting = Setting::of(version);
    let alice = setting.scenario.person("Alice");
    let hidden = setting.scenario.hidden_person("Mallory");
    let unnamed = setting.scenario.unnamed_person();
    // The stored picture lies on its side where the orientation turns it.
    let (width, height) = if orientation > 4 { (50, 100) } else { (100, 50) };
    setting.file("a.jpg", &Picture::new(Kind::Jpeg).size(width, height).orientation(orientation).xmp(xmp));
    let asset = setting.scenario.asset_file(&setting.library, "a.jpg");
    let asset = asset.face(Some(alice), anchor(), SourceType::MachineLearning);
    let asset = asset.face(Some(hidden), anchor(), SourceType::MachineLearning);
    let asset = asset.face(Some(unnamed), anchor(), SourceType::MachineLearning);
    let asset = asset.face(None, anchor(), SourceType::MachineLearning).id();
    let mut home = setting.start();
    home.options.data = [Datum::FaceCoordinates].into();
    (home, asset)
}

/// The regions of a file: name, and centre x, y, width and height.
fn regions(home: &Home, name: &str) -> Vec<(String, [f64; 4])> {
    let tags = home.tags(name);
    let list = tags.get("XMP-mwg-rs:RegionInfo").and_then(|info| info.get("RegionList")).cloned();
    let number = |area: &Value, key: &str| {
        area.get(key)
            .and_then(|value| value.as_str().and_then(|text| text.parse().ok()).or(value.as_f64()))
            .unwrap()
    };
    let Some(Value::Array(list)) = list else { return Vec::new() };
    list.iter()
        .map(|region| {
            let area = &region["Area"];
            let name = region.get("Name").and_then(Value::as_str).unwrap_or_default().to_owned();
            (name, ["X", "Y", "W", "H"].map(|key| number(area, key)))
        })
        .collect()
}

fn close(one: [f64; 4], other: [f64; 4]) -> bool {
    one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-4)
}

#[test]
fn mistake_07_a_box_is_stored_as_the_pixels_lie() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        for (orientation, wanted) in
            [(1, [0.2, 0.3, 0.2, 0.4]), (6, [0.3, 0.8, 0.4, 0.2]), (8, [0.7, 0.2, 0.4, 0.2])]
        {
            let (home, _) = home(version, orientation, Xmp::new());

            let (summary, told) = home.write();

            assert_eq!(summary.done, 1, "{told:?}");
            let found = regions(&home, "a.jpg");
            assert_eq!(found.len(), 1, "the hidden and the unnamed are left out: {found:?}");
            assert!(found[0].0 == "Alice" && close(found[0].1, wanted), "{orientation}: {found:?}");
            assert_eq!(home.write().0.files, 0);
        }
    }
}

#[test]
fn regions_of_others_stay_and_a_renamed_face_is_renamed() {
    let xmp = Xmp::new().face("Rex the dog", 0.8, 0.8, 0.1, 0.1).region_dimensions(100, 50);
    let (home, asset) = home(Version::V3_0_3, 1, xmp);
    home.write();
    let names =
        |home: &Home| -> Vec<String> { regions(home, "a.jpg").into_iter().map(|(name, _)| name).collect() };
    assert_eq!(names(&home), ["Rex the dog", "Alice"]);

    let person = home.sandbox.faces(asset).iter().find_map(|face| face.person).unwrap();
    home.sandbox.rename_person(person, "Alicia");
    assert_eq!(home.write().0.done, 1);
    assert_eq!(names(&home), ["Rex the dog", "Alicia"]);

    let face = home.sandbox.faces(asset).into_iter().find(|face| face.person == Some(person)).unwrap();
    home.sandbox.reassign_face(face.id(), None);
    assert_eq!(home.write().0.done, 1);
    assert_eq!(names(&home), ["Rex the dog"]);
}

#[test]
fn a_server_that_imports_faces_gets_no_regions_unless_that_is_asked_for() {
    let (mut home, asset) = home(Version::V3_0_3, 1, Xmp::new());
    home.sandbox.set_import_faces(true);

    let (summary, told) = home.write();
    assert_eq!(summary.done, 0, "{told:?}");
    assert!(told.warnings.iter().any(|text| text.contains("imports faces")), "{told:?}");

    home.options.faces.even_if_imported = true;
    home.write();
    home.refresh(asset);
    let (again, told) = home.write();
    assert_eq!(again.files, 0, "an echo of our region is not written a second time: {told:?}");
    assert_eq!(regions(&home, "a.jpg").len(), 1);
}

#[test]
fn on_3_x_faces_are_asked_for_once_and_then_in_turn() {
    let mut setting = Setting::of(Version::V3_0_3);
    let alice = setting.scenario.person("Alice");
    for number in 0..21_u64 {
        let name = format!("{number}.jpg");
        setting.file(&name, &Picture::new(Kind::Jpeg).size(100, 50).seed(number));
        let asset = setting.scenario.asset_file(&setting.library, &name);
        if number % 3 > 0 {
            asset.face(Some(alice), anchor(), SourceType::MachineLearning);
        }
    }
    let mut home = setting.start();
    home.options.data = [Datum::FaceCoordinates].into();

    home.write();
    assert_eq!(home.asked("/api/faces"), 14, "only those with named people");
    for round in 0..4 {
        home.sandbox.clear_requests();
        assert_eq!(home.write().0.files, 0);
        assert_eq!(home.asked("/api/faces"), 2, "round {round}: a seventh");
    }

    // A box that moved changes nothing in the listing; within seven runs it is noticed.
    let moved = home.sandbox.views().into_iter().find(|view| !view.faces.is_empty()).unwrap().id;
    let face = home.sandbox.faces(moved)[0].id();
    home.sandbox.edit_face(face, |face| face.area.x1 = 160);
    let written: u64 = (0..7).map(|_| home.write().0.files).sum();
    assert_eq!(written, 1);
}

#[test]
fn no_faces_at_all_is_no_reason_to_remove_them() {
    let (home, _) = home(Version::V3_0_3, 1, Xmp::new());
    home.write();
    let before = regions(&home, "a.jpg");
    home.sandbox.inject(immich_sandbox::Fault::status(500).on("GET", "/api/faces"));
    let mut recheck = home;
    recheck.options.recheck = true;

    let (summary, _) = recheck.write();

    assert_eq!((summary.files, regions(&recheck, "a.jpg")), (0, before));
    let _ = Question::Faces;
}

#[test]
fn a_session_gets_all_faces_in_one_request() {
    let (home, _) = home(Version::V3_0_3, 6, Xmp::new());
    let client = home.client();
    let (email, password) = home.sandbox.login_of(home.sandbox.admin()).unwrap();
    let session = client.login(&immich_api::Login::new(email, password).unwrap()).unwrap();
    let user = client.server().user.id.clone();
    let book = sync_core::writeback::FaceBook::read(user, &session).unwrap();
    session.logout().unwrap();

    let (summary, told) = home.write_with_books(&[book]);

    assert_eq!((summary.done, home.asked("/api/faces")), (1, 0), "{told:?}");
    assert!(close(regions(&home, "a.jpg")[0].1, [0.3, 0.8, 0.4, 0.2]));
}

#[test]
fn boxes_of_nobody_where_people_are_named_take_no_region_away() {
    let (mut home, _) = home(Version::V3_0_3, 1, Xmp::new());
    home.write();
    let before = regions(&home, "a.jpg");
    home.options.recheck = true;
    home.sandbox.answer_nothing(Question::Faces, true);

    let (summary, told) = home.write();

    assert_eq!((summary.files, regions(&home, "a.jpg")), (0, before), "{told:?}");
    assert!(told.warnings.iter().any(|text| text.contains("no face of theirs")), "{told:?}");
}

#[test]
fn assets_that_are_gone_do_not_use_up_the_questions_of_others() {
    let mut setting = Setting::of(Version::V3_0_3);
    let alice = setting.scenario.person("Alice");
    let mut assets = Vec::new();
    for number in 0..14_u64 {
        let name = format!("{number}.jpg");
        setting.file(&name, &Picture::new(Kind::Jpeg).size(100, 50).seed(number));
        let asset = setting.scenario.asset_file(&setting.library, &name);
        assets.push(asset.face(Some(alice), anchor(), SourceType::MachineLearning).id());
    }
    let mut home = setting.start();
    home.options.data = [Datum::FaceCoordinates].into();
    home.write();
    assets.sort_by_key(ToString::to_string);
    let (gone, left) = assets.split_at(4);
    for asset in gone {
        home.sandbox.remove(*asset).unwrap();
    }
    home.sandbox.clear_requests();

    for _ in 0..8 {
        home.write();
    }

    let requests = home.sandbox.requests();
    let was_asked = |asset: &AssetId| {
        let asset = asset.to_string();
        requests
            .iter()
            .any(|request| request.path.starts_with("/api/faces") && format!("{request:?}").contains(&asset))
    };
    assert!(left.iter().all(was_asked), "each in its turn");
}
