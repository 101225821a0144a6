//! `immich-sync daemon`: starts `run` at the times of the config, where no system does: in a container.
//!
//! It decides when (`unattended::rounds`) and nothing else. Locks, notices, logs and the status come from `run`, which
//! is a process of its own, so that whatever happens in it leaves the schedule alone.

mod answers;
mod board;
mod child;
mod health;
mod listen;
mod world;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::ArgMatches;
use jiff::Timestamp;
use messages_macros::{tr, word};
use unattended::rounds::{self, Plan};
use unattended::status::Status;

use crate::args::DaemonArgs;
use crate::exit::ExitStatus;
use crate::output::{Console, clean_path, told};
use crate::settings::{ScheduleSettings, catalogue, listen as listen_at, states};
use crate::start::Start;
use board::Board;
use world::RealWorld;

pub(crate) use health::run as health;

/// Runs the command; tells how it went.
pub(crate) fn run(args: &DaemonArgs) -> ExitStatus {
    let console = Console::detect();
    match serve(args.options.matches(), console) {
        Ok(()) => ExitStatus::Ok,
        Err(error) => {
            console.error(&error);
            ExitStatus::of_error(&error, None)
        }
    }
}

fn serve(matches: &ArgMatches, console: Console) -> Result<()> {
    let start = Start::read(matches)?;
    let sources = start.sources();
    sources.environment.refuse_unknown(&catalogue::variables())?;
    let settings = ScheduleSettings::resolve(&sources)?;
    let config = super::schedule::config(&sources)?;
    let board = Arc::new(Board::new(&start, config.clone())?);
    if let Some(address) = listen_at(&sources)? {
        let bound = listen::start(address, &board)?;
        say(console, &tr!("Answering at http://{bound}/healthz and /metrics"));
    }
    say(console, &tr!("Running the jobs of `{}`", clean_path(&config)));
    let last_run = last_run(&board, console);
    let mut world = RealWorld::new(console, matches.clone(), config, board)?;
    rounds::run(&mut world, settings.plan, last_run);
    say(console, word!("Ended."));
    Ok(())
}

/// When the newest run of this config ended, or began if its end is not known.
fn last_run(board: &Board, console: Console) -> Option<Timestamp> {
    match board.status() {
        Ok(status) => {
            let runs = status.of_config(&board.config).filter_map(|job| job.ended.max(job.started));
            runs.max()
        }
        Err(error) => {
            say(console, &tr!("What ran before is not known: {}", told(&error.to_string())));
            None
        }
    }
}

/// The plan as the config file has it now.
fn reread(matches: &ArgMatches) -> Result<Plan> {
    let start = Start::read(matches)?;
    Ok(ScheduleSettings::resolve(&start.sources())?.plan)
}

/// A line with its time, as the logs of containers show it.
fn say(console: Console, text: &str) {
    let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::system());
    console.aside(&format!("{} {text}", now.strftime("%Y-%m-%d %H:%M:%S%:z")));
}

/// Where the status of this user's runs is.
fn status_file(start: &Start<'_>) -> Result<PathBuf> {
    Ok(Status::path(&states(&start.sources(), &start.folders)?))
}
