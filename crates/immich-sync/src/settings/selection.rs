//! Which photos a run looks at.

use anyhow::Result;
use immich_api::AssetId;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use sync_core::writeback::Selection;

use super::{Sources, catalogue, time_zone};
use crate::exit::usage;

/// The conditions.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<Selection> {
    let path = sources.text(&catalogue::PATH)?;
    if path.as_deref().is_some_and(str::is_empty) {
        return Err(usage("--path is empty; name a file or folder, or leave it out"));
    }
    let since = match sources.text(&catalogue::SINCE)? {
        Some(text) => Some(moment(&text, &time_zone(sources)?)?),
        None => None,
    };
    Ok(Selection {
        assets: assets(sources)?,
        since,
        path,
        limit: sources.parsed(&catalogue::LIMIT, "a number")?,
    })
}

fn assets(sources: &Sources<'_>) -> Result<Vec<AssetId>> {
    let Some(given) = sources.find(&catalogue::ASSET)? else { return Ok(Vec::new()) };
    let ids = given.texts()?;
    ids.iter()
        .map(|id| AssetId::parse(id).map_err(|error| usage(format!("{}: {error}", given.origin))))
        .collect()
}

/// A moment, or the beginning of a day or a time on the clock of a zone.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let local =
        text.parse::<civil::DateTime>().or_else(|_| text.parse::<civil::Date>().map(civil::DateTime::from));
    local.and_then(|local| local.to_zoned(zone.clone())).map(|zoned| zoned.timestamp()).map_err(|_| {
        usage(format!("`{text}` is no date; write 2024-07-01, 2024-07-01T12:00:00 or 2024-07-01T12:00:00Z"))
    })
}
