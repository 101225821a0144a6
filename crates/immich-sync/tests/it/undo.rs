//! Looking back, and taking back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::place::{Place, Said, exiftool};

/// `undo` with nothing but a home folder and ExifTool.
fn undo(place: &Place, arguments: &[&str]) -> Said {
    let mut command = place.bare(&["undo"]);
    Said::by(command.arg("--exiftool").arg(exiftool()).args(arguments))
}

fn history(place: &Place, arguments: &[&str]) -> Said {
    Said::by(&mut place.bare(&[&["history"], arguments].concat())).ended_with(0)
}

/// The caption of every file, as ExifTool reads it.
fn captions(place: &Place) -> BTreeMap<PathBuf, String> {
    let caption = |path: &PathBuf| {
        let mut command = std::process::Command::new(exiftool());
        let output = command.args(["-s3", "-XMP-dc:Description"]).arg(path).output().unwrap();
        (path.clone(), String::from_utf8(output.stdout).unwrap())
    };
    place.files.iter().map(caption).collect()
}

#[test]
fn a_run_is_listed_shown_and_taken_back_without_a_server() {
    let place = Place::with(5);
    let before = captions(&place);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    let written = captions(&place);
    let asked = place.sandbox.requests().len();

    let runs = history(&place, &[]);
    let changes = history(&place, &["1"]);
    let shown = undo(&place, &["1", "--dry-run"]).ended_with(0);
    let still = captions(&place);
    let undone = undo(&place, &["1", "--yes"]).ended_with(0);

    assert!(runs.stdout.contains("write --caption: 5 changes"), "{}", runs.stdout);
    assert_eq!(changes.stdout.matches("+ XMP-dc:Description: Caption").count(), 5, "{}", changes.stdout);
    assert_eq!(shown.stdout.matches("- XMP-dc:Description: Caption").count(), 5, "{}", shown.stdout);
    assert_eq!(still, written, "a dry run changed something");
    assert!(undone.stderr.contains("5 changed"), "{}", undone.stderr);
    assert_eq!(captions(&place), before);
    assert_eq!(place.sandbox.requests().len(), asked, "a server was asked");
    let runs = history(&place, &[]);
    assert!(runs.stdout.contains("5 changes, 5 taken back"), "{}", runs.stdout);
    assert!(runs.stdout.contains("undo run 1"), "{}", runs.stdout);
}

#[test]
fn an_asset_or_a_file_is_taken_back_alone_and_left_alone_afterwards() {
    let place = Place::with(4);
    let before = captions(&place);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    let id = place.assets[1].to_string();

    undo(&place, &[&id, "--yes"]).ended_with(0);
    undo(&place, &[place.files[2].to_str().unwrap(), "--yes"]).ended_with(0);

    let now = captions(&place);
    for (index, file) in place.files.iter().enumerate() {
        assert_eq!(now[file] == before[file], index == 1 || index == 2, "{}", file.display());
    }
    let again =
        Said::by(&mut place.write(&["--caption", "--json", "--after", "nothing"])).ended_with(0).last();
    assert_eq!((&again["done"], &again["skipped"]["undone"]), (&0.into(), &2.into()), "{again}");
}

#[test]
fn without_a_terminal_an_undo_takes_a_yes() {
    let place = Place::with(2);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    let written = captions(&place);

    let said = undo(&place, &["1"]).ended_with(2);

    assert!(said.stderr.contains("2 changes of run 1") && said.stderr.contains("--yes"), "{}", said.stderr);
    assert_eq!(captions(&place), written);
}

#[test]
fn what_never_was_is_named() {
    let place = Place::with(1);

    let nothing = undo(&place, &["1", "--yes"]).ended_with(2);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    let run = undo(&place, &["99", "--yes"]).ended_with(2);

    assert!(nothing.stderr.contains("--state-dir"), "{}", nothing.stderr);
    assert!(run.stderr.contains("run 99"), "{}", run.stderr);
    assert!(!place.home().join(".local/state/immich-sync/immich-sync").exists());
}

#[test]
fn with_a_key_the_server_reads_the_files_again() {
    let place = Place::with(2);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    let mut command = place.bare(&["undo", "1", "--yes", "--server", &place.sandbox.url()]);
    command.env("IMMICH_API_KEY", place.sandbox.api_key()).arg("--exiftool").arg(exiftool());

    Said::by(&mut command).ended_with(0);

    let told: Vec<String> = place.sandbox.writes().into_iter().map(|request| request.path).collect();
    assert_eq!(told, ["/api/assets/jobs"]);
}

