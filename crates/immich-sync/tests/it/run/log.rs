//! The log and the numbers of runs that nobody watches.

use std::os::unix::fs::PermissionsExt as _;

use super::stage::{CAPTIONS, Stage};

#[test]
fn run_and_jobs_write_one_log_for_their_owner_only() {
    let stage = Stage::with(2, CAPTIONS);

    stage.run(&["--quiet"]).ended_with(0);

    let log = stage.log();
    for part in [
        "job begins job=\"captions\"",
        "written asset=",
        "finished seen=2",
        "job ended job=\"captions\"",
        "run ended",
    ] {
        assert!(log.contains(part), "no `{part}` in: {log}");
    }
    let path = stage.path("home/.local/state/immich-sync/log/immich-sync.log");
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    let folder = stage.path("home/.local/state/immich-sync/log");
    assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_full_log_is_put_away_by_whoever_writes_and_no_line_is_lost() {
    let stage = Stage::with(
        30,
        &format!("log_file = \"logs/a.log\"\nlog_max_size = \"1KB\"\nlog_keep = 1000\n{CAPTIONS}"),
    );
    std::fs::create_dir(stage.path("logs")).unwrap();

    stage.run(&["--quiet", "--log-format", "json"]).ended_with(0);

    let mut files: Vec<_> =
        std::fs::read_dir(stage.path("logs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "log"));
    let text: String = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |message: &str| lines.iter().filter(|line| line["message"] == message).count();
    assert!(files.len() > 3, "{files:?}");
    assert_eq!((of("written"), of("job begins"), of("run ended")), (30, 1, 1));
}

#[test]
fn the_numbers_of_all_jobs_are_in_a_file_for_prometheus() {
    let stage = Stage::with(2, &format!("metrics_file = \"jobs.prom\"\nstale_after = \"36h\"\n{CAPTIONS}"));

    stage.run(&[]).ended_with(0);

    let text = std::fs::read_to_string(stage.path("jobs.prom")).unwrap();
    for line in [
        "# TYPE immich_sync_job_exit_code gauge",
        "immich_sync_job_exit_code{job=\"captions\"} 0",
        "immich_sync_job_items{job=\"captions\",outcome=\"done\"} 2",
        "immich_sync_job_running{job=\"captions\"} 0",
        "immich_sync_job_stale{job=\"captions\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "no `{line}` in: {text}");
    }
    let mode = std::fs::metadata(stage.path("jobs.prom")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o644, "a collector is another user");
}
