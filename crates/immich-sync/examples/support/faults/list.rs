//! Which faults are tried, and what each has to come to.
//!
//! A disk is left with different amounts of room, so that it is full at another step each time. Exit codes: 3
//! where some photos could not be written, 1 where the run could not go on, 2 where what the user named cannot
//! be used from the start.

use super::ground::Place;
use super::meddler::Deed;
use super::trial::{Fault, Trial};

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Each kind of fault once or so.
    Short,
    /// Disks that are full at every step.
    Long,
}

const FULL: &[&str] = &["no space left", "is full"];
const NO_RIGHT: &[&str] = &["no permission", "cannot be written", "cannot be opened", "Permission denied"];
const FOREVER: &[&str] = &["immutable", "not permitted"];

/// Who writes, and how: the name for the table, and the options that make it so.
pub(crate) const WRITERS: [(&str, &[&str]); 3] =
    [("auto", &[]), ("in place", &["--in-place-from", "0"]), ("exiftool", &["--engine", "exiftool"])];

/// Whether a trial says something of this writer. What happens to a file after the last look before it is written in
/// place is a race that nobody can win; it is tried by the tests of the crate that writes.
pub(crate) fn concerns(writer: &str, trial: &Trial) -> bool {
    match writer {
        "in place" => trial.place != Place::Log && !matches!(trial.fault, Fault::Meddled(_)),
        "exiftool" => trial.place == Place::Library,
        _ => true,
    }
}

/// The trials.
pub(crate) fn trials(extent: Extent) -> Vec<Trial> {
    let mut all = library(extent);
    all.extend(state(extent));
    all.extend(log(extent));
    all
}

fn library(extent: Extent) -> Vec<Trial> {
    let at = |fault, codes, says| Trial { place: Place::Library, fault, codes, says };
    let mut all: Vec<Trial> = match extent {
        Extent::Short => vec![600],
        Extent::Long => vec![0, 1, 4, 16, 40, 80, 150, 300, 600, 1200, 1900, 2000, 2100, 3000],
    }
    .into_iter()
    .map(|leave| at(Fault::Full(leave), &[0, 1][..], FULL))
    .collect();
    let inodes: &[usize] = if extent == Extent::Long { &[0, 1, 2, 3, 4, 5, 6] } else { &[1] };
    all.extend(inodes.iter().map(|leave| at(Fault::NoInodes(*leave), &[0, 1][..], FULL)));
    let left: &[u64] = if extent == Extent::Long { &[0, 20, 100, 400, 1500] } else { &[] };
    all.extend(left.iter().map(|leave| at(Fault::FullMeanwhile(*leave), &[0, 1][..], FULL)));
    all.extend([
        at(Fault::ReadOnly, &[3], &["ead-only"]),
        at(Fault::ImmutableFile, &[3], FOREVER),
        at(Fault::Unreadable, &[3], NO_RIGHT),
        at(Fault::Unwritable, &[3], NO_RIGHT),
        at(Fault::Foreign, &[3], &["belongs to another user"]),
        at(Fault::Meddled(Deed::Change), &[3], &["changed meanwhile"]),
        at(Fault::Meddled(Deed::Replace), &[3], &["changed meanwhile"]),
        at(Fault::Meddled(Deed::Remove), &[3], &["does not exist"]),
        at(Fault::Meddled(Deed::MoveFolder), &[3], &["does not exist"]),
    ]);
    if extent == Extent::Long {
        all.push(at(Fault::ImmutableFolder, &[3], FOREVER));
    }
    all
}

fn state(extent: Extent) -> Vec<Trial> {
    let at = |fault, codes, says| Trial { place: Place::State, fault, codes, says };
    let mut all: Vec<Trial> = match extent {
        Extent::Short => vec![40],
        Extent::Long => (0..16).chain((16..160).step_by(8)).chain((160..480).step_by(32)).collect(),
    }
    .into_iter()
    .map(|leave| at(Fault::FullMeanwhile(leave), &[0, 1][..], FULL))
    .collect();
    let left: &[u64] = if extent == Extent::Long { &[0, 8, 14, 100, 500, 540, 600] } else { &[100] };
    all.extend(left.iter().map(|leave| at(Fault::Full(*leave), &[0, 1][..], FULL)));
    let inodes: &[usize] = if extent == Extent::Long { &[0, 1, 3, 5, 7] } else { &[1] };
    all.extend(inodes.iter().map(|leave| at(Fault::NoInodes(*leave), &[0, 1][..], FULL)));
    all.push(at(Fault::ReadOnly, &[1], &["read-only", "Read-only", "cannot be written"]));
    if extent == Extent::Long {
        all.extend([
            at(Fault::ImmutableFile, &[1], &["cannot be written", "cannot be opened"]),
            at(Fault::ImmutableFolder, &[1], &["cannot be written", "cannot be opened", "not permitted"]),
            at(Fault::Unreadable, &[1], NO_RIGHT),
            at(Fault::Unwritable, &[1], NO_RIGHT),
        ]);
    }
    all
}

fn log(extent: Extent) -> Vec<Trial> {
    let at = |fault, codes, says| Trial { place: Place::Log, fault, codes, says };
    let mut all = vec![at(Fault::Full(0), &[1], &["log"]), at(Fault::Unwritable, &[2], NO_RIGHT)];
    if extent == Extent::Long {
        all.extend([
            at(Fault::Full(1), &[1], &["log"]),
            at(Fault::NoInodes(0), &[2], &["No space left"]),
            at(Fault::ReadOnly, &[2], &["Read-only"]),
            at(Fault::ImmutableFile, &[2], &["not permitted"]),
            at(Fault::ImmutableFolder, &[2], &["not permitted"]),
            at(Fault::Unreadable, &[2], NO_RIGHT),
        ]);
    }
    all
}
