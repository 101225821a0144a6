//! Tags of the server, and that nothing we write comes back as a tag that nobody gave.

use immich_sandbox::{AssetId, Fault, Version};
use photo_metadata::Datum;
use sample_pictures::{Kind, Picture, Xmp};
use sync_core::writeback::AfterWrite;

use crate::harness::{Home, Setting, items};

const TAGS_LIST: &str = "XMP-digiKam:TagsList";
const HIERARCHY: &str = "XMP-lr:HierarchicalSubject";
const KEYWORDS: &str = "XMP-dc:Subject";

fn home(version: Version, tags: &[&str], data: &[Datum]) -> (Home, AssetId) {
    let mut setting = Setting::of(version);
    let alice = setting.scenario.person("Alice");
    let album = setting.scenario.album("Trip");
    let xmp = tags.iter().fold(Xmp::new(), |xmp, tag| xmp.tags_list(*tag));
    setting.file("a.jpg", &Picture::new(Kind::Jpeg).xmp(if tags.is_empty() { Xmp::new() } else { xmp }));
    let mut asset = setting.scenario.asset_file(&setting.library, "a.jpg").person(&alice).album(&album);
    for tag in tags {
        asset = asset.tag(tag);
    }
    let asset = asset.id();
    let mut home = setting.start();
    home.options.data = data.iter().copied().collect();
    home.options.after = AfterWrite::Refresh;
    (home, asset)
}

#[test]
fn all_tags_of_a_photo_are_written_in_all_three_forms() {
    let (home, asset) = home(Version::V3_0_3, &[], &[Datum::Tags]);
    home.sandbox.set_tags(asset, &["Places/Sea", "Places", "holiday"]).unwrap();

    let (summary, told) = home.write();

    assert_eq!(summary.done, 1, "{told:?}");
    let tags = home.tags("a.jpg");
    assert_eq!(
        items(&tags, TAGS_LIST),
        ["Places", "Places/Sea", "holiday"],
        "also the parent that it has for itself"
    );
    assert_eq!(items(&tags, HIERARCHY), ["Places", "Places|Sea", "holiday"]);
    let mut flat = items(&tags, KEYWORDS);
    flat.sort();
    assert_eq!(flat, ["Places", "Sea", "holiday"]);
    let view = home.sandbox.view(asset).unwrap();
    assert_eq!(view.tags, ["Places", "Places/Sea", "holiday"], "the server read back what it had");
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn a_tag_that_was_taken_off_or_renamed_leaves_the_file() {
    let (home, asset) = home(Version::V3_0_3, &[], &[Datum::Tags]);
    home.sandbox.set_tags(asset, &["Places/Sea", "holiday"]).unwrap();
    home.write();

    home.sandbox.set_tags(asset, &["Places/Sea"]).unwrap();
    home.write();
    assert_eq!(items(&home.tags("a.jpg"), TAGS_LIST), ["Places/Sea"]);
    assert_eq!(items(&home.tags("a.jpg"), KEYWORDS), ["Sea"]);

    home.sandbox.rename_tag(home.sandbox.admin(), "Places/Sea", "Ocean");
    home.write();
    assert_eq!(items(&home.tags("a.jpg"), TAGS_LIST), ["Places/Ocean"]);
    assert_eq!(home.sandbox.view(asset).unwrap().tags, ["Places/Ocean"]);
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn albums_and_people_in_the_file_take_no_tag_away_and_bring_none() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let data = [Datum::Albums, Datum::People];
        let (mut home, asset) = home(version, &["holiday", "Places/Sea"], &data);
        home.options.rules.choices.people_as_keywords = true;
        home.options.rules.choices.people_in_hierarchy = true;
        let before = home.sandbox.view(asset).unwrap();

        assert_eq!(home.write().0.done, 1);
        let read = home.sandbox.view(asset).unwrap();

        let tags = home.tags("a.jpg");
        assert!(items(&tags, HIERARCHY).contains(&"Albums|Trip".to_owned()), "{tags:?}");
        assert!(items(&tags, KEYWORDS).contains(&"Alice".to_owned()), "{tags:?}");
        assert_eq!(read.tags, before.tags, "after write and refresh");
        assert_eq!(home.write().0.files, 0);
        assert_eq!(home.sandbox.view(asset).unwrap().tags, before.tags);
    }
}

