//! The comparing itself, with what this machine lends it.

use std::path::Path;

use anyhow::Result;
use immich_api::ApiError;
use jiff::Timestamp;
use sync_core::organize::{OrganizeOptions, Scan, ScanSummary, ThumbnailCache};
use sync_core::state::SqliteStore;
use sync_core::{Account, SyncError};

use super::run::Run;

/// Compares all photos.
pub(super) fn run(
    run: &Run<'_>,
    accounts: &[Account<'_>],
    store: &SqliteStore,
    state: &Path,
    options: &OrganizeOptions,
) -> Result<ScanSummary> {
    let cache = cache(run, accounts.is_empty())?;
    let scan = Scan {
        accounts,
        store,
        options,
        cache: cache.as_ref(),
        scratch: state,
        reporter: run.presenter,
        stop: run.stop,
        now: &Timestamp::now,
    };
    match scan.run() {
        // A stop request while the server is asked comes back as an error of the request.
        Err(SyncError::Api(ApiError::Stopped)) => Ok(ScanSummary { stopped: true, ..ScanSummary::default() }),
        scanned => Ok(scanned?),
    }
}

/// The thumbnails that are kept; `None` where none are, or no server is asked.
pub(super) fn cache(run: &Run<'_>, is_local: bool) -> Result<Option<ThumbnailCache>> {
    let thumbnails = &run.settings.thumbnails;
    match &thumbnails.folder {
        Some(folder) if !is_local => Ok(Some(ThumbnailCache::open(folder, thumbnails.bytes)?)),
        _ => Ok(None),
    }
}