#[test]
fn a_server_that_is_away_does_not_hold_up_an_undo() {
    let place = Place::with(1);
    let before = captions(&place);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    let mut command =
        place.bare(&["undo", "1", "--yes", "--rate-limit", "1000", "--server", "http://127.0.0.1:9"]);
    command.env("IMMICH_API_KEY", "k").arg("--exiftool").arg(exiftool());

    let said = Said::by(&mut command).ended_with(0);

    assert_eq!(captions(&place), before);
    assert!(said.stderr.contains("the next `write` tells it"), "{}", said.stderr);
}

#[test]
fn machines_get_the_past_as_objects() {
    let place = Place::with(3);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    undo(&place, &["1", "--yes"]).ended_with(0);

    let runs = history(&place, &["--json"]).objects();
    let one = history(&place, &["--json", "--limit", "1"]).objects();
    let changes = history(&place, &["1", "--json"]).objects();

    assert_eq!((runs.len(), one.len(), changes.len()), (2, 1, 3));
    assert_eq!((&one[0]["run"], &runs[1]["taken_back"]), (&2.into(), &3.into()));
    assert_eq!((&changes[0]["type"], &changes[0]["undone_by"]), (&"change".into(), &2.into()));
    assert_eq!(changes[0]["edits"][0]["tag"], "XMP-dc:Description");
}

/// The bytes of every file.
fn contents(place: &Place) -> Vec<Vec<u8>> {
    place.files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

#[test]
fn what_nobody_touched_comes_back_to_the_byte_without_exiftool() {
    let place = Place::with(3);
    let before = contents(&place);
    Said::by(&mut place.write(&["--caption", "--rating", "--after", "nothing"])).ended_with(0);
    let changes = history(&place, &["1"]);
    let mut undo = place.bare(&["undo", "1", "--yes", "--exiftool", "/nowhere/exiftool"]);

    Said::by(&mut undo).ended_with(0);

    assert_eq!(changes.stdout.matches("undo is exact").count(), 3, "{}", changes.stdout);
    assert_eq!(contents(&place), before);
}

#[test]
fn a_history_without_runs_says_so_to_people_only() {
    let place = Place::with(1);
    Said::by(&mut place.bare(&[
        "organize",
        "--server",
        &place.sandbox.url(),
        "--api-key",
        &place.sandbox.api_key(),
    ]))
    .ended_with(0);

    let told = history(&place, &[]);
    let machine = history(&place, &["--json"]);

    assert_eq!((told.stdout.as_str(), told.stderr.as_str()), ("", "Nothing was changed yet.\n"));
    assert_eq!((machine.stdout.as_str(), machine.stderr.as_str()), ("", ""));
}

#[test]
fn the_history_says_what_is_kept_how_old_it_is_and_what_it_means() {
    let place = Place::with(3);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);

    let runs = history(&place, &[]);
    let json = history(&place, &["--json"]).last();
    let change = history(&place, &["1", "--json"]).last();

    assert!(runs.stdout.contains("(just now)") && runs.stdout.contains(" kept for undo"), "{}", runs.stdout);
    assert_eq!(json["undo"]["exact"], 3, "{json}");
    assert!(json["undo"]["bytes"].as_u64().unwrap() > 0 && json["age_seconds"].is_u64(), "{json}");
    assert_eq!(change["undo"], "exact", "{change}");
}

#[test]
fn what_is_not_to_be_kept_is_dropped_at_the_end_of_the_run() {
    let place = Place::with(2);
    let before = captions(&place);
    let flags = ["--caption", "--after", "nothing", "--undo-keep-size", "0"];

    let said = Said::by(&mut place.write(&flags)).ended_with(0);

    assert!(said.stderr.contains("2 oldest changes"), "{}", said.stderr);
    let changes = history(&place, &["1"]);
    assert_eq!(changes.stdout.matches("undo goes tag by tag").count(), 2, "{}", changes.stdout);
    undo(&place, &["1", "--yes"]).ended_with(0);
    assert_eq!(captions(&place), before);
}
