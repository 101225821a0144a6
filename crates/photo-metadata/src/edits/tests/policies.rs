//! Who wins: file, server, and what both last agreed on.

use super::super::testing::{file, in_words};
use super::super::*;
use super::written;
use crate::fields::{Caption, Position, RatingWish, Stars};
use crate::structure::Container;
use crate::time::CaptureTime;

fn stars(count: i64) -> RatingWish {
    RatingWish::Stars(Stars::new(count).unwrap())
}

fn taken(instant: &str) -> CaptureTime {
    CaptureTime::from_instant(instant.parse().unwrap(), Some("Europe/Berlin")).unwrap()
}

/// One version of a photo on the server, of two that differ in everything.
fn version(number: u8) -> PhotoFields {
    let one = number == 1;
    PhotoFields {
        caption: Known::of(Caption::new(if one { "one" } else { "two" }, 2000)),
        position: Known::of(Position::new(if one { 10.5 } else { -20.5 }, 30.0, None)),
        taken: Some(taken(if one { "2024-07-01T10:00:00Z" } else { "2020-01-01T10:00:00Z" })),
        rating: Known::Is(stars(if one { 3 } else { 5 })),
        ..PhotoFields::default()
    }
}

fn nothing() -> PhotoFields {
    PhotoFields {
        caption: Known::Nothing,
        position: Known::Nothing,
        rating: Known::Nothing,
        ..PhotoFields::default()
    }
}

const CONTAINERS: [Container; 7] = [
    Container::Jpeg,
    Container::Tiff,
    Container::Heic,
    Container::Png,
    Container::Gif,
    Container::Mp4,
    Container::Xmp,
];

const DATA: [Datum; 4] = [Datum::Gps, Datum::Caption, Datum::Time, Datum::Rating];

fn rules(policy: Policy) -> Rules {
    let mut rules = Rules::default();
    for datum in DATA {
        rules.policies.set(datum, policy);
    }
    rules
}

/// A file as it is when the server's version has been written into it.
fn in_step(container: Container, version: &PhotoFields) -> (FileTags, Base) {
    let empty = FileTags::empty(container);
    let plan = plan_edits(version, &empty, &Base::default(), &Rules::default());
    (written(&empty, &plan.edits), plan.base)
}

/// The same file after somebody else wrote another version into it.
fn changed_by_another(file: &FileTags, version: &PhotoFields) -> FileTags {
    written(file, &plan_edits(version, file, &Base::default(), &Rules::default()).edits)
}

#[test]
fn a_second_plan_is_empty_in_every_container() {
    for container in CONTAINERS {
        let (photo, base) = in_step(container, &version(1));
        for base in [base, Base::default()] {
            let plan = plan_edits(&version(1), &photo, &base, &Rules::default());
            assert!(plan.edits.is_empty(), "{container:?}: {:?}", plan.edits);
        }
    }
}

#[test]
fn without_history_the_server_wins() {
    for container in CONTAINERS {
        let (photo, _) = in_step(container, &version(1));
        let plan = plan_edits(&version(2), &photo, &Base::default(), &Rules::default());
        assert!(plan.edits.len() >= 4 && plan.kept.is_empty(), "{container:?}: {plan:?}");
    }
}

#[test]
fn what_was_changed_in_the_file_alone_stays() {
    for container in CONTAINERS {
        let (photo, base) = in_step(container, &version(1));
        let photo = changed_by_another(&photo, &version(2));

        let plan = plan_edits(&version(1), &photo, &base, &Rules::default());

        assert!(plan.edits.is_empty(), "{container:?}: {:?}", plan.edits);
        let mut kept: Vec<Datum> = plan.kept.iter().map(|kept| kept.datum).collect();
        kept.sort_unstable();
        assert_eq!(kept, DATA, "{container:?}");

        let again = plan_edits(&version(1), &photo, &plan.base, &Rules::default());
        assert!(again.edits.is_empty(), "{container:?}");
        let read = plan_edits(&version(2), &photo, &again.base, &Rules::default());
        assert!(read.edits.is_empty() && read.kept.is_empty(), "{container:?}: {read:?}");
    }
}

#[test]
fn where_both_moved_on_the_server_wins() {
    for container in CONTAINERS {
        let (photo, base) = in_step(container, &version(1));
        let other = PhotoFields { caption: Known::of(Caption::new("three", 2000)), ..PhotoFields::default() };
        let photo = changed_by_another(&photo, &other);
        let four = PhotoFields { caption: Known::of(Caption::new("four", 2000)), ..PhotoFields::default() };

        let plan = plan_edits(&four, &photo, &base, &Rules::default());

        assert!(plan.kept.is_empty(), "{container:?}");
        assert!(plan.edits.iter().all(|edit| edit.new == Some(Value::text("four"))), "{:?}", plan.edits);
    }
}

