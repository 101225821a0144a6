//! Disks that are full or read-only, rights that are missing, and people who change the same files: originals stay
//! whole, the message names what is wrong, and a run without the fault comes to the end it would have come to.

use std::io::Write as _;
use std::path::Path;

use crate::support::faults::disk::can_mount;
use crate::support::faults::list::{Extent, WRITERS, concerns, trials};
use crate::support::faults::trial::Bench;
use crate::support::program::Program;

#[test]
fn faults_of_disks_rights_and_neighbours_damage_nothing_and_a_run_without_them_goes_on() {
    if !can_mount() {
        let test = "faults_of_disks_rights_and_neighbours_damage_nothing_and_a_run_without_them_goes_on";
        let line = format!("SKIPPED {test}: file systems cannot be made and mounted here\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    }
    let program = Program::new(Path::new(env!("CARGO_BIN_EXE_immich-sync"))).unwrap();
    let mut wrong: Vec<String> = Vec::new();

    for (writer, options) in WRITERS {
        let bench = Bench::new(&program.with(options)).unwrap();
        for trial in trials(Extent::Short).iter().filter(|trial| concerns(writer, trial)) {
            let outcome = bench.run(trial).unwrap();
            wrong.extend(outcome.wrong.into_iter().map(|what| format!("{writer}, {trial:?}: {what}")));
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
}
