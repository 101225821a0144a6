//! Runs the program on disks that are full or read-only, without rights, and among people who work on the same
//! files; and then again without the fault.
//!
//! `cargo xtask faults`. Exit code 1 when something was not as promised, 2 where file systems cannot be mounted.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use support::faults::disk::can_mount;
use support::faults::list::{Extent, WRITERS, concerns, trials};
use support::faults::trial::{Bench, Outcome, Trial};
use support::program::Program;

/// Runs the program with every fault of disks, rights and neighbours, and again when it is gone
#[derive(Debug, Parser)]
struct Args {
    /// Only what every run of the tests tries
    #[arg(long)]
    short: bool,
    /// Only faults of which the line in the table contains this text
    #[arg(long)]
    only: Option<String>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if !can_mount() {
        eprintln!(
            "small file systems cannot be made and mounted here; run this as root, where loop mounts work"
        );
        return ExitCode::from(2);
    }
    match try_all(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all went as promised.
fn try_all(args: &Args) -> anyhow::Result<bool> {
    let begin = Instant::now();
    let program = Program::beside_this_example()?;
    let extent = if args.short { Extent::Short } else { Extent::Long };
    let wanted =
        |trial: &Trial| args.only.as_ref().is_none_or(|text| line_start(trial).contains(text.as_str()));
    let (mut tried, mut wrong) = (0, 0);
    println!(
        "{:8} {:8} {:24} {:>4} {:>6} {:>7} {:>5}  said",
        "writer", "where", "fault", "exit", "intact", "renewed", "wrong"
    );
    for (writer, options) in WRITERS {
        let bench = Bench::new(&program.with(options))?;
        for trial in trials(extent).iter().filter(|trial| wanted(trial) && concerns(writer, trial)) {
            let outcome = bench.run(trial)?;
            tried += 1;
            wrong += usize::from(!outcome.wrong.is_empty());
            print(writer, trial, &outcome);
        }
    }
    println!("{tried} faults tried, {wrong} not as promised, {:.0} s", begin.elapsed().as_secs_f64());
    Ok(wrong == 0 && tried > 0)
}

fn line_start(trial: &Trial) -> String {
    format!("{:8} {:24}", format!("{:?}", trial.place).to_lowercase(), trial.name())
}

fn print(writer: &str, trial: &Trial, outcome: &Outcome) {
    let code = outcome.code.map_or_else(|| "-".to_owned(), |code| code.to_string());
    let Outcome { intact, renewed, said, wrong, .. } = outcome;
    println!(
        "{writer:8} {} {code:>4} {intact:>6} {renewed:>7} {:>5}  {said}",
        line_start(trial),
        wrong.len()
    );
    for what in wrong {
        println!("         WRONG: {what}");
    }
}