#[test]
fn what_the_file_lost_is_written_again() {
    for container in CONTAINERS {
        let (photo, base) = in_step(container, &version(1));

        let plan = plan_edits(&version(1), &FileTags::empty(container), &base, &Rules::default());

        let tags = |edits: &[TagEdit]| edits.iter().map(|edit| edit.tag).collect::<Vec<_>>();
        let all = plan_edits(&version(1), &FileTags::empty(container), &Base::default(), &Rules::default());
        assert_eq!(tags(&plan.edits), tags(&all.edits), "{container:?} {photo:?}");
    }
}

#[test]
fn what_the_server_has_no_more_leaves_where_it_is_ours() {
    for container in CONTAINERS {
        let (photo, base) = in_step(container, &version(1));

        let plan = plan_edits(&nothing(), &photo, &base, &Rules::default());
        let left = written(&photo, &plan.edits);

        let is_date = |tag: Tag| tag.kind() == ValueKind::Date || tag.name().contains("Time");
        assert!(left.iter().all(|(tag, _)| is_date(tag)), "{container:?}: {left:?}");
        assert!(plan.base.written.keys().all(|tag| is_date(*tag)));
        assert_eq!(plan.base.agreed.caption, None);

        let foreign = plan_edits(&nothing(), &photo, &Base::default(), &Rules::default());
        assert!(foreign.edits.is_empty(), "{container:?}: {:?}", foreign.edits);
        let changed = changed_by_another(&photo, &version(2));
        let theirs = plan_edits(&nothing(), &changed, &base, &Rules::default());
        let hemisphere = |edit: &TagEdit| edit.tag.name().ends_with("Ref") || edit.tag == Tag::GpsLongitude;
        assert!(theirs.edits.iter().all(hemisphere) || theirs.edits.is_empty(), "{:?}", theirs.edits);
    }
}

#[test]
fn a_position_that_was_half_changed_is_nobodys_to_remove() {
    let (photo, base) = in_step(Container::Jpeg, &version(1));
    let mut photo = photo;
    photo.insert(Tag::GpsLongitude, Value::text("31"));

    let plan = plan_edits(&nothing(), &photo, &base, &Rules::default());

    assert!(plan.edits.iter().all(|edit| !edit.tag.name().starts_with("GPS:")), "{:?}", plan.edits);
}

#[test]
fn fill_missing_writes_only_where_the_file_says_nothing() {
    let fill = rules(Policy::FillMissing);
    for container in CONTAINERS {
        let empty = FileTags::empty(container);
        let all = plan_edits(&version(1), &empty, &Base::default(), &Rules::default());
        let plan = plan_edits(&version(1), &empty, &Base::default(), &fill);
        assert_eq!(plan.edits, all.edits, "{container:?}");

        let ours = written(&empty, &plan.edits);
        let changed = plan_edits(&version(2), &ours, &plan.base, &fill);
        assert!(changed.edits.len() >= 4, "what we wrote follows the server: {container:?} {changed:?}");
        let removed = plan_edits(&nothing(), &ours, &plan.base, &fill);
        assert!(!removed.edits.is_empty(), "{container:?}");

        let foreign = plan_edits(&version(2), &ours, &Base::default(), &fill);
        assert!(foreign.edits.is_empty(), "{container:?}: {:?}", foreign.edits);
        assert!(foreign.kept.iter().any(|kept| kept.datum == Datum::Caption), "{container:?}");
        assert_eq!(foreign.base.agreed.caption, None, "nothing was agreed on");
    }
}

#[test]
fn fill_missing_takes_zeros_and_blanks_for_nothing() {
    let photo = file(
        Container::Jpeg,
        &[
            (Tag::Rating, "0"),
            (Tag::ImageDescription, "   "),
            (Tag::GpsLatitude, "0"),
            (Tag::GpsLatitudeRef, "N"),
            (Tag::GpsLongitude, "0"),
            (Tag::GpsLongitudeRef, "E"),
            (Tag::DateTimeOriginal, "0000:00:00 00:00:00"),
        ],
    );

    let plan = plan_edits(&version(1), &photo, &Base::default(), &rules(Policy::FillMissing));

    for tag in [Tag::Rating, Tag::ImageDescription, Tag::GpsLatitude, Tag::DateTimeOriginal] {
        assert!(plan.edits.iter().any(|edit| edit.tag == tag), "{tag}: {:?}", plan.edits);
    }
}

