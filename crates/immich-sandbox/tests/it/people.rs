//! People and faces: where each release tells of them, and what changes behind the back of a client.

use immich_sandbox::{
    AssetId, FaceBox, PersonId, Question, Sandbox, Scenario, SourceType, Version, Visibility,
};
use sample_pictures::{Kind, Picture};
use serde_json::{Value, json};

use crate::{
    http::{get, post},
    tool::{exiftool, write},
};

const AREA: FaceBox = FaceBox::new((10, 20, 110, 140), (640, 480));

struct Party {
    sandbox: Sandbox,
    asset: AssetId,
    alice: PersonId,
    bob: PersonId,
}

fn party(version: Version) -> Party {
    let mut scenario = Scenario::new(version);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let (alice, bob) = (scenario.person("Alice"), scenario.person("Bob"));
    let asset = scenario
        .asset(&library, "a.jpg")
        .face(Some(alice), AREA, SourceType::Manual)
        .face(Some(bob), FaceBox::new((200, 20, 300, 140), (640, 480)), SourceType::MachineLearning)
        .face(None, FaceBox::new((400, 20, 500, 140), (640, 480)), SourceType::MachineLearning)
        .id();
    Party { sandbox: Sandbox::start(scenario).unwrap(), asset, alice, bob }
}

/// Both places that tell of people: the asset and a search.
fn told(party: &Party) -> [Value; 2] {
    let body = json!({ "withPeople": true });
    let found = post(&party.sandbox, "/api/search/metadata", &body)["assets"]["items"][0].clone();
    [get(&party.sandbox, &format!("/api/assets/{}", party.asset)), found]
}

#[test]
fn boxes_are_inside_people_on_2x_and_apart_on_3x() {
    for version in Version::ALL {
        let party = party(version);

        for asset in told(&party) {
            let alice =
                asset["people"].as_array().unwrap().iter().find(|one| one["name"] == "Alice").unwrap();
            let face = &alice["faces"][0];
            if version.is_v3() {
                assert_eq!((alice.get("faces"), asset.get("unassignedFaces")), (None, None));
            } else {
                assert_eq!((&face["boundingBoxX1"], &face["boundingBoxY2"]), (&json!(10), &json!(140)));
                assert_eq!((&face["imageWidth"], &face["sourceType"]), (&json!(640), &json!("manual")));
                assert_eq!(asset["unassignedFaces"].as_array().unwrap().len(), 1);
            }
        }
        let faces = get(&party.sandbox, &format!("/api/faces?id={}", party.asset));
        assert_eq!(faces.as_array().unwrap().len(), 3, "{version}");
        assert_eq!((&faces[1]["person"]["name"], &faces[2]["person"]), (&json!("Bob"), &Value::Null));
    }
}

#[test]
fn nothing_that_happens_to_people_moves_the_time_of_the_asset() {
    let party = party(Version::V3_0_3);
    let (sandbox, asset) = (&party.sandbox, party.asset);
    let before = sandbox.view(asset).unwrap();
    let faces = sandbox.faces(asset);

    sandbox.rename_person(party.bob, "Robert");
    let moved = sandbox.reassign_face(faces[2].id(), Some(party.bob));
    let deleted = sandbox.delete_face(faces[0].id());
    let again = sandbox.delete_face(faces[0].id());
    sandbox.hide_person(party.alice, true);
    sandbox.edit_face(faces[1].id(), |face| face.area = AREA);

    let after = sandbox.view(asset).unwrap();
    assert_eq!((moved, deleted, again), (true, true, false));
    assert_eq!((after.people, after.faces.len()), (vec!["Robert".to_owned()], 2));
    assert_eq!((after.faces[0].area, after.updated_at), (AREA, before.updated_at));
}

