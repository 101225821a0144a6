//! `immich-sync health`: how all is, from the status file; for the check of a container.

use anyhow::Result;
use jiff::Timestamp;
use messages_macros::{tr, word};

use super::board::Board;
use crate::args::HealthArgs;
use crate::exit::ExitStatus;
use crate::output::{Console, told};
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
        let good = health
            .last_good
            .map_or_else(|| word!("no run yet").to_owned(), |good| tr!("last good run {good}"));
        console.result(&tr!("well: {good}"));
    } else {
        let because: Vec<String> = health.because.iter().map(|because| told(because)).collect();
        console.result(&tr!("not well: {}", because.join("; ")));
    }
    Ok(if health.ok { ExitStatus::Ok } else { ExitStatus::Failed })
}
