//! The checks, on a place where all is well and on places where something is not.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use immich_sandbox::{Fault, Version};
use serde_json::Value;
use sync_core::lock::RunLock;

use crate::place::{Place, Said, exiftool};

/// `doctor` with everything that it needs, and `arguments`.
fn doctor(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.bare(&["doctor", "--caption", "--server", &place.sandbox.url()]);
    command.env("IMMICH_API_KEY", place.sandbox.api_key()).env("TZ", "Europe/Berlin");
    command.arg("--library").arg(place.library()).arg("--exiftool").arg(exiftool()).args(arguments);
    command
}

/// Each check by its id.
fn checks(said: &Said) -> BTreeMap<String, Value> {
    let last = said.last();
    let all = last["checks"].as_array().unwrap();
    all.iter().map(|check| (check["id"].as_str().unwrap().to_owned(), check.clone())).collect()
}

#[track_caller]
fn assert_is(checks: &BTreeMap<String, Value>, id: &str, verdict: &str, text: &str) {
    let check = &checks[id];
    assert_eq!(check["verdict"], verdict, "{check}");
    let said = format!("{} {}", check["reason"], check["remedy"]);
    assert!(said.contains(text), "`{text}` is not in {said}");
}

#[test]
fn where_all_is_well_it_says_so_and_changes_nothing() {
    let place = Place::with(4);
    let (before, home) = (place.contents(), crate::place::contents(&place.home()));
    let names = || std::fs::read_dir(place.library()).unwrap().count();
    let entries = names();
    place.sandbox.clear_requests();

    let said = Said::by(&mut doctor(&place, &["--json"])).ended_with(0);
    let shown = Said::by(&mut doctor(&place, &[])).ended_with(0);

    let checks = checks(&said);
    assert!(checks.len() >= 20, "{}", checks.len());
    for (id, text) in [
        ("server", "answers"),
        ("version", "3.0.3"),
        ("paths", "4 of 4 photos"),
        ("mount", "yes"),
        ("disk", "renames"),
        ("owner", "may replace"),
        ("clock", "differ by 0 s"),
        ("exiftool", "13."),
        ("time-zone", "Europe/Berlin"),
    ] {
        assert_is(&checks, id, "ok", text);
    }
    assert!(shown.stdout.contains("32 checks: "), "{}", shown.stdout);
    assert_eq!((place.contents(), crate::place::contents(&place.home())), (before, home));
    assert_eq!((names(), place.sandbox.writes().len()), (entries, 0));
    for said in [said, shown] {
        assert!(!said.stdout.contains(&place.sandbox.api_key()), "{}", said.stdout);
    }
}

#[test]
fn a_key_that_may_too_little_is_a_failure_that_names_what_it_lacks() {
    let place = Place::with(1);
    let few = place.sandbox.add_api_key(place.sandbox.admin(), &["user.read", "asset.read"]);

    let said = Said::by(doctor(&place, &["--json", "--albums"]).env("IMMICH_API_KEY", few)).ended_with(1);

    let checks = checks(&said);
    assert_is(&checks, "permissions", "failure", "`asset.statistics`, `album.read`");
    assert_is(&checks, "permissions", "failure", "user-settings?isOpen=api-keys");
}

#[test]
fn each_job_is_asked_what_it_needs_of_the_key() {
    let place = Place::with(1);
    let config = place.folder.path().join("jobs.toml");
    let jobs = "[[job]]\nname = \"phone\"\ncommand = \"import folder\"\npaths = [\"/srv/phone\"]\ntag = [\"phone\"]\n\
        [[job]]\nname = \"twice\"\ncommand = \"organize\"\ntag_only = true\n\
        [[job]]\nname = \"off\"\ncommand = \"import apple-photos\"\npeople = \"faces\"\nenabled = false\n";
    std::fs::write(&config, jobs).unwrap();
    let few = place.sandbox.add_api_key(place.sandbox.admin(), &["user.read", "asset.read"]);
    let config = config.to_str().unwrap().to_owned();

    let said =
        Said::by(doctor(&place, &["--json", "--config", &config]).env("IMMICH_API_KEY", few)).ended_with(1);

    let told = checks(&said)["permissions"].to_string();
    for needed in ["asset.upload", "tag.create", "tag.asset", "asset.view", "asset.copy", "stack.read"] {
        assert!(told.contains(&format!("`{needed}`")), "{needed}: {told}");
    }
    assert!(!told.contains("face.create"), "a job that is off: {told}");
}

