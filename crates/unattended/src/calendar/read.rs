//! The words of a config as times, intervals and days.

use jiff::civil::{Time, Weekday};

use super::Days;

/// A time of the day, `02:00`; without seconds, since no back end of schedules is that exact.
pub fn read_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let is_number =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hour) || minute.len() != 2 || !is_number(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// An interval of so many seconds in minutes, if it divides a day.
pub fn interval(seconds: u64) -> Option<u16> {
    let minutes = u16::try_from(seconds / 60).ok()?;
    (seconds.is_multiple_of(60) && minutes > 0 && super::DAY.is_multiple_of(minutes)).then_some(minutes)
}

/// Days of the week: `mon` or `Monday`, `weekdays`, `weekend`, `daily`, or an error with the word that is none.
pub fn read_days<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Days, String> {
    let mut days = Vec::new();
    for word in words {
        days.extend(days_of(word.trim()).ok_or_else(|| word.to_owned())?);
    }
    Ok(Days::of(days).unwrap_or_default())
}

fn days_of(word: &str) -> Option<Vec<Weekday>> {
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "daily" => return Some(Days::ALL.iter().collect()),
        "weekdays" => return Some(Days::ALL.iter().take(5).collect()),
        "weekend" => return Some(Days::ALL.iter().skip(5).collect()),
        _ => {}
    }
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let found = Days::ALL.iter().zip(names).find(|(_, name)| word == *name || word == name[..3]);
    found.map(|(day, _)| vec![day])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_hour_and_a_minute_of_two_digits() {
        let shown = |text| read_time(text).map(|time| time.to_string());

        assert_eq!(shown("02:05").as_deref(), Some("02:05:00"));
        assert_eq!(shown(" 7:30 ").as_deref(), Some("07:30:00"));
        for wrong in ["", "2", "24:00", "02:60", "02:5", "2:00:00", "+2:00", "2am", "-1:00", "002:00"] {
            assert_eq!(read_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_interval_divides_the_day() {
        assert_eq!(interval(6 * 3600), Some(360));
        assert_eq!(interval(15 * 60), Some(15));
        assert_eq!(interval(24 * 3600), Some(1440));
        for wrong in [0, 90, 7 * 60, 5 * 3600, 2 * 86_400, u64::MAX] {
            assert_eq!(interval(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn days_have_names_short_and_long_and_some_have_one_together() {
        let count = |words: &[&str]| read_days(words.iter().copied()).map(|days| days.iter().count());

        assert_eq!(count(&[]), Ok(7));
        assert_eq!(count(&["Mon", "monday", "SUN"]), Ok(2));
        assert_eq!(count(&["weekdays"]), Ok(5));
        assert_eq!(count(&["weekend", "fri"]), Ok(3));
        assert_eq!(count(&["mo"]), Err("mo".to_owned()));
    }
}
