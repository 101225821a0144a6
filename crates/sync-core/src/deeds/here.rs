//! Deeds on the disks of this machine: what a killed run left is settled, and what was done is taken back, without a server.

use jiff::Timestamp;

use super::files::{HERE, settle_made, take_back_made};
use super::trashed::{settle_trashed, take_back_trashed};
use super::{DeedRow, What};
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::state::{DeedStore, RunId};
use crate::summary::Summary;

/// Settles what runs that were killed left open here. What cannot be told now, because a disk is away, stays open.
pub(crate) fn settle_here(store: &dyn DeedStore, reporter: &dyn Reporter) -> Result<(), SyncError> {
    let (mut completed, mut rolled_back) = (0, 0);
    for row in store.open_deeds()?.into_iter().filter(|row| row.deed.account == HERE) {
        let happened = match &row.deed.what {
            What::TrashFiles { .. } | What::RestoreFiles { .. } => settle_trashed(&row, store)?,
            _ => Some(settle_made(&row, store)?),
        };
        match happened {
            Some(true) => completed += 1,
            Some(false) => rolled_back += 1,
            None => reporter.report(&Event::Warning(
                "what an interrupted run moved to the trash cannot be told now, because a folder is not there; connect \
                 the disk, and the next run settles it",
            )),
        }
    }
    if completed + rolled_back > 0 {
        reporter.report(&Event::Recovered { folders: 0, completed, rolled_back });
    }
    Ok(())
}

/// Takes back what a deed did here; `run` is `None` for a preview.
pub(super) fn take_back_here(
    row: &DeedRow,
    run: Option<RunId>,
    told: (&dyn DeedStore, &dyn Reporter),
    now: Timestamp,
    summary: &mut Summary,
) -> Result<(), SyncError> {
    match &row.deed.what {
        What::TrashFiles { .. } | What::RestoreFiles { .. } => {
            take_back_trashed(row, run, told, now, summary)
        }
        _ => take_back_made(row, run, told, now, summary),
    }
}
