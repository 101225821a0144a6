//! Where photos are listed: on the server, and in folders of this machine.

mod immich;
pub(super) mod local;
mod members;

pub(super) use local::file::{Content, note_metadata, read};
pub(super) use local::may_be_photo;

use super::options::SourceChoice;
use super::scan::{Desk, Scan};
use crate::error::SyncError;

/// Lists all sources of a scan.
pub(super) fn list(scan: &Scan<'_>, desk: &mut Desk<'_, '_>) -> Result<(), SyncError> {
    if scan.asks_the_server() {
        immich::list(scan, desk)?;
    }
    match &scan.options.source {
        SourceChoice::Immich => Ok(()),
        SourceChoice::Local(folders) | SourceChoice::Both(folders) => local::list(scan, desk, folders),
    }
}
