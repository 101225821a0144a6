//! What of an export of Google Photos is taken.

use std::path::PathBuf;

use anyhow::Result;
use sync_core::import::HiddenRule;
use sync_core::import::sources::takeout::{Partner, TakeoutOptions};

use super::super::{Sources, catalogue};
use crate::exit::usage;

/// Decides what is taken of it.
pub(super) fn resolve(
    sources: &Sources<'_>,
    typed: &[PathBuf],
    locked: HiddenRule,
) -> Result<TakeoutOptions> {
    let example = "import google-takeout takeout-*.zip";
    Ok(TakeoutOptions {
        paths: super::paths(sources, typed, &catalogue::IMPORT_TAKEOUT_PATHS, example)?,
        archived: sources.flag(&catalogue::IMPORT_TAKEOUT_ARCHIVED)?,
        trashed: sources.flag(&catalogue::IMPORT_TAKEOUT_TRASHED)?,
        locked,
        partner: partner(sources)?,
        unmatched: sources.flag(&catalogue::IMPORT_TAKEOUT_UNMATCHED)?,
        albums: sources.flag(&catalogue::IMPORT_TAKEOUT_ALBUMS)?,
        tag: sources.flag(&catalogue::IMPORT_TAKEOUT_TAG)?,
        untitled: sources.flag(&catalogue::IMPORT_TAKEOUT_UNTITLED)?,
        from_album: sources.text(&catalogue::IMPORT_TAKEOUT_FROM_ALBUM)?.filter(|name| !name.is_empty()),
    })
}

fn partner(sources: &Sources<'_>) -> Result<Partner> {
    let album = sources.text(&catalogue::IMPORT_TAKEOUT_PARTNER_ALBUM)?.filter(|name| !name.is_empty());
    match (sources.flag(&catalogue::IMPORT_TAKEOUT_PARTNER)?, album) {
        (true, None) => Ok(Partner::Include),
        (true, Some(album)) => Ok(Partner::Album(album)),
        (false, None) => Ok(Partner::Exclude),
        (false, Some(_)) => Err(usage(
            "--no-include-partner leaves out what --partner-shared-album would put into an album; keep one of them",
        )),
    }
}
