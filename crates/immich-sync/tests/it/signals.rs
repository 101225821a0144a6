//! A run that is asked to stop stops, says how to go on, and leaves whole files.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use immich_sandbox::Fault;
use rustix::process::{Pid, Signal, kill_process};

use crate::place::{Place, Said};

/// What was promised, and what a test machine that does ten things at once may add.
const IN_TIME: Duration = Duration::from_secs(5);

/// Starts a run, waits for a line on stderr that contains `sign`, sends the signal, and waits for the end.
fn stopped(place: &Place, arguments: &[&str], sign: &str, signal: Signal) -> (Said, Duration) {
    let mut command = place.write(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains(sign) {
        assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "it ended before `{sign}`: {said}");
    }
    let begin = Instant::now();
    send(&child, signal);
    stderr.read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap();
    let took = begin.elapsed();
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    (Said { code: status.code(), stdout, stderr: said }, took)
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn sigterm_in_the_middle_ends_with_143_and_the_next_run_completes() {
    let place = Place::with(80);
    let before = place.contents();

    let (said, took) = stopped(&place, &["--all", "--log-level", "info"], "Wrote `", Signal::TERM);

    let said = said.ended_with(143);
    assert!(took < IN_TIME, "{took:?}");
    assert!(said.stderr.contains("Run the same again to go on."), "{}", said.stderr);
    let between = place.contents();
    assert!(between.keys().eq(before.keys()), "files came or went: {:?}", between.keys());
    let changed = between.iter().filter(|(path, bytes)| before[*path] != **bytes).count();
    assert!(changed > 0 && changed < 80, "{changed} changed");

    let rest = Said::by(&mut place.write(&["--all", "--json"])).ended_with(0).last();
    assert_eq!(rest["done"], 80 - changed, "{rest}");
    assert_eq!(rest["skipped"]["unchanged"], changed, "{rest}");
    eprintln!("stopped after {took:?} with {changed} of 80 changed");
}

#[test]
fn sigint_ends_with_130() {
    let place = Place::with(40);

    let (said, took) = stopped(&place, &["--all", "--log-level", "info"], "Wrote `", Signal::INT);

    said.ended_with(130);
    assert!(took < IN_TIME, "{took:?}");
}

#[test]
fn a_second_signal_ends_at_once_and_the_next_run_puts_everything_in_order() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let place = Place::with(60);
        let before = place.contents();
        let mut command = place.write(&["--all", "--log-level", "info"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("Wrote `") {
            assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "it ended before it wrote: {said}");
        }

        send(&child, signal);
        send(&child, signal);
        let begin = Instant::now();
        let status = child.wait().unwrap();

        // Both can arrive as one; then it stops after the file it is at, which is as good an end.
        assert_eq!(status.code(), Some(code), "{said}");
        assert!(begin.elapsed() < IN_TIME, "{:?}", begin.elapsed());
        let originals = |all: std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>| {
            all.into_iter().filter(|(path, _)| before.contains_key(path)).collect::<Vec<_>>()
        };
        let between = originals(place.contents());
        assert_eq!(between.len(), before.len(), "an original is gone");
        let rest = Said::by(&mut place.write(&["--all", "--json"])).ended_with(0);
        let again = Said::by(&mut place.write(&["--all", "--json"])).ended_with(0).last();
        assert_eq!(
            (&again["done"], &again["skipped"]["unchanged"]),
            (&0.into(), &60.into()),
            "{}",
            rest.stdout
        );
        let after = place.contents();
        assert!(after.keys().eq(before.keys()), "files came or went: {:?}", after.keys());
        // What was changed before the signal was complete: it is what it is at the end.
        for (path, bytes) in between {
            assert!(bytes == before[&path] || bytes == after[&path], "{} was half done", path.display());
        }
    }
}

#[test]
fn a_server_that_hangs_does_not_hold_up_the_end() {
    let place = Place::with(2);
    let before = place.contents();
    place.sandbox.inject(Fault::latency(Duration::from_mins(10)).on("POST", "/api/search"));
    let sign = "ExifTool runs";

    let (said, took) =
        stopped(&place, &["--all", "--engine", "exiftool", "--log-level", "debug"], sign, Signal::TERM);

    said.ended_with(143);
    assert!(took < IN_TIME, "{took:?}");
    assert_eq!(place.contents(), before);
}
