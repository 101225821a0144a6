//! Photos counts seconds from the beginning of 2001; zones are given by name, by offset, or not at all.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::Zone;

/// 2001-01-01T00:00:00Z, in seconds of Unix.
const EPOCH: f64 = 978_307_200.0;
/// Year 1 to year 9999.
const FIRST: f64 = -62_135_596_800.0;
const LAST: f64 = 253_402_300_799.0;
/// No zone was ever further from UTC than this, in seconds.
const FURTHEST: i64 = 16 * 3600;
/// Zones differ from UTC by whole multiples of this, in seconds.
const STEP: i64 = 15 * 60;

/// The instant that a column holds. None for what is no date of these eight thousand years.
pub(crate) fn instant(seconds: Option<f64>) -> Option<Timestamp> {
    let unix = seconds? + EPOCH;
    if !(FIRST..=LAST).contains(&unix) {
        return None;
    }
    // Microseconds: what a 64-bit real holds in these centuries.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    Timestamp::from_microsecond((unix * 1e6).round() as i64).ok()
}

/// What a row says of a zone.
pub(crate) struct ZoneCells {
    pub(crate) name: Option<String>,
    pub(crate) offset: Option<i64>,
    pub(crate) inferred: Option<i64>,
    pub(crate) exif: Option<String>,
}

/// Looks zones up, each name once.
#[derive(Default)]
pub(crate) struct Zones {
    known: HashMap<String, Option<TimeZone>>,
}

impl Zones {
    /// The zone of an instant, by what of the cells is best. `filed` is the instant that the EXIF time belongs to.
    pub(crate) fn zone(
        &mut self,
        taken: Option<Timestamp>,
        filed: Option<Timestamp>,
        cells: &ZoneCells,
    ) -> Zone {
        let Some(taken) = taken else { return Zone::Unknown };
        if let Some(name) = &cells.name
            && let Some(zone) = self.by_name(name)
        {
            return Zone::Named { name: name.clone(), offset: zone.to_offset(taken) };
        }
        if let Some(stored) = cells.offset.and_then(offset) {
            return Zone::Offset(stored);
        }
        if let Some(inferred) = cells.inferred.and_then(offset) {
            return Zone::Inferred(inferred);
        }
        let exif = cells.exif.as_deref().and_then(|exif| difference(exif, filed.unwrap_or(taken)));
        exif.map_or(Zone::Unknown, Zone::Exif)
    }

    fn by_name(&mut self, name: &str) -> Option<&TimeZone> {
        if !self.known.contains_key(name) {
            // `GMT-0400` and the like say no more than the offset does. Names without a region are abbreviations.
            let is_place = name.contains('/') || name == "UTC" || name == "GMT";
            let zone = is_place.then(|| TimeZone::get(name).ok()).flatten();
            self.known.insert(name.to_owned(), zone);
        }
        self.known.get(name)?.as_ref()
    }
}

/// An offset of so many seconds, if there can be such a zone.
pub(crate) fn offset(seconds: i64) -> Option<Offset> {
    (seconds.abs() <= FURTHEST).then(|| Offset::from_seconds(i32::try_from(seconds).ok()?).ok())?
}

/// How far the local time of the camera was ahead of the instant, if that can be a zone.
fn difference(exif: &str, instant: Timestamp) -> Option<Offset> {
    let local = DateTime::strptime("%Y:%m:%d %H:%M:%S", exif.get(..19)?).ok()?;
    let local = Offset::UTC.to_timestamp(local).ok()?.as_second();
    let ahead = local - instant.as_second();
    let rounded = (ahead + STEP / 2).div_euclid(STEP) * STEP;
    // A second for the fraction that the camera wrote elsewhere.
    if (ahead - rounded).abs() > 1 { None } else { offset(rounded) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_no_date_and_old_photos_have_one() {
        for nonsense in [-1e12, 1e12, 1e15, 123_456_789_012_345.0, f64::NAN, f64::INFINITY] {
            assert_eq!(instant(Some(nonsense)), None, "{nonsense}");
        }
        assert_eq!(instant(Some(0.0)).unwrap().to_string(), "2001-01-01T00:00:00Z");
        assert_eq!(instant(Some(559_858_173.022)).unwrap().to_string(), "2018-09-28T20:09:33.022Z");
        assert_eq!(instant(Some(-2e9)).unwrap().to_string(), "1937-08-16T20:26:40Z");
    }

    fn zone(name: Option<&str>, offset: Option<i64>, inferred: Option<i64>, exif: Option<&str>) -> Zone {
        let cells =
            ZoneCells { name: name.map(str::to_owned), offset, inferred, exif: exif.map(str::to_owned) };
        let taken = "2019-07-01T10:00:00.5Z".parse().ok();
        Zones::default().zone(taken, None, &cells)
    }

    #[test]
    fn the_best_that_is_known_of_a_zone_wins() {
        let hours = |hours: i8| Offset::constant(hours);
        let exif = Some("2019:07:01 12:00:00");
        let named = Zone::Named { name: "Europe/Berlin".to_owned(), offset: hours(2) };
        assert_eq!(zone(Some("Europe/Berlin"), Some(3600), Some(0), exif), named);
        assert_eq!(zone(Some("GMT-0400"), Some(-14_400), Some(0), exif), Zone::Offset(hours(-4)));
        assert_eq!(zone(None, None, Some(7200), exif), Zone::Inferred(hours(2)));
        assert_eq!(zone(Some("No/Where"), Some(999_999), None, exif), Zone::Exif(hours(2)));
        assert_eq!(zone(None, None, None, Some("2019:07:01 12:07:00")), Zone::Unknown);
        assert_eq!(zone(None, None, None, Some("0000:00:00 00:00:00")), Zone::Unknown);
        assert_eq!(zone(None, None, None, None), Zone::Unknown);
    }

    #[test]
    fn a_photo_without_a_date_has_no_zone() {
        let cells = ZoneCells { name: None, offset: Some(3600), inferred: None, exif: None };

        assert_eq!(Zones::default().zone(None, None, &cells), Zone::Unknown);
    }
}
