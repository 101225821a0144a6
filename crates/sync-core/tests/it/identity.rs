//! A file is written only when it is the one that the server read.

use std::time::{Duration, SystemTime};

use immich_sandbox::Version;
use sample_pictures::{Kind, Picture};
use sync_core::paths::PathRule;
use sync_core::writeback::{IdentityCheck, ManagedPolicy};

use crate::harness::{SERVER_ROOT, Setting, snapshot, text};

#[test]
fn a_file_that_is_not_the_one_the_server_read_is_never_touched() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &Picture::new(Kind::Jpeg));
    setting.scenario.asset_file(&setting.library, "a.jpg").description("new");
    let mut home = setting.start();
    home.options.identity = IdentityCheck::Strict;
    std::fs::write(home.path("a.jpg"), Picture::new(Kind::Jpeg).seed(9).build()).unwrap();
    let before = snapshot(home.photos.path());

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.skipped.get("not-the-same")), (0, Some(&1)), "{told:?}");
    assert_eq!(snapshot(home.photos.path()), before);
    home.options.identity = IdentityCheck::TrustPaths;
    assert_eq!(home.write().0.done, 1, "who trusts the paths is believed");
}

#[test]
fn mistake_15_of_two_users_with_one_path_only_the_owner_of_the_content_is_written() {
    let mut setting = Setting::of(Version::V2_7_5);
    let anna = setting.scenario.user("anna");
    let key = setting.scenario.api_key(anna, &["all"]);
    setting.file("admin/2024/07/a.jpg", &Picture::new(Kind::Jpeg).seed(1));
    setting.file("anna/2024/07/a.jpg", &Picture::new(Kind::Jpeg).seed(2));
    let own = setting.scenario.managed_storage("/data/library/admin", setting.photos.path().join("admin"));
    let hers =
        setting.scenario.managed_storage_of(anna, "/data/library/anna", setting.photos.path().join("anna"));
    setting.scenario.asset_file(&own, "2024/07/a.jpg").description("mine");
    setting.scenario.asset_file(&hers, "2024/07/a.jpg").owner(anna).description("hers");
    let mut home = setting.start();
    home.options.identity = IdentityCheck::Strict;
    // The rule that keeps the last segments leads both to one file.
    home.options.mapping.root = home.path("anna");
    home.options.mapping.rule = PathRule::LastSegments(3);
    let admins = std::fs::read(home.path("admin/2024/07/a.jpg")).unwrap();

    let (summary, told) = home.write_as(&[home.client(), home.client_with(key)]);

    assert_eq!((summary.done, summary.troubled), (1, 1), "{told:?}");
    assert_eq!(text(&home.tags("anna/2024/07/a.jpg"), "XMP-dc:Description"), "hers");
    assert_eq!(std::fs::read(home.path("admin/2024/07/a.jpg")).unwrap(), admins);
}

#[test]
fn a_managed_file_that_we_wrote_is_known_again_by_what_we_left() {
    let mut setting = Setting::of(Version::V2_7_5);
    setting.file("a.jpg", &Picture::new(Kind::Jpeg));
    let managed = setting.scenario.managed_storage(SERVER_ROOT, setting.photos.path());
    let asset = setting.scenario.asset_file(&managed, "a.jpg").description("one").id();
    let mut home = setting.start();
    home.options.identity = IdentityCheck::Strict;
    home.options.managed = Some(ManagedPolicy::Original);

    assert_eq!(home.write().0.done, 1);
    home.sandbox.edit(asset, |asset| asset.description = Some("two".to_owned())).unwrap();
    let (summary, told) = home.write();

    assert_eq!(summary.done, 1, "its checksum on the server is that of the upload: {told:?}");
    let id = immich_api::AssetId::parse(&asset.to_string()).unwrap();
    let records = sync_core::state::Store::records(&home.store, std::slice::from_ref(&id)).unwrap();
    let sha1 = records[&id][0].sha1.unwrap();
    let uploaded = immich_api::Checksum::from(&sha1.before);
    assert_eq!(
        uploaded.as_str(),
        home.sandbox.view(asset).unwrap().checksum,
        "kept from before our first write"
    );
    assert_ne!(sha1.before, sha1.after);
}

#[test]
fn a_file_moved_by_the_storage_template_is_not_opened_again() {
    let mut setting = Setting::of(Version::V3_0_3);
    setting.file("2024/a.jpg", &Picture::new(Kind::Jpeg));
    let managed = setting.scenario.managed_storage(SERVER_ROOT, setting.photos.path());
    let asset = setting.scenario.asset_file(&managed, "2024/a.jpg").description("one").id();
    let mut home = setting.start();
    home.options.managed = Some(ManagedPolicy::Original);
    home.write();
    home.sandbox.move_original(asset, &format!("{SERVER_ROOT}/2001/02/a.jpg")).unwrap();
    let engine = crate::harness::Counting::default();

    let (moved, told) = home.write_with(&engine);
    assert_eq!((moved.files, engine.calls()), (0, 0), "{told:?}");

    home.sandbox.edit(asset, |asset| asset.description = Some("two".to_owned())).unwrap();
    assert_eq!(home.write().0.done, 1);
    assert_eq!(text(&home.tags("2001/02/a.jpg"), "XMP-dc:Description"), "two");
}

#[test]
fn a_file_that_lies_here_with_another_time_but_the_same_content_is_the_one() {
    let mut setting = Setting::of(Version::V2_7_5);
    setting.file("a.jpg", &Picture::new(Kind::Jpeg));
    let managed = setting.scenario.managed_storage(SERVER_ROOT, setting.photos.path());
    setting.scenario.asset_file(&managed, "a.jpg").description("one");
    let mut home = setting.start();
    home.options.identity = IdentityCheck::Strict;
    let file = std::fs::File::options().write(true).open(home.path("a.jpg")).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(100_000)).unwrap();

    assert_eq!(home.write().0.done, 1);
}

#[test]
fn a_file_that_happened_to_say_what_was_wanted_is_still_to_be_proved() {
    let mut setting = Setting::new();
    let alice = setting.scenario.person("Alice");
    setting.file("a.jpg", &Picture::new(Kind::Jpeg));
    setting.scenario.asset_file(&setting.library, "a.jpg").person(&alice);
    let mut home = setting.start();
    home.options.identity = IdentityCheck::Strict;
    home.options.data = [photo_metadata::Datum::People].into();
    home.options.rules.choices = photo_metadata::TagChoices::default();
    // Somebody else's photo is at that path, with the same name in it.
    let names = "<Iptc4xmpExt:PersonInImage xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'>\
                 <rdf:Bag><rdf:li>Alice</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>";
    let other = Picture::new(Kind::Jpeg).seed(9).xmp(sample_pictures::Xmp::new().foreign(names));
    std::fs::write(home.path("a.jpg"), other.build()).unwrap();
    let (first, told) = home.write();
    assert_eq!(first.skipped.get("up-to-date"), Some(&1), "{told:?}");
    let before = snapshot(home.photos.path());
    home.sandbox.rename_person(alice, "Alicia");

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.skipped.get("not-the-same")), (0, Some(&1)), "{told:?}");
    assert_eq!(snapshot(home.photos.path()), before);
}
