//! Dates from seconds, for file formats that spell them; the proleptic Gregorian calendar without leap seconds.

/// A date and a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Moment {
    /// From seconds since 1970. The calendar arithmetic is Howard Hinnant's `civil_from_days`.
    pub(crate) fn from_seconds(seconds: i64) -> Self {
        let of_day = seconds.rem_euclid(86_400);
        let shifted = seconds.div_euclid(86_400) + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        Self {
            year: year + era * 400 + i64::from(month <= 2),
            month,
            day: of_year - (153 * from_march + 2) / 5 + 1,
            hour: of_day / 3_600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        }
    }

    /// `2024:07:01 12:00:00`
    pub(crate) fn exif(self) -> String {
        let Self { year, month, day, .. } = self;
        format!("{year:04}:{month:02}:{day:02} {}", self.clock())
    }

    /// `2024-07-01`
    pub(crate) fn iso_date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `2024-07-01T12:00:00`
    pub(crate) fn iso(self) -> String {
        format!("{}T{}", self.iso_date(), self.clock())
    }

    fn clock(self) -> String {
        format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_day_is_the_29th_of_february() {
        assert_eq!(Moment::from_seconds(1_709_208_000).exif(), "2024:02:29 12:00:00");
    }

    #[test]
    fn a_moment_before_1970_has_a_date() {
        assert_eq!(Moment::from_seconds(-1).iso(), "1969-12-31T23:59:59");
    }
}
