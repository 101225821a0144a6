//! When a photo was taken: a wall clock, and the offset from UTC where it is known.
//!
//! A server knows an instant and the name of a zone; a file holds what the clock on the wall showed,
//! and perhaps how far it was from UTC. Mixing the two up is the commonest damage that tools do
//! (22:30 UTC written beside "+02:00"). So the instant is turned into a wall clock exactly once,
//! here, and from then on only wall clocks are compared.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A wall clock with its offset, if known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureTime {
    wall: DateTime,
    offset: Option<UtcOffset>,
}

/// A zone that neither we nor the zone database know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the time zone {0:?} is not known")]
pub struct UnknownZone(String);

impl CaptureTime {
    /// What the clock showed at `instant` in `zone`: an IANA name, or `UTC+2`, `UTC-3:30`, `UTC` as
    /// Immich writes them.
    ///
    /// Without a zone the clock is taken to have run on UTC, as Immich does (measured on 3.0.3),
    /// and no offset is claimed.
    pub fn from_instant(instant: Timestamp, zone: Option<&str>) -> Result<Self, UnknownZone> {
        let Some(zone) = zone else {
            return Ok(Self { wall: Offset::UTC.to_datetime(instant), offset: None });
        };
        let offset = UtcOffset::rounded(offset_at(instant, zone)?);
        Ok(Self { wall: offset.as_offset().to_datetime(instant), offset: Some(offset) })
    }

    /// A wall clock as it stands in a file.
    pub fn new(wall: DateTime, offset: Option<UtcOffset>) -> Self {
        Self { wall, offset }
    }

    /// What the clock showed.
    pub fn wall(self) -> DateTime {
        self.wall
    }

    /// How far it was from UTC.
    pub fn offset(self) -> Option<UtcOffset> {
        self.offset
    }

    /// The moment; without an offset the wall clock is read as UTC.
    pub fn utc(self) -> DateTime {
        let minutes = self.offset.map_or(0, |offset| i64::from(offset.0));
        self.wall.saturating_sub(SignedDuration::from_mins(minutes))
    }

    /// The same moment on a clock with another offset.
    #[must_use]
    pub fn at_offset(self, offset: UtcOffset) -> Self {
        let wall = self.utc().saturating_add(SignedDuration::from_mins(i64::from(offset.0)));
        Self { wall, offset: Some(offset) }
    }

    /// The whole second on the wall clock.
    pub fn second(self) -> DateTime {
        whole_second(self.wall)
    }

    /// `YYYY:MM:DD HH:MM:SS`, as EXIF 2.32 section 4.6.5 writes it.
    pub fn exif(self) -> String {
        exif(self.wall)
    }

    /// The same in UTC.
    pub fn exif_utc(self) -> String {
        exif(self.utc())
    }

    /// Date, time, fraction and offset, as ExifTool takes XMP dates.
    pub fn xmp(self) -> String {
        format!("{}{}{}", self.exif(), self.dotted_fraction(), self.offset_text())
    }

    /// `YYYY:MM:DD`.
    pub fn iptc_date(self) -> String {
        exif(self.wall)[..10].to_owned()
    }

    /// `HH:MM:SS` and the offset, if known.
    pub fn iptc_time(self) -> String {
        format!("{}{}", &exif(self.wall)[11..], self.offset_text())
    }

    /// Decimal places of the second without trailing zeros; `None` on the whole second.
    pub fn fraction(self) -> Option<String> {
        let nanos = self.wall.subsec_nanosecond();
        (nanos != 0).then(|| format!("{nanos:09}").trim_end_matches('0').to_owned())
    }

    fn dotted_fraction(self) -> String {
        self.fraction().map(|digits| format!(".{digits}")).unwrap_or_default()
    }

    fn offset_text(self) -> String {
        self.offset.map(|offset| offset.to_string()).unwrap_or_default()
    }
}

fn whole_second(wall: DateTime) -> DateTime {
    wall.with().subsec_nanosecond(0).build().unwrap_or(wall)
}

fn exif(wall: DateTime) -> String {
    let (date, time) = (wall.date(), wall.time());
    format!(
        "{:04}:{:02}:{:02} {:02}:{:02}:{:02}",
        date.year().max(0),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Minutes east of UTC.
///
/// Files cannot say seconds. Local mean times of before about 1940 have some; they are rounded, and
/// the wall clock moves by less than 30 s so that the instant stays exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UtcOffset(i16);

impl UtcOffset {
    /// None at all.
    pub const UTC: Self = Self(0);

    fn rounded(offset: Offset) -> Self {
        let seconds = offset.seconds();
        let minutes = (seconds + if seconds < 0 { -30 } else { 30 }) / 60;
        Self(i16::try_from(minutes).unwrap_or(0))
    }

    fn as_offset(self) -> Offset {
        Offset::from_seconds(i32::from(self.0) * 60).unwrap_or(Offset::UTC)
    }

    /// Reads `+02:00`, `-3:30`, `+0530`, `+2`, `Z`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches([' ', '\0']);
        if text == "Z" {
            return Some(Self(0));
        }
        let (sign, digits) = match text.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => return None,
        };
        let (hours, minutes) = match digits.split_once(':') {
            Some((hours, minutes)) => (hours, minutes),
            None if digits.len() == 4 => digits.split_at(2),
            None => (digits, "0"),
        };
        let all_digits =
            |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(hours) || !all_digits(minutes) {
            return None;
        }
        let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 15 && minutes < 60).then_some(Self(sign * (hours * 60 + minutes)))
    }
}

impl std::fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", self.0.abs() / 60, self.0.abs() % 60)
    }
}

