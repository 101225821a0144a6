//! What goes wrong around Immich, one test for each pitfall that shows in the tags of one file.

use super::super::testing::{changes_with, file, in_words};
use super::super::*;
use super::written;
use crate::fields::{Caption, PhotoFields};
use crate::structure::Container;
use crate::time::CaptureTime;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn albums_beside_tags() -> PhotoFields {
    PhotoFields { albums: Some(set(&["X"])), all_tags: Some(set(&["mine"])), ..PhotoFields::default() }
}

#[test]
fn pitfall_tags_are_replaced_by_the_first_list_so_an_album_alone_would_delete_them() {
    for tags in [&[][..], &[(Tag::Subject, "mine")], &[(Tag::HierarchicalSubject, "mine")]] {
        let photo = file(Container::Jpeg, tags);
        let plan = plan_edits(&albums_beside_tags(), &photo, &Base::default(), &Rules::default());

        assert_eq!(tags_as_immich_reads(&photo, &plan.edits), set(&["mine"]));
    }
}

#[test]
fn pitfall_people_as_keywords_do_not_become_tags_of_a_photo_that_has_some() {
    let choices = TagChoices { people_as_keywords: true, people_in_hierarchy: true, ..TagChoices::default() };
    let rules = Rules { choices, ..Rules::default() };
    let people = PhotoFields { people: Some(set(&["Alice"])), ..albums_beside_tags() };
    let photo = file(Container::Jpeg, &[(Tag::Subject, "mine")]);

    let plan = plan_edits(&people, &photo, &Base::default(), &rules);

    assert_eq!(tags_as_immich_reads(&photo, &plan.edits), set(&["mine"]));
}

#[test]
fn pitfall_tags_that_are_not_known_are_not_put_at_risk() {
    let unknown = PhotoFields { all_tags: None, ..albums_beside_tags() };
    let photo = file(Container::Jpeg, &[(Tag::Subject, "mine")]);
    let shielded = file(Container::Jpeg, &[(Tag::TagsList, "mine")]);
    let plan = |photo: &FileTags| plan_edits(&unknown, photo, &Base::default(), &Rules::default());

    assert_eq!(in_words(&plan(&photo).edits), ["XMP-iptcExt:Event=X"]);
    assert_eq!(plan(&photo).kept.len(), 1);
    assert!(in_words(&plan(&shielded).edits).contains(&"XMP-lr:HierarchicalSubject=Albums|X".to_owned()));
    assert!(plan(&shielded).kept.is_empty());
}

#[test]
fn pitfall_a_digest_that_does_not_fit_makes_the_iptc_block_count() {
    let photo = |renew_digest| {
        let tags = [(Tag::Subject, "from XMP"), (Tag::IptcKeywords, "from IPTC")];
        file(Container::Jpeg, &tags).with_digest(renew_digest)
    };

    assert_eq!(tags_as_immich_reads(&photo(true), &[]), set(&["from XMP"]));
    assert_eq!(tags_as_immich_reads(&photo(false), &[]), set(&["from IPTC"]));
}

#[test]
fn pitfall_image_description_is_read_first_in_files_and_sidecars() {
    let caption = PhotoFields { caption: Known::of(Caption::new("new", 2000)), ..PhotoFields::default() };
    let stale = [(Tag::Description, "new"), (Tag::ImageDescription, "stale")];
    let sidecar = [(Tag::Description, "new"), (Tag::XmpImageDescription, "stale")];

    let changes = |container, tags| changes_with(&caption, &file(container, tags), &Rules::default());

    assert_eq!(changes(Container::Jpeg, &stale), ["IFD0:ImageDescription=new"]);
    assert_eq!(changes(Container::Xmp, &sidecar), ["XMP-tiff:ImageDescription=new"]);
}

#[test]
fn pitfall_one_date_in_a_sidecar_hides_all_dates_of_the_file() {
    let taken = CaptureTime::from_instant("2024-07-01T10:00:00Z".parse().unwrap(), Some("Europe/Berlin"));
    let time = PhotoFields { taken: taken.ok(), ..PhotoFields::default() };
    let other = PhotoFields { caption: Known::of(Caption::new("new", 2000)), ..PhotoFields::default() };
    let stale = file(Container::Xmp, &[(Tag::XmpDateTimeOriginal, "2001:01:01 00:00:00")]);
    let empty = FileTags::empty(Container::Xmp);
    let dates = |fields: &PhotoFields, sidecar: &FileTags| {
        let plan = plan_edits(fields, sidecar, &Base::default(), &Rules::default());
        let sidecar = written(sidecar, &plan.edits);
        let dates = sidecar.iter().filter(|(tag, _)| tag.kind() == ValueKind::Date);
        dates.map(|(_, value)| value.as_text().to_owned()).collect::<BTreeSet<_>>()
    };

    assert_eq!(dates(&time, &stale), set(&["2024:07:01 12:00:00+02:00"]));
    assert!(dates(&other, &empty).is_empty());
}

#[test]
fn pitfall_short_copies_in_iptc_are_no_difference() {
    let name = "é".repeat(40);
    let caption = "ä".repeat(1500);
    let tags = [
        (Tag::PersonInImage, name.as_str()),
        (Tag::Subject, &name),
        (Tag::IptcKeywords, &name[..64]),
        (Tag::TagsList, "mine"),
        (Tag::Description, &caption),
        (Tag::ImageDescription, &caption),
        (Tag::IptcCaption, &caption[..2000]),
    ];
    let fields = PhotoFields {
        people: Some(set(&[&name])),
        all_tags: Some(set(&["mine"])),
        caption: Known::of(Caption::new(&caption, 2000)),
        ..PhotoFields::default()
    };

    let changes =
        changes_with(&fields, &file(Container::Jpeg, &tags), &super::super::testing::with_keywords());

    assert_eq!(changes, Vec::<String>::new());
}

#[test]
fn pitfall_the_order_of_a_list_is_no_difference() {
    let photo = file(Container::Jpeg, &[(Tag::PersonInImage, "Bob"), (Tag::PersonInImage, "Alice")]);
    let people = PhotoFields { people: Some(set(&["Alice", "Bob"])), ..PhotoFields::default() };

    assert!(changes_with(&people, &photo, &Rules::default()).is_empty());
}
