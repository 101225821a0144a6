//! Jobs that are killed, that hang, and runs that are cut off.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use immich_sandbox::Fault;
use rustix::process::{Pid, Signal, kill_process};

use super::service::Service;
use super::stage::{CAPTIONS, Stage};

/// A run whose only job waits for a server that hangs.
fn hanging(lines: &str) -> (Stage, Service) {
    let (stage, service) = (Stage::with(1, ""), Service::start());
    stage.say(&format!("{CAPTIONS}{lines}[notify]\nwebhook = \"{}/hook\"\n", service.url));
    stage.place.sandbox.inject(Fault::latency(Duration::from_mins(10)).on("POST", "/api/search"));
    (stage, service)
}

/// The process of the job: the only child of the run.
fn job_of(run: &Child) -> Pid {
    let begin = Instant::now();
    loop {
        let children = format!("/proc/{0}/task/{0}/children", run.id());
        let text = std::fs::read_to_string(children).unwrap_or_default();
        if let Some(child) = text.split_whitespace().next().and_then(|id| Pid::from_raw(id.parse().unwrap()))
        {
            return child;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "no job was started");
        std::thread::yield_now();
    }
}

fn start(stage: &Stage) -> Child {
    stage.command(&[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait_for(what: impl Fn() -> bool) {
    let begin = Instant::now();
    while !what() {
        assert!(begin.elapsed() < Duration::from_secs(30), "it never came");
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_job_that_is_killed_is_told_and_the_next_job_runs() {
    let (stage, service) = hanging("");
    let config = std::fs::read_to_string(stage.path("config.toml")).unwrap();
    let other = "[[job]]\nname = \"export\"\ncommand = \"export apple-photos\"\nlibrary = \"nowhere\"\n";
    stage.private("config.toml", &config.replace("[notify]", &format!("{other}[notify]")));
    let mut run = start(&stage);
    wait_for(|| !stage.place.sandbox.requests().is_empty());

    kill_process(job_of(&run), Signal::KILL).unwrap();
    let code = run.wait().unwrap().code();

    assert_eq!(code, Some(2), "the export's usage error is the worse");
    let status = stage.status("captions");
    assert_eq!((&status["word"], &status["exit"]), (&"killed".into(), &137.into()));
    assert_eq!(stage.status("export")["word"], "usage");
    let heard = service.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].body.contains("captions: killed (137)"), "{}", heard[0].body);
}

#[test]
fn a_job_that_hangs_is_ended_when_its_time_is_up() {
    let (stage, service) = hanging("timeout = \"2s\"\n");
    let begin = Instant::now();

    let said = stage.run(&[]).ended_with(1);

    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert!(said.stdout.contains("captions: timeout"), "{}", said.stdout);
    assert_eq!(stage.status("captions")["word"], "timeout");
    assert!(service.heard()[0].body.contains("time was up (2 s)"));
}

#[test]
fn a_signal_is_handed_on_waited_for_and_nobodys_news() {
    let (stage, service) = hanging("");
    let mut run = start(&stage);
    wait_for(|| !stage.place.sandbox.requests().is_empty());

    kill_process(Pid::from_child(&run), Signal::TERM).unwrap();
    let code = run.wait().unwrap().code();

    assert_eq!(code, Some(143));
    let lines: Vec<String> =
        BufReader::new(run.stderr.take().unwrap()).lines().map_while(Result::ok).collect();
    assert!(lines.iter().any(|line| line.starts_with("[captions] ")), "{lines:?}");
    let status = stage.status("captions");
    assert_eq!((&status["word"], &status["failures_in_row"]), (&"interrupted".into(), &0.into()));
    assert!(service.heard().is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_takes_its_job_along_and_the_next_run_tells() {
    let (stage, service) = hanging("");
    let mut run = start(&stage);
    wait_for(|| !stage.place.sandbox.requests().is_empty());
    let job = job_of(&run);

    run.kill().unwrap();
    run.wait().unwrap();
    wait_for(|| {
        !std::path::Path::new(&format!("/proc/{}/stat", job.as_raw_nonzero())).exists() || is_over(job)
    });
    stage.place.sandbox.clear_faults();
    stage.run(&[]).ended_with(0);

    let events: Vec<String> = service
        .heard()
        .iter()
        .map(|heard| serde_json::from_str::<serde_json::Value>(&heard.body).unwrap()["event"].to_string())
        .collect();
    assert_eq!(events, ["\"failure\"", "\"recovered\""]);
    assert!(stage.log().contains("a run of the job was cut off"));
}

/// An orphan whose new parent takes its time is a zombie.
#[cfg(target_os = "linux")]
fn is_over(process: Pid) -> bool {
    let stat =
        std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).unwrap_or_default();
    stat.rsplit(") ").next().is_none_or(|rest| rest.starts_with('Z') || rest.is_empty())
}