fn offset_at(instant: Timestamp, zone: &str) -> Result<Offset, UnknownZone> {
    if let Some(fixed) = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")) {
        let offset = if fixed.is_empty() { Some(UtcOffset(0)) } else { UtcOffset::parse(fixed) };
        return offset.map(UtcOffset::as_offset).ok_or_else(|| UnknownZone(zone.to_owned()));
    }
    if let Some(offset) = UtcOffset::parse(zone) {
        return Ok(offset.as_offset());
    }
    let known = TimeZone::get(zone).map_err(|_| UnknownZone(zone.to_owned()))?;
    Ok(known.to_offset(instant))
}

/// A date as it stands in a file, with whatever parts it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDate {
    /// The day.
    pub date: Date,
    /// The time of day, with its fraction.
    pub time: Option<Time>,
    /// The offset.
    pub offset: Option<UtcOffset>,
}

impl FileDate {
    /// Reads ExifTool's notation `YYYY:MM:DD[ HH:MM[:SS[.f]]][offset]`; ISO hyphens and `T` pass too.
    ///
    /// `None` for what is no date: empty, blanks, zeros, `0000:00:00 00:00:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches([' ', '\0']);
        let (day, rest) = text.split_at_checked(10)?;
        let mut parts = day.split([':', '-']);
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        let rest = rest.trim_start_matches(['T', ' ']);
        if rest.is_empty() {
            return (date.year() > 0).then_some(Self { date, time: None, offset: None });
        }
        let offset_at = rest.find(['+', '-', 'Z']).unwrap_or(rest.len());
        let (clock, offset) = rest.split_at(offset_at);
        let offset = if offset.is_empty() { None } else { Some(UtcOffset::parse(offset)?) };
        let time = parse_clock(clock.trim())?;
        (date.year() > 0).then_some(Self { date, time: Some(time), offset })
    }

    /// The wall clock, if there is a time of day.
    pub fn wall(self) -> Option<DateTime> {
        self.time.map(|time| self.date.to_datetime(time))
    }

    /// The whole second on the wall clock.
    pub fn second(self) -> Option<DateTime> {
        self.wall().map(whole_second)
    }
}

fn parse_clock(clock: &str) -> Option<Time> {
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = whole.split(':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let second = parts.next().map_or(Some(0), |second| second.parse().ok())?;
    if parts.next().is_some() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    Time::new(hour, minute, second, nanos.parse().ok()?).ok()
}

/// Whether two dates say the same: all parts equal, or the same letters where they cannot be read.
pub(crate) fn same_date(one: &str, other: &str) -> bool {
    match (FileDate::parse(one), FileDate::parse(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str, zone: Option<&str>) -> CaptureTime {
        CaptureTime::from_instant(instant.parse().unwrap(), zone).unwrap()
    }

    #[test]
    fn a_named_zone_gives_wall_clock_and_offset() {
        let taken = at("2024-07-01T22:30:00Z", Some("Europe/Berlin"));

        assert_eq!(taken.xmp(), "2024:07:02 00:30:00+02:00");
        assert_eq!(taken.exif_utc(), "2024:07:01 22:30:00");
    }

    #[test]
    fn immichs_own_notation_of_offsets_is_read() {
        assert_eq!(at("2024-11-11T08:10:10.450Z", Some("UTC+2")).xmp(), "2024:11:11 10:10:10.45+02:00");
        assert_eq!(at("2024-11-11T08:10:10Z", Some("UTC-3:30")).iptc_time(), "04:40:10-03:30");
        assert_eq!(at("2024-11-11T08:10:10Z", Some("UTC")).xmp(), "2024:11:11 08:10:10+00:00");
    }

    #[test]
    fn no_zone_means_no_offset() {
        assert_eq!(at("2024-11-11T08:10:10Z", None).xmp(), "2024:11:11 08:10:10");
    }

    #[test]
    fn an_unknown_zone_is_an_error() {
        let result = CaptureTime::from_instant(Timestamp::UNIX_EPOCH, Some("Mars/Olympus"));

        assert_eq!(result, Err(UnknownZone("Mars/Olympus".to_owned())));
    }

    #[test]
    fn the_hour_that_comes_twice_keeps_its_offset() {
        assert_eq!(at("2024-10-27T00:30:00Z", Some("Europe/Berlin")).xmp(), "2024:10:27 02:30:00+02:00");
        assert_eq!(at("2024-10-27T01:30:00Z", Some("Europe/Berlin")).xmp(), "2024:10:27 02:30:00+01:00");
    }

    #[test]
    fn a_local_mean_time_keeps_the_instant() {
        let taken = at("1900-06-01T12:00:00Z", Some("Europe/Amsterdam"));

        assert_eq!(taken.exif_utc(), "1900:06:01 12:00:00");
    }

    #[test]
    fn zeros_and_blanks_are_no_date() {
        for text in ["", "0000:00:00 00:00:00", "    :  :     :  :  ", "2024", "2024:13:01 00:00:00"] {
            assert_eq!(FileDate::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_same_moment_on_another_clock() {
        let taken = at("2024-07-01T22:30:00Z", None).at_offset(UtcOffset::parse("-05:00").unwrap());

        assert_eq!(taken.xmp(), "2024:07:01 17:30:00-05:00");
    }

    #[test]
    fn fractions_are_compared_by_value() {
        assert!(same_date("2024:01:01 12:00:00.45+02:00", "2024-01-01T12:00:00.450+02:00"));
        assert!(!same_date("2024:01:01 12:00:00", "2024:01:01 12:00:00+02:00"));
    }
}
