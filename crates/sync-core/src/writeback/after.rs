//! What the server is told after files were written: to read them again.
//!
//! Who is still to be told stands in the state, in the same transaction as the change itself, so that a run that
//! was ended early is made up for by the next one. Reading metadata again finds no sidecar that was not there
//! before; that takes a job which only an administrator may start.

use std::collections::BTreeSet;

use immich_api::{ApiError, AssetId, Client, LibraryId};

use super::{AfterWrite, WriteBack};
use crate::error::{SyncError, chain};
use crate::event::{Activity, Event};
use crate::state::Store;

/// The beginning of the note that says whether an account has sidecars that the server has to look for.
const MADE_SIDECARS: &str = "made-sidecars";

/// Assets in one order.
const BATCH: usize = 1000;

/// What a run did that the server may want to know.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// External libraries with files that were written.
    pub(super) libraries: BTreeSet<LibraryId>,
}

/// Tells the server of one account. What it does not take is tried again after the next run.
pub(super) fn tell(run: &WriteBack<'_>, client: &Client, touched: &Touched) -> Result<(), SyncError> {
    if run.options.after == AfterWrite::Nothing {
        return Ok(());
    }
    let account = client.server().user.id.to_string();
    let owed = run.store.owed(&account)?;
    let is_admin = client.server().user.is_admin;
    if has_made_sidecars(run.store, &account)?
        && !run.stop.is_raised()
        && discover_sidecars(run, client, is_admin)
    {
        run.store.set_note(&note_of(&account), "")?;
    }
    refresh(run, client, &owed)?;
    if run.options.after == AfterWrite::Scan && !touched.libraries.is_empty() {
        scan(run, client, is_admin, &touched.libraries);
    }
    Ok(())
}

fn refresh(run: &WriteBack<'_>, client: &Client, owed: &[AssetId]) -> Result<(), SyncError> {
    let total = owed.len() as u64;
    let mut done = 0;
    for batch in owed.chunks(BATCH) {
        if run.stop.is_raised() {
            return Ok(());
        }
        match client.writer().refresh_metadata(batch) {
            // One that the server refuses is not the user's any more, or is gone.
            Ok(_) => run.store.told(batch)?,
            Err(error) => {
                excuse(run, &error, "read the written files again");
                return Ok(());
            }
        }
        done += batch.len() as u64;
        run.reporter.report(&Event::Asked { what: Activity::Refresh, done, total });
    }
    Ok(())
}

/// Notes that sidecars are made for an account; before the first one, so that a run that is ended early leaves the
/// note.
pub(super) fn will_make_sidecars(store: &dyn Store, account: &str) -> Result<(), SyncError> {
    if has_made_sidecars(store, account)? { Ok(()) } else { store.set_note(&note_of(account), "yes") }
}

fn has_made_sidecars(store: &dyn Store, account: &str) -> Result<bool, SyncError> {
    Ok(store.note(&note_of(account))?.is_some_and(|note| !note.is_empty()))
}

fn note_of(account: &str) -> String {
    format!("{MADE_SIDECARS} {account}")
}

/// Whether nothing is left to be done about it.
fn discover_sidecars(run: &WriteBack<'_>, client: &Client, is_admin: bool) -> bool {
    if !is_admin {
        run.reporter.report(&Event::Warning(
            "sidecars were made, and only an administrator can have Immich look for them: run the job \"Sidecar \
             metadata\" (Discover) in the administration of Immich",
        ));
        return true;
    }
    match client.writer().discover_sidecars() {
        Ok(true) => return true,
        Ok(false) => {
            run.reporter.report(&Event::Warning(
                "Immich is looking for sidecars already, and may have missed those just made; the next run asks \
                 again",
            ));
        }
        Err(error) => excuse(run, &error, "look for the sidecars that were made"),
    }
    false
}

fn scan(run: &WriteBack<'_>, client: &Client, is_admin: bool, libraries: &BTreeSet<LibraryId>) {
    if !is_admin {
        run.reporter.report(&Event::Warning(
            "only an administrator can have Immich scan a library; it reads the written files again all the same",
        ));
        return;
    }
    for library in libraries {
        if let Err(error) = client.writer().scan_library(library) {
            excuse(run, &error, "scan the library");
        }
    }
}

/// The files are written; that the server does not know yet is no failure of the run.
fn excuse(run: &WriteBack<'_>, error: &ApiError, what: &str) {
    if matches!(error, ApiError::Stopped) {
        return;
    }
    let remedy = match error {
        ApiError::MissingPermission { .. } => "give the key that permission, or start the job in Immich",
        _ => "the next run asks again",
    };
    let text = format!("Immich could not be asked to {what} ({}); {remedy}", chain(error));
    run.reporter.report(&Event::Warning(&text));
}
