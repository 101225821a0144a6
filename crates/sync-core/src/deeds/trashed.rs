//! Files in a trash, later: what a killed run left is put in order, and an undo brings them back.
//!
//! A trash belongs to the user, who may empty it or take something out of it. So every file is looked for first, and what
//! is not there, or not the file that went there, is told and left alone.

use jiff::Timestamp;

use super::files::HERE;
use super::moving::{self, Whereabouts, bring_back, is_it, whereabouts};
use super::{Deed, DeedRow, TrashedFile, What};
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::plan::SkipReason;
use crate::state::{DeedStore, RunId};
use crate::summary::Summary;

/// Closes a deed that a killed run left open; whether something of it happened. `None` when that cannot be told now,
/// because a folder is away.
pub(super) fn settle_trashed(row: &DeedRow, store: &dyn DeedStore) -> Result<Option<bool>, SyncError> {
    let (files, is_there): (_, fn(Whereabouts) -> bool) = match &row.deed.what {
        // A photo that is lost was moved: nobody empties a place that holds nothing.
        What::TrashFiles { files } => (files, |now| matches!(now, Whereabouts::Trash | Whereabouts::Lost)),
        What::RestoreFiles { files } => (files, |now| now == Whereabouts::Home),
        _ => return Ok(None),
    };
    if files.iter().any(|file| whereabouts(file) == Whereabouts::Away) {
        return Ok(None);
    }
    let is_going = matches!(row.deed.what, What::TrashFiles { .. });
    let photo_is_home = files.last().is_none_or(|photo| whereabouts(photo) == Whereabouts::Home);
    for file in files {
        if is_going && photo_is_home || whereabouts(file) == Whereabouts::Home {
            bring_back(file);
        }
    }
    let happened = row.deed.what.only(|item| is_there(whereabouts(&files[item])));
    store.close_deed(row.id, happened.as_ref())?;
    Ok(Some(happened.is_some()))
}

/// Brings back what a deed put into a trash; `run` is `None` for a preview.
pub(super) fn take_back_trashed(
    row: &DeedRow,
    run: Option<RunId>,
    (store, reporter): (&dyn DeedStore, &dyn Reporter),
    now: Timestamp,
    summary: &mut Summary,
) -> Result<(), SyncError> {
    let What::TrashFiles { files } = &row.deed.what else {
        // Whether a copy may go again is decided with its keeper at hand.
        let reason = SkipReason::TouchedSince("copies go to the trash again by --trash".to_owned());
        (0..row.deed.what.len()).for_each(|_| summary.skip(&reason));
        return Ok(());
    };
    let mut coming = Vec::new();
    let mut is_photo_home = true;
    // The photo first: a sidecar without it is of no use.
    for (rank, file) in files.iter().rev().enumerate() {
        let found = if is_photo_home { can_come(file) } else { Err(without_photo()) };
        match found {
            Ok(()) => coming.push(file.clone()),
            Err(reason) => {
                is_photo_home &= rank > 0 || reason == SkipReason::NothingLeft;
                reporter.report(&Event::FileSkipped { path: file.from.path(), reason: &reason });
                summary.skip(&reason);
            }
        }
    }
    let what = What::RestoreFiles { files: coming };
    let Some(run) = run else {
        summary.seen += what.len() as u64;
        summary.done += what.len() as u64;
        if !what.is_empty() {
            reporter.report(&Event::WouldChange(&what));
        }
        return Ok(());
    };
    if what.is_empty() {
        return Ok(());
    }
    let deed = Deed { run, account: HERE.to_owned(), undoes: Some(row.id), at: now, what: what.clone() };
    let id = store.announce(&deed)?;
    let came = restore(&what, reporter, summary);
    store.close_deed(id, came.as_ref())?;
    if let Some(came) = came {
        reporter.report(&Event::Changed(&came));
    }
    Ok(())
}

fn without_photo() -> SkipReason {
    SkipReason::Lost("its photo cannot be brought back".to_owned())
}

fn restore(what: &What, reporter: &dyn Reporter, summary: &mut Summary) -> Option<What> {
    let What::RestoreFiles { files } = what else { return None };
    let mut came = Vec::new();
    for file in files {
        summary.seen += 1;
        let ended = moving::come_back(file);
        if whereabouts(file) == Whereabouts::Home {
            summary.done += 1;
            came.push(true);
        } else {
            summary.failed += 1;
            came.push(false);
            let why = ended
                .err()
                .map_or_else(|| "it is not there afterwards".to_owned(), |error| error.to_string());
            let message = format!("it cannot be brought back: {why}");
            reporter.report(&Event::FileFailed { path: file.from.path(), message: &message });
        }
    }
    what.only(|item| came[item])
}

/// Whether a file can come back now.
fn can_come(file: &TrashedFile) -> Result<(), SkipReason> {
    let (path, in_trash) = (file.from.path(), file.in_trash());
    let lost = |why: String| Err(SkipReason::Lost(why));
    match whereabouts(file) {
        Whereabouts::Trash if path.symlink_metadata().is_ok() => {
            Err(SkipReason::TouchedSince("another file is at its place; move it away".to_owned()))
        }
        Whereabouts::Trash if path.parent().is_none_or(|folder| !folder.is_dir()) => {
            lost("its folder is gone; make it again, and then take this back".to_owned())
        }
        Whereabouts::Trash => Ok(()),
        Whereabouts::Home => Err(SkipReason::NothingLeft),
        Whereabouts::Lost | Whereabouts::Away
            if in_trash.symlink_metadata().is_ok() && !is_it(&in_trash, file) =>
        {
            lost(format!("`{}` is another file now", in_trash.display()))
        }
        Whereabouts::Lost => lost(format!(
            "it is not in the trash `{}` any more, and cannot be brought back",
            file.trash.path().display()
        )),
        Whereabouts::Away => lost(format!(
            "its folder or the trash `{}` is not there; is a disk not connected?",
            file.trash.path().display()
        )),
    }
}
