//! An export in the log.

use sync_core::export::ExportEvent;

use super::super::{clean, clean_path};
use super::ExportEnd;

/// Puts an event into the log.
pub(in super::super) fn log_event(event: &ExportEvent<'_>, dry_run: bool) {
    match event {
        ExportEvent::Progress(progress) => {
            tracing::debug!(
                ended = progress.ended,
                total = progress.total,
                bytes = progress.bytes,
                "progress"
            );
        }
        ExportEvent::Wrote { file, is_update, is_renamed } => {
            let (path, asset) = (clean_path(file.path), clean(file.asset));
            tracing::info!(path, asset, is_update, is_renamed, dry_run, "exported");
        }
        ExportEvent::Bare { file, why } => {
            tracing::warn!(path = clean_path(file.path), reason = clean(why), "nothing was written into it");
        }
        ExportEvent::Adopted { file } => {
            tracing::info!(path = clean_path(file.path), dry_run, "there already");
        }
        ExportEvent::Left { file, kind } if kind.is_trouble() => {
            tracing::warn!(
                path = clean_path(file.path),
                asset = clean(file.asset),
                kind = kind.name(),
                "left out"
            );
        }
        ExportEvent::Left { file, kind } => {
            tracing::debug!(path = clean_path(file.path), kind = kind.name(), "left out");
        }
        ExportEvent::Failed { file, message, transient } => {
            tracing::error!(path = clean_path(file.path), reason = clean(message), transient, "failed");
        }
        ExportEvent::Removed { file } => {
            tracing::info!(path = clean_path(file.path), dry_run, "put into the trash");
        }
        ExportEvent::Stays { files } => tracing::info!(files, "no more part of the export"),
        _ => {}
    }
}

/// Puts the end into the log.
pub(in super::super) fn log_end(end: &ExportEnd<'_>) {
    let summary = end.summary;
    tracing::info!(
        assets = summary.assets,
        seen = summary.seen,
        written = summary.written,
        updated = summary.updated,
        adopted = summary.adopted,
        skipped = summary.left_in_all(),
        failed = summary.failed,
        removed = summary.removed,
        bytes = summary.bytes,
        stopped = summary.stopped,
        listing_complete = summary.listing_complete,
        dry_run = end.dry_run,
        exit_code = end.status.code(),
        "finished"
    );
}
