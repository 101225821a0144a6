//! Numbers and times as people read them.

use std::time::Duration;

use jiff::civil::Weekday;
use messages_macros::word;

use crate::language;

/// A number of things: `1 photo`, `12,345 photos`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{} {}", thousands(number), language::word_of(&plural(number, thing)))
}

/// The same for errors, which are turned where they are shown.
pub(crate) fn count_in_english(number: u64, thing: &str) -> String {
    format!("{} {}", set_apart(number, ","), plural(number, thing))
}

fn plural(number: u64, thing: &str) -> String {
    if number == 1 { thing.to_owned() } else { format!("{thing}s") }
}

/// A number with its thousands set apart.
pub(crate) fn thousands(number: u64) -> String {
    set_apart(number, word!(","))
}

fn set_apart(number: u64, mark: &str) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push_str(mark);
        }
        shown.push(digit);
    }
    shown
}

/// A number that was written with a decimal point, as the reader writes it.
pub(crate) fn decimal(number: &str) -> String {
    number.replace('.', word!("."))
}

/// A time: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => decimal(&format!("{:.1} s", duration.as_secs_f64())),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A number of bytes: `999 B`, `1.2 kB`, `34 MB`.
pub(crate) fn size(bytes: u64) -> String {
    let (mut whole, mut tenths, mut unit) = (bytes, 0, "B");
    for next in ["kB", "MB", "GB", "TB"] {
        if whole < 1000 {
            break;
        }
        (whole, tenths, unit) = (whole / 1000, whole % 1000 / 100, next);
    }
    if unit == "B" || whole >= 10 {
        format!("{whole} {unit}")
    } else {
        decimal(&format!("{whole}.{tenths} {unit}"))
    }
}

/// So many bytes in this time: `34 MB/s`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is told with three digits"
)]
pub(crate) fn rate(bytes: u64, elapsed: Duration) -> String {
    format!("{}/s", size((bytes as f64 / elapsed.as_secs_f64().max(0.001)) as u64))
}

/// How long ago something was: `just now`, `5 minutes ago`, `3 days ago`, `2 years ago`.
pub(crate) fn age(seconds: u64) -> String {
    let (number, of_one, of_many) = match seconds {
        0..60 => return word!("just now").to_owned(),
        60..3600 => (seconds / 60, word!("{} minute ago"), word!("{} minutes ago")),
        3600..86_400 => (seconds / 3600, word!("{} hour ago"), word!("{} hours ago")),
        86_400..63_072_000 => (seconds / 86_400, word!("{} day ago"), word!("{} days ago")),
        _ => (seconds / 31_536_000, word!("{} year ago"), word!("{} years ago")),
    };
    if number == 1 { of_one } else { of_many }.replace("{}", &thousands(number))
}

/// A day of the week, in short.
pub(crate) fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => word!("Mon"),
        Weekday::Tuesday => word!("Tue"),
        Weekday::Wednesday => word!("Wed"),
        Weekday::Thursday => word!("Thu"),
        Weekday::Friday => word!("Fri"),
        Weekday::Saturday => word!("Sat"),
        Weekday::Sunday => word!("Sun"),
    }
}

/// Columns that a text takes: letters of East Asia and emoji take two, marks on a letter none.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(letter: char) -> usize {
    match letter {
        '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// The beginning of a text that fits, with `…` where something was cut.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let mut shown = String::new();
    for letter in text.chars() {
        let Some(rest) = left.checked_sub(columns_of(letter)) else { break };
        left = rest;
        shown.push(letter);
    }
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tests::in_german;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1, "photo"), "1 photo");
        assert_eq!(count(0, "photo"), "0 photos");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(123), "123");
    }

    #[test]
    fn times_read_well() {
        assert_eq!(time(Duration::from_millis(420)), "0.4 s");
        assert_eq!(time(Duration::from_secs(59)), "59 s");
        assert_eq!(time(Duration::from_secs(200)), "3 min 20 s");
        assert_eq!(time(Duration::from_mins(125)), "2 h 5 min");
    }

    #[test]
    fn sizes_and_ages_read_well() {
        let sizes = [0, 999, 1000, 1_290, 34_567_890, 2_000_000_000].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "1.2 kB", "34 MB", "2.0 GB"]);
        let ages = [59, 60, 7200, 86_400, 63_071_999, 63_072_000].map(age);
        let expected =
            ["just now", "1 minute ago", "2 hours ago", "1 day ago", "729 days ago", "2 years ago"];
        assert_eq!(ages, expected);
    }

    #[test]
    fn numbers_read_well_in_german() {
        let read = in_german(|| {
            [thousands(1_234_567), time(Duration::from_millis(420)), size(1_290), age(7200), age(60)]
        });

        assert_eq!(read, ["1.234.567", "0,4 s", "1,2 kB", "vor 2 Stunden", "vor 1 Minute"]);
        let counted = in_german(|| [count(1, "photo"), count(1_234, "photo")]);
        assert_eq!(counted, ["1 Foto", "1.234 Fotos"]);
        assert_eq!(in_german(|| count_in_english(1_234, "photo")), "1,234 photos");
    }

    #[test]
    fn a_text_is_cut_to_its_columns() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdefg", 6), "abcde…");
        assert_eq!(fit("家族写真", 6), "家族…");
        assert_eq!(fit("abc", 0), "…");
    }
}
