//! A program that dies at any moment leaves whole originals, and the next run puts all in order.

use std::path::Path;

use sample_pictures::Kind;

use crate::support::kills::series::{self, Options};
use crate::support::kills::sweep::{self, Harm, SweepKind};
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

/// Each of these calls of these writes is harmed in turn.
fn swept(name: &str, scenes: &[(Kind, SweepKind, Harm, &[&str])], least: u64) {
    if !sweep::has_tracer() {
        crate::strace_dry_run::skipped(name);
        return;
    }
    for (kind, victim, harm, calls) in scenes {
        let tally = sweep::sweep(&program(), *kind, *victim, *harm, calls, |_, _, _| {}).unwrap();

        assert!(tally.is_good() && tally.killed >= least, "{kind:?}, {victim:?}, {harm:?}: {tally}");
    }
}

#[test]
fn kills_at_each_rename_sync_and_removal_of_one_write_damage_nothing() {
    let calls: &[&str] = &["mkdirat", "copy_file_range", "fsync", "renameat", "unlinkat"];
    let scenes = [
        (Kind::Jpeg, SweepKind::Native, Harm::Kill, calls),
        (Kind::Jpeg, SweepKind::Program, Harm::Kill, calls),
    ];

    swept("kills_at_each_rename_sync_and_removal_of_one_write_damage_nothing", &scenes, 5);
}

#[test]
fn a_file_that_is_written_in_place_is_whole_again_after_a_kill_at_any_step() {
    let calls: &[&str] = &["fallocate", "pwrite64", "fdatasync", "ftruncate", "utimensat"];
    let scenes = [(Kind::Mp4, SweepKind::InPlace, Harm::Kill, calls)];

    swept("a_file_that_is_written_in_place_is_whole_again_after_a_kill_at_any_step", &scenes, 5);
}

#[test]
fn a_disk_that_fails_at_any_step_of_one_write_damages_nothing() {
    let calls: &[&str] = &["copy_file_range", "fdatasync", "fsync", "renameat", "utimensat"];
    let scenes = [
        (Kind::Jpeg, SweepKind::Native, Harm::DiskFails, calls),
        (Kind::Mp4, SweepKind::InPlace, Harm::DiskFails, calls),
        (Kind::Mp4, SweepKind::InPlace, Harm::DiskFull, calls),
    ];

    swept("a_disk_that_fails_at_any_step_of_one_write_damages_nothing", &scenes, 1);
}
