//! Faces that are drawn on the server: once, where Photos knows them, and followed.

use immich_api::{AssetId, PersonId};
use immich_sandbox::Fault;
use sample_pictures::{AppleFace, AppleGeneration, AppleLibrary, ApplePerson, ApplePhoto};
use sync_core::SyncError;
use sync_core::deeds::What;
use sync_core::import::sources::apple::PeopleRule;

use super::lab::Lab;
use super::made::{Made, edited};
use crate::harness::connect;

/// Anna, somebody without a name, and Bert.
fn library() -> AppleLibrary {
    let mut library = AppleLibrary::new(AppleGeneration::MacOs26);
    let named = |name: &str| ApplePerson { name: name.to_owned(), merged_into: None };
    library.persons = vec![named(" Anna "), ApplePerson::default(), named("Bert")];
    library
}

fn face(person: Option<usize>, x: f64) -> AppleFace {
    AppleFace { person, x, y: 0.3, size: 0.1, is_manual: false, is_hidden: false }
}

fn drawn(library: AppleLibrary) -> Made {
    let mut made = Made::with(library);
    made.lab.apple.people = PeopleRule::Faces;
    made.lab.options.people_tag = None;
    made
}

/// Anna on one photo, and both on another one.
fn two_photos() -> Made {
    let mut library = library();
    library.add(ApplePhoto { faces: vec![face(Some(0), 0.2)], ..ApplePhoto::new("a.jpg") });
    let both = vec![face(Some(0), 0.2), face(Some(2), 0.6)];
    library.add(ApplePhoto { faces: both, ..ApplePhoto::new("b.jpg") });
    drawn(library)
}

/// Photos with the names of those who are marked on them, from left to right.
fn marked(lab: &Lab) -> Vec<(String, Vec<String>)> {
    let views = lab.sandbox.views().into_iter().filter(|view| !view.is_trashed);
    let names = |view: &immich_sandbox::AssetView| {
        view.faces.iter().map(|face| face.person.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    let mut marked: Vec<_> = views.map(|view| (view.file_name.clone(), names(&view))).collect();
    marked.sort();
    marked
}

fn photo(name: &str, people: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), people.iter().map(|name| (*name).to_owned()).collect())
}

/// How many people of that name there are.
fn people(lab: &Lab, name: &str) -> Vec<PersonId> {
    let found = lab.client().reader().people_named(name).unwrap();
    found.into_iter().map(|person| person.id).collect()
}

fn id(lab: &Lab, name: &str) -> AssetId {
    lab.asset(name).id
}

#[track_caller]
fn assert_nothing_more(lab: &Lab) {
    let ran = lab.import();
    assert_eq!(lab.writes(), [""; 0], "the run after it changed something");
    assert_eq!((ran.summary.done(), ran.summary.failed, ran.summary.run), (0, 0, None));
}

#[test]
fn faces_with_a_name_are_drawn_once_on_the_version_that_photos_shows() {
    let mut library = library();
    let hidden = AppleFace { is_hidden: true, ..face(Some(2), 0.9) };
    let faces = vec![face(Some(0), 0.2), face(Some(1), 0.6), face(None, 0.8), hidden, face(Some(0), 0.5)];
    library.add(ApplePhoto { faces: faces.clone(), orientation: 6, ..ApplePhoto::new("a.jpg") });
    library.add(ApplePhoto { faces: faces.clone(), ..edited("b.jpg") });
    library.add(ApplePhoto { faces, ..ApplePhoto::new("c.mov") });
    let made = drawn(library);

    let ran = made.lab.import();

    assert_eq!((ran.summary.failed, ran.heard.warnings.len()), (0, 0), "{:?}", ran.heard);
    let wanted = [
        photo("a.jpg", &["Anna"]),
        photo("b.jpg", &[]),
        photo("b_edited.jpeg", &["Anna"]),
        photo("c.mov", &[]),
    ];
    assert_eq!(marked(&made.lab), wanted);
    let view = made.lab.sandbox.views().into_iter().find(|view| view.file_name == "a.jpg").unwrap();
    let area = view.faces[0].area;
    // Upright it is 3024 wide and 4032 high; a face is a tenth of the longer side, counted from below.
    assert_eq!((area.image_width, area.image_height), (3024, 4032));
    assert_eq!((area.x1, area.y1, area.x2, area.y2), (403, 2621, 806, 3024));
    assert_eq!((people(&made.lab, "Anna").len(), people(&made.lab, "Bert").len()), (1, 0));
    assert_nothing_more(&made.lab);
}

