//! Puts in order what a run that was killed left behind.
//!
//! Each change that was announced and never closed is settled by looking: the work folder goes away, and the
//! digest of the file tells whether the new version had taken its place.

use std::path::{Path, PathBuf};

use photo_metadata::MetadataError;
use photo_metadata::replace::{Digest, FileIdentity, Settled, identity, remove_work_dir, settle_inside};

use crate::apply::UNKNOWN;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::paths::sha1_of_file;
use crate::state::{AssetRecord, JournalRow, JournalState, Sha1s, Store};

/// Settles all open changes; tells which work folders there were. With `touch`, files that were being written in place
/// keep the present time.
///
/// A writer that outlived its killed parent for a moment may make its folder once more, so they are to be looked
/// at again when the run ends.
pub(crate) fn recover(
    store: &dyn Store,
    touch: bool,
    reporter: &dyn Reporter,
) -> Result<Vec<PathBuf>, SyncError> {
    let open = store.open_changes()?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let (mut folders, mut completed, mut rolled_back) = (0, 0, 0);
    for row in &open {
        match settle(store, row, touch, &mut folders)? {
            Ok(Found::Complete(after)) => {
                store.done(row.id, after.as_ref(), Some(&record(row, after)))?;
                completed += 1;
            }
            Ok(Found::AsBefore) => {
                store.rolled_back(row.id)?;
                rolled_back += 1;
            }
            Err(warning) => reporter.report(&Event::Warning(&warning)),
        }
    }
    reporter.report(&Event::Recovered { folders, completed, rolled_back });
    Ok(open.into_iter().map(|row| row.intent.work_dir).collect())
}

/// Settles one change; or says in words why it stays open. Counts the work folder, if there is one.
fn settle(
    store: &dyn Store,
    row: &JournalRow,
    touch: bool,
    folders: &mut u64,
) -> Result<Result<Found, String>, SyncError> {
    let path = row.intent.path.display();
    if !row.intent.path.parent().is_some_and(Path::is_dir) {
        return Ok(Err(format!(
            "the folder of `{path}` is not there; what a run that was ended left in it is settled when it is back"
        )));
    }
    match remove_work_dir(&row.intent.work_dir) {
        Ok(removed) => *folders += u64::from(removed),
        Err(error) => {
            return Ok(Err(format!(
                "{error}; it is left over from a run that was ended, and may be removed by hand"
            )));
        }
    }
    if is_in_place(row) {
        let settled = look_inside(store, row, touch)?;
        return Ok(settled.map_err(|error| {
            format!(
                "a run that was ended was writing into `{path}`, and that cannot be put in order ({error}); it is left \
                 alone, and looked at again by the next run"
            )
        }));
    }
    Ok(look(row)
        .map_err(|error| format!("`{path}` cannot be read ({error}); its change is settled by a later run")))
}

/// Whether the new version was to be written into the file itself.
fn is_in_place(row: &JournalRow) -> bool {
    row.state == JournalState::Sealed && row.way_back.is_some_and(|way| way.in_place)
}

/// Ends a change in place: complete, or with the old bytes back. A file that gave way to another one is not ours to put
/// in order; one that is away may come back, and only what is kept leads it back to its old bytes.
fn look_inside(
    store: &dyn Store,
    row: &JournalRow,
    touch: bool,
) -> Result<Result<Found, MetadataError>, SyncError> {
    let digest = |text: &Option<String>| text.as_deref().and_then(Digest::parse);
    let known = (row.intent.before, store.way_back(row.id)?, digest(&row.old_hash), digest(&row.new_hash));
    let (Some(before), Some(back), Some(old), Some(new)) = known else { return Ok(Ok(Found::AsBefore)) };
    let path = &row.intent.path;
    let is_another = match identity(path) {
        Ok(now) => now.inode != before.inode,
        Err(MetadataError::NotRegular { .. }) => return Ok(Ok(Found::AsBefore)),
        Err(error) => return Ok(Err(error)),
    };
    Ok(match settle_inside(path, &before, &back, &old, &new, touch) {
        Ok(Settled::Complete(after)) => Ok(Found::Complete(Some(after))),
        Ok(Settled::AsBefore) => Ok(Found::AsBefore),
        Err(MetadataError::Conflict { .. }) if is_another => Ok(Found::AsBefore),
        Err(error) => Err(error),
    })
}

/// What is remembered of a new version; its checksum was not computed yet when the run was ended.
fn record(row: &JournalRow, after: Option<FileIdentity>) -> AssetRecord {
    let mut record = row.intent.record(after);
    record.sha1 = record.sha1.and_then(|sha1| match sha1.after {
        UNKNOWN => sha1_of_file(&row.intent.path).ok().and_then(|after| Sha1s { after, ..sha1 }.of_changed()),
        _ => Some(sha1),
    });
    record
}

/// How far a change got that was not closed.
enum Found {
    /// The file is as the change wanted it: this, or gone.
    Complete(Option<FileIdentity>),
    /// Nothing happened to it.
    AsBefore,
}

/// Looks whether the new version stands in the place of the original. A file that is gone although it was to be
/// written was not left behind by us.
fn look(row: &JournalRow) -> Result<Found, MetadataError> {
    let path = &row.intent.path;
    if row.state != JournalState::Sealed {
        return Ok(Found::AsBefore);
    }
    let now = match (identity(path), &row.new_hash) {
        (Err(MetadataError::Missing { .. }), None) => return Ok(Found::Complete(None)),
        (Err(MetadataError::Missing { .. } | MetadataError::NotRegular { .. }), Some(_)) | (_, None) => {
            return Ok(Found::AsBefore);
        }
        (now, Some(_)) => now?,
    };
    let failed = |source| MetadataError::Io { path: path.clone(), action: "read", source };
    let is_new = match row.new_hash.as_deref().and_then(Digest::parse) {
        Some(new) => new.matches(path).map_err(failed)?,
        None => false,
    };
    Ok(if is_new { Found::Complete(Some(now)) } else { Found::AsBefore })
}
