//! Dates that cameras and programs put into names: a last resort for a file that says no date itself.
//!
//! Only what cannot be a counter counts: a day with a time of day, a day with hyphens, or the day in a name of WhatsApp.
//! The clock is the one on the wall, except in names of a Pixel (`PXL_`), which are in UTC.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::super::{Origin, When};

/// Years that a photo on a disk may be from.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2099;

/// The time of day of a name that says a day only: whatever the zone, it stays on that day.
const NOON: Time = Time::constant(12, 0, 0, 0);

/// When a photo was taken, by its name. A time without a zone is given as if it were UTC, with no offset.
pub(super) fn date_in_name(name: &str) -> Option<When> {
    let is_utc = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("PXL_"));
    let bytes = name.as_bytes();
    let starts = (0..bytes.len()).filter(|at| {
        bytes[*at].is_ascii_digit() && at.checked_sub(1).is_none_or(|before| !bytes[before].is_ascii_digit())
    });
    let wall = starts.into_iter().find_map(|at| moment(name, at))?;
    let instant = wall.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(When { instant, offset: is_utc.then_some(0), origin: Origin::Name })
}

/// The moment that a name says at this position.
fn moment(name: &str, at: usize) -> Option<DateTime> {
    let rest = &name.as_bytes()[at..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match digits {
        14 | 17 => Some(day(&rest[..8], 0)?.to_datetime(clock(&rest[8..14], 0)?)),
        8 => {
            let day = day(rest, 0)?;
            let behind = rest.get(9..).unwrap_or_default();
            let sets_apart = rest.get(8).is_some_and(|byte| matches!(byte, b'_' | b'-' | b' ' | b'T'));
            let count = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if sets_apart && matches!(count, 6 | 9) {
                return Some(day.to_datetime(clock(behind, 0)?));
            }
            let is_whatsapp =
                sets_apart && matches!(behind, [b'W', b'A', number, ..] if number.is_ascii_digit());
            is_whatsapp.then(|| day.to_datetime(NOON))
        }
        4 => {
            let between = *rest.get(4).filter(|byte| matches!(byte, b'-' | b'_' | b'.'))?;
            if rest.get(7) != Some(&between) || rest.get(10).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            let day = day(rest, 1)?;
            let time = name.get(at + 10..).and_then(clock_behind);
            (time.is_some() || between == b'-').then(|| day.to_datetime(time.unwrap_or(NOON)))
        }
        _ => None,
    }
}

/// A time of day behind a day: ` 12.13.14`, `_121314`, `T12-13-14`, ` at 1.13.14 PM`.
fn clock_behind(rest: &str) -> Option<Time> {
    let rest = rest.strip_prefix(" at ").or_else(|| rest.strip_prefix([' ', '_', '-', 'T', '.']))?;
    let bytes = rest.as_bytes();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if matches!(digits, 6 | 9) {
        return clock(bytes, 0);
    }
    let mut parts = rest.splitn(3, ['.', '-', ':', '_']);
    let number = |part: &str| (1..=2).contains(&part.len()).then(|| part.parse::<i8>().ok()).flatten();
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let last = parts.next()?;
    let end = last.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(last.len());
    let second = number(&last[..end])?;
    // macOS puts a narrow space before the half of the day.
    let half = last[end..].trim_start().get(..2).map(str::to_ascii_uppercase);
    let hour = match half.as_deref() {
        Some("AM") if hour == 12 => 0,
        Some("PM") if hour < 12 => hour + 12,
        _ => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// A day whose parts are so many bytes apart.
fn day(bytes: &[u8], apart: usize) -> Option<Date> {
    let year = number(bytes.get(..4)?)?;
    let month = number(bytes.get(4 + apart..6 + apart)?)?;
    let day = number(bytes.get(6 + 2 * apart..8 + 2 * apart)?)?;
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    YEARS.contains(&year).then(|| Date::new(year, month, day).ok()).flatten()
}

/// A time of day whose parts are so many bytes apart.
fn clock(bytes: &[u8], apart: usize) -> Option<Time> {
    let part = |index: usize| {
        let start = index * (2 + apart);
        number(bytes.get(start..start + 2)?).and_then(|number| i8::try_from(number).ok())
    };
    Time::new(part(0)?, part(1)?, part(2)?, 0).ok()
}

fn number(digits: &[u8]) -> Option<i16> {
    let all = digits.iter().all(u8::is_ascii_digit);
    all.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + i16::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(name: &str) -> Option<String> {
        date_in_name(name).map(|when| when.instant.to_string())
    }

    #[test]
    fn names_of_cameras_say_when() {
        for name in [
            "IMG_20200131_121314.jpg",
            "VID_20200131_121314.mp4",
            "20200131_121314.jpg",
            "20200131121314.jpg",
            "PXL_20200131_121314123.jpg",
            "Screenshot_20200131-121314_Chrome.jpg",
            "Screenshot_2020-01-31-12-13-14-123.png",
            "Screenshot 2020-01-31 at 12.13.14 PM.png",
            "2020-01-31 12.13.14.jpg",
            "2020-01-31T12:13:14.jpg",
            "2020.01.31_12.13.14.jpg",
            "signal-2020-01-31-121314.jpg",
            "IMG_20200131_121314_BURST001_COVER.jpg",
        ] {
            assert_eq!(date(name).as_deref(), Some("2020-01-31T12:13:14Z"), "{name}");
        }
        let afternoon = date("Screen Shot 2020-01-31 at 1.13.14\u{202f}PM.png");
        assert_eq!(afternoon.as_deref(), Some("2020-01-31T13:13:14Z"));
    }

    #[test]
    fn a_day_alone_is_noon() {
        for name in
            ["IMG-20200131-WA0001.jpg", "VID-20200131-WA0012.mp4", "2020-01-31.jpg", "2020-01-31 Anna.jpg"]
        {
            assert_eq!(date(name).as_deref(), Some("2020-01-31T12:00:00Z"), "{name}");
        }
    }

    #[test]
    fn counters_say_nothing() {
        for name in [
            "IMG_1234.JPG",
            "DSC20200131.jpg",
            "20200131.jpg",
            "20201331_121314.jpg",
            "20200131_251314.jpg",
            "12345678_121314.jpg",
            "IMG-20200131-0001.jpg",
            "120200131_121314.jpg",
            "20200131_1213141.jpg",
            "1580470394123.jpg",
            "2020-13-31.jpg",
            "2020-01-311.jpg",
            "",
            "ä2020",
        ] {
            assert_eq!(date(name), None, "{name}");
        }
    }

    #[test]
    fn only_a_pixel_says_its_zone() {
        assert_eq!(date_in_name("PXL_20200131_121314123.jpg").unwrap().offset, Some(0));
        assert_eq!(date_in_name("IMG_20200131_121314.jpg").unwrap().offset, None);
    }

    proptest::proptest! {
        #[test]
        fn any_name_may_be_asked(name in "\\PC{0,40}|[0-9_. TAPMat:-]{0,40}") {
            date_in_name(&name);
        }
    }
}
