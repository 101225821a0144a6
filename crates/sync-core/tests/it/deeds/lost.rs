//! Servers that do what they are told and do not say so, or go away: the next run completes, nothing is done twice,
//! and an undo restores.

use immich_sandbox::{Fault, Version};
use photo_similarity::Class;
use sync_core::organize::{ActOptions, Action};
use sync_core::state::DeedStore;

use super::lab::{Lab, World, all_actions, assert_same, group, only};

/// More runs than any series of faults needs.
const MOST_RUNS: usize = 60;

fn all() -> ActOptions {
    ActOptions { actions: all_actions(), confirmed: true, ..only(Action::Stack) }
}

fn lab(version: Version) -> Lab {
    let lab = Lab::of(version, 12, |scenario, ids| {
        scenario.stack(&[ids[10], ids[11]]);
    });
    scan(&lab);
    lab
}

/// Every run looks at the photos first.
fn scan(lab: &Lab) {
    lab.groups(vec![
        group(lab, Class::Exact, &[0, 1]),
        group(lab, Class::Duplicate, &[2, 3, 4]),
        group(lab, Class::Burst, &[8, 7]),
        group(lab, Class::Similar, &[6, 5]),
    ]);
}

/// What a run without trouble comes to.
fn reference(version: Version) -> (World, World) {
    let lab = lab(version);
    let before = lab.world();
    lab.act(&all());
    (before, lab.world().unnumbered())
}

/// Runs until there is nothing left to do.
fn come_through(lab: &Lab) {
    for _ in 0..MOST_RUNS {
        scan(lab);
        let (result, _) = lab.try_act(&all());
        if result.is_ok_and(|summary| summary.total.is_clean() && summary.run.is_none()) {
            assert!(lab.store.open_deeds().unwrap().is_empty());
            return;
        }
    }
    panic!("{MOST_RUNS} runs, and none found nothing to do");
}

/// Takes back everything that counts, the newest first, until nothing counts any more.
pub(super) fn take_all_back(lab: &Lab, last: i64) {
    for _ in 0..MOST_RUNS {
        let mut clean = true;
        for run in (1..=last).rev() {
            let (result, _) = lab.try_undo(sync_core::state::RunId(run));
            clean &= result.is_ok_and(|summary| summary.is_clean());
        }
        if clean {
            return;
        }
    }
    panic!("{MOST_RUNS} undos, and none came through");
}

fn runs(lab: &Lab) -> i64 {
    i64::try_from(sync_core::state::Store::runs(&lab.store).unwrap().len()).unwrap()
}

fn survives(version: Version, fault: Fault, (before, after): &(World, World), what: &str) {
    let lab = lab(version);
    lab.sandbox.inject(fault);
    let _ = lab.try_act(&all());
    lab.sandbox.clear_faults();
    come_through(&lab);
    assert_same(&lab.world().unnumbered(), after, what);
    take_all_back(&lab, runs(&lab));
    assert_same(&lab.world(), before, what);
}

/// The requests of a run, one after another.
fn requests(version: Version) -> u64 {
    let lab = lab(version);
    lab.sandbox.clear_requests();
    lab.act(&all());
    lab.sandbox.requests().len() as u64
}

fn at_every(version: Version, step: usize) {
    let reference = reference(version);
    let all = requests(version);
    assert!(all > 30, "{all}");
    for request in (0..all).step_by(step) {
        let what = format!("{version:?}, request {request}");
        survives(version, Fault::lost_answer().after(request).times(1), &reference, &format!("{what}: lost"));
        survives(version, Fault::lost_answer().after(request), &reference, &format!("{what}: all lost"));
        survives(version, Fault::cut_before_answer().after(request), &reference, &format!("{what}: cut"));
        survives(version, Fault::status(500).after(request).times(8), &reference, &format!("{what}: 500"));
    }
}

#[test]
fn a_server_that_falls_silent_at_some_request_costs_nothing() {
    at_every(Version::V3_0_3, 9);
}

#[test]
#[ignore = "takes minutes; cargo xtask deeds runs it"]
fn a_server_that_falls_silent_at_any_request_costs_nothing() {
    at_every(Version::V2_7_5, 1);
    at_every(Version::V3_0_3, 1);
}

#[test]
fn an_undo_that_loses_the_server_is_completed_by_the_next_one() {
    let (before, _) = reference(Version::V3_0_3);
    for request in (0..40).step_by(5) {
        let lab = lab(Version::V3_0_3);
        let run = lab.act(&all()).0.run.unwrap();
        lab.sandbox.inject(Fault::lost_answer().after(request));
        let _ = lab.try_undo(run);
        lab.sandbox.clear_faults();

        take_all_back(&lab, run.0);

        assert_same(&lab.world(), &before, &format!("request {request}"));
    }
}

#[test]
fn a_stop_between_batches_leaves_the_rest_to_the_next_run() {
    let (_, after) = reference(Version::V3_0_3);
    for changes in [1, 4, 8] {
        let lab = lab(Version::V3_0_3);
        let ear = super::lab::Ear { stop: Some((lab.stop.clone(), changes)), ..super::lab::Ear::default() };
        let (stopped, _) = lab.act_with(&all(), &ear);
        assert!(stopped.unwrap().total.stopped);

        let lab = Lab { stop: sync_core::StopFlag::new(), ..lab };
        come_through(&lab);

        assert_same(&lab.world().unnumbered(), &after, "a stop");
    }
}
