//! Many rounds with kills at random moments of one seed.

use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use fastrand::Rng;

use super::super::program::{Program, Run, pause, wait_until};
use super::processes::{Mark, end};
use super::round::{LIMIT, round};
use super::stage::Stage;
use super::tally::Tally;

/// Runs that are measured to know the time of one.
const MEASURED: u64 = 3;

/// Every so many rounds the time of a run is measured anew: other work on the machine comes and goes.
const MEASURE: u64 = 100;

/// Every so many rounds a third run has to find nothing to do.
const AGAIN: u64 = 5;

/// Every so many rounds the program starts without a memory.
const FORGET: u64 = 10;

/// How long the last ExifTool may take to notice that nobody talks to it any more.
const FAREWELL: Duration = Duration::from_secs(10);

/// How a series runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// How many runs are killed in the middle; some more end before their kill, at most as many again.
    pub(crate) runs: u64,
    /// Decides when, and what is written.
    pub(crate) seed: u64,
    /// The longest that a run lives; measured when not given.
    pub(crate) longest: Option<Duration>,
}

/// Who dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    /// The program and its ExifTool processes.
    Everybody,
    /// The program only; its ExifTool processes have to end by themselves.
    Us,
}

/// Kills so many runs, and tells after each how it stands.
pub(crate) fn run(
    program: &Program,
    options: Options,
    mut tell: impl FnMut(u64, &Tally),
) -> anyhow::Result<Tally> {
    let mut random = Rng::with_seed(options.seed);
    let mut stage = Stage::library(&program.judge, options.seed)?;
    let mut longest = options.longest.unwrap_or_default();
    let mark = Mark::new();
    let mut tally = Tally::default();
    for number in 1..=options.runs * 2 {
        if options.longest.is_none() && number % MEASURE == 1 {
            longest = measure(&mut stage, program, &mut random)?;
        }
        if number.is_multiple_of(FORGET) {
            stage.forget();
        }
        let chosen = stage.vary(&mut random)?;
        let whom = if number.is_multiple_of(2) { Whom::Us } else { Whom::Everybody };
        let at = longest.mul_f64(random.f64());
        let attack = |stage: &Stage| {
            let mut command = program.write(&stage.sandbox, &stage.root(), &stage.state());
            mark.put_on(&mut command);
            kill(&mut command, &mark, whom, at)
        };
        let came_to = round(&stage, program, &chosen, number.is_multiple_of(AGAIN), attack)?;
        tally.add(came_to, &format!("round {number}, {whom:?} killed after {} ms", at.as_millis()));
        tell(number, &tally);
        if tally.killed >= options.runs {
            break;
        }
    }
    let deadline = Instant::now() + FAREWELL;
    while !mark.bearers().is_empty() && Instant::now() < deadline {
        pause(Duration::from_millis(50));
    }
    let survivors = mark.bearers();
    if !survivors.is_empty() {
        tally.stuck.push(format!("{} processes of killed runs never ended", survivors.len()));
        end(&survivors);
    }
    Ok(tally)
}

/// The time of a complete run, from the longest of a few.
fn measure(stage: &mut Stage, program: &Program, random: &mut Rng) -> anyhow::Result<Duration> {
    let mut longest = Duration::ZERO;
    for _ in 0..MEASURED {
        stage.vary(random)?;
        let run = Run::of(&mut program.write(&stage.sandbox, &stage.root(), &stage.state()), LIMIT)?;
        if run.code() != Some(0) {
            bail!("the program fails even when nobody kills it: it {}", run.complaint());
        }
        longest = longest.max(run.took);
    }
    Ok(longest)
}

/// Starts a run and kills it at that time; whether it was still alive.
fn kill(command: &mut Command, mark: &Mark, whom: Whom, at: Duration) -> anyhow::Result<bool> {
    let begin = Instant::now();
    let command = command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().context("start the program")?;
    if wait_until(&mut child, begin + at)?.is_some() {
        return Ok(false);
    }
    // Looked up before, so that all die in one moment.
    let others = if whom == Whom::Everybody { mark.bearers() } else { Vec::new() };
    child.kill().context("kill the program")?;
    end(&others);
    let status = child.wait().context("wait for the killed program")?;
    Ok(status.signal() == Some(9))
}
