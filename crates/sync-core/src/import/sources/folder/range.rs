//! A range of days: `2023`, `2023-07`, `2023-07-15`, `2023-07..2024`, `2023-07-01,2023-08-15`, `2023..`.

use std::str::FromStr;

use jiff::civil::Date;

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    first: Date,
    last: Date,
}

/// What is no range of days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no range of days; write 2023, 2023-07, 2023-07-15, 2023-07..2024 or 2023-07-01,2023-08-15")]
pub struct BadRange(String);

impl DateRange {
    /// Whether a day is in it.
    pub fn contains(&self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

impl FromStr for DateRange {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<Self, BadRange> {
        let bad = || BadRange(text.to_owned());
        let halves = text.split_once("..").or_else(|| text.split_once(','));
        let (first, last) = halves.unwrap_or((text, text));
        let (first, last) = (first.trim(), last.trim());
        if first.is_empty() && last.is_empty() {
            return Err(bad());
        }
        let first = if first.is_empty() { Date::MIN } else { span(first).ok_or_else(bad)?.0 };
        let last = if last.is_empty() { Date::MAX } else { span(last).ok_or_else(bad)?.1 };
        if first <= last { Ok(Self { first, last }) } else { Err(bad()) }
    }
}

/// First and last day of a year, a month or a day.
fn span(text: &str) -> Option<(Date, Date)> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let mut number = || match parts.next() {
        None => Some(None),
        Some(part) if part.len() == 2 => part.parse::<i8>().ok().map(Some),
        Some(_) => None,
    };
    let (month, day) = (number()?, number()?);
    if parts.next().is_some() {
        return None;
    }
    let first = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
    let last = match (month, day) {
        (_, Some(_)) => first,
        (Some(_), None) => first.last_of_month(),
        (None, None) => first.last_of_year(),
    };
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Option<(String, String)> {
        let range = text.parse::<DateRange>().ok()?;
        Some((range.first.to_string(), range.last.to_string()))
    }

    #[test]
    fn years_months_and_days_are_whole() {
        for (text, first, last) in [
            ("2023", "2023-01-01", "2023-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2023-07-15", "2023-07-15", "2023-07-15"),
            ("2023-07..2024", "2023-07-01", "2024-12-31"),
            ("2023-07-01,2023-08-15", "2023-07-01", "2023-08-15"),
        ] {
            assert_eq!(range(text), Some((first.to_owned(), last.to_owned())), "{text}");
        }
        assert_eq!(range("..2023").unwrap().1, "2023-12-31");
        assert_eq!(range("2023..").unwrap().0, "2023-01-01");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "..", "23", "2023-7", "2023-13", "2023-02-30", "2024..2023", "2023-01-01-01", "x", "2023-"]
        {
            assert_eq!(range(text), None, "{text}");
        }
    }
}
