//! Kills the program at random moments while it writes, and looks at every original afterwards.
//!
//! `cargo xtask kill-loop`. Exit code 1 when a file was damaged or lost, something was left behind, a run did
//! not complete, or no kill hit a run in the middle; 2 when a sweep is asked for and there is no `strace`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::io::{IsTerminal as _, stderr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use sample_pictures::Kind;

use support::kills::series::{self, Options};
use support::kills::sweep::{self, Harm, SweepKind};
use support::kills::tally::Tally;
use support::program::Program;

/// Kills the program at random moments while it writes, and looks at every original afterwards
#[derive(Debug, Parser)]
struct Args {
    /// How many runs are killed in the middle
    #[arg(long, default_value_t = 1000)]
    runs: u64,
    /// Decides when each is killed; another one each time by default
    #[arg(long)]
    seed: Option<u64>,
    /// The longest that a run lives before it is killed, in milliseconds; measured by default
    #[arg(long)]
    max_ms: Option<u64>,
    /// Instead: kill at every single call that changes something on disk (needs strace)
    #[arg(long, num_args = 0..=1, default_missing_value = "short")]
    sweep: Option<Extent>,
    /// What happens at each call of a sweep
    #[arg(long, default_value = "kill")]
    harm: HarmWord,
}

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HarmWord {
    /// The program is killed
    Kill,
    /// The disk fails
    Eio,
    /// The disk is full
    Enospc,
}

impl From<HarmWord> for Harm {
    fn from(word: HarmWord) -> Self {
        match word {
            HarmWord::Kill => Self::Kill,
            HarmWord::Eio => Self::DiskFails,
            HarmWord::Enospc => Self::DiskFull,
        }
    }
}

/// What a sweep covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Extent {
    /// The program, writing a JPEG by itself
    Short,
    /// The program writing each container by itself, an MP4 in place, a sidecar
    Native,
    /// The same, and the program and ExifTool writing a JPEG, a PNG, a HEIC and an MP4
    Full,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if args.sweep.is_some() && !sweep::has_tracer() {
        eprintln!("a sweep needs strace, which is not installed");
        return ExitCode::from(2);
    }
    let begin = Instant::now();
    let outcome = Program::beside_this_example().and_then(|program| match args.sweep {
        Some(extent) => at_each_call(&program, extent, args.harm.into()),
        None => at_random(&program, &args),
    });
    match outcome {
        Ok(tally) => {
            println!("{tally}took {:.0} s", begin.elapsed().as_secs_f64());
            if tally.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn at_random(program: &Program, args: &Args) -> anyhow::Result<Tally> {
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("{} kills, seed {seed}", args.runs);
    let options = Options { runs: args.runs, seed, longest: args.max_ms.map(Duration::from_millis) };
    let every = if stderr().is_terminal() { 1 } else { 50 };
    series::run(program, options, |round, tally| {
        if round.is_multiple_of(every) {
            progress(&format!("round {round}: {}", tally.line()));
        }
    })
}

fn at_each_call(program: &Program, extent: Extent, harm: Harm) -> anyhow::Result<Tally> {
    let mut all = Tally::default();
    for (kind, victim) in scenes(extent) {
        let tally = sweep::sweep(program, kind, victim, harm, harm.calls(), |call, number, tally| {
            if stderr().is_terminal() {
                progress(&format!("{kind:?}, {victim:?}, {call} {number}: {}", tally.line()));
            }
        })?;
        eprintln!("{kind:?}, {victim:?}, {harm:?}: {}", tally.line());
        all.add(tally, "sweep");
    }
    Ok(all)
}

/// What is written, and who is killed.
fn scenes(extent: Extent) -> Vec<(Kind, SweepKind)> {
    let native = [Kind::Jpeg, Kind::Png, Kind::WebpExtended, Kind::Heic, Kind::Mp4];
    let mut native: Vec<_> = native.map(|kind| (kind, SweepKind::Native)).into();
    native.extend([(Kind::Mp4, SweepKind::InPlace), (Kind::Jpeg, SweepKind::Sidecar)]);
    let others = [Kind::Jpeg, Kind::Png, Kind::Heic, Kind::Mp4];
    let others =
        others.into_iter().flat_map(|kind| [(kind, SweepKind::Program), (kind, SweepKind::ExifTool)]);
    match extent {
        Extent::Short => vec![(Kind::Jpeg, SweepKind::Native)],
        Extent::Native => native,
        Extent::Full => native.into_iter().chain(others).collect(),
    }
}

/// One line that the next one takes the place of, on a terminal.
fn progress(text: &str) {
    if stderr().is_terminal() {
        eprint!("\r\u{1b}[K{text}");
    } else {
        eprintln!("{text}");
    }
}
