//! Signals in the middle of an import, and two at once.

use std::io::Read as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use immich_sandbox::Fault;
use rustix::process::{Pid, Signal, kill_process};

use super::stand::Stand;
use crate::place::Said;

/// How many of something a long test is to do; `cargo xtask imports` says it in the environment.
pub(super) fn asked(name: &str, usual: usize) -> usize {
    std::env::var_os(name).map_or(usual, |count| count.to_str().unwrap().parse().unwrap())
}

/// How long an end may take.
const IN_TIME: Duration = Duration::from_secs(5);

/// Waits until so much has arrived.
pub(super) fn wait_for(stand: &Stand, arrived: usize) {
    let begin = Instant::now();
    while stand.there().len() < arrived {
        assert!(begin.elapsed() < Duration::from_mins(1), "nothing arrives");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// Runs an import, sends it a signal after so much has arrived, and hears its last words.
pub(super) fn stopped(stand: &Stand, after: usize, signal: Signal) -> (Said, Duration) {
    let mut child = stand.import(&[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let mut said = String::new();
    wait_for(stand, after);
    let begin = Instant::now();
    send(&child, signal);
    stderr.read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap();
    (Said { code: status.code(), stdout: String::new(), stderr: said }, begin.elapsed())
}

pub(super) fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a_signal_in_the_middle_ends_in_time_and_the_next_run_completes_it() {
    for (signal, code, after) in [(Signal::INT, 130, 1), (Signal::TERM, 143, 7)] {
        let stand = Stand::with(60);
        // So that the signal finds it at work.
        stand.sandbox.inject(Fault::latency(Duration::from_millis(30)).on("POST", "/api/assets"));

        let (said, took) = stopped(&stand, after, signal);

        let said = said.ended_with(code);
        assert!(took < IN_TIME, "{took:?}");
        assert!(said.stderr.contains("Run the same again to go on."), "{}", said.stderr);
        let between = stand.there().len();
        assert!(between > 0 && between < stand.taken().len(), "{between}");
        stand.sandbox.clear_faults();
        Said::by(&mut stand.import(&[])).ended_with(0);
        stand.assert_all_once();
    }
}

#[test]
fn a_killed_import_is_completed_by_the_next() {
    for after in [1, 20] {
        let stand = Stand::with(60);
        stand.sandbox.inject(Fault::latency(Duration::from_millis(20)).on("POST", "/api/assets"));

        stopped(&stand, after, Signal::KILL);

        stand.sandbox.clear_faults();
        Said::by(&mut stand.import(&[])).ended_with(0);
        stand.assert_all_once();
        assert_eq!(Said::by(&mut stand.import(&["--json"])).ended_with(0).last()["done"], 0);
    }
}

#[test]
fn two_imports_at_once_are_refused_and_the_holder_is_named() {
    let stand = Stand::with(40);
    stand.sandbox.inject(Fault::latency(Duration::from_millis(100)).on("POST", "/api/assets"));
    let first = stand.import(&[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&stand, 1);

    let pid = format!("pid {}", first.id());
    let second = Said::by(&mut stand.import(&[])).ended_with(11);

    assert!(second.stderr.contains(&pid), "{}", second.stderr);
    let said = Said::of(&first.wait_with_output().unwrap()).ended_with(0);
    assert!(said.stderr.contains("Done with"), "{}", said.stderr);
    stand.assert_all_once();
}
