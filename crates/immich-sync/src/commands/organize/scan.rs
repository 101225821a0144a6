//! The comparing itself, with what this machine lends it.

use std::path::Path;

use anyhow::Result;
use sync_core::Account;
use sync_core::organize::{OrganizeOptions, ScanSummary};
use sync_core::state::SqliteStore;

use super::run::Run;

/// Compares all photos.
pub(super) fn run(
    run: &Run<'_>,
    accounts: &[Account<'_>],
    store: &SqliteStore,
    state: &Path,
    options: &OrganizeOptions,
) -> Result<ScanSummary> {
    let _ = (run, accounts, store, state, options);
    anyhow::bail!("this build cannot compare photos")
}
