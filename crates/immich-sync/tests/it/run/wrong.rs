//! A config file that is wrong about jobs: file, line and remedy, and nothing is done.

use super::stage::{CAPTIONS, Stage};

/// What is said of these lines; they begin in line 8 of the file.
#[track_caller]
fn complaint(lines: &str) -> String {
    let stage = Stage::with(1, lines);
    let said = stage.run(&[]).ended_with(2);
    assert_eq!(stage.place.sandbox.requests(), []);
    said.stderr
}

#[track_caller]
fn assert_says(lines: &str, parts: &[&str]) {
    let said = complaint(lines);
    for part in parts {
        assert!(said.contains(part), "no `{part}` in: {said}");
    }
}

#[test]
fn mistakes_in_a_job_are_named_with_their_line() {
    let job = |more: &str| format!("{CAPTIONS}{more}\n");

    assert_says(
        &job("captoin = true"),
        &["config.toml`, line 12", "`job.captoin` is not known", "`caption`"],
    );
    assert_says(
        &job("threshold = 3"),
        &["line 12", "`threshold` is an option of `organize`", "`captions` is `write`"],
    );
    assert_says(&job("yes = true"), &["line 12", "one run at a time"]);
    assert_says(&job("timeout = \"soon\""), &["line 12", "6h"]);
    assert_says(&job("on_failure = \"explode\""), &["line 12", "\"continue\""]);
    assert_says(&job("hooks.befor = [\"x\"]"), &["did you mean `before`"]);
    assert_says(&job("hooks.before = \"rm -rf x\""), &["a list of a program and its arguments"]);
    assert_says(&format!("{CAPTIONS}{CAPTIONS}"), &["line 13", "two jobs are called `captions`", "line 9"]);
}

#[test]
fn a_job_needs_a_name_and_a_command_that_there_is() {
    assert_says("[[job]]\ncommand = \"write\"\n", &["line 9", "no `name`"]);
    assert_says("[[job]]\nname = \"a\"\n", &["line 9", "`a` has no `command`", "\"import google-takeout\""]);
    assert_says("[[job]]\nname = \"a\"\ncommand = \"undo\"\n", &["line 10", "not one of"]);
    assert_says("[[job]]\nname = \"a/../b\"\ncommand = \"write\"\n", &["line 9", "letters"]);
    assert_says("job = 3\n", &["[[job]]"]);
}

#[test]
fn without_jobs_an_example_shows_how_one_looks() {
    assert_says("", &["lists no job", "[[job]]", "command = \"import folder\""]);
    let stage = Stage::with(1, "");
    let said = crate::place::Said::by(&mut stage.place.bare(&["run"])).ended_with(2);
    assert!(said.stderr.contains("there is none") && said.stderr.contains("[[job]]"), "{}", said.stderr);
}

#[test]
fn mistakes_about_notices_are_named_and_no_secret_is_shown() {
    let says = |lines: &str, parts: &[&str]| {
        let said = complaint(&format!("{CAPTIONS}{lines}"));
        for part in parts {
            assert!(said.contains(part), "no `{part}` in: {said}");
        }
        assert!(!said.contains("marker"), "{said}");
    };

    says("[notify]\nntfy = \"marker/topic\"\n", &["ntfy", "is no address"]);
    says("[notify.ntfy]\nurl = \"https://h/marker\"\non = [\"sucess\"]\n", &["`sucess` is not one of"]);
    says(
        "[notify.ntfy]\nurl = \"https://h/marker\"\ntoken_file = \"nothing\"\n",
        &["nothing` cannot be read"],
    );
    says("[notify]\ntelegram = \"marker\"\n", &["`notify.telegram` is not known"]);
}
