//! One job: its hooks, this program once more as a process, and how that ended.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use messages_macros::tr;
use unattended::{Outcome, Tail};

use super::hooks::{self, Moment};
use super::order::{self, HOOK, INTERRUPTED};
use super::process::{Outputs, Watch};
use super::record::result_file;
use super::round::Round;
use crate::language::said;
use crate::output::JobResult;
use crate::settings::Job;

/// How a job went.
pub(super) struct Went {
    /// Its name.
    pub(super) name: String,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// How long it took.
    pub(super) took: Duration,
    /// The last that it said.
    pub(super) lines: Vec<String>,
}

impl Went {
    /// Of a job that was not started.
    pub(super) fn not_started(name: &str, word: &str, exit: u8, reason: &str) -> Self {
        let outcome = Outcome {
            exit: Some(exit),
            word: word.to_owned(),
            is_good: false,
            counts: std::collections::BTreeMap::new(),
        };
        Self { name: name.to_owned(), outcome, took: Duration::ZERO, lines: vec![said(reason)] }
    }
}

/// Runs a job with its hooks.
pub(super) fn run(round: &Round<'_>, job: &Job, number: usize) -> Went {
    let begin = Instant::now();
    let hook =
        |moment, outcome: Option<&Outcome>| hooks::run(round, &job.hooks, moment, Some(&job.name), outcome);
    let mut went = match hook(Moment::Before, None) {
        Ok(()) => process(round, job, number),
        Err(_) if round.heard.signal().is_some() => {
            Went::not_started(&job.name, INTERRUPTED, 143, "stopped before it began")
        }
        Err(reason) => {
            round.warn(&reason);
            Went::not_started(&job.name, HOOK, 1, &reason)
        }
    };
    let moment = if went.outcome.is_good { Moment::After } else { Moment::Failed };
    for moment in [moment, Moment::Finally] {
        if let Err(reason) = hook(moment, Some(&went.outcome)) {
            round.warn(&reason);
            went.lines.push(said(&reason));
        }
    }
    Went { took: begin.elapsed(), ..went }
}

fn process(round: &Round<'_>, job: &Job, number: usize) -> Went {
    let settings = round.settings;
    let result_file = result_file(&settings.runs(), number);
    let (took, begin) = (Duration::ZERO, Instant::now());
    let mut command = match command(round, job, &result_file) {
        Ok(command) => command,
        Err(error) => {
            return Went::not_started(&job.name, "failed", 1, &format!("it cannot be started: {error}"));
        }
    };
    tracing::info!(job = job.name, command = job.command.words(), "job begins");
    let watch = Watch {
        label: &job.name,
        outputs: round.outputs(),
        limit: job.timeout,
        heard: &round.heard,
        console: round.console,
        secrets: &settings.secrets,
    };
    let ended = watch.run(&mut command);
    let result = JobResult::read(&result_file);
    // One that stays is removed by the next run.
    let _ = std::fs::remove_file(&result_file);
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => {
            return Went::not_started(&job.name, "failed", 1, &format!("it cannot be started: {error}"));
        }
    };
    let outcome = order::outcome(&ended, &result, job.accepts_partial, round.heard.signal());
    let lines = lines(round, job, &ended.tail, &result, &outcome);
    log(job, &outcome, begin.elapsed(), &lines);
    Went { name: job.name.clone(), outcome, took, lines }
}

/// This program with the command of the job. Nothing secret is an argument: the job reads it where it stands.
fn command(round: &Round<'_>, job: &Job, result_file: &Path) -> std::io::Result<Command> {
    let settings = round.settings;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(job.command.words().split(' '));
    command.arg("--config").arg(&settings.config).arg("--job").arg(&job.name);
    command.arg("--result-file").arg(result_file).args(&settings.handed_on);
    if let Some(log) = settings.log.as_ref().filter(|_| !job.has_log) {
        command.arg("--log-file").arg(log);
    }
    Ok(command)
}

/// The last lines; where the terminal had them, what the job told in its file.
fn lines(round: &Round<'_>, job: &Job, tail: &Tail, result: &JobResult, outcome: &Outcome) -> Vec<String> {
    let mut lines: Vec<String> = tail.lines().map(str::to_owned).collect();
    if round.outputs() == Outputs::Terminal {
        let secrets = &round.settings.secrets;
        lines.extend(result.error.iter().map(|error| unattended::clean(&said(&secrets.hide(error)))));
    }
    if outcome.word == order::TIMEOUT {
        let limit = job.timeout.unwrap_or_default();
        lines.push(tr!("ended because its time was up ({} s)", limit.as_secs()));
    }
    lines
}

fn log(job: &Job, outcome: &Outcome, took: Duration, lines: &[String]) {
    let (job, exit_code, word) = (&job.name, outcome.exit, &outcome.word);
    let seconds = took.as_secs();
    if outcome.is_good {
        tracing::info!(job, exit_code, word, seconds, "job ended");
        return;
    }
    if word == INTERRUPTED {
        tracing::warn!(job, exit_code, seconds, "job interrupted");
        return;
    }
    for line in lines.iter().rev().take(10).rev() {
        tracing::warn!(job, line, "said");
    }
    tracing::error!(job, exit_code, word, seconds, "job failed");
}
