//! Tags that say in which run, and from which export, a photo came.

use std::collections::BTreeSet;

use super::stand::Stand;
use crate::place::Said;

fn tags(stand: &Stand) -> BTreeSet<String> {
    stand.there().into_iter().flat_map(|view| view.tags).collect()
}

#[test]
fn a_run_tags_what_it_sends_and_the_next_one_finds_nothing_to_do() {
    let stand = Stand::with(16);

    Said::by(&mut stand.import(&["--session-tag"])).ended_with(0);

    let first = tags(&stand);
    assert_eq!(first.len(), 1, "{first:?}");
    let tag = first.first().unwrap();
    let (above, time) = tag.split_once('/').unwrap();
    assert_eq!((above, time.len()), ("{immich-sync}", "2026-01-31 12-13-14".len()), "{tag}");
    assert_eq!(stand.there().iter().filter(|view| view.tags.contains(tag)).count(), stand.taken().len());
    stand.sandbox.clear_requests();
    for options in [&["--session-tag", "--json"][..], &["--json"]] {
        let again = Said::by(&mut stand.import(options)).ended_with(0).last();
        assert_eq!(again["done"], 0, "{again}");
    }
    assert_eq!(stand.sandbox.writes(), []);
    assert_eq!(tags(&stand), first);
}

#[test]
fn what_is_sent_is_tagged_with_its_export_where_a_name_tells_it() {
    let stand = Stand::with(24);
    let is_named = |part: &std::path::PathBuf| {
        let name = part.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("takeout-2")
    };
    assert!(stand.takeout.parts.iter().any(is_named), "{:?}", stand.takeout.parts);

    Said::by(&mut stand.import(&["--takeout-tag"])).ended_with(0);

    let found = tags(&stand);
    assert!(!found.is_empty() && found.iter().all(|tag| tag.starts_with("{takeout}/takeout-2")), "{found:?}");
    assert!(found.iter().all(|tag| tag.ends_with('Z')), "{found:?}");
    stand.sandbox.clear_requests();
    Said::by(&mut stand.import(&["--takeout-tag"])).ended_with(0);
    assert_eq!(stand.sandbox.writes(), []);
}

#[test]
fn what_the_options_leave_out_of_an_export_does_not_count_as_deleted() {
    let stand = Stand::with(60);
    Said::by(&mut stand.import(&[])).ended_with(0);
    let archived = stand.taken().iter().filter(|photo| photo.is_archived).count();
    assert!(archived > 0);
    let all = stand.there().len();

    let options = ["--no-include-archived", "--delete", "trash", "--yes", "--json"];
    let said = Said::by(&mut stand.import(&options)).ended_with(0).last();

    assert_eq!((&said["trashed"], stand.there().len()), (&0.into(), all), "{said}");
}
