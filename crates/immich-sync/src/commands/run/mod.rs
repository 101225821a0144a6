//! `immich-sync run`: the jobs of the config file, one after the other, each as a process of its own.
//!
//! What a schedule starts has to tell of everything that can happen to a job, and a job can be killed for want of memory,
//! hang in a system call of a dead network share, or crash. So this process does none of the work: it starts this program
//! once for each job, watches it, and says how it ended.

mod heard;
mod hooks;
mod job;
mod order;
mod process;
mod record;
mod result;
mod round;
mod stale;
mod tell;

use anyhow::Result;

use super::frame;
use crate::args::RunArgs;
use crate::exit::ExitStatus;
use crate::output::{Console, clean, start_tracing};
use crate::settings::{OutputSettings, RunSettings};
use crate::start::{Start, typed_json};
use heard::Heard;
use round::Round;

pub(crate) use order::shown_end;

/// Runs the command; tells how it went.
pub(crate) fn run(args: &RunArgs) -> ExitStatus {
    let console = Console::detect();
    let json = typed_json(args.options.matches());
    let (settings, output) = match resolve(args) {
        Ok(resolved) => resolved,
        Err(error) => return frame::never_began(console, json, &error),
    };
    let round = match Heard::catch() {
        Ok(heard) => Round { settings: &settings, output: &output, console, heard },
        Err(error) => return frame::never_began(console, json, &error),
    };
    let ended = if args.check_stale { stale::check(&round) } else { round.go() };
    ended.unwrap_or_else(|error| {
        let status = ExitStatus::of_error(&error, round.heard.signal());
        tracing::error!(
            reason = clean(&settings.secrets.hide(&format!("{error:#}"))),
            exit_code = status.code(),
            "given up"
        );
        frame::never_began(console, json, &error);
        status
    })
}

fn resolve(args: &RunArgs) -> Result<(RunSettings, OutputSettings)> {
    let start = Start::read(args.options.matches())?;
    let (settings, output) = RunSettings::resolve(&start, args)?;
    if let Some(log) = output.log.as_ref().filter(|_| settings.log.is_some()) {
        record::private_folder_of(&log.path)?;
    }
    start_tracing(&output)?;
    start.tell_without_meaning();
    Ok((settings, output))
}
