//! `run --check-stale`: for a schedule of its own, which still tells when the one of the runs does not.

use anyhow::Result;
use jiff::Timestamp;
use messages_macros::word;
use serde_json::json;

use super::round::Round;
use super::tell::{Teller, silence};
use crate::exit::{ExitStatus, usage};
use crate::output::clean;

/// Tells which jobs had no good run for too long; 1 when there are any.
pub(super) fn check(round: &Round<'_>) -> Result<ExitStatus> {
    if round.settings.telling.stale_after.is_none() {
        return Err(usage(
            "how old the last good run may be is not said; put `stale_after = \"36h\"` into the config file",
        ));
    }
    let names: Vec<String> = round.settings.jobs.iter().map(|job| job.name.clone()).collect();
    let now = Timestamp::now();
    let stale = Teller::new(round).tell_stale(&names);
    round.write_metrics();
    let status = if stale.is_empty() { ExitStatus::Ok } else { ExitStatus::Failed };
    if round.output.json {
        let names: Vec<&str> = stale.iter().map(|job| job.name.as_str()).collect();
        let object = json!({ "type": "stale", "schema": 1, "stale": names, "exit_code": status.code() });
        round.console.result(&object.to_string());
    } else if !stale.is_empty() || !round.output.quiet {
        let lines = stale.iter().map(|job| clean(&silence(job, now)));
        lines.for_each(|line| round.console.result(&line));
        if stale.is_empty() {
            round.console.result(word!("Every job had a good run in time."));
        }
    }
    Ok(status)
}