#[test]
fn faces_that_are_taken_away_added_or_renamed_in_photos_follow() {
    let mut made = two_photos();
    made.lab.import();
    assert_eq!(marked(&made.lab), [photo("a.jpg", &["Anna"]), photo("b.jpg", &["Anna", "Bert"])]);

    made.library.photos[0].faces = vec![face(Some(2), 0.2)];
    made.library.photos[1].faces.remove(1);
    made.write();
    let ran = made.lab.import();
    assert_eq!((ran.summary.updated, ran.summary.failed), (2, 0));
    assert_eq!(marked(&made.lab), [photo("a.jpg", &["Bert"]), photo("b.jpg", &["Anna"])]);
    assert_nothing_more(&made.lab);

    made.library.persons[0].name = "Anne".to_owned();
    made.write();
    assert_eq!(made.lab.import().summary.updated, 1);
    assert_eq!(marked(&made.lab), [photo("a.jpg", &["Bert"]), photo("b.jpg", &["Anne"])]);
    assert_nothing_more(&made.lab);
}

#[test]
fn an_original_keeps_its_faces_when_it_is_edited() {
    let mut made = two_photos();
    made.lab.import();
    made.library.photos[0] = ApplePhoto { faces: vec![face(Some(0), 0.7)], ..edited("a.jpg") };
    made.write();

    made.lab.import();

    let of_a = [photo("a.jpg", &["Anna"]), photo("a_edited.jpeg", &["Anna"])];
    assert_eq!(marked(&made.lab)[..2], of_a);
    assert_nothing_more(&made.lab);
}

#[test]
fn who_is_marked_already_is_not_marked_twice_and_stays() {
    let mut made = two_photos();
    made.lab.apple.people = PeopleRule::None;
    made.lab.import();
    let client = made.lab.client();
    let anna = client.writer().make_person("anna").unwrap();
    let area = immich_api::FaceArea { x: 9, y: 9, width: 9, height: 9, image_width: 99, image_height: 99 };
    client.writer().make_face(&id(&made.lab, "a.jpg"), &anna, area).unwrap();
    made.lab.apple.people = PeopleRule::Faces;

    made.lab.import();

    assert_eq!(marked(&made.lab), [photo("a.jpg", &["anna"]), photo("b.jpg", &["anna", "Bert"])]);
    made.library.photos[0].faces.clear();
    made.library.photos[1].faces.clear();
    made.write();
    made.lab.import();
    assert_eq!(marked(&made.lab), [photo("a.jpg", &["anna"]), photo("b.jpg", &[])], "what we did not draw");
}

#[test]
fn a_name_that_several_bear_is_told_once_and_drawn_when_it_is_clear() {
    let made = two_photos();
    let client = made.lab.client();
    let twins = ["Anna", "Anna"].map(|name| client.writer().make_person(name).unwrap());

    let ran = made.lab.import();

    assert_eq!(ran.heard.warnings.len(), 1, "{:?}", ran.heard.warnings);
    assert!(ran.heard.warnings[0].contains("`Anna`"), "{:?}", ran.heard.warnings);
    assert_eq!(marked(&made.lab), [photo("a.jpg", &[]), photo("b.jpg", &["Bert"])]);
    assert_nothing_more(&made.lab);
    assert!(client.writer().delete_person(&twins[0]).unwrap());
    made.lab.import();
    assert_eq!(marked(&made.lab), [photo("a.jpg", &["Anna"]), photo("b.jpg", &["Anna", "Bert"])]);
    assert_eq!(people(&made.lab, "Anna"), twins[1..]);
    assert_nothing_more(&made.lab);
}

#[test]
fn an_undo_takes_faces_and_people_away_and_can_be_taken_back() {
    let mut made = two_photos();
    made.lab.apple.people = PeopleRule::None;
    made.lab.import();
    made.lab.apple.people = PeopleRule::Faces;
    let run = made.lab.import().summary.run.unwrap();
    let all = marked(&made.lab);
    assert_eq!(all, [photo("a.jpg", &["Anna"]), photo("b.jpg", &["Anna", "Bert"])]);

    let (undone, heard) = made.lab.undone(run);

    assert_eq!((undone.done, undone.failed, heard.warnings.len()), (5, 0, 0), "{heard:?}");
    assert_eq!(marked(&made.lab), [photo("a.jpg", &[]), photo("b.jpg", &[])]);
    assert_eq!((people(&made.lab, "Anna").len(), people(&made.lab, "Bert").len()), (0, 0));
    assert_nothing_more(&made.lab);
    let again = made.lab.undo(sync_core::state::RunId(run.0 + 1));
    assert_eq!((again.done, again.failed), (5, 0));
    assert_eq!(marked(&made.lab), all);
    assert_eq!((people(&made.lab, "Anna").len(), people(&made.lab, "Bert").len()), (1, 1));
}

