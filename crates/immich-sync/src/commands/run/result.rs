//! The end of a run: a line for each job, or one object.

use std::collections::BTreeMap;
use std::time::Duration;

use messages_macros::tr;
use serde_json::{Value, json};
use unattended::notice::Delivery;

use super::job::Went;
use super::order;
use super::round::Round;
use crate::exit::ExitStatus;
use crate::language::word_of;
use crate::output::{clean, thousands};

/// Raised when a field changes its meaning or goes away.
const SCHEMA: u32 = 1;

/// What is known when a run has come to its end.
pub(super) struct RunEnd<'a> {
    pub(super) went: &'a [Went],
    pub(super) status: ExitStatus,
    pub(super) took: Duration,
    pub(super) deliveries: &'a [Delivery],
}

/// What all jobs counted together.
pub(super) fn sums(went: &[Went]) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in went.iter().flat_map(|went| &went.outcome.counts) {
        *sums.entry(name.clone()).or_default() += count;
    }
    sums
}

/// Shows it.
pub(super) fn show(round: &Round<'_>, end: &RunEnd<'_>) {
    let exit_code = end.status.code();
    tracing::info!(exit_code, seconds = end.took.as_secs(), jobs = end.went.len(), "run ended");
    if round.output.json {
        round.console.result(&object(round, end).to_string());
        return;
    }
    if round.output.quiet && end.status == ExitStatus::Ok {
        return;
    }
    for went in end.went {
        round.console.result(&line(went));
    }
    let not_run = round.settings.jobs.len() - end.went.len();
    if not_run > 0 {
        round.console.result(&tr!("{not_run} of {} jobs did not run", round.settings.jobs.len()));
    }
}

fn line(went: &Went) -> String {
    let counts = ["done", "skipped", "failed"].map(|name| {
        let count = went.outcome.counts.get(name).copied().unwrap_or_default();
        (name, count)
    });
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{} {}", thousands(count), word_of(name)))
        .collect();
    let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    let (name, word) = (clean(&went.name), order::shown_end(&went.outcome.word));
    let code = went.outcome.exit.filter(|code| *code != 0);
    let code = code.map_or_else(String::new, |code| format!(" ({code})"));
    tr!("{name}: {word}{code} in {} s{counts}", went.took.as_secs())
}

fn object(round: &Round<'_>, end: &RunEnd<'_>) -> Value {
    let seconds = |time: Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
    let jobs: Vec<Value> = end
        .went
        .iter()
        .map(|went| {
            json!({
                "name": went.name,
                "exit_code": went.outcome.exit,
                "word": went.outcome.word,
                "good": went.outcome.is_good,
                "counts": went.outcome.counts,
                "seconds": seconds(went.took),
            })
        })
        .collect();
    let notices: Vec<Value> = end
        .deliveries
        .iter()
        .map(|delivery| json!({ "to": delivery.to, "failed": delivery.failed, "tries": delivery.tries }))
        .collect();
    json!({
        "type": "run",
        "schema": SCHEMA,
        "dry_run": round.settings.dry_run,
        "jobs": jobs,
        "not_run": round.settings.jobs.len() - end.went.len(),
        "notices": notices,
        "seconds": seconds(end.took),
        "word": order::word(end.status.code()),
        "exit_code": end.status.code(),
    })
}