#[test]
fn people_alone_bring_no_tag_by_default() {
    let (mut home, asset) = home(Version::V3_0_3, &[], &[Datum::People]);
    home.options.rules.choices = photo_metadata::TagChoices::default();

    assert_eq!(home.write().0.done, 1);

    assert_eq!(home.sandbox.view(asset).unwrap().tags, Vec::<String>::new());
    assert_eq!(items(&home.tags("a.jpg"), "XMP-iptcExt:PersonInImage"), ["Alice"]);
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn an_album_of_a_photo_without_tags_comes_to_rest_after_one_refresh() {
    let (home, asset) = home(Version::V3_0_3, &[], &[Datum::Albums]);

    home.write();
    let read = home.sandbox.view(asset).unwrap();
    let (second, told) = home.write();

    assert_eq!(second.files, 0, "{told:?}");
    assert_eq!(home.sandbox.view(asset).unwrap(), read);
    // A tag that a person gives later is kept, and the one that came from our album goes.
    home.sandbox.tag_as_user(asset, &["holiday"]).unwrap();
    home.write();
    home.write();
    let tags = home.sandbox.view(asset).unwrap().tags;
    assert!(tags.contains(&"holiday".to_owned()), "{tags:?}");
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn a_parent_that_only_one_request_can_tell_is_no_loss() {
    for data in [Datum::Tags, Datum::Albums] {
        let mut setting = Setting::new();
        let album = setting.scenario.album("Trip");
        for number in 0..12 {
            let name = format!("{number}.jpg");
            setting.file(&name, &Picture::new(Kind::Jpeg).seed(number));
            let asset = setting.scenario.asset_file(&setting.library, &name).album(&album);
            asset.tag("Places").tag("Places/Sea");
        }
        let mut home = setting.start();
        home.options.data = [data].into();
        assert_eq!(home.write().0.done, 12);

        let (again, told) = home.try_write();

        assert_eq!(again.unwrap().files, 0, "{told:?}");
    }
}

#[test]
fn a_tag_that_one_search_missed_is_asked_for_before_it_is_taken_away() {
    let (home, asset) = home(Version::V3_0_3, &[], &[Datum::Tags]);
    home.sandbox.set_tags(asset, &["holiday", "lake"]).unwrap();
    home.write();
    let before = home.tags("a.jpg");
    // A page that moved, an index that is being built: well formed, and one photo short.
    let nothing = r#"{"assets":{"total":0,"count":0,"items":[],"facets":[],"nextPage":null}}"#;
    // The question whether the filter is heeded comes first, then the tags in the order of their names.
    home.sandbox.inject(Fault::body(nothing).on("POST", "/api/search/metadata").after(1).times(1));

    let (summary, told) = home.write();

    assert_eq!((summary.files, home.tags("a.jpg")), (0, before), "{told:?}");
    assert_eq!(home.sandbox.view(asset).unwrap().tags, ["holiday", "lake"]);
    home.sandbox.set_tags(asset, &["holiday"]).unwrap();
    assert_eq!(home.write().0.files, 1, "one that is really gone leaves the file");
    assert_eq!(items(&home.tags("a.jpg"), TAGS_LIST), ["holiday"]);
}

#[test]
fn an_asset_that_vanishes_before_its_tags_are_asked_for_is_one_failure() {
    let mut setting = Setting::new();
    for name in ["a.jpg", "b.jpg"] {
        setting.file(name, &Picture::new(Kind::Jpeg).seed(name.len() as u64));
        setting.scenario.asset_file(&setting.library, name).tag("Places").tag("Places/Sea");
    }
    let mut home = setting.start();
    home.options.data = [Datum::Tags].into();
    home.options.workers = 1;
    home.sandbox.inject(Fault::status(404).on("GET", "/api/assets/").times(1));

    let (summary, told) = home.try_write();

    let summary = summary.unwrap();
    assert_eq!((summary.seen, summary.done), (2, 1), "{told:?}");
}

#[test]
fn a_list_of_tags_that_we_wrote_is_renewed_before_the_server_reads_it_again() {
    let (mut home, asset) = home(Version::V3_0_3, &["holiday"], &[Datum::Albums]);
    home.options.rules.choices.people_as_keywords = false;
    std::fs::write(home.path("a.jpg"), Picture::new(Kind::Jpeg).build()).unwrap();
    home.write();
    assert_eq!(items(&home.tags("a.jpg"), TAGS_LIST), ["holiday"], "the shield in front of the album");
    // A folder that Immich may not write to gets no sidecar: the tag is only in its database.
    home.sandbox.set_tags(asset, &["holiday", "lake"]).unwrap();
    home.sandbox.edit(asset, |asset| asset.description = Some("new".to_owned())).unwrap();
    home.options.data = [Datum::Caption].into();

    let (summary, told) = home.write();

    assert_eq!(summary.done, 1, "{told:?}");
    assert_eq!(home.sandbox.view(asset).unwrap().tags, ["holiday", "lake"]);
    assert_eq!(home.write().0.files, 0);
}