#[test]
fn merging_moves_the_faces_and_ends_the_other_person() {
    let party = party(Version::V2_7_5);

    party.sandbox.merge_people(party.alice, &[party.bob]);

    let [asset, _] = told(&party);
    assert_eq!(asset["people"].as_array().unwrap().len(), 1);
    assert_eq!(asset["people"][0]["faces"].as_array().unwrap().len(), 2);
    assert_eq!(get(&party.sandbox, "/api/people")["total"], 1);
}

#[test]
fn a_deleted_person_leaves_unassigned_faces() {
    let party = party(Version::V2_7_5);

    party.sandbox.delete_person(party.alice);

    let [asset, _] = told(&party);
    assert_eq!(asset["unassignedFaces"].as_array().unwrap().len(), 2);
    assert_eq!(asset["people"].as_array().unwrap().len(), 1);
}

#[test]
fn hidden_and_unnamed_people_are_told_with_the_asset() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let (hidden, unnamed) = (scenario.hidden_person("Carol"), scenario.unnamed_person());
    let asset = scenario.asset(&library, "a.jpg").person(&hidden).person(&unnamed).id();
    let sandbox = Sandbox::start(scenario).unwrap();

    let people = get(&sandbox, &format!("/api/assets/{asset}"))["people"].clone();
    let view = sandbox.view(asset).unwrap();

    assert_eq!((&people[0]["isHidden"], &people[1]["name"]), (&json!(true), &json!("")));
    let seen: Vec<_> = view.faces.iter().map(|face| (face.person.as_deref(), face.is_hidden)).collect();
    assert_eq!(seen, [(Some("Carol"), true), (Some(""), false)]);
}

#[test]
fn silence_on_people_and_faces_is_well_formed() {
    for version in Version::ALL {
        let party = party(version);
        let faces = || get(&party.sandbox, &format!("/api/faces?id={}", party.asset));

        party.sandbox.answer_nothing(Question::People, true);
        for asset in told(&party) {
            assert_eq!(asset["people"], json!([]), "{version}");
        }
        assert_eq!(get(&party.sandbox, "/api/people")["total"], 0);
        assert_eq!(get(&party.sandbox, "/api/search/person?name=ali"), json!([]));
        assert_eq!(faces().as_array().unwrap().len(), 3);
        party.sandbox.answer_nothing(Question::Faces, true);
        assert_eq!(faces(), json!([]));
        party.sandbox.answer_nothing(Question::People, false);
        assert_eq!(told(&party)[1]["people"].as_array().unwrap().len(), 2);
    }
}

/// A picture of 64 x 48 stored pixels with these regions, read by a server that imports faces.
fn imported(orientation: u8, regions: &str) -> (Sandbox, AssetId, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jpg");
    Picture::new(Kind::Jpeg).size(64, 48).write_to(&file).unwrap();
    write_regions(&file, orientation, regions);
    let mut scenario = Scenario::new(Version::V3_0_3);
    scenario.exiftool(exiftool());
    scenario.import_faces(true);
    let library = scenario.external_library("/mnt/photos", folder.path());
    let alice = scenario.person("Alice");
    let asset = scenario.asset_file(&library, "a.jpg").face(Some(alice), AREA, SourceType::Manual).id();
    let sandbox = Sandbox::start(scenario).unwrap();
    sandbox.refresh(&[asset]).unwrap();
    (sandbox, asset, folder)
}

