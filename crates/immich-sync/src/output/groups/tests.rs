use jiff::tz::TimeZone;
use photo_similarity::{Criterion, Format, GroupId, PhotoId};
use sync_core::organize::AlsoRecord;

use super::super::testing::asset;
use super::*;
use crate::language::tests::in_german;

fn view(json: bool) -> GroupsView {
    GroupsView {
        console: Console {
            result: Paint { on: false },
            aside: Paint { on: false },
            width: None,
            can_draw: false,
        },
        json,
        zone: TimeZone::UTC,
        server: Some("https://photos.example.org/api/".to_owned()),
        hash: HashKind::P256,
    }
}

fn member(number: u8, name: &str) -> MemberRecord {
    MemberRecord {
        place: Place::Asset(asset(number)),
        is_own: true,
        account: "anna".to_owned(),
        library: None,
        distance: (number > 1).then_some(12),
        set: 0,
        name: name.to_owned(),
        path: format!("/data/upload/{name}"),
        bytes: Some(3_100_000 / u64::from(number)),
        width: Some(4032),
        height: Some(3024),
        format: Some(Format::Jpeg),
        taken: Some("2024-07-01T12:00:03Z".parse().unwrap()),
        camera: Some("Canon EOS R5".to_owned()),
        is_favourite: number == 2,
        rating: None,
        description: None,
        position: None,
        people: Vec::new(),
        sha1: None,
        updated: None,
        stamp: None,
        stack: None,
        is_archived: false,
        live_video: None,
    }
}

fn group() -> GroupRecord {
    let file = || Place::File(std::path::PathBuf::from("/photos/c.jpg").into());
    let third = MemberRecord {
        place: file(),
        distance: Some(20),
        width: Some(1008),
        height: Some(756),
        path: "/photos/c.jpg".to_owned(),
        ..member(3, "c.jpg")
    };
    GroupRecord {
        id: GroupId::of([PhotoId([1; 16]), PhotoId([2; 16])]),
        class: Class::Duplicate,
        members: vec![member(1, "IMG_1.jpg"), member(2, "IMG_1 (1)\u{1b}[2J.jpg"), third],
        reason: Criterion::Pixels,
        also: vec![AlsoRecord { place: file(), name: "d.jpg".to_owned(), distance: 44 }],
    }
}

#[test]
fn a_photo_says_what_it_is_to_the_kept_one() {
    let sum = |letter: char| Some(letter.to_string().repeat(40));
    let mut group = group();
    let told = |group: &GroupRecord| view(false).lines(&Shown::new(12, group.clone(), None)).join("\n");
    group.members[0].sha1 = sum('a');

    group.members[2] = MemberRecord { is_own: false, sha1: sum('a'), ..group.members[2].clone() };
    assert!(
        told(&group).contains("c.jpg  of the loaded hashes, never changed, the same bytes"),
        "{}",
        told(&group)
    );
    group.members[0].library = Some("external".to_owned());
    assert!(told(&group).contains("distance 20/256"), "no checksum of its content: {}", told(&group));
    group.members[2].distance = None;
    assert!(told(&group).contains("distance not measured"), "{}", told(&group));
}

#[test]
fn a_group_shows_what_is_kept_and_only_what_differs() {
    insta::assert_snapshot!(view(false).lines(&Shown::new(12, group(), None)).join("\n"));
}

#[test]
fn a_group_is_a_line_of_a_list() {
    let ignored = Shown::new(3, group(), Some(Decision::NotDuplicates));

    insta::assert_snapshot!(
        [view(false).list_line(&Shown::new(12, group(), None)), view(false).list_line(&ignored)].join("\n")
    );
}

#[test]
fn groups_read_as_german() {
    let ignored = Shown::new(3, group(), Some(Decision::NotDuplicates));
    let count = ClassCount { groups: 12_345, photos: 24_690, gain: 12_345_000_000 };

    let said = in_german(|| {
        let group = Shown::new(12, group(), None);
        let mut lines = class_lines(&[(Class::Duplicate, count)].into(), Paint { on: false });
        lines.extend([view(false).list_line(&group), view(false).list_line(&ignored), String::new()]);
        lines.extend(view(false).lines(&group));
        lines.join("\n")
    });

    insta::assert_snapshot!(said);
}

#[test]
fn a_machine_gets_english_in_every_language() {
    let object = || view(true).object(&Shown::new(12, group(), None));

    assert_eq!(in_german(object), object());
}

#[test]
fn a_machine_gets_every_field() {
    let object = view(true).object(&Shown::new(12, group(), None));

    insta::assert_json_snapshot!(object);
}

#[test]
fn what_the_user_keeps_comes_first_and_distances_that_are_not_known_are_not_made_up() {
    let keep = Decision::Keep(vec![group().members[2].place.clone(), group().members[1].place.clone()]);

    let shown = Shown::new(1, group(), Some(keep));

    let names: Vec<&str> = shown.group.members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!((names[0], names[2]), ("c.jpg", "IMG_1.jpg"));
    assert_eq!(shown.group.reason, Criterion::Pinned);
    assert_eq!((shown.keeps(0), shown.keeps(1), shown.keeps(2)), (true, true, false));
    let distances: Vec<Option<u16>> = shown.group.members.iter().map(|member| member.distance).collect();
    assert_eq!(distances, [None, None, Some(20)]);
}

#[test]
fn a_link_leads_to_the_web_or_nowhere() {
    let link = |server: &str| GroupsView { server: Some(server.to_owned()), ..view(false) }.link(&asset(1));

    assert!(link("http://nas:2283").unwrap().starts_with("http://nas:2283/photos/0000"));
    assert_eq!(link("javascript:alert(1)"), None);
}

#[test]
fn classes_are_summed_up_in_lines() {
    let count = |groups| ClassCount { groups, photos: 2 * groups, gain: groups * 1_000_000 };
    let counts =
        [(Class::Exact, count(1)), (Class::Duplicate, count(12_345)), (Class::Burst, count(0))].into();

    insta::assert_snapshot!(class_lines(&counts, Paint { on: false }).join("\n"));
}
