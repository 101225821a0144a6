//! Copies in folders of this machine go to a trash.

use anyhow::Result;
use immich_api::Client;
use jiff::Timestamp;
use sync_core::Account;
use sync_core::lock::LibraryLock;
use sync_core::organize::{ActSummary, LocalTrash, ScanSummary, SourceChoice};
use sync_core::state::SqliteStore;

use super::act;
use super::run::Run;
use crate::settings::{Wish, time_zone};

/// Moves them, or shows which; `None` where nobody asked for the trash, or no folder was compared.
pub(super) fn run(
    run: &Run<'_>,
    clients: &[Client],
    store: &SqliteStore,
    scan: &ScanSummary,
) -> Result<Option<ActSummary>> {
    let wishes = &run.settings.wishes;
    let (SourceChoice::Local(folders) | SourceChoice::Both(folders)) = &run.settings.source else {
        return Ok(None);
    };
    if !wishes.actions.contains(&Wish::Trash) {
        return Ok(None);
    }
    let reader = |client| {
        let account = Account::of(client);
        (account.server.user.id.to_string(), account.reader)
    };
    let mut trash = LocalTrash {
        store,
        place: &run.settings.trash,
        classes: (!wishes.classes.is_empty()).then(|| wishes.classes.iter().copied().collect()),
        groups: act::groups(wishes, store)?,
        readers: clients.iter().map(reader).collect(),
        scan,
        confirmed: run.settings.yes,
        zone: time_zone(&run.start.sources())?,
        reporter: run.presenter,
        stop: run.stop,
        now: &Timestamp::now,
    };
    if run.settings.dry_run {
        return Ok(Some(trash.preview()?));
    }
    // Nobody may write into these files at the same time.
    let _locks = folders.iter().map(|folder| LibraryLock::acquire(folder)).collect::<Result<Vec<_>, _>>()?;
    act::asking(run, |confirmed| {
        trash.confirmed |= confirmed;
        trash.run("organize --trash (files)")
    })
    .map(Some)
}
