//! Instants as text.

use jiff::{Timestamp, tz::TimeZone};

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `2024-02-01T23:01:10.000Z`
    Zulu,
    /// `2024-02-01T23:01:10+00:00`, with a fraction only where there is one.
    Database,
}

/// The instant in this style.
pub(crate) fn at(instant: Timestamp, style: Style) -> String {
    let civil = TimeZone::UTC.to_datetime(instant);
    let (day, time) = (civil.date(), civil.time());
    // By hand, since a page of a search has thousands of these.
    let text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        day.year(),
        day.month(),
        day.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    let micros = time.subsec_nanosecond() / 1000;
    match (style, micros) {
        (Style::Zulu, _) => format!("{text}.{:03}Z", micros / 1000),
        (Style::Database, 0) => format!("{text}+00:00"),
        (Style::Database, _) => format!("{text}.{}+00:00", format!("{micros:06}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_styles_match_the_recorded_ones() {
        let whole: Timestamp = "2024-02-01T23:01:10Z".parse().unwrap();
        let fraction: Timestamp = "2026-11-20T12:04:53.522Z".parse().unwrap();

        assert_eq!(at(whole, Style::Zulu), "2024-02-01T23:01:10.000Z");
        assert_eq!(at(whole, Style::Database), "2024-02-01T23:01:10+00:00");
        assert_eq!(at(fraction, Style::Zulu), "2026-11-20T12:04:53.522Z");
        assert_eq!(at(fraction, Style::Database), "2026-11-20T12:04:53.522+00:00");
    }
}
