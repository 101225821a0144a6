//! `immich-sync history`: what was done, from the state alone.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Result;
use immich_api::QueueName;
use jiff::Timestamp;
use messages_macros::{tr, word};
use sync_core::history::{changes, deeds, runs};
use sync_core::queues::left_paused;
use sync_core::state::SqliteStore;
use sync_core::undo::UndoTarget;

use crate::args::HistoryArgs;
use crate::exit::{ExitStatus, usage};
use crate::output::{Console, HistoryView, lost_results, start_tracing};
use crate::settings::{OutputSettings, Sources, catalogue, time_zone};
use crate::start::{Start, typed_json};
use crate::states;

use super::frame;

/// Runs that are listed when nobody says how many.
const RUNS: u64 = 20;

/// Runs the command; tells how it went.
pub(crate) fn run(args: &HistoryArgs) -> ExitStatus {
    let console = Console::detect();
    match show(args, console) {
        Ok(()) => ExitStatus::Ok,
        Err(error) => frame::never_began(console, typed_json(args.options.matches()), &error),
    }
}

fn show(args: &HistoryArgs, console: Console) -> Result<()> {
    let start = Start::read(args.options.matches())?;
    let sources = start.sources();
    sources.environment.refuse_unknown(&catalogue::variables())?;
    let output = OutputSettings::resolve(&sources)?;
    start_tracing(&output)?;
    let view = HistoryView { console, json: output.json, zone: time_zone(&sources)?, now: Timestamp::now() };
    let folder = state_folder(&sources, start.folders.states.as_deref())?;
    let store = existing(&folder)?;
    match &args.what {
        None => {
            let limit = usize::try_from(args.limit.unwrap_or(RUNS)).unwrap_or(usize::MAX);
            let runs = runs(&store)?;
            if runs.is_empty() && !output.json {
                console.aside(word!("Nothing was changed yet."));
            }
            runs.iter().rev().take(limit).for_each(|entry| view.run(entry));
        }
        Some(what) => {
            let mut left = args.limit.unwrap_or(u64::MAX);
            changes(&store, &target(what)?, |entry| {
                view.change(&entry);
                left -= 1;
                if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if let (UndoTarget::Run(run), true) = (target(what)?, left > 0) {
                deeds(&store, run, |row| {
                    view.deed(&row);
                    left -= 1;
                    if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
            }
        }
    }
    let left = left_paused(&store)?;
    if !left.is_empty() {
        let names: Vec<&str> = left.iter().map(QueueName::as_str).collect();
        console.aside(&tr!(
            "Background jobs of the server still wait since an import was interrupted: {}. The next run with the key of \
             an administrator resumes them.",
            names.join(", ")
        ));
    }
    if lost_results() {
        anyhow::bail!("not all of it could be written to the standard output");
    }
    Ok(())
}

/// The folder of the state, without asking a server.
pub(super) fn state_folder(sources: &Sources<'_>, states: Option<&Path>) -> Result<PathBuf> {
    if let Some(folder) = sources.path(&catalogue::STATE_DIR)? {
        return Ok(folder);
    }
    states::of_server(states, sources.text(&catalogue::SERVER)?.as_deref())
}

/// The state in a folder, only for reading.
pub(super) fn existing(folder: &Path) -> Result<SqliteStore> {
    let store = SqliteStore::open_read_only(folder)?;
    store.ok_or_else(|| {
        usage(format!("there is no state in `{}`; nothing was written with it", folder.display()))
    })
}

/// What somebody names: a run, an asset, or a path from here on.
pub(super) fn target(what: &OsStr) -> Result<UndoTarget> {
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|error| usage(format!("`{}`: {error}", path.display())))
    };
    let path = absolute(Path::new(what))?;
    Ok(match what.to_str() {
        Some(text) => UndoTarget::parse(text, |_| path),
        None => UndoTarget::Path(path),
    })
}
