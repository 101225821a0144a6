//! Creation times of a movie, its tracks and their media: seconds of UTC since 1904, in 32 or 64 bits by the version of
//! the header (ISO 14496-12, 8.2.2, 8.3.2, 8.4.2).
//!
//! A time before 1970 was meant as one since 1970, ExifTool says, because some cameras count so. We never write one.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::placing::Placing;
use crate::draft::Splice;
use crate::native::boxes::BoxAt;
use crate::native::fault::Fault;
use crate::source::{Source, read_array};
use crate::value::Value;

/// 1970 in seconds since 1904.
const UNIX: u64 = (66 * 365 + 17) * 24 * 3600;

/// What a header says that was never set.
const NEVER: &str = "0000:00:00 00:00:00";

/// A creation time where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeaderDate {
    /// Where in the file.
    pub(super) at: u64,
    /// Whether it has 64 bits.
    pub(super) is_wide: bool,
    seconds: u64,
}

impl HeaderDate {
    /// Reads the time of `mvhd`, `tkhd` or `mdhd`, which all start the same. `least` is the length of a header of
    /// version 0, without the box's own.
    pub(super) fn read(source: &dyn Source, header: &BoxAt, least: u64) -> Result<Self, Fault> {
        let odd = || Fault::beyond(format!("its box {} is of an unknown version", header.name()));
        let Some([version, flags @ ..]) = read_array::<4>(source, header.content)? else { return Err(odd()) };
        // ExifTool takes version and flags of this one for a single number.
        let is_odd = version > 1 || (header.is(b"mdhd") && version == 0 && flags != [0; 3]);
        let is_wide = version == 1;
        if is_odd || header.length() < least + if is_wide { 12 } else { 0 } {
            return Err(odd());
        }
        let at = header.content + 4;
        let seconds = if is_wide {
            read_array::<8>(source, at)?.map(u64::from_be_bytes)
        } else {
            read_array::<4>(source, at)?.map(|seconds| u64::from(u32::from_be_bytes(seconds)))
        };
        Ok(Self { at, is_wide, seconds: seconds.ok_or_else(odd)? })
    }

    /// In ExifTool's notation.
    pub(super) fn value(&self) -> Result<Value, Fault> {
        let since_1970 = self.seconds.checked_sub(UNIX).unwrap_or(self.seconds);
        if since_1970 == 0 {
            return Ok(Value::text(NEVER));
        }
        let timestamp = i64::try_from(since_1970).ok().and_then(|second| Timestamp::from_second(second).ok());
        let timestamp = timestamp.ok_or_else(|| Fault::beyond("it was made after the year 9999, it says"))?;
        Ok(Value::text(timestamp.to_zoned(TimeZone::UTC).strftime("%Y:%m:%d %H:%M:%S").to_string()))
    }

    fn patch(&self, seconds: u64) -> Result<Splice, Fault> {
        if self.is_wide {
            return Ok(Splice::patch(self.at, seconds.to_be_bytes().to_vec()));
        }
        let short = u32::try_from(seconds)
            .map_err(|_| Fault::beyond("a header of this video can only say a time up to 2040"))?;
        Ok(Splice::patch(self.at, short.to_be_bytes().to_vec()))
    }
}

/// Puts a time into all headers of a kind. There is no header without a time, so none can be taken away.
pub(super) fn write<'a>(
    dates: impl IntoIterator<Item = &'a HeaderDate>,
    value: Option<&Value>,
    placing: &mut Placing<'_>,
) -> Result<(), Fault> {
    let value = value.ok_or_else(|| Fault::beyond("a video cannot be without a creation time"))?;
    let seconds = seconds(value.as_text())
        .ok_or_else(|| Fault::beyond("a video's creation time is a moment after 1970, in UTC"))?;
    let mut found = false;
    for date in dates {
        placing.patch(date.patch(seconds)?);
        found = true;
    }
    found.then_some(()).ok_or_else(|| Fault::beyond("it has no header for this time"))
}

fn seconds(text: &str) -> Option<u64> {
    if text == NEVER {
        return Some(0);
    }
    let wall = DateTime::strptime("%Y:%m:%d %H:%M:%S", text).ok()?;
    let second = wall.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    u64::try_from(second).ok().filter(|second| *second > 0)?.checked_add(UNIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(seconds: u64) -> String {
        let date = HeaderDate { at: 0, is_wide: true, seconds };
        date.value().map_or_else(|fault| fault.to_string(), |value| value.as_text().to_owned())
    }

    #[test]
    fn times_are_said_as_exiftool_says_them() {
        // From the documentation of ExifTool's source (`QuickTime.pm`, `%timeInfo`), and read with 13.59.
        assert_eq!(said(0), NEVER);
        assert_eq!(said(UNIX), NEVER);
        assert_eq!(said(UNIX + 1_700_000_000), "2023:11:14 22:13:20");
        assert_eq!(said(1_700_000_000), "2023:11:14 22:13:20");
        assert_eq!(said(u64::from(u32::MAX)), "2040:02:06 06:28:15");
        assert!(said(u64::MAX).starts_with("it was made after"));
    }

    #[test]
    fn a_time_is_written_as_it_is_read() {
        for text in [NEVER, "1970:01:02 00:00:00", "2023:11:14 22:13:20", "2055:12:31 23:59:59"] {
            assert_eq!(said(seconds(text).unwrap()), text);
        }
        for odd in ["", "2023", "2023:11:14 22:13:20Z", "2023:13:14 22:13:20", "1969:12:31 23:59:59"] {
            assert_eq!(seconds(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_short_header_says_no_time_after_2040() {
        let date = |is_wide| HeaderDate { at: 9, is_wide, seconds: 0 };
        let late = seconds("2040:02:06 06:28:16").unwrap();

        assert!(matches!(date(false).patch(late), Err(Fault::Beyond(_))));
        assert_eq!(date(true).patch(late).unwrap(), Splice::patch(9, vec![0, 0, 0, 1, 0, 0, 0, 0]));
        assert_eq!(date(false).patch(late - 1).unwrap(), Splice::patch(9, vec![0xff; 4]));
    }
}
