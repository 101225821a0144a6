//! Programs around jobs.

use super::stage::{CAPTIONS, Stage};

/// A script that writes down when it ran and what it was told, and lines that name it for all four moments.
fn noted(stage: &Stage, table: &str) -> String {
    let note = stage.path("noted").into_os_string().into_string().unwrap();
    let line = format!(
        "echo \"$1 $IMMICH_SYNC_EVENT ${{IMMICH_SYNC_JOB-}} ${{IMMICH_SYNC_EXIT-}} ${{IMMICH_SYNC_COUNT_DONE-}}\" >> {note:?}; env >> {note:?}.env"
    );
    let script = stage.script(&format!("note-{table}"), &line);
    let lines = ["before", "after", "failed", "finally"]
        .map(|moment| format!("{moment} = [{script:?}, \"{table}\"]\n"));
    lines.concat()
}

fn lines(stage: &Stage) -> Vec<String> {
    let text = std::fs::read_to_string(stage.path("noted")).unwrap();
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn hooks_run_around_all_and_around_each_and_are_told_how_it_went() {
    let stage = Stage::with(2, "");
    let (top, own) = (noted(&stage, "top"), noted(&stage, "own"));
    stage.say(&format!("[hooks]\n{top}{CAPTIONS}[job.hooks]\n{own}"));

    stage.run(&[]).ended_with(0);

    assert_eq!(
        lines(&stage),
        [
            "top before",
            "own before captions",
            "own after captions 0 2",
            "own finally captions 0 2",
            "top after  0 2",
            "top finally  0 2",
        ]
    );
}

#[test]
fn a_failing_hook_in_front_stops_its_job_and_is_told() {
    let stage = Stage::with(1, "");
    let (top, fails) = (noted(&stage, "top"), stage.script("fails", "exit 7"));
    let hooks = format!("[job.hooks]\nbefore = [{fails:?}]\n");
    let other = "[[job]]\nname = \"stars\"\ncommand = \"write\"\nwrite = [\"rating\"]\n";
    stage.say(&format!("[hooks]\n{top}{CAPTIONS}{hooks}{other}"));

    let told = stage.json(1);

    assert_eq!((&told["jobs"][0]["word"], &told["jobs"][1]["word"]), (&"hook".into(), &"ok".into()));
    assert_eq!(lines(&stage)[1..], ["top failed  1 1", "top finally  1 1"]);
    assert!(stage.log().contains("it ended with 7"), "{}", stage.log());
    assert_eq!(stage.status("captions")["failures_in_row"], 1);
}

#[test]
fn a_failing_hook_in_front_of_all_stops_all() {
    let stage = Stage::with(1, &format!("[hooks]\nbefore = [\"/nowhere/mount\"]\n{CAPTIONS}"));
    let before = stage.place.contents();

    let said = stage.run(&[]).ended_with(1);

    assert!(said.stderr.contains("the hook `before` failed: it cannot be started"), "{}", said.stderr);
    assert_eq!(stage.place.contents(), before);
    assert_eq!(stage.status("captions")["word"], "hook");
}

#[test]
fn a_hook_has_a_time_limit_and_no_shell() {
    let stage = Stage::with(1, "");
    let hangs = stage.script("hangs", "sleep 60");
    stage.say(&format!(
        "[hooks]\nafter = [{hangs:?}]\nfinally = [\"touch\", \"a b;$HOME\"]\ntimeout = \"1s\"\n{CAPTIONS}"
    ));
    let begin = std::time::Instant::now();

    let said = Said::in_folder(&stage);

    assert!(begin.elapsed().as_secs() < 30, "{:?}", begin.elapsed());
    assert!(said.stderr.contains("it did not end in time"), "{}", said.stderr);
    assert!(stage.path("a b;$HOME").exists());
}

use crate::place::Said;

impl Said {
    /// A run that is started in the folder of the test.
    fn in_folder(stage: &Stage) -> Self {
        Self::by(stage.command(&[]).current_dir(stage.place.folder.path())).ended_with(0)
    }
}

#[test]
fn a_hook_never_gets_the_key() {
    let stage = Stage::with(1, "");
    let all = noted(&stage, "all");
    stage.say(&format!("[hooks]\n{all}{CAPTIONS}"));
    let key = stage.place.sandbox.api_key();

    let mut command = stage.command(&[]);
    command.env("IMMICH_API_KEY", &key).env("IMMICH_SYNC_NOTIFY_NTFY_TOKEN", "tk_of_the_topic");
    Said::by(&mut command).ended_with(0);

    let environment = std::fs::read_to_string(stage.path("noted.env")).unwrap();
    assert!(environment.contains("IMMICH_SYNC_EVENT=finally"), "{environment}");
    assert!(!environment.contains(&key) && !environment.contains("tk_of_the_topic"), "{environment}");
}
