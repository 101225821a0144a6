//! Background jobs of the server that wait while photos are sent.
//!
//! They have a connection of their own: that of the run hears of a signal and then asks nothing any more, but the jobs have
//! to go on just then. What an interrupted import left waiting is resumed by the next run of any command whose key may.

use anyhow::{Context as _, Result};
use immich_api::{ApiKey, Client, ServerInfo};
use sync_core::state::Store;
use sync_core::{Event, Reporter, StopFlag, SyncError, queues};

use crate::exit::{Complaint, ExitStatus};
use crate::room;
use crate::settings::ServerSettings;

/// Who pauses and resumes.
pub(crate) struct JobPause {
    client: Client,
}

impl JobPause {
    /// Connects, and says before anything is begun when the key may not.
    pub(crate) fn of(settings: &ServerSettings, key: ApiKey) -> Result<Self> {
        let client = room::connect(settings, key, &[], &StopFlag::new())?;
        match missing(client.server()) {
            None => Ok(Self { client }),
            Some(missing) => Err(Complaint::error(
                ExitStatus::KeyRefused,
                format!(
                    "--pause-jobs needs the API key of an administrator with {}, and {missing}; leave it out, or use \
                     such a key",
                    needed(client.server())
                ),
            )),
        }
    }

    /// Does the work while the jobs wait. They go on afterwards in any case; where that fails, it is told, and the next
    /// run does it.
    pub(crate) fn during<T>(
        &self,
        store: &dyn Store,
        reporter: &dyn Reporter,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        queues::pause(&self.client, store, reporter).context("the jobs of the server cannot be paused")?;
        let done = work();
        if let Err(error) = queues::resume(&self.client, store, reporter) {
            left(store, reporter, &in_words(error))?;
        }
        done
    }
}

/// Lets the jobs go on that an interrupted import left waiting, where one of the keys may; it is told otherwise. A `dry`
/// run only tells.
pub(crate) fn resume_left(
    store: &dyn Store,
    clients: &[Client],
    dry: bool,
    reporter: &dyn Reporter,
) -> Result<()> {
    if queues::left_paused(store)?.is_empty() || clients.is_empty() {
        return Ok(());
    }
    if dry {
        return left(store, reporter, "this is a dry run");
    }
    let Some(client) = clients.iter().find(|client| missing(client.server()).is_none()) else {
        let needed = clients.first().map(|client| needed(client.server())).unwrap_or_default();
        let why = format!("only the API key of an administrator with {needed} may resume them");
        return left(store, reporter, &why);
    };
    match queues::resume(client, store, reporter) {
        Ok(()) => Ok(()),
        Err(error) => left(store, reporter, &in_words(error)),
    }
}

/// Tells which queues still wait, and how they go on.
fn left(store: &dyn Store, reporter: &dyn Reporter, why: &str) -> Result<()> {
    let names: Vec<String> = queues::left_paused(store)?.iter().map(|queue| format!("`{queue}`")).collect();
    if !names.is_empty() {
        reporter.report(&Event::Warning(&format!(
            "background jobs of the server still wait ({}): an import paused them, and {why}. The next run of this \
             program resumes them, with a key that may; or do it in the administration of Immich, under jobs",
            names.join(", ")
        )));
    }
    Ok(())
}

fn needed(server: &ServerInfo) -> String {
    server.queue_permissions().map(|permission| format!("`{permission}`")).join(" and ")
}

/// What the key lacks, in words.
fn missing(server: &ServerInfo) -> Option<String> {
    if !server.user.is_admin {
        return Some(format!("`{}` is not one", server.user.name));
    }
    let missing = server.missing_permissions(&server.queue_permissions());
    let names: Vec<String> = missing.iter().map(|permission| format!("`{permission}`")).collect();
    (!names.is_empty()).then(|| format!("this one lacks {}", names.join(" and ")))
}

fn in_words(error: SyncError) -> String {
    format!("{:#}", anyhow::Error::new(error))
}
