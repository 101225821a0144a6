//! Jobs that have the terminal of the one who started them.

use std::time::{Duration, Instant};

use immich_sandbox::Fault;

use super::stage::{CAPTIONS, Stage};
use crate::place::Place;
use crate::terminal::{CTRL_C, converse};

#[test]
fn a_job_asks_and_draws_as_if_it_were_alone() {
    let stage = Stage { place: Place::managed(2) };
    stage.say(CAPTIONS);

    let (code, text) = converse(&mut stage.command(&[]), &[("Your choice", "o")]);

    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("[captions]"), "{text}");
    assert_eq!(stage.status("captions")["counts"]["done"], 2);
}

#[test]
fn ctrl_c_is_left_to_the_terminal_and_handed_on_where_it_did_not_reach_the_job() {
    let stage = Stage::with(1, CAPTIONS);
    stage.place.sandbox.inject(Fault::latency(Duration::from_mins(10)).on("POST", "/api/search"));
    let mut command = stage.command(&["--log-level", "debug"]);
    let begin = Instant::now();

    // The helper gives the signal to `run` alone, which a terminal never does.
    let (code, text) = converse(&mut command, &[("job begins", CTRL_C)]);

    assert_eq!(code, Some(130), "{text}");
    assert!(begin.elapsed() > Duration::from_secs(5) && begin.elapsed() < Duration::from_secs(40), "{text}");
    assert_eq!(stage.status("captions")["word"], "interrupted");
}