#[test]
fn whoever_others_rely_on_stays_and_is_told() {
    let made = two_photos();
    let run = made.lab.import().summary.run.unwrap();
    let client = made.lab.client();
    let (anna, bert) = (people(&made.lab, "Anna").remove(0), people(&made.lab, "Bert").remove(0));
    made.lab.sandbox.rename_person(bert.to_string().parse().unwrap(), "Bertram");
    let b = id(&made.lab, "b.jpg");
    let drawn = client.reader().faces(&b).unwrap();
    let of_anna = drawn.iter().find(|face| face.person.as_ref().unwrap().id == anna).unwrap();
    made.lab.sandbox.edit_face(of_anna.id.to_string().parse().unwrap(), |face| face.area.x1 += 200);

    let (undone, heard) = made.lab.undone(run);

    assert_eq!(undone.failed, 0);
    let told = heard.warnings.join("\n");
    assert!(told.contains("`Anna` is on photos") && told.contains("`Bert` has another name"), "{told}");
    assert_eq!((people(&made.lab, "Anna"), people(&made.lab, "Bertram")), (vec![anna], vec![bert]));
}

#[test]
fn a_preview_counts_faces_of_photos_that_are_there_and_changes_nothing() {
    let mut made = two_photos();
    made.lab.apple.people = PeopleRule::None;
    made.lab.import();
    made.lab.client().writer().make_person("Anna").unwrap();
    made.lab.sandbox.clear_requests();
    made.lab.apple.people = PeopleRule::Faces;

    let (summary, heard) = made.lab.foretold();

    assert_eq!(made.lab.writes(), [""; 0]);
    assert_eq!(summary.updated, 2);
    let would: Vec<(&str, usize)> = heard.would.iter().map(|what| (what.kind(), what.len())).collect();
    assert_eq!(would, [("make-person", 1), ("make-faces", 2)]);
}

#[test]
fn a_key_that_may_not_make_people_loses_nothing() {
    let made = two_photos();
    let all: Vec<&str> = immich_api::Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    let fewer: Vec<&str> = all.into_iter().filter(|name| *name != "person.create").collect();
    let key = made.lab.sandbox.add_api_key(made.lab.sandbox.admin(), &fewer);

    let error = made.lab.try_import(&connect(&made.lab.sandbox, key)).unwrap_err();

    assert!(error.to_string().contains("person.create"), "{error}");
    assert_eq!(marked(&made.lab), [photo("a.jpg", &[]), photo("b.jpg", &[])], "what was sent is there");
    made.lab.import();
    assert_eq!(marked(&made.lab), [photo("a.jpg", &["Anna"]), photo("b.jpg", &["Anna", "Bert"])]);
    assert_nothing_more(&made.lab);
}

#[test]
fn whatever_becomes_of_an_answer_nobody_is_made_or_drawn_twice() {
    for path in ["/people", "/faces"] {
        for fault in [Fault::lost_answer(), Fault::cut_within_answer(), Fault::cut_before_answer()] {
            for after in 0..2 {
                let made = two_photos();
                made.lab.sandbox.inject(fault.clone().on("POST", path).after(after).times(1));

                // A server that cannot be reached may end the run.
                let _ = made.lab.try_import(&made.lab.client());
                made.lab.import();

                let told = format!("{path} {fault:?} {after}");
                let all = [photo("a.jpg", &["Anna"]), photo("b.jpg", &["Anna", "Bert"])];
                assert_eq!(marked(&made.lab), all, "{told}");
                assert_eq!(
                    (people(&made.lab, "Anna").len(), people(&made.lab, "Bert").len()),
                    (1, 1),
                    "{told}"
                );
                assert_nothing_more(&made.lab);
            }
        }
    }
}

#[test]
fn a_deed_that_a_run_left_open_is_settled_by_looking() {
    // So many questions come before the order.
    for (path, look, before) in [("/people", "/search/person", 1), ("/faces", "/faces", 2)] {
        let made = two_photos();
        made.lab.sandbox.inject(Fault::lost_answer().on("POST", path).times(1));
        made.lab.sandbox.inject(Fault::body("<html>").on("GET", look).after(before));

        let error = made.lab.try_import(&made.lab.client()).unwrap_err();

        assert!(matches!(&error, SyncError::Api(error) if error.is_unanswered()), "{error:?}");
        made.lab.sandbox.clear_faults();
        let ran = made.lab.import();
        assert_eq!(
            marked(&made.lab),
            [photo("a.jpg", &["Anna"]), photo("b.jpg", &["Anna", "Bert"])],
            "{path}"
        );
        assert_eq!(people(&made.lab, "Anna").len(), 1);
        let is_new = |what: &&What| matches!(what, What::MakePerson { person } if person.name == "Anna");
        assert_eq!(ran.heard.changed.iter().filter(is_new).count(), usize::from(path == "/people"));
        assert_nothing_more(&made.lab);
    }
}