fn write_regions(file: &std::path::Path, orientation: u8, regions: &str) {
    let info = "AppliedToDimensions={W=64,H=48,Unit=pixel}";
    // With a separator a list of structures would fall apart at its commas.
    let regions = format!("-XMP-mwg-rs:RegionInfo={{{info},RegionList=[{regions}]}}");
    let orientation = format!("-EXIF:Orientation={orientation}");
    let output = std::process::Command::new(exiftool())
        .args(["-q", "-n", "-overwrite_original", &orientation, &regions])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn from_file(sandbox: &Sandbox, asset: AssetId) -> Vec<(String, FaceBox)> {
    let faces = sandbox.view(asset).unwrap().faces.into_iter();
    faces
        .filter(|face| face.source == SourceType::Exif)
        .map(|face| (face.person.unwrap_or_default(), face.area))
        .collect()
}

const ALICE: &str = "{Area={X=0.5,Y=0.25,W=0.25,H=0.5,Unit=normalized},Name=alice,Type=Face}";

#[test]
fn an_import_doubles_the_face_that_somebody_drew() {
    let (sandbox, asset, _folder) = imported(1, ALICE);

    let first = sandbox.view(asset).unwrap();
    let ids =
        |sandbox: &Sandbox| sandbox.faces(asset).iter().map(immich_sandbox::Face::id).collect::<Vec<_>>();
    let before = ids(&sandbox);
    sandbox.refresh(&[asset]).unwrap();

    assert_eq!((first.faces.len(), first.people.as_slice()), (2, ["Alice".to_owned()].as_slice()));
    assert_eq!(from_file(&sandbox, asset), [("Alice".to_owned(), FaceBox::new((24, 0, 40, 24), (64, 48)))]);
    let after = ids(&sandbox);
    assert_eq!((after.len(), before[0] == after[0], before[1] == after[1]), (2, true, false));
}

#[test]
fn an_import_turns_with_the_orientation() {
    let (sandbox, asset, _folder) = imported(6, ALICE);

    // Stored X .5 Y .25 is displayed at X .75 Y .5 when the picture is turned clockwise.
    assert_eq!(from_file(&sandbox, asset), [("Alice".to_owned(), FaceBox::new((24, 24, 48, 40), (48, 64)))]);
}

#[test]
fn a_region_of_another_type_is_a_person_and_one_without_a_name_is_nobody() {
    let pet = "{Area={X=0.5,Y=0.5,W=0.5,H=0.5,Unit=normalized},Name=Rex,Type=Pet},\
               {Area={X=0.2,Y=0.2,W=0.1,H=0.1,Unit=normalized},Type=Face}";

    let (sandbox, asset, _folder) = imported(1, pet);

    let names: Vec<String> = from_file(&sandbox, asset).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Rex"]);
    assert_eq!(get(&sandbox, "/api/people")["total"], 2);
}

#[test]
fn regions_that_are_gone_leave_their_faces_and_other_names_take_their_place() {
    let (sandbox, asset, folder) = imported(1, ALICE);
    let file = folder.path().join("a.jpg");

    write(&file, &["-XMP-mwg-rs:all="]);
    sandbox.refresh(&[asset]).unwrap();
    let gone = from_file(&sandbox, asset);
    write_regions(&file, 1, &ALICE.replace("alice", "Zoe"));
    sandbox.refresh(&[asset]).unwrap();

    let replaced = from_file(&sandbox, asset);
    assert_eq!((gone.len(), gone[0].0.as_str()), (1, "Alice"));
    assert_eq!((replaced.len(), replaced[0].0.as_str()), (1, "Zoe"));
}

#[test]
fn what_somebody_made_of_an_imported_face_is_undone_by_the_next_reading() {
    let (sandbox, asset, _folder) = imported(1, ALICE);
    let exif = sandbox.faces(asset).into_iter().find(|face| face.source == SourceType::Exif).unwrap();
    let alice = exif.person.unwrap();

    sandbox.rename_person(alice, "Alice Doe");
    sandbox.refresh(&[asset]).unwrap();

    let mut names = sandbox.view(asset).unwrap().people;
    names.sort();
    assert_eq!(names, ["Alice Doe", "alice"]);
}

#[test]
fn an_archived_photo_still_tells_its_people() {
    let mut scenario = Scenario::new(Version::V2_7_5);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let alice = scenario.person("Alice");
    scenario.asset(&library, "a.jpg").person(&alice).visibility(Visibility::Archive).id();
    let sandbox = Sandbox::start(scenario).unwrap();

    let body = json!({ "withPeople": true, "visibility": "archive" });
    let found = post(&sandbox, "/api/search/metadata", &body)["assets"]["items"].clone();

    assert_eq!(found[0]["people"][0]["name"], "Alice");
}