#[test]
fn fill_missing_leaves_lists_of_others_alone() {
    let photo = file(Container::Jpeg, &[(Tag::PersonInImage, "Somebody")]);
    let people = PhotoFields { people: Some(["Alice".to_owned()].into()), ..PhotoFields::default() };
    let mut rules = Rules::default();
    rules.policies.set(Datum::People, Policy::FillMissing);

    assert!(plan_edits(&people, &photo, &Base::default(), &rules).edits.is_empty());
    let empty = FileTags::empty(Container::Jpeg);
    let first = plan_edits(&people, &empty, &Base::default(), &rules);
    let both =
        PhotoFields { people: Some(["Alice".to_owned(), "Bob".to_owned()].into()), ..PhotoFields::default() };
    let second = plan_edits(&both, &written(&empty, &first.edits), &first.base, &rules);
    assert_eq!(in_words(&second.edits), ["XMP-iptcExt:PersonInImage=Alice|Bob"]);
}

#[test]
fn never_writes_and_removes_nothing() {
    for container in CONTAINERS {
        let (photo, base) = in_step(container, &version(1));
        for fields in [version(2), nothing()] {
            let plan = plan_edits(&fields, &photo, &base, &rules(Policy::Never));
            assert!(plan.edits.is_empty(), "{container:?}");
            assert_eq!(plan.base, base, "{container:?}");
        }
    }
}

#[test]
fn stars_that_were_taken_away_in_the_file_are_not_given_back() {
    let (mut photo, base) = in_step(Container::Jpeg, &version(1));
    photo.insert(Tag::Rating, Value::text("0"));

    let plan = plan_edits(&version(1), &photo, &base, &Rules::default());

    assert!(plan.edits.is_empty(), "{:?}", plan.edits);
    assert_eq!(plan.kept.len(), 1);
}

#[test]
fn a_favourite_that_lost_its_stars_gets_five_instead_of_ours() {
    let (photo, base) = in_step(Container::Jpeg, &version(1));
    let favourite = PhotoFields { rating: Known::Is(RatingWish::Favorite), ..PhotoFields::default() };

    let plan = plan_edits(&favourite, &photo, &base, &Rules::default());

    assert_eq!(in_words(&plan.edits)[0], "XMP-xmp:Rating=5");
}

#[test]
fn mistake_04_stars_that_the_server_never_had_stay() {
    let photo = file(Container::Jpeg, &[(Tag::Rating, "3")]);

    assert!(plan_edits(&nothing(), &photo, &Base::default(), &Rules::default()).edits.is_empty());
}

#[test]
fn a_sidecar_gets_the_full_set_and_dates_only_with_the_time() {
    let sidecar = FileTags::empty(Container::Xmp);
    let all = plan_edits(&version(1), &sidecar, &Base::default(), &Rules::default());
    let without_time = PhotoFields { taken: None, ..version(1) };
    let dateless = plan_edits(&without_time, &sidecar, &Base::default(), &Rules::default());

    assert_eq!(
        in_words(&all.edits),
        [
            "XMP-dc:Description=one",
            "XMP-tiff:ImageDescription=one",
            "XMP-exif:GPSLatitude=10.5",
            "XMP-exif:GPSLongitude=30",
            "XMP-exif:DateTimeOriginal=2024:07:01 12:00:00+02:00",
            "XMP-photoshop:DateCreated=2024:07:01 12:00:00+02:00",
            "XMP-xmp:Rating=3"
        ]
    );
    assert!(dateless.edits.iter().all(|edit| edit.tag.kind() != ValueKind::Date));
}

#[test]
fn both_dates_of_a_sidecar_are_kept_in_step() {
    let sidecar = file(
        Container::Xmp,
        &[
            (Tag::XmpDateTimeOriginal, "2024:07:01 12:00:00+02:00"),
            (Tag::DateCreated, "2019:01:01 00:00:00"),
            (Tag::XmpCreateDate, "2019:01:01 00:00:00"),
        ],
    );
    let only_date = file(Container::Xmp, &[(Tag::DateCreated, "2024:07:01 12:00:00+02:00")]);
    let wanted = PhotoFields { taken: version(1).taken, ..PhotoFields::default() };
    let edits = |sidecar| plan_edits(&wanted, sidecar, &Base::default(), &Rules::default()).edits;

    assert_eq!(in_words(&edits(&sidecar)), ["XMP-photoshop:DateCreated=2024:07:01 12:00:00+02:00"]);
    assert!(edits(&only_date).is_empty());
}
