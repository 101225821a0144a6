//! People: renamed, hidden and removed ones leave the files, what others wrote stays.

use immich_sandbox::{AssetId, PersonId, Question, Version};
use photo_metadata::Datum;
use sample_pictures::{Kind, Picture, Xmp};
use sync_core::SyncError;

use crate::harness::{Home, Setting, items};

const PEOPLE: &str = "XMP-iptcExt:PersonInImage";
const KEYWORDS: &str = "XMP-dc:Subject";

fn home(photos: u64) -> (Home, Vec<AssetId>, PersonId) {
    let mut setting = Setting::of(Version::V3_0_3);
    let alice = setting.scenario.person("Alice");
    let bob = setting.scenario.person("Bob, Jr.");
    let mut assets = Vec::new();
    for number in 0..photos {
        let name = format!("{number}.jpg");
        let xmp = Xmp::new().subject("holiday").subject("Alice");
        setting.file(&name, &Picture::new(Kind::Jpeg).seed(number).xmp(xmp));
        let asset = setting.scenario.asset_file(&setting.library, &name).tag("holiday").tag("Alice");
        assets.push(asset.person(&alice).person(&bob).id());
    }
    let mut home = setting.start();
    home.options.data = [Datum::People].into();
    (home, assets, bob)
}

#[test]
fn a_renamed_person_is_renamed_in_the_file_and_a_keyword_of_others_stays() {
    let (home, _, bob) = home(1);
    home.write();
    let tags = home.tags("0.jpg");
    assert_eq!(items(&tags, PEOPLE), ["Alice", "Bob, Jr."]);
    assert_eq!(items(&tags, KEYWORDS), ["holiday", "Alice", "Bob, Jr."]);

    home.sandbox.rename_person(bob, "Robert");
    assert_eq!(home.write().0.done, 1);

    let tags = home.tags("0.jpg");
    assert_eq!(items(&tags, PEOPLE), ["Alice", "Robert"]);
    assert_eq!(items(&tags, KEYWORDS), ["holiday", "Alice", "Robert"]);
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn who_is_hidden_or_gone_leaves_the_file_and_foreign_keywords_stay() {
    let (home, _, bob) = home(1);
    home.write();

    home.sandbox.hide_person(bob, true);
    home.write();
    let hidden = home.tags("0.jpg");
    home.sandbox.hide_person(bob, false);
    home.write();
    let back = home.tags("0.jpg");
    home.sandbox.delete_person(bob);
    home.write();
    let deleted = home.tags("0.jpg");

    for tags in [&hidden, &deleted] {
        assert_eq!(items(tags, PEOPLE), ["Alice"]);
        assert_eq!(items(tags, KEYWORDS), ["holiday", "Alice"]);
    }
    assert_eq!(items(&back, PEOPLE), ["Alice", "Bob, Jr."]);
}

#[test]
fn an_empty_answer_after_a_full_run_removes_nothing_and_asks() {
    let (mut home, ..) = home(4);
    home.write();
    let before: Vec<_> = (0..4).map(|number| home.tags(&format!("{number}.jpg"))).collect();
    home.sandbox.answer_nothing(Question::People, true);

    let (error, _) = home.try_write();
    let Err(error @ SyncError::Brake(_)) = error else { panic!("{error:?}") };
    let text = error.to_string();
    assert!(text.contains("4 of 4 photos would lose values of `people`") && text.contains("--yes"), "{text}");
    let after: Vec<_> = (0..4).map(|number| home.tags(&format!("{number}.jpg"))).collect();
    assert_eq!(after, before);
    let (preview, told) = home.preview();
    assert!(told.warnings.iter().any(|text| text.contains("a real run would stop here")), "{told:?}");
    assert_eq!(preview.done, 4);

    home.options.brake.confirmed = true;
    assert_eq!(home.write().0.done, 4, "who says so is believed");
    assert!(items(&home.tags("0.jpg"), PEOPLE).is_empty());
}

#[test]
fn empty_albums_after_a_full_run_remove_nothing_and_ask() {
    let mut setting = Setting::of(Version::V3_0_3);
    let album = setting.scenario.album("Trip");
    for number in 0..4 {
        let name = format!("{number}.jpg");
        setting.file(&name, &Picture::new(Kind::Jpeg).seed(number));
        setting.scenario.asset_file(&setting.library, &name).album(&album);
    }
    let mut home = setting.start();
    home.options.data = [Datum::Albums].into();
    home.write();
    let before = home.tags("0.jpg");
    home.sandbox.answer_nothing(Question::Albums, true);

    let (error, _) = home.try_write();

    assert!(matches!(error, Err(SyncError::Brake(_))), "{error:?}");
    assert_eq!(home.tags("0.jpg"), before);
}
