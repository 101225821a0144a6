//! What is remembered, opened for looking only.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sync_core::lock;
use sync_core::state::{SqliteStore, Store as _, remote_file_system};
use unattended::status::Status;

use super::super::facts::StateFacts;
use super::library::room;
use super::machine::existing;
use super::{in_one_line, within};
use crate::commands::schedule;
use crate::folders::Folders;
use crate::output::clean;
use crate::settings::{Sources, catalogue, states as states_of_runs};
use crate::states;

/// A large state is read in full.
const WHOLE: Duration = Duration::from_mins(1);

pub(super) fn look(sources: &Sources<'_>, folders: &Folders, place: Option<PathBuf>) -> StateFacts {
    let mut facts = StateFacts { now: Timestamp::now(), ..StateFacts::default() };
    let standing = schedule::standing(sources, folders);
    facts.schedule = Some(standing.map_err(|error| in_one_line(&error)));
    if let Ok(states) = states_of_runs(sources, folders) {
        let status = Status::read(&Status::path(&states)).unwrap_or_default();
        let config = std::path::absolute(&sources.config.path).unwrap_or_default();
        facts.jobs = status.of_config(&config).cloned().collect();
    }
    let Some(folder) = place else { return facts };
    facts.remote = remote_file_system(existing(&folder)).ok().flatten();
    facts.room = room(existing(&folder));
    facts.used_by = lock::holder_of(&folder);
    facts.is_there = folder.join(SqliteStore::FILE_NAME).exists();
    if facts.is_there {
        let looked = folder.clone();
        if let Some(read) = within(WHOLE, move || read(&looked)).flatten() {
            facts.check = Some(read.check);
            (facts.open_changes, facts.last_run) = (read.open_changes, read.last_run);
        }
    }
    facts.folder = Some(folder);
    facts
}

/// Where the state is or will be.
pub(super) fn place(sources: &Sources<'_>, folders: &Folders, users: &[String]) -> Option<PathBuf> {
    if let Ok(Some(named)) = sources.path(&catalogue::STATE_DIR) {
        return Some(named);
    }
    let states = folders.states.as_deref();
    if users.is_empty() {
        let server = sources.text(&catalogue::SERVER).ok().flatten();
        return states::of_server(states, server.as_deref()).ok();
    }
    states::of_users(states, users).ok()
}

struct Read {
    check: Result<Vec<String>, String>,
    open_changes: Option<u64>,
    last_run: Option<(Timestamp, Option<Timestamp>)>,
}

fn read(folder: &Path) -> Option<Read> {
    let told = |error: sync_core::SyncError| clean(&in_one_line(&error.into()));
    match SqliteStore::open_read_only(folder) {
        Ok(None) => None,
        Ok(Some(store)) => {
            let newest = store.runs().ok().and_then(|runs| runs.into_iter().max_by_key(|run| run.started));
            Some(Read {
                check: store.check().map_err(told),
                open_changes: store.open_changes().ok().map(|changes| changes.len() as u64),
                last_run: newest.map(|run| (run.started, run.ended)),
            })
        }
        Err(error) => Some(Read { check: Err(told(error)), open_changes: None, last_run: None }),
    }
}
