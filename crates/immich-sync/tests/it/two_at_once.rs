//! Two runs that start at the same moment, and a server that goes away under a run.

use std::process::{Child, Output, Stdio};
use std::time::Duration;

use immich_sandbox::Fault;

use crate::place::{Place, Said};

fn start(place: &Place, arguments: &[&str]) -> Child {
    let mut command = place.write(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn photos_written(place: &Place, before: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>) -> usize {
    place.contents().iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).count()
}

#[test]
fn of_two_runs_that_start_together_exactly_one_writes() {
    for own_states in [false, true] {
        let place = Place::with(4);
        let before = place.contents();
        // The one that is first is still there when the other comes.
        place.sandbox.inject(Fault::latency(Duration::from_millis(300)));
        let states = if own_states { ["one", "two"] } else { ["one", "one"] };
        let runs: Vec<Child> = states
            .iter()
            .map(|name| {
                let state = place.folder.path().join(name);
                start(
                    &place,
                    &["--all", "--json", "--rate-limit", "1000", "--state-dir", state.to_str().unwrap()],
                )
            })
            .collect();

        let outputs: Vec<Output> = runs.into_iter().map(|run| run.wait_with_output().unwrap()).collect();

        let mut said: Vec<Said> = outputs.iter().map(Said::of).collect();
        said.sort_by_key(|said| said.code);
        let late = said.pop().unwrap().ended_with(11);
        let first = said.pop().unwrap().ended_with(0);
        assert_eq!(first.last()["done"], 4);
        assert_eq!(late.last()["type"], "error");
        assert_eq!(photos_written(&place, &before), 4);
        let orders =
            place.sandbox.writes().into_iter().filter(|request| request.path.ends_with("/assets/jobs"));
        assert_eq!(orders.count(), 1, "the server was told once");
    }
}

#[test]
fn a_server_that_goes_away_under_a_run_is_ten_and_the_next_run_completes() {
    let place = Place::with(4);
    let before = place.contents();
    place.sandbox.inject(Fault::cut_before_answer().on("POST", "/search"));
    let arguments = ["--all", "--json", "--rate-limit", "1000", "--patience", "0s"];

    let said = Said::by(&mut place.write(&arguments)).ended_with(10);
    assert_eq!(said.last()["type"], "error");
    assert_eq!(photos_written(&place, &before), 0);
    place.sandbox.clear_faults();
    let said = Said::by(&mut place.write(&arguments)).ended_with(0);

    assert_eq!(said.last()["done"], 4);
    assert_eq!(photos_written(&place, &before), 4);
}
