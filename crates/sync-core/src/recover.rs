//! Puts in order what a run that was killed left behind.
//!
//! Each change that was announced and never closed is settled by looking: the work folder goes away, and the
//! hash of the file tells whether the new version had taken its place.

use photo_metadata::replace::{identity, remove_work_dir};

use crate::apply::hash_of;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::state::{JournalRow, Store};

/// Settles all open changes.
pub(crate) fn recover(store: &dyn Store, reporter: &dyn Reporter) -> Result<(), SyncError> {
    let open = store.open_changes()?;
    if open.is_empty() {
        return Ok(());
    }
    let (mut folders, mut completed, mut rolled_back) = (0, 0, 0);
    for row in &open {
        match remove_work_dir(&row.intent.work_dir) {
            Ok(removed) => folders += u64::from(removed),
            Err(error) => {
                let text =
                    format!("{error}; it is left over from a run that was ended, and may be removed by hand");
                reporter.report(&Event::Warning(&text));
                continue;
            }
        }
        if took_place(row) {
            let after = identity(&row.intent.path)?;
            store.done(row.id, &after, None)?;
            completed += 1;
        } else {
            store.rolled_back(row.id)?;
            rolled_back += 1;
        }
    }
    reporter.report(&Event::Recovered { folders, completed, rolled_back });
    Ok(())
}

/// Whether the new version stands in the place of the original. The asset itself is not remembered: the next
/// look into the file finds it in step, or finds what somebody else made of it.
fn took_place(row: &JournalRow) -> bool {
    let Some(new_hash) = &row.new_hash else { return false };
    hash_of(&row.intent.path).is_ok_and(|hash| hash == *new_hash)
}
