//! An import in the log.

use sync_core::import::{ImportEvent, SkipKind};

use super::super::{clean, clean_path};
use super::ImportEnd;

/// Puts an event into the log.
pub(in super::super) fn log_event(event: &ImportEvent<'_>, dry_run: bool) {
    match event {
        ImportEvent::Progress(progress) => {
            let (seen, ended, bytes_sent) = (progress.seen, progress.ended, progress.bytes_sent);
            tracing::debug!(seen, ended, bytes_sent, "progress");
        }
        ImportEvent::Uploaded { path } => tracing::info!(path = clean_path(path.path()), dry_run, "sent"),
        ImportEvent::Damaged { path, why } => {
            tracing::warn!(path = clean_path(path.path()), reason = clean(why), "sent, but damaged");
        }
        ImportEvent::Adopted { path } => {
            tracing::info!(path = clean_path(path.path()), dry_run, "there already");
        }
        ImportEvent::Updated { path } => tracing::info!(path = clean_path(path.path()), dry_run, "updated"),
        ImportEvent::Passed(passed) => {
            left(&clean_path(passed.path.path()), passed.kind, passed.why.as_deref());
        }
        ImportEvent::Left { path, kind, why } => left(&clean_path(path.path()), *kind, *why),
        ImportEvent::Trouble(trouble) => {
            let (path, reason) = (clean_path(trouble.path.path()), clean(&trouble.message));
            tracing::error!(path, reason, hides_photos = trouble.hides_photos, "cannot be used");
        }
        ImportEvent::Conflict { path, field, server_wins } => {
            tracing::warn!(path = clean_path(path.path()), field, server_wins, "changed on both sides");
        }
        ImportEvent::Failed { path, message, transient } => {
            tracing::error!(path = clean_path(path.path()), reason = clean(message), transient, "failed");
        }
        ImportEvent::Gone { photos } => tracing::info!(photos, "gone from the source"),
        _ => {}
    }
}

fn left(path: &str, kind: SkipKind, why: Option<&str>) {
    let (kind_name, reason) = (kind.name(), clean(why.unwrap_or_default()));
    if kind.is_trouble() {
        tracing::warn!(path, kind = kind_name, reason, "left out");
    } else {
        tracing::debug!(path, kind = kind_name, reason, "left out");
    }
}

/// Puts the end into the log.
pub(in super::super) fn log_end(end: &ImportEnd<'_>) {
    for path in end.takeout.map_or(&[][..], |takeout| &takeout.unmatched_paths) {
        tracing::info!(path = clean_path(path.path()), "without a JSON");
    }
    let summary = end.summary;
    tracing::info!(
        seen = summary.seen,
        uploaded = summary.uploaded,
        adopted = summary.adopted,
        updated = summary.updated,
        skipped = summary.skipped_in_all(),
        failed = summary.failed,
        trashed = summary.trashed,
        bytes_read = summary.bytes_read,
        bytes_sent = summary.bytes_sent,
        stopped = summary.stopped,
        listing_complete = summary.listing_complete,
        dry_run = end.dry_run,
        insecure = end.traffic.insecure,
        requests = end.traffic.requests,
        retries = end.traffic.retries,
        exit_code = end.status.code(),
        "finished"
    );
}
