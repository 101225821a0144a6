//! Whether a photo was taken in the days that the user wants, without reading more of it than its head.
//!
//! The best of what is at hand: the date in the name, else what the head of the file says, else the time of the file.

use std::io::Read as _;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::names::date_in_name;
use super::super::text::name_text;
use super::dir::Entry;
use super::facts::open;
use super::{FolderSource, below};
use crate::import::SkipKind;

/// Bytes in which nearly all cameras write the date.
const HEAD: u64 = 256 << 10;

impl FolderSource {
    /// Why a photo is left out for its date, if so.
    pub(super) fn out_by_date(&self, folder: &Path, file: &Entry) -> Option<(SkipKind, String)> {
        let wanted = self.options.dates?;
        let day = day(folder, file);
        (!wanted.contains(day)).then(|| (SkipKind::Excluded, format!("of another time, {day}")))
    }
}

fn day(folder: &Path, file: &Entry) -> Date {
    if let Some(when) = date_in_name(&name_text(&file.name)) {
        return when.instant.to_zoned(TimeZone::UTC).date();
    }
    let mut head = Vec::new();
    let read = open(&below(folder, &file.name)).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    let taken = read.ok().and_then(|_| photo_metadata::glance(&head).taken);
    taken.map_or_else(|| file.modified.to_zoned(TimeZone::UTC).date(), jiff::civil::DateTime::date)
}
