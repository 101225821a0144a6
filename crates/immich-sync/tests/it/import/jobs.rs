//! Jobs of the server wait while photos are sent, and go on afterwards, whatever happens meanwhile.

use std::process::Stdio;
use std::time::Duration;

use immich_api::{ApiKey, Client, ClientOptions, QueueName};
use immich_sandbox::{Fault, Version};
use rustix::process::Signal;

use super::stand::{ORDINARY, Stand};
use super::stops::{send, wait_for};
use crate::place::Said;

fn paused(stand: &Stand) -> Vec<String> {
    stand.sandbox.paused_queues().into_iter().map(|(name, _)| name).collect()
}

/// Starts an import that pauses jobs, sends it a signal in the middle, and hears how it ended.
fn interrupted(stand: &Stand, signal: Signal) -> Said {
    stand.sandbox.inject(Fault::latency(Duration::from_millis(30)).on("POST", "/api/assets"));
    let mut command = stand.import(&["--pause-jobs"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(stand, 3);
    assert!(paused(stand).len() > 4, "{:?}", paused(stand));
    send(&child, signal);
    let output = child.wait_with_output().unwrap();
    stand.sandbox.clear_faults();
    Said::of(&output)
}

#[test]
fn jobs_wait_from_before_the_first_upload_until_after_the_last() {
    for (version, option) in [(Version::V3_0_3, "--pause-jobs"), (Version::V2_7_5, "--pause-immich-jobs")] {
        let stand = Stand::on(version, 16);

        let said = Said::by(&mut stand.import(&[option])).ended_with(0);

        stand.assert_all_once();
        assert_eq!(paused(&stand), [""; 0]);
        assert!(said.stderr.contains("thumbnailGeneration"), "{}", said.stderr);
        let asked = stand.sandbox.requests();
        let at = |what: &str| -> Vec<usize> {
            let is = |path: &str| path == what || path.starts_with(&format!("{what}/"));
            let found =
                asked.iter().enumerate().filter(|(_, request)| request.method != "GET" && is(&request.path));
            found.map(|(index, _)| index).collect()
        };
        let (orders, uploads) = (at("/api/queues"), at("/api/assets"));
        let (pauses, resumes) = orders.split_at(orders.len() / 2);
        assert!(pauses.len() > 4 && pauses.len() == resumes.len(), "{orders:?}");
        assert!(
            pauses.last() < uploads.first() && uploads.last() < resumes.first(),
            "{orders:?} {uploads:?}"
        );
        assert!(!asked.iter().any(|request| request.path.ends_with("metadataExtraction")));
    }
}

#[test]
fn nobody_who_does_not_ask_for_it_touches_a_queue() {
    let stand = Stand::with(8);

    Said::by(&mut stand.import(&[])).ended_with(0);
    Said::by(&mut stand.import(&["--pause-jobs", "--dry-run"])).ended_with(0);

    assert!(!stand.sandbox.requests().iter().any(|request| request.path.contains("queues")));
}

#[test]
fn jobs_go_on_when_every_upload_fails() {
    let stand = Stand::with(8);
    // The first is the question what is there already.
    stand.sandbox.inject(Fault::status(413).on("POST", "/api/assets").after(1));

    let said = Said::by(&mut stand.import(&["--pause-jobs"]));

    assert!(![Some(0), Some(3)].contains(&said.code), "{:?}", said.code);
    assert_eq!(paused(&stand), [""; 0]);
}

#[test]
fn jobs_go_on_after_a_signal() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let stand = Stand::with(60);

        interrupted(&stand, signal).ended_with(code);

        assert_eq!(paused(&stand), [""; 0]);
    }
}

