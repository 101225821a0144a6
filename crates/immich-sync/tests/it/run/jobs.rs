//! Jobs in order, each with its own settings.

use serde_json::json;

use super::stage::{CAPTIONS, Stage};
use crate::place::Said;

#[test]
fn jobs_run_in_order_and_one_object_tells_how_each_ended() {
    let rating = "[[job]]\nname = \"stars\"\ncommand = \"write\"\nwrite = [\"rating\"]\n";
    let stage = Stage::with(3, &format!("all = true\n{CAPTIONS}{rating}"));

    let told = stage.json(0);

    let jobs = told["jobs"].as_array().unwrap();
    let names: Vec<&str> = jobs.iter().map(|job| job["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["captions", "stars"]);
    assert_eq!(jobs[0]["counts"], json!({ "seen": 3, "done": 3, "skipped": 0, "failed": 0 }));
    assert_eq!(
        (&told["exit_code"], &told["word"], &jobs[1]["word"]),
        (&0.into(), &"ok".into(), &"ok".into())
    );
    let status = stage.status("captions");
    assert_eq!(
        (&status["exit"], &status["word"], &status["counts"]["done"]),
        (&0.into(), &"ok".into(), &3.into())
    );
    assert!(status["last_good"].is_string() && status["failures_in_row"] == 0, "{status}");
}

#[test]
fn what_a_job_says_goes_before_the_rest_of_the_file_and_behind_environment_and_command_line() {
    let folder = "[import]\ninto_album = \"Table\"\n[import.folder]\nexclude = [\"a\"]\n";
    let job =
        "[[job]]\nname = \"phone\"\ncommand = \"import folder\"\npaths = [\"phone\"]\ninto_album = \"Job\"\n";
    let stage = Stage::with(1, &format!("{folder}{job}"));
    let config = stage.path("config.toml");
    let show = |variable: Option<&str>| {
        let mut command = stage.place.bare(&["config", "show", "--origin", "--job", "phone", "--config"]);
        command.arg(&config).envs(variable.map(|value| ("IMMICH_SYNC_IMPORT_INTO_ALBUM", value)));
        let said = Said::by(&mut command).ended_with(0);
        let line = |key: &str| said.stdout.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
        (line("import_into_album ="), line("import_folder_exclude ="), line("import_folder_paths ="))
    };

    let (album, exclude, paths) = show(None);
    assert!(album.contains("= Job") && album.contains("line 16"), "{album}");
    assert!(exclude.contains("= a"), "{exclude}");
    assert!(paths.contains(stage.path("phone").to_str().unwrap()), "{paths}");
    assert!(show(Some("Variable")).0.contains("= Variable"));
    let listed = stage.place.bare(&["config", "show", "--job", "phone", "--config"]).arg(&config).output();
    assert!(!String::from_utf8(listed.unwrap().stdout).unwrap().contains("organize_threshold"));
}

#[test]
fn an_import_of_a_job_goes_into_the_album_that_the_job_names() {
    let job =
        "[[job]]\nname = \"phone\"\ncommand = \"import folder\"\npaths = [\"phone\"]\ninto_album = \"Job\"\n";
    let stage = Stage::with(1, &format!("[import]\ninto_album = \"Table\"\n{job}"));
    sample_pictures::library(&stage.path("phone"), 2, 9).unwrap();

    let told = stage.json(0);

    assert_eq!(told["jobs"][0]["counts"]["done"], 2, "{told}");
    let albums: Vec<String> = stage.place.sandbox.albums().into_iter().map(|(_, name, _)| name).collect();
    assert_eq!(albums, ["Job"]);
    stage.run(&["--job", "nobody"]).ended_with(2);
}

#[test]
fn a_job_can_be_tried_by_hand_and_only_as_what_it_is() {
    let stage = Stage::with(1, &format!("all = true\n{CAPTIONS}"));
    let config = stage.path("config.toml");
    let by_hand = |command: &str| {
        Said::by(stage.place.bare(&[command, "--job", "captions", "--dry-run", "--config"]).arg(&config))
    };

    let said = by_hand("write").ended_with(0);
    assert!(said.stdout.contains("Caption 0") && !said.stdout.contains("Rating"), "{}", said.stdout);
    let said = by_hand("organize").ended_with(2);
    assert!(said.stderr.contains("the job `captions` is `write`, not `organize`"), "{}", said.stderr);
}

#[test]
fn a_dry_run_reaches_every_job_and_is_no_run_to_be_remembered() {
    let hook = "[hooks]\nbefore = [\"false\"]\n";
    let stage = Stage::with(2, &format!("{CAPTIONS}{hook}"));
    let before = stage.place.contents();

    let said = stage.run(&["--dry-run"]).ended_with(0);

    assert!(said.stdout.contains("captions: ok"), "{}", said.stdout);
    assert_eq!(stage.place.contents(), before);
    assert!(!stage.path("home/.local/state/immich-sync/runs/status.json").exists());
}

#[test]
fn a_job_that_is_off_runs_only_by_name_and_a_failure_stops_what_is_behind_it_where_that_is_said() {
    let off = format!("{CAPTIONS}enabled = false\n");
    let stage = Stage::with(1, &off);
    let said = stage.run(&[]).ended_with(2);
    assert!(said.stderr.contains("--job"), "{}", said.stderr);
    stage.run(&["--job", "captions"]).ended_with(0);

    let fails = "[[job]]\nname = \"fails\"\ncommand = \"import folder\"\npaths = [\"nowhere\"]\n";
    stage.say(&format!("{fails}on_failure = \"stop\"\n{CAPTIONS}"));
    let told = stage.json(3);
    assert_eq!((told["jobs"].as_array().unwrap().len(), &told["not_run"]), (1, &1.into()));

    stage.say(&format!("{fails}{CAPTIONS}"));
    let told = stage.json(3);
    assert_eq!((&told["jobs"][0]["word"], &told["jobs"][1]["word"]), (&"partial".into(), &"ok".into()));
}

#[test]
fn lines_of_jobs_carry_their_name_and_results_stay_on_stdout() {
    let stage = Stage::with(1, CAPTIONS);

    let said = stage.run(&["--log-level", "info"]).ended_with(0);

    let own = "captions: ok in ";
    let wrong: Vec<&str> = said
        .stdout
        .lines()
        .filter(|line| !line.starts_with("[captions] ") && !line.starts_with(own))
        .collect();
    assert_eq!(wrong, [""; 0], "{}", said.stdout);
    assert!(said.stdout.lines().any(|line| line.starts_with(own)), "{}", said.stdout);
}

#[test]
fn two_runs_never_overlap_and_the_second_says_who_is_active() {
    let slow = "[hooks]\nbefore = [\"sleep\", \"3\"]\n";
    let stage = Stage::with(1, &format!("{CAPTIONS}{slow}"));
    let mut first = stage.command(&["--quiet"]).spawn().unwrap();
    let lock = stage.path("home/.local/state/immich-sync/runs/lock");
    let begin = std::time::Instant::now();
    while std::fs::read(&lock).map_or(0, |note| note.len()) == 0 {
        assert!(begin.elapsed().as_secs() < 20 && first.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }

    let second = stage.run(&[]).ended_with(11);
    let waited = stage.run(&["--wait"]).ended_with(0);

    assert!(second.stderr.contains(&format!("pid {}", first.id())), "{}", second.stderr);
    assert!(waited.stderr.contains("Waiting for another run"), "{}", waited.stderr);
    assert!(first.wait().unwrap().success());
}
