//! The page as a whole.

use std::path::PathBuf;

use anyhow::anyhow;
use photo_similarity::{Class, Criterion, Limits};
use proptest::prelude::*;
use sync_core::organize::{AlsoRecord, GroupRecord, MemberRecord, Place};

use super::page::write;
use super::testing::{asset, file, group, head};
use super::*;
use crate::language::tests::in_german;
use crate::output::size;

fn without_pictures() -> Pictures<'static> {
    Pictures { bytes: &|_| None, limits: Limits::default(), workers: 1 }
}

fn page_of(groups: &[GroupRecord], head: &Head) -> String {
    let mut out = Vec::new();
    let numbered = groups.iter().cloned().enumerate().map(|(index, group)| Ok((index as u64 + 1, group)));
    write(numbered, &without_pictures(), head, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn two(text: &str) -> GroupRecord {
    let one = MemberRecord {
        name: text.to_owned(),
        path: text.to_owned(),
        camera: Some(text.to_owned()),
        description: Some(text.to_owned()),
        people: vec![text.to_owned()],
        sha1: Some(text.to_owned()),
        ..asset(1, "")
    };
    let other = MemberRecord { distance: Some(12), ..file(&format!("/{text}")) };
    let also =
        AlsoRecord { place: Place::File(PathBuf::from(text).into()), name: text.to_owned(), distance: 58 };
    GroupRecord { also: vec![also], ..group(7, Class::Duplicate, vec![one, other]) }
}

/// The elements of a page with their attributes and without the values of these; between them whether there is text.
fn skeleton(page: &str) -> Vec<String> {
    let mut elements = Vec::new();
    let mut rest = page;
    while let Some((_, from)) = rest.split_once('<') {
        let mut quoted = false;
        let end = from.find(|sign| {
            quoted ^= sign == '"';
            sign == '>' && !quoted
        });
        let (element, behind) = from.split_at(end.unwrap());
        let names: Vec<&str> = element.split('"').step_by(2).collect();
        elements.push(names.join("\""));
        rest = match element {
            "style" => &behind[behind.find("</style>").unwrap()..],
            "script" => &behind[behind.find("</script>").unwrap()..],
            _ => behind,
        };
    }
    elements
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_from_elsewhere_changes_the_elements_of_the_page(text in "(<[/!]?|>|\"|'|&|script|on[a-z]+=|=|\\PC| |\n){1,12}") {
        // A name that has a visible letter, so that a fact that is there stays there.
        let hostile = two(&format!("x{text}x"));
        let plain = two("plain");

        let pages = [&hostile, &plain].map(|group| page_of(std::slice::from_ref(group), &head(std::slice::from_ref(&plain))));

        prop_assert_eq!(skeleton(&pages[0]), skeleton(&pages[1]));
    }
}

#[test]
fn a_hostile_head_stays_text_and_only_web_addresses_become_links() {
    let groups = [two("a.jpg")];
    for server in [
        "javascript:alert(1)//",
        "http://nas\" onclick=\"alert(1)",
        "http://a b",
        "data:text/html,x",
        "http://a\n",
    ] {
        let head = Head {
            sources: vec!["<script>alert(1)</script>".to_owned()],
            server: Some(server.to_owned()),
            ..head(&groups)
        };

        let page = page_of(&groups, &head);

        assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert"));
        assert!(!page.contains("/photos/"), "{server}");
    }
    let page = page_of(&groups, &head(&groups));
    assert!(page.contains("href=\"http://nas:2283/photos/00000000-0000-0001-0000-000040008000\""), "{page}");
}

#[test]
fn the_page_says_what_one_needs_to_decide() {
    let members = vec![
        asset(9, "best.jpg"),
        MemberRecord { width: Some(1600), height: Some(1200), distance: Some(12), ..asset(2, "small.jpg") },
        MemberRecord { distance: None, is_own: false, ..asset(3, "hers.jpg") },
        MemberRecord { sha1: asset(9, "").sha1, ..asset(4, "again.jpg") },
    ];
    let groups = [group(3, Class::Duplicate, members)];

    let page = page_of(&groups, &head(&groups));

    for text in [
        &format!("Keep the first: {}.", Criterion::Pixels),
        "<bdi>4032 × 3024</bdi> <bdi>9.0 MB</bdi>",
        "<bdi class=\"other\">1600 × 1200</bdi> <bdi class=\"other\">2.0 MB</bdi>",
        "distance 12/256",
        "distance not measured",
        "same bytes",
        "not yours, never touched",
        &format!("<b>Duplicate</b> <span class=\"n\">1 · {}</span>", size(groups[0].gain())),
        "<b>Exact</b> <span class=\"n\">none</span>",
        "immich-sync organize decide 030303030303 --keep 00000000-0000-0009-0000-000040008000",
        "immich-sync organize decide 030303030303 --ignore",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[test]
fn what_is_not_shown_is_said_with_the_command_that_lists_it() {
    let groups = [group(1, Class::Exact, vec![asset(1, "a"), asset(2, "b")])];
    let mut head = head(&groups);
    head.counts.get_mut(&Class::Exact).unwrap().groups = 12_345;
    head.counts.insert(Class::Similar, ClassCount { groups: 1, photos: 2, gain: 3 });

    let page = page_of(&groups, &head);

    assert!(page.contains("Shown are the first 1 of 12,345"), "{page}");
    assert!(page.contains("immich-sync organize list --class exact --limit 12345"), "{page}");
    assert!(page.contains("None of the 1 group is shown here"), "{page}");
}

#[test]
fn a_store_that_fails_ends_the_page_with_its_error() {
    let groups = [Ok((1, two("a"))), Err(anyhow!("the state is gone"))];

    let answer = write(groups.into_iter(), &without_pictures(), &head(&[two("a")]), &mut Vec::new());

    assert_eq!(answer.unwrap_err().to_string(), "the state is gone");
}

#[test]
fn groups_in_another_order_are_an_error_and_not_a_page_with_holes() {
    let groups = [group(1, Class::Similar, vec![asset(1, "a")]), group(2, Class::Exact, vec![asset(1, "a")])];

    let answer = write(
        groups.clone().map(|group| Ok((1, group))).into_iter(),
        &without_pictures(),
        &head(&groups),
        &mut Vec::new(),
    );

    assert!(answer.unwrap_err().to_string().contains("order"));
}

#[test]
fn groups_without_photos_are_passed_over() {
    let groups = [group(1, Class::Exact, Vec::new())];

    let written = write(
        groups.clone().map(|group| Ok((1, group))).into_iter(),
        &without_pictures(),
        &head(&groups),
        &mut Vec::new(),
    );

    assert_eq!(written.unwrap(), Written::default());
}

#[test]
fn the_page_is_in_the_language_of_its_reader() {
    let mut several = group(
        3,
        Class::Burst,
        (1..=6).map(|number| MemberRecord { set: number.into(), ..asset(number, "a.jpg") }).collect(),
    );
    several.members[1].is_own = false;
    let groups = [two("a.jpg"), several];
    let mut head = head(&groups);
    head.shown.insert(Class::Exact, 0);
    head.counts.insert(Class::Exact, ClassCount { groups: 12_345, photos: 30_000, gain: 3_400_000 });

    let page = in_german(|| page_of(&groups, &head));

    for text in [
        "<html lang=\"de\">",
        "<h1>Duplikate und ähnliche Fotos</h1>",
        "<b>Exakt</b> <span class=\"n\">12.345 · 3,4 MB</span>",
        "Das erste behalten: es hat die meisten Pixel.",
        "Abstand 12/256",
        "nicht deines, nie angefasst",
        "Von 12.345 Gruppen ist hier keine gezeigt. Dies listet alle auf: <code>immich-sync organize list",
        "Copied&quot;:&quot;Kopiert",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let words = page.split_once("data-words=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
    let script = page.split_once("<script>").unwrap().1;
    let shown = page.replace(words, "").replace(script, "");
    for english in [" the ", " of ", " and ", " is ", "photo ", "photos", "group "] {
        let style = shown.split_once("</style>").unwrap().1;
        let texts = style.split('<').filter_map(|element| element.split_once('>')).map(|(_, text)| text);
        let found: Vec<&str> = texts.filter(|text| text.contains(english)).collect();
        assert!(found.is_empty(), "{english}: {found:?}");
    }
}