#[test]
fn a_server_that_is_away_or_old_or_strange_is_told_and_the_rest_is_checked() {
    let place = Place::with(1);
    let away = Said::by(&mut doctor(&place, &["--json", "--server", "http://127.0.0.1:9"])).ended_with(1);
    let https = place.sandbox.url().replace("http:", "https:");
    let wrong = Said::by(&mut doctor(&place, &["--json", "--server", &https])).ended_with(1);
    place.sandbox.inject(Fault::body(r#"{"major":1,"minor":90,"patch":0}"#).on("GET", "/api/server/version"));
    let old = Said::by(&mut doctor(&place, &["--json"])).ended_with(1);

    assert_is(&checks(&away), "server", "failure", "127.0.0.1:9");
    assert_is(&checks(&away), "disk", "ok", "renames");
    assert!(wrong.stdout.contains(&place.sandbox.url()), "the address that works: {}", wrong.stdout);
    assert_is(&checks(&old), "version", "failure", "update Immich");
}

#[test]
fn a_library_that_is_not_the_one_or_not_there_is_a_failure() {
    let place = Place::with(2);
    let elsewhere = place.folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();

    let with = |folder: &str, code| {
        checks(&Said::by(&mut doctor(&place, &["--json", "--library", folder])).ended_with(code))
    };
    let empty = with(elsewhere.to_str().unwrap(), 1);
    let nowhere = with("/nowhere", 1);

    assert_is(&empty, "paths", "failure", "none of 2 photos");
    assert_is(&nowhere, "library", "failure", "/nowhere");
}

#[test]
fn a_config_file_that_is_not_understood_is_a_finding() {
    let place = Place::with(1);
    let config = place.folder.path().join("config.toml");
    std::fs::write(&config, "libary = \"/photos\"\n").unwrap();

    let said = Said::by(&mut doctor(&place, &["--json", "--config", config.to_str().unwrap()])).ended_with(1);

    assert_is(&checks(&said), "config", "failure", "line 1: the key `libary`");
}

#[test]
fn secrets_that_others_can_read_are_told() {
    let place = Place::with(1);
    let config = place.folder.path().join("config.toml");
    std::fs::write(&config, format!("api_key = {:?}\n", place.sandbox.api_key())).unwrap();
    let mode = |mode| std::fs::set_permissions(&config, std::fs::Permissions::from_mode(mode)).unwrap();
    let look = |code| {
        let mut command = doctor(&place, &["--json", "--config", config.to_str().unwrap()]);
        checks(&Said::by(command.env_remove("IMMICH_API_KEY")).ended_with(code))
    };

    mode(0o640);
    assert_is(&look(3), "config-mode", "warning", "chmod 600");
    mode(0o644);
    assert_is(&look(1), "config-mode", "failure", "every user");
}

#[test]
fn a_run_at_work_and_a_damaged_state_are_told() {
    let place = Place::with(1);
    let state = place.folder.path().join("state");
    let arguments = ["--json", "--state-dir", state.to_str().unwrap()];
    Said::by(&mut place.write(&["--caption", "--state-dir", arguments[2]])).ended_with(0);

    let lock = RunLock::acquire(&state, "pid 7 on another-host").unwrap();
    // This server does not read what was written, so the photos are not as it knows them.
    let used = Said::by(&mut doctor(&place, &arguments)).ended_with(3);
    drop(lock);
    let database = state.join("state.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let end = bytes.len() - 4096;
    bytes.truncate(end);
    std::fs::write(&database, bytes).unwrap();
    let damaged = Said::by(&mut doctor(&place, &arguments)).ended_with(1);

    assert_is(&checks(&used), "state", "ok", "whole");
    assert_is(&checks(&used), "unfinished", "note", "pid 7 on another-host");
    assert_eq!(checks(&damaged)["state"]["verdict"], "failure", "{}", damaged.stdout);
}

#[test]
fn without_the_probe_nothing_is_made_in_the_library() {
    let place = Place::with(1);

    let said = Said::by(&mut doctor(&place, &["--json", "--no-probe"])).ended_with(0);

    assert_is(&checks(&said), "disk", "skipped", "not tried");
}

#[test]
fn an_older_server_is_checked_too() {
    let place = Place::on(Version::V2_7_5, 1, false, |_, asset| asset.id());

    let said = Said::by(&mut doctor(&place, &["--json"])).ended_with(0);

    assert_is(&checks(&said), "version", "ok", "2.7.5");
}

#[test]
fn names_that_act_on_a_terminal_are_spelled_out() {
    let place = Place::with(1);
    let odd = place.folder.path().join("a\u{1b}[2Jb");
    std::fs::create_dir(&odd).unwrap();

    let said = Said::by(&mut doctor(&place, &["--library", odd.to_str().unwrap()])).ended_with(1);

    assert!(said.stdout.contains("a\\u{1b}[2Jb") && !said.stdout.contains('\u{1b}'), "{}", said.stdout);
}

#[test]
fn a_schedule_that_the_system_does_not_know_is_told_with_the_way_to_it() {
    let place = Place::with(1);
    let config = place.folder.path().join("config.toml");
    std::fs::write(
        &config,
        "[schedule]\nat = [\"02:00\"]\n[[job]]\nname = \"photos\"\ncommand = \"write\"\n",
    )
    .unwrap();

    let said = Said::by(&mut doctor(&place, &["--json", "--config", config.to_str().unwrap()])).ended_with(0);

    assert_is(&checks(&said), "schedule", "note", "`immich-sync schedule install`");
    let without = Said::by(&mut doctor(&place, &["--json"])).ended_with(0);
    assert_is(&checks(&without), "schedule", "skipped", "no [schedule]");
}