#[test]
fn jobs_go_on_with_the_next_run_after_a_kill_whatever_it_does() {
    for next in [&["import", "google-takeout"][..], &["organize"], &["undo", "1", "--yes"]] {
        let stand = Stand::with(60);
        interrupted(&stand, Signal::KILL);
        let left = paused(&stand);
        assert!(left.len() > 4, "{left:?}");

        let mut command = stand.bare(next);
        if next[0] == "import" {
            command.args(&stand.takeout.parts);
        }
        let said = Said::by(&mut command).ended_with(0);

        assert_eq!(paused(&stand), [""; 0], "{next:?}: {}", said.stderr);
        assert!(said.stderr.contains("go on"), "{next:?}: {}", said.stderr);
        let history = Said::by(&mut stand.bare(&["history"])).ended_with(0);
        assert!(!history.stderr.contains("still wait"), "{}", history.stderr);
    }
}

#[test]
fn a_key_that_cannot_resume_says_so_in_each_run_until_one_can() {
    let stand = Stand::with(60);
    let ordinary = stand.sandbox.add_api_key(stand.sandbox.admin(), &ORDINARY);
    interrupted(&stand, Signal::KILL);

    for _ in 0..2 {
        let said = Said::by(stand.import(&[]).env("IMMICH_API_KEY", &ordinary)).ended_with(0);
        assert!(
            said.stderr.contains("`queue.update`") && said.stderr.contains("still wait"),
            "{}",
            said.stderr
        );
        assert!(paused(&stand).len() > 4);
    }
    let history = Said::by(&mut stand.bare(&["history"])).ended_with(0);
    let dry = Said::by(&mut stand.import(&["--dry-run"])).ended_with(0);
    assert!(history.stderr.contains("still wait") && dry.stderr.contains("still wait"), "{}", dry.stderr);
    assert!(paused(&stand).len() > 4, "a dry run changes nothing");

    Said::by(&mut stand.import(&[])).ended_with(0);

    assert_eq!(paused(&stand), [""; 0]);
    stand.assert_all_once();
}

#[test]
fn what_waited_before_waits_on() {
    let stand = Stand::with(8);
    let key = ApiKey::new(stand.sandbox.api_key()).unwrap();
    let client = Client::connect(ClientOptions::new(stand.sandbox.url(), key)).unwrap();
    client.writer().pause_queue(&QueueName::parse("smartSearch").unwrap(), true).unwrap();
    stand.sandbox.clear_requests();

    Said::by(&mut stand.import(&["--pause-jobs"])).ended_with(0);

    assert_eq!(paused(&stand), ["smartSearch"]);
    assert!(!stand.sandbox.requests().iter().any(|request| request.path.ends_with("smartSearch")));
}

#[test]
fn a_key_that_may_not_is_refused_before_anything_is_sent() {
    let stand = Stand::with(8);
    let ordinary = stand.sandbox.add_api_key(stand.sandbox.admin(), &ORDINARY);

    let said = Said::by(stand.import(&["--pause-jobs"]).env("IMMICH_API_KEY", &ordinary)).ended_with(12);

    assert!(said.stderr.contains("`queue.read` and `queue.update`"), "{}", said.stderr);
    assert!(said.stderr.contains("--pause-jobs"), "{}", said.stderr);
    assert!(stand.there().is_empty());
}

#[test]
fn jobs_that_were_paused_before_one_could_not_be_go_on() {
    let stand = Stand::with(8);
    stand.sandbox.inject(Fault::status(400).on("PUT", "/api/queues").after(3).times(1));

    let said = Said::by(&mut stand.import(&["--pause-jobs"])).ended_with(1);

    assert!(said.stderr.contains("cannot be paused"), "{}", said.stderr);
    assert_eq!(paused(&stand), [""; 0]);
    assert!(stand.there().is_empty());
}

#[test]
fn what_could_not_be_resumed_is_told_and_the_next_run_does_it() {
    let stand = Stand::with(8);
    stand.sandbox.inject(Fault::status(400).on("PUT", "/api/queues").after(9).times(1));

    let said = Said::by(&mut stand.import(&["--pause-jobs"])).ended_with(0);

    assert_eq!(paused(&stand).len(), 1);
    assert!(said.stderr.contains(&paused(&stand)[0]), "{}", said.stderr);
    stand.assert_all_once();
    Said::by(&mut stand.import(&[])).ended_with(0);
    assert_eq!(paused(&stand), [""; 0]);
}
