//! What is told can be done as it is told.

use std::process::Command;

use serde_json::Value;

use super::shelf::Shelf;
use crate::place::Said;

/// The command in backquotes that holds these words, done in a shell.
fn typed(shelf: &Shelf, said: &Said, words: &str) -> Said {
    let quoted = said.stderr.split('`').find(|part| part.contains(words));
    let line = quoted.unwrap_or_else(|| panic!("no {words} in {}", said.stderr));
    let program = env!("CARGO_BIN_EXE_immich-sync");
    let mut shell = Command::new("bash");
    shell.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", shelf.folder.path().join("home"));
    shell.args(["-c", &format!("immich-sync() {{ '{program}' \"$@\"; }}; {line} $MORE")]);
    if words == "undo" {
        shell.env("MORE", "--yes");
    }
    Said::by(&mut shell)
}

#[test]
fn after_a_scan_of_folders_what_is_told_is_about_them_although_a_server_was_scanned_too() {
    let shelf = Shelf::new();
    Said::by(&mut shelf.organize(&["--stack"])).ended_with(0);
    let (disk, out) = (shelf.disk(), shelf.folder.path().join("groups"));
    let (disk, out) = (disk.to_str().unwrap(), out.to_str().unwrap());

    let scanned = Said::by(&mut shelf.bare(&["organize", "-s", disk])).ended_with(0);
    let made = Said::by(&mut shelf.bare(&["organize", "-s", disk, "--output", out])).ended_with(0);

    let shown = typed(&shelf, &scanned, "organize show").ended_with(0);
    assert!(shown.stdout.contains("cat copy.jpg"), "{}", shown.stdout);
    assert_eq!(typed(&shelf, &scanned, "organize list").ended_with(0).stdout.lines().count(), 1);
    let stacks = shelf.sandbox.stacks();
    typed(&shelf, &made, "undo").ended_with(0);
    assert_eq!(shelf.sandbox.stacks(), stacks);
    assert_eq!(crate::place::contents(out.as_ref()).len(), 0, "the folders of groups are gone");
}

#[test]
fn a_state_that_was_given_is_named_in_what_is_told_and_on_the_page() {
    let shelf = Shelf::new();
    let (disk, state) = (shelf.disk(), shelf.folder.path().join("it's my state"));
    let page = shelf.folder.path().join("groups.html");
    let arguments =
        ["organize", "-s", disk.to_str().unwrap(), "--state-dir", state.to_str().unwrap(), "--report"];

    let said = Said::by(shelf.bare(&arguments).arg(&page)).ended_with(0);

    let shown = typed(&shelf, &said, "organize show").ended_with(0);
    assert!(shown.stdout.contains("cat copy.jpg"), "{}", shown.stdout);
    let html = std::fs::read_to_string(&page).unwrap();
    let named =
        format!("--state-dir &#39;{}", shelf.folder.path().join("it&#39;\\&#39;&#39;s my state").display());
    assert!(html.contains(&named), "{named}");
    assert!(!html.contains("--source local"));
}

#[test]
fn the_groups_of_folders_are_not_shown_as_those_of_a_server() {
    let shelf = Shelf::new();
    Said::by(&mut shelf.bare(&["organize", "-s", shelf.disk().to_str().unwrap()])).ended_with(0);

    let said = Said::by(&mut shelf.bare(&["organize", "list", "--source", "immich"])).ended_with(2);

    assert!(said.stderr.contains("--source local"), "{}", said.stderr);
}

#[test]
fn the_numbers_of_the_organizer_go_into_the_file_of_statistics() {
    let shelf = Shelf::new();
    let folder = shelf.folder.path().join("stats");
    let arguments = ["--tag-only", "--export-stats", "json", "--stats-dir", folder.to_str().unwrap()];

    Said::by(&mut shelf.organize(&arguments)).ended_with(0);

    let file = folder.read_dir().unwrap().next().unwrap().unwrap().path();
    let object: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let numbers =
        ["total", "updated", "simulated", "skipped", "errors", "groups_duplicate", "photos_duplicate"]
            .map(|name| object["statistics"][name].as_u64().unwrap());
    assert_eq!(numbers, [10, 5, 0, 0, 0, 2, 5]);
    assert_eq!(
        (&object["statistics"]["action_tag"], &object["statistics"]["exit_code"]),
        (&5.into(), &0.into())
    );
}

#[test]
fn what_an_undo_would_do_reads_as_words_and_as_it_is_done() {
    let shelf = Shelf::new();
    Said::by(&mut shelf.organize(&["--tag-only"])).ended_with(0);
    let undo = |more: &str| {
        let mut undo = shelf.bare(&["undo", "1", more]);
        undo.env("IMMICH_API_KEY", shelf.sandbox.api_key()).env("IMMICH_URL", shelf.sandbox.url());
        Said::by(&mut undo).ended_with(0)
    };

    let foretold = undo("--dry-run");
    let done = undo("--yes");

    assert!(
        foretold.stdout.contains("Would have taken review-duplicate/keep off 2 photos"),
        "{}",
        foretold.stdout
    );
    assert!(foretold.stdout.contains("Would have removed"), "{}", foretold.stdout);
    assert!(!foretold.stderr.contains("Warning") && !done.stderr.contains("Warning"), "{}", foretold.stderr);
    assert!(!done.stderr.contains("sidecars"), "{}", done.stderr);
}
