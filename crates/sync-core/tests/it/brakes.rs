//! When much of what we wrote would go at once, a run stops before its first write and asks; a wish goes through.

use immich_sandbox::{AlbumId, AssetId, FaceBox, PersonId, Question, SourceType, Version};
use photo_metadata::Datum;
use sample_pictures::{Kind, Picture, Xmp};
use sync_core::SyncError;
use sync_core::writeback::FaceBook;

use crate::harness::{Home, Setting, Tags, items, snapshot};

const PEOPLE: &str = "XMP-iptcExt:PersonInImage";

/// Forty photos of Alice; Bob is on the first so many of them.
fn forty_with_bob_on(photos: u64) -> (Home, PersonId) {
    let mut setting = Setting::of(Version::V3_0_3);
    let (alice, bob) = (setting.scenario.person("Alice"), setting.scenario.person("Bob"));
    for number in 0..40 {
        let name = format!("{number:02}.jpg");
        setting.file(&name, &Picture::new(Kind::Jpeg).seed(number));
        let asset = setting.scenario.asset_file(&setting.library, &name).person(&alice);
        if number < photos {
            asset.person(&bob);
        }
    }
    let mut home = setting.start();
    home.options.data = [Datum::People].into();
    home.options.rules.choices.people_as_keywords = false;
    (home, bob)
}

/// What a run that stops says; nothing may have been touched.
fn question_of(home: &Home) -> String {
    let before = snapshot(home.photos.path());
    let writes = home.sandbox.writes().len();
    let (result, told) = home.try_write();
    let Err(error @ SyncError::Brake(_)) = result else { panic!("{result:?} {told:?}") };
    let text = error.to_string();
    assert!(snapshot(home.photos.path()) == before, "not a byte");
    assert_eq!(home.sandbox.writes().len(), writes, "nor anything on the server");
    text
}

#[test]
fn a_person_deleted_from_a_third_of_the_photos_is_asked_about_and_yes_is_believed() {
    let (mut home, bob) = forty_with_bob_on(12);
    assert_eq!(home.write().0.done, 40);
    home.sandbox.delete_person(bob);

    let text = question_of(&home);
    assert!(text.contains("12 of 40 photos would lose values of `people`"), "{text}");
    assert!(text.contains("--yes") && text.contains("--dry-run"), "{text}");
    let again = question_of(&home);
    assert_eq!(again, text, "it stays a question");

    home.options.brake.confirmed = true;
    assert_eq!(home.write().0.done, 12);
    assert_eq!(items(&home.tags("00.jpg"), PEOPLE), ["Alice"]);
    home.options.brake.confirmed = false;
    assert_eq!(home.write().0.files, 0, "and is no question any more");
}

#[test]
fn a_person_deleted_from_a_tenth_of_the_photos_just_goes() {
    let (home, bob) = forty_with_bob_on(4);
    home.write();
    home.sandbox.delete_person(bob);

    let (summary, told) = home.write();

    assert_eq!(summary.done, 4, "{told:?}");
    assert_eq!(items(&home.tags("00.jpg"), PEOPLE), ["Alice"]);
    assert_eq!(items(&home.tags("39.jpg"), PEOPLE), ["Alice"]);
}

/// Four photos in an album, tagged by a user, with a face each.
struct Four {
    home: Home,
    assets: Vec<AssetId>,
    album: AlbumId,
}

fn four(version: Version, data: &[Datum]) -> Four {
    let mut setting = Setting::of(version);
    let alice = setting.scenario.person("Alice");
    let album = setting.scenario.album("Trip");
    let area = FaceBox { x1: 100, y1: 50, x2: 300, y2: 250, image_width: 1000, image_height: 500 };
    let mut assets = Vec::new();
    for number in 0..4 {
        let name = format!("{number}.jpg");
        let xmp = Xmp::new().tags_list("Places/Sea");
        setting.file(&name, &Picture::new(Kind::Jpeg).size(100, 50).seed(number).xmp(xmp));
        let asset = setting.scenario.asset_file(&setting.library, &name).album(&album);
        let asset = asset.tag("Places/Sea").tag("holiday");
        assets.push(asset.face(Some(alice), area, SourceType::MachineLearning).id());
    }
    let mut home = setting.start();
    home.options.data = data.iter().copied().collect();
    home.options.after = sync_core::writeback::AfterWrite::Refresh;
    Four { home, assets, album }
}

