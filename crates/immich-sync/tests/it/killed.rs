//! A program that dies at any moment leaves whole originals, and the next run puts all in order.

use std::path::Path;

use sample_pictures::Kind;

use crate::support::kills::series::{self, Options};
use crate::support::kills::sweep::{self, SweepKind};
use crate::support::program::Program;

fn program() -> Program {
    Program::new(Path::new(env!("CARGO_BIN_EXE_immich-sync"))).unwrap()
}

#[test]
fn kills_at_random_moments_damage_nothing() {
    let options = Options { runs: 10, seed: 4, longest: None };

    let tally = series::run(&program(), options, |_, _| {}).unwrap();

    assert!(tally.is_good(), "{tally}");
}

#[test]
fn kills_at_each_rename_sync_and_removal_of_one_write_damage_nothing() {
    if !sweep::has_tracer() {
        crate::strace_dry_run::skipped("kills_at_each_rename_sync_and_removal_of_one_write_damage_nothing");
        return;
    }
    let calls = ["mkdirat", "fsync", "renameat", "unlinkat"];

    let tally = sweep::sweep(&program(), Kind::Jpeg, SweepKind::Program, &calls, |_, _, _| {}).unwrap();

    assert!(tally.is_good() && tally.killed >= 5, "{tally}");
}
