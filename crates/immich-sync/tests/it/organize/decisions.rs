//! Looking at groups and deciding about them, which needs no server.

use serde_json::Value;

use super::shelf::Shelf;
use crate::place::Said;

fn scanned() -> Shelf {
    let shelf = Shelf::new();
    Said::by(&mut shelf.organize(&[])).ended_with(0);
    shelf
}

fn tell(shelf: &Shelf, arguments: &[&str]) -> Said {
    Said::by(&mut shelf.bare(&[&["organize"], arguments].concat()))
}

#[test]
fn groups_are_listed_and_shown_without_a_server() {
    let shelf = scanned();
    let asked = shelf.sandbox.requests().len();

    let listed = tell(&shelf, &["list"]).ended_with(0);
    let shown = tell(&shelf, &["show", "1"]).ended_with(0);
    let objects = tell(&shelf, &["list", "--json", "--class", "duplicate"]).ended_with(0).objects();

    assert_eq!(listed.stdout.lines().count(), 2, "{}", listed.stdout);
    assert!(listed.stderr.contains("Found among 10 photos"), "{}", listed.stderr);
    for words in ["Group 1: duplicate, 3 photos", "640 × 480", "320 × 240", "/256", "lake (1).jpg"] {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }
    let page = format!("{}/photos/{}", shelf.sandbox.url().trim_end_matches("/api"), shelf.lake[0]);
    assert!(shown.stdout.contains(&page), "{page}: {}", shown.stdout);
    assert_eq!(objects.len(), 2);
    let id = objects[1]["id"].as_str().unwrap();
    assert_eq!(tell(&shelf, &["show", &id[..8], "--json"]).ended_with(0).last()["number"], 2);
    assert!(tell(&shelf, &["list", "--class", "exact"]).ended_with(0).stdout.is_empty());
    assert_eq!(shelf.sandbox.requests().len(), asked);
}

#[test]
fn what_is_no_duplicate_is_left_alone_until_that_is_taken_back() {
    let shelf = scanned();

    tell(&shelf, &["decide", "1", "--ignore"]).ended_with(0);

    assert_eq!(tell(&shelf, &["list"]).ended_with(0).stdout.lines().count(), 1);
    let all = tell(&shelf, &["list", "--all"]).ended_with(0).stdout;
    assert!(all.contains("no duplicates, by your decision"), "{all}");
    Said::by(&mut shelf.organize(&["--tag-only"])).ended_with(0);
    assert!(shelf.tags(shelf.lake[0]).is_empty() && !shelf.tags(shelf.boat[0]).is_empty());

    let number = tell(&shelf, &["list", "--all", "--json"]).ended_with(0).objects();
    let ignored = number.iter().find(|group| group["decision"] == "not-duplicates").unwrap();
    tell(&shelf, &["decide", &ignored["number"].to_string(), "--reset"]).ended_with(0);
    Said::by(&mut shelf.organize(&["--tag-only"])).ended_with(0);
    assert_eq!(shelf.tags(shelf.lake[0]), ["review-duplicate/keep"]);
}

#[test]
fn what_the_user_keeps_is_kept_from_then_on() {
    let shelf = scanned();
    let small = shelf.lake[2].to_string();

    let decided = tell(&shelf, &["decide", "1", "--keep", &small, "--json"]).ended_with(0).last();
    Said::by(&mut shelf.organize(&["--tag-only"])).ended_with(0);

    assert_eq!((&decided["decision"], &decided["reason"]), (&"keep".into(), &"pinned".into()));
    assert_eq!(decided["members"][0]["asset"], small);
    assert_eq!(shelf.tags(shelf.lake[2]), ["review-duplicate/keep"]);
    assert_eq!(shelf.tags(shelf.lake[0]), ["review-duplicate/duplicate"]);
}

#[test]
fn what_nobody_can_mean_is_refused_with_the_way_to_find_out() {
    let shelf = scanned();

    for (arguments, words) in [
        (&["show", "99"][..], "organize list"),
        (&["decide", "1", "--keep", "9"], "organize show 1"),
        (&["decide", "1", "2", "--keep", "1"], "one by one"),
        (&["decide", "1"], "--keep"),
        (&["list", "--class", "same"], "exact"),
        (&["--source", "local", "-s", "/tmp", "--group", "1"], "organize show GROUP"),
    ] {
        let said = tell(&shelf, arguments).ended_with(2);
        assert!(said.stderr.contains(words), "{arguments:?}: {}", said.stderr);
    }
}

#[test]
fn without_a_scan_there_is_nothing_to_list() {
    let shelf = Shelf::new();

    tell(&shelf, &["list"]).ended_with(2);
    let disk = shelf.disk();
    tell(&shelf, &["-s", disk.to_str().unwrap()]).ended_with(0);

    let local: Vec<Value> = tell(&shelf, &["list", "--source", "local", "--json"]).ended_with(0).objects();
    assert_eq!(local.len(), 1);
    assert_eq!(local[0]["members"][0]["source"], "local");
    assert_eq!(tell(&shelf, &["list", "--json"]).ended_with(0).objects().len(), 1, "the only state there is");
}