fn all(home: &Home) -> Vec<Tags> {
    (0..4).map(|number| home.tags(&format!("{number}.jpg"))).collect()
}

#[test]
fn answers_of_nothing_after_a_full_run_are_questions_for_albums_and_tags() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        for (datum, question) in [(Datum::Albums, Question::Albums), (Datum::Tags, Question::Tags)] {
            let Four { home, .. } = four(version, &[datum]);
            home.write();
            home.sandbox.answer_nothing(question, true);

            let text = question_of(&home);
            assert!(text.contains(&format!("4 of 4 photos would lose values of `{datum}`")), "{text}");

            home.sandbox.answer_nothing(question, false);
            assert_eq!(home.write().0.files, 0, "the server is well again");
        }
    }
}

#[test]
fn an_album_that_was_emptied_is_asked_about() {
    let Four { home, assets, album } = four(Version::V3_0_3, &[Datum::Albums]);
    home.write();
    home.sandbox.remove_from_album(album, &assets);

    let text = question_of(&home);

    assert!(text.contains("4 of 4 photos would lose values of `albums`"), "{text}");
}

/// The list of tags in a file keeps the server from taking our album for all of its tags. Who removed it because a
/// list of tags came empty would have the server lose the user's tags at the next reading.
#[test]
fn tags_that_only_shield_others_stay_when_the_server_says_there_are_none() {
    let Four { home, assets, .. } = four(Version::V3_0_3, &[Datum::Albums, Datum::People]);
    home.write();
    let (before, views) = (all(&home), home.sandbox.views());
    assert!(before.iter().all(|tags| items(tags, "XMP-digiKam:TagsList").len() == 2), "{before:?}");
    home.sandbox.answer_nothing(Question::Tags, true);

    let (result, told) = home.try_write();

    assert!(matches!(result, Err(SyncError::Brake(_))), "{result:?} {told:?}");
    assert_eq!(all(&home), before);
    home.sandbox.answer_nothing(Question::Tags, false);
    home.sandbox.refresh(&assets).unwrap();
    let tags = |views: &[immich_sandbox::AssetView]| -> Vec<Vec<String>> {
        views.iter().map(|view| view.tags.clone()).collect()
    };
    assert_eq!(tags(&home.sandbox.views()), tags(&views));
}

/// On 3.x faces are asked for photo by photo and in turn, so an answer of nothing would take away a seventh of them in
/// each run, and never so many at once that it is asked about.
#[test]
fn no_faces_for_a_photo_with_named_people_are_not_believed() {
    let Four { mut home, .. } = four(Version::V3_0_3, &[Datum::FaceCoordinates]);
    assert_eq!(home.write().0.done, 4);
    let before = all(&home);
    assert!(before.iter().all(|tags| tags.contains_key("XMP-mwg-rs:RegionInfo")));
    home.sandbox.answer_nothing(Question::Faces, true);
    home.options.faces.recheck_one_in = 4;

    for everything in [false, false, false, false, true] {
        home.options.recheck = everything;
        let (summary, told) = home.write();

        assert_eq!(summary.files, 0, "{told:?}");
        assert!(told.warnings.iter().any(|text| text.contains("the server names people")), "{told:?}");
    }
    let client = home.client();
    let (email, password) = home.sandbox.login_of(home.sandbox.admin()).unwrap();
    let session = client.login(&immich_api::Login::new(email, password).unwrap()).unwrap();
    let book = FaceBook::read(client.server().user.id.clone(), &session).unwrap();
    let (summary, told) = home.write_with_books(&[book]);

    assert_eq!(summary.files, 0, "a stream without faces is not believed either: {told:?}");
    assert_eq!(all(&home), before);
}
