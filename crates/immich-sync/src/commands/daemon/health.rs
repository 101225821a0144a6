//! `immich-sync health`: how all is, from the status file; for the check of a container.

use anyhow::Result;
use jiff::Timestamp;

use super::board::Board;
use crate::args::HealthArgs;
use crate::exit::ExitStatus;
use crate::output::{Console, clean};
use crate::settings::catalogue;
use crate::start::Start;

/// Runs the command; tells how it went.
pub(crate) fn run(args: &HealthArgs) -> ExitStatus {
    let console = Console::detect();
    look(args, console).unwrap_or_else(|error| {
        console.error(&error);
        ExitStatus::of_error(&error, None)
    })
}

fn look(args: &HealthArgs, console: Console) -> Result<ExitStatus> {
    let start = Start::read(args.options.matches())?;
    let sources = start.sources();
    let board = Board::new(&start, super::super::schedule::config(&sources)?)?;
    let health = board.health(Timestamp::now())?;
    if sources.flag(&catalogue::JSON)? {
        console.result(&serde_json::to_string_pretty(&health)?);
    } else if health.ok {
        let good =
            health.last_good.map_or_else(|| "no run yet".to_owned(), |good| format!("last good run {good}"));
        console.result(&format!("well: {good}"));
    } else {
        console.result(&format!("not well: {}", clean(&health.because.join("; "))));
    }
    Ok(if health.ok { ExitStatus::Ok } else { ExitStatus::Failed })
}
