//! Servers and networks that fail: everything arrives, and nothing twice.

use std::path::PathBuf;

use immich_sandbox::{Fault, RecordedRequest};

use super::stand::Stand;
use crate::place::Said;

/// So many photos, each with other bytes and of another size.
fn photos(stand: &Stand, count: usize, size: usize) -> PathBuf {
    for number in 0..count {
        let bytes = format!("picture {number} ").repeat(1 + (number % 5 + 1) * size / 50);
        stand.file(&format!("photos/{}/{number:04}.jpg", number % 7), bytes.as_bytes());
    }
    stand.folder.path().join("photos")
}

/// Each tenth upload meets a fault.
fn each_tenth(stand: &Stand, uploads: u64, fault: &Fault) {
    for number in 1..=uploads / 10 {
        stand.sandbox.inject(fault.clone().exactly_on("POST", "/assets").after(10 * number - 1).times(1));
    }
}

fn struck(requests: &[RecordedRequest]) -> usize {
    requests.iter().filter(|request| request.fault.is_some()).count()
}

#[test]
fn each_tenth_upload_that_goes_wrong_is_made_good_in_the_same_run() {
    let faults = [
        ("500", Fault::status(500)),
        ("502", Fault::html_502()),
        ("429", Fault::status(429).retry_after(1)),
        ("503 early", Fault::status(503).before_the_body()),
        ("dropped", Fault::cut_before_answer()),
        ("lost answer", Fault::lost_answer()),
        ("half an answer", Fault::truncated_json()),
    ];
    // Most of the time is waiting.
    std::thread::scope(|scope| {
        for (name, fault) in faults {
            scope.spawn(move || made_good(name, &fault));
        }
    });
}

fn made_good(name: &str, fault: &Fault) {
    let stand = Stand::with(1);
    let root = photos(&stand, 40, 1000);
    each_tenth(&stand, 40, fault);

    let said = Said::by(&mut stand.folder(&root, &["--json"])).ended_with(0).last();

    assert_eq!(said["failed"], 0, "{name}: {said}");
    assert!(struck(&stand.sandbox.requests()) >= 4, "{name}: {}", struck(&stand.sandbox.requests()));
    assert_eq!(stand.arrived().len(), 40, "{name}");
    assert_eq!(stand.sandbox.views().len(), 40, "{name}");
}

#[test]
fn a_run_in_which_every_upload_fails_is_no_success_and_the_next_one_sends_everything() {
    for (fault, code) in
        [(Fault::status(500), 1), (Fault::html_502(), 1), (Fault::status(413), 1), (Fault::status(400), 1)]
    {
        let stand = Stand::with(1);
        let root = photos(&stand, 5, 100);
        let name = format!("{fault:?}");
        stand.sandbox.inject(fault.exactly_on("POST", "/assets"));

        let said = Said::by(&mut stand.folder(&root, &["--json"]));

        assert_eq!(said.code, Some(code), "{name}: {}{}", said.stdout, said.stderr);
        assert!(stand.there().is_empty());
        stand.sandbox.clear_faults();
        Said::by(&mut stand.folder(&root, &["--rehash"])).ended_with(0);
        assert_eq!(stand.arrived().len(), 5, "{name}");
    }
}

/// Imports through a network that ends connections in the middle of uploads, until nothing fails any more.
///
/// About each fourth upload is cut: a network in which nothing gets through is another test, and mostly waiting.
fn through_cuts(cuts: usize) -> String {
    let stand = Stand::with(1);
    let root = photos(&stand, 4 * cuts, 60_000);
    let mut random = fastrand::Rng::with_seed(cuts as u64);
    for number in 0..cuts as u64 {
        let fault = match random.u8(0..4) {
            0 => Fault::lost_answer(),
            1 => Fault::cut_within_answer(),
            _ => Fault::cut_within_request(random.u64(1..70_000)),
        };
        let passes = 4 * number + random.u64(0..4);
        stand.sandbox.inject(fault.exactly_on("POST", "/assets").after(passes).times(1));
    }
    let (mut runs, mut before) = (0, 0);
    loop {
        let said = Said::by(&mut stand.folder(&root, &["--json"]));
        runs += 1;
        let struck = struck(&stand.sandbox.requests());
        assert!(matches!(said.code, Some(0 | 1 | 3 | 5)), "{:?} {}{}", said.code, said.stdout, said.stderr);
        if struck == cuts && said.code == Some(0) {
            break;
        }
        assert!(runs < 2 * cuts, "no end");
        if said.code == Some(0) {
            // Everything is there, and more is sent until all faults were met.
            let bytes = format!("more {runs} {before}").repeat(5000);
            stand.file(&format!("photos/more/{runs}.jpg"), bytes.as_bytes());
        }
        before = struck;
    }
    let wanted = crate::place::contents(&root);
    let arrived = stand.arrived();
    assert_eq!(
        (arrived.len(), stand.sandbox.views().len()),
        (wanted.len(), wanted.len()),
        "0 duplicates, 0 missing"
    );
    assert!(wanted.values().all(|bytes| arrived.contains_key(bytes)));
    let again = Said::by(&mut stand.folder(&root, &["--json"])).ended_with(0).last();
    assert_eq!(again["done"], 0, "{again}");
    format!("{cuts} cuts, {} photos, {runs} runs: 0 duplicates, 0 missing", wanted.len())
}

#[test]
fn connections_that_are_cut_in_the_middle_of_uploads_cost_nothing() {
    through_cuts(12);
}

#[test]
#[ignore = "takes minutes; cargo xtask imports runs it"]
fn as_many_cuts_as_asked_for_cost_nothing() {
    let said = through_cuts(crate::import::stops::asked("IMMICH_SYNC_CUTS", 500));

    eprintln!("{said}");
}

#[test]
fn questions_that_go_wrong_are_asked_again() {
    for path in ["/api/assets/bulk-upload-check", "/api/albums", "/api/users/me"] {
        let stand = Stand::with(1);
        let root = photos(&stand, 12, 10);
        stand.sandbox.inject(Fault::status(503).on("", path).times(2));
        stand.sandbox.inject(Fault::truncated_json().on("", path).after(2).times(1));

        Said::by(&mut stand.folder(&root, &["--folder-as-album", "folder"])).ended_with(0);

        assert_eq!(stand.arrived().len(), 12, "{path}");
        assert_eq!(stand.sandbox.albums().iter().map(|(_, _, photos)| photos).sum::<usize>(), 12, "{path}");
        assert_eq!(stand.sandbox.albums().len(), 7, "{path}: no album is there twice");
    }
}
