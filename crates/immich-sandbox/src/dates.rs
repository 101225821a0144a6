//! Dates as files and clients write them.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use crate::zone;

/// A date with or without an offset of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) clock: DateTime,
    pub(crate) offset: Option<Offset>,
}

impl Dated {
    /// Reads `2024:07:01 22:30:00.123+02:00` and its ISO cousin. Zeros and partial dates are no date.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (day, rest) = (text.get(..10)?, text.get(11..)?);
        let split = rest.find(['+', '-', 'Z']).unwrap_or(rest.len());
        let (time, offset) = rest.split_at(split);
        let clock = format!("{}T{time}", day.replace(':', "-")).parse().ok()?;
        let offset = if offset.is_empty() { None } else { Some(zone::parse_offset(offset)?) };
        Some(Self { clock, offset })
    }

    /// The instant, in the date's own offset or else in this zone.
    pub(crate) fn instant_in(self, zone: &TimeZone) -> Option<Timestamp> {
        match self.offset {
            Some(offset) => offset.to_timestamp(self.clock).ok(),
            None => zone.to_timestamp(self.clock).ok(),
        }
    }
}

/// An instant as the API takes it; without an offset it counts as UTC.
pub(crate) fn instant_of_api(text: &str) -> Option<Timestamp> {
    instant_and_zone(text).map(|(instant, _)| instant)
}

/// An instant and the name of the offset it came with.
pub(crate) fn instant_and_zone(text: &str) -> Option<(Timestamp, Option<String>)> {
    let dated = match Dated::parse(text) {
        Some(dated) => dated,
        // A day alone is midnight.
        None => Dated { clock: text.parse::<jiff::civil::Date>().ok()?.at(0, 0, 0, 0), offset: None },
    };
    Some((dated.instant_in(&TimeZone::UTC)?, dated.offset.map(zone::name_of)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_its_fraction_and_its_offset() {
        let dated = Dated::parse("2024:07:01 22:30:00.12+02:00").unwrap();

        assert_eq!(dated.clock.to_string(), "2024-07-01T22:30:00.12");
        assert_eq!(dated.offset.map(Offset::seconds), Some(7200));
    }

    #[test]
    fn zeros_and_years_alone_are_no_date() {
        assert_eq!(Dated::parse("0000:00:00 00:00:00"), None);
        assert_eq!(Dated::parse("2024"), None);
        assert_eq!(Dated::parse("    :  :     :  :  "), None);
    }

    #[test]
    fn the_api_takes_what_clients_send() {
        // shared fixture asset-put.
        let (instant, zone) = instant_and_zone("2022-02-03T04:05:06+02:00").unwrap();

        assert_eq!((instant.to_string().as_str(), zone.as_deref()), ("2022-02-03T02:05:06Z", Some("UTC+2")));
        assert_eq!(instant_of_api("2020-01-01").unwrap().to_string(), "2020-01-01T00:00:00Z");
        assert_eq!(instant_of_api("yesterday"), None);
    }
}
