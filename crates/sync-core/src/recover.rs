//! Puts in order what a run that was killed left behind.
//!
//! Each change that was announced and never closed is settled by looking: the work folder goes away, and the
//! digest of the file tells whether the new version had taken its place.

use std::path::{Path, PathBuf};

use photo_metadata::MetadataError;
use photo_metadata::replace::{Digest, FileIdentity, identity, remove_work_dir};

use crate::apply::UNKNOWN;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::paths::sha1_of_file;
use crate::state::{AssetRecord, JournalRow, JournalState, Sha1s, Store};

/// Settles all open changes; tells which work folders there were.
///
/// A writer that outlived its killed parent for a moment may make its folder once more, so they are to be looked
/// at again when the run ends.
pub(crate) fn recover(store: &dyn Store, reporter: &dyn Reporter) -> Result<Vec<PathBuf>, SyncError> {
    let open = store.open_changes()?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let (mut folders, mut completed, mut rolled_back) = (0, 0, 0);
    for row in &open {
        if !row.intent.path.parent().is_some_and(Path::is_dir) {
            let text = format!(
                "the folder of `{}` is not there; what a run that was ended left in it is settled when it is back",
                row.intent.path.display()
            );
            reporter.report(&Event::Warning(&text));
            continue;
        }
        match remove_work_dir(&row.intent.work_dir) {
            Ok(removed) => folders += u64::from(removed),
            Err(error) => {
                let text =
                    format!("{error}; it is left over from a run that was ended, and may be removed by hand");
                reporter.report(&Event::Warning(&text));
                continue;
            }
        }
        match look(row) {
            Ok(Found::Complete(after)) => {
                store.done(row.id, after.as_ref(), Some(&record(row, after)))?;
                completed += 1;
            }
            Ok(Found::AsBefore) => {
                store.rolled_back(row.id)?;
                rolled_back += 1;
            }
            Err(error) => {
                let path = row.intent.path.display();
                let text = format!("`{path}` cannot be read ({error}); its change is settled by a later run");
                reporter.report(&Event::Warning(&text));
            }
        }
    }
    reporter.report(&Event::Recovered { folders, completed, rolled_back });
    Ok(open.into_iter().map(|row| row.intent.work_dir).collect())
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
