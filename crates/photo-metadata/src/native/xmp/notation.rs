//! Values as a packet spells them, and as ExifTool shows them with `-n`: degrees, rationals, dates.

use super::schema::Spelling;
use crate::native::fault::Fault;

/// What ExifTool makes of a spelled value. What is not spelled as it should be stays as it is.
pub(super) fn shown(text: &str, spelling: Spelling) -> String {
    match spelling {
        Spelling::Text => text.to_owned(),
        Spelling::Date => shown_date(text),
        Spelling::Rational => shown_rational(text).unwrap_or_else(|| text.to_owned()),
        Spelling::Degrees(..) => degrees(text).map(number).unwrap_or_default(),
    }
}

/// The spelling of a value that ExifTool would show like this.
pub(super) fn spelled(text: &str, spelling: Spelling) -> Result<String, Fault> {
    let fault = || Fault::beyond(format!("`{text}` is no value that its XMP packet could hold there"));
    match spelling {
        Spelling::Text => Ok(text.to_owned()),
        Spelling::Date => spelled_date(text).ok_or_else(fault),
        Spelling::Rational => finite(text).and_then(spelled_rational).ok_or_else(fault),
        Spelling::Degrees(positive, negative) => {
            let degrees = finite(text).filter(|degrees| degrees.abs() <= 360.0).ok_or_else(fault)?;
            Ok(spelled_degrees(degrees.abs(), if degrees < 0.0 { negative } else { positive }))
        }
    }
}

fn finite(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// A date in the notation of EXIF: the full form with blanks cut, otherwise every dash a colon (`ConvertXMPDate`).
fn shown_date(text: &str) -> String {
    full_date(text).unwrap_or_else(|| {
        let starts_with_year = text.len() >= 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
        if starts_with_year { text.replace('-', ":") } else { text.to_owned() }
    })
}

/// `2024-07-01T22:30[:00][.25][+02:00]` in the notation of EXIF. Anything without blanks may follow the minutes.
pub(super) fn full_date(text: &str) -> Option<String> {
    // A pattern's end fits before a last line feed too.
    let text = text.strip_suffix('\n').unwrap_or(text);
    let (clock, rest) = text.split_at_checked(16)?;
    let fits = clock.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        10 => matches!(byte, b'T' | b' '),
        13 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let (seconds, rest) = match rest.as_bytes() {
        [b':', tens, ones, ..] if tens.is_ascii_digit() && ones.is_ascii_digit() => rest.split_at(3),
        _ => ("", rest),
    };
    let rest = rest.trim_start();
    (fits && !rest.contains(char::is_whitespace))
        .then(|| format!("{} {}{seconds}{rest}", clock[..10].replace('-', ":"), &clock[11..]))
}

/// ISO 8601 of a date in the notation of EXIF, complete or not (`FormatXMPDate`).
fn spelled_date(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() <= 10 {
        let parts: Vec<&str> = text.split([':', '-']).collect();
        let fits = |(at, part): (usize, &&str)| {
            part.len() == if at == 0 { 4 } else { 2 } && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        return parts.iter().enumerate().all(fits).then(|| parts.join("-"));
    }
    let shown = full_date(&text.replacen(':', "-", 2))?;
    let (day, clock) = shown.split_once(' ')?;
    let zone = clock.find(['Z', '+', '-']).map_or("", |at| &clock[at..]);
    let fraction = clock.get(..clock.len() - zone.len())?.get(8..).unwrap_or_default();
    let is_fraction = fraction.is_empty()
        || fraction.strip_prefix('.').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    (is_fraction && is_zone(zone)).then(|| format!("{}T{clock}", day.replace(':', "-")))
}

fn is_zone(zone: &str) -> bool {
    matches!(zone, "" | "Z")
        || zone.len() == 6
            && zone.bytes().enumerate().all(|(at, byte)| match at {
                0 => matches!(byte, b'+' | b'-'),
                3 => byte == b':',
                _ => byte.is_ascii_digit(),
            })
}

/// The quotient of two whole numbers (`ConvertRational`).
pub(super) fn shown_rational(text: &str) -> Option<String> {
    let whole = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let fits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<f64>().ok().filter(|_| fits)
    };
    let (above, below) = text.strip_suffix('\n').unwrap_or(text).split_once('/')?;
    let (above, below) = (whole(above)?, whole(below)?);
    Some(if below != 0.0 {
        number(above / below)
    } else if above != 0.0 {
        "inf".to_owned()
    } else {
        "undef".to_owned()
    })
}

/// The simplest fraction that comes closer than a billionth, of numbers that 32 bits can hold: readers use such.
fn spelled_rational(value: f64) -> Option<String> {
    const MOST: f64 = 2_147_483_647.0;
    let target = value.abs();
    // Convergents of the continued fraction.
    let (mut above, mut below) = ((0.0_f64, 1.0_f64), (1.0_f64, 0.0_f64));
    let mut rest = target;
    for _ in 0..40 {
        let whole = rest.floor();
        let next = (whole.mul_add(above.1, above.0), whole.mul_add(below.1, below.0));
        if next.0 > MOST || next.1 > MOST {
            break;
        }
        above = (above.1, next.0);
        below = (below.1, next.1);
        if (above.1 / below.1 - target).abs() < 1e-9 || rest - whole < 1e-12 {
            break;
        }
        rest = 1.0 / (rest - whole);
    }
    (below.1 > 0.0).then(|| format!("{}/{}", above.1, below.1))
}

/// `33,52.128S` with up to eight decimals of the minute (`ToDMS`), a fifth of a millimetre.
fn spelled_degrees(value: f64, letter: char) -> String {
    let mut degrees = value.floor();
    let mut minutes = ((value - degrees) * 60.0 * 1e8).round() / 1e8;
    if minutes >= 60.0 {
        degrees += 1.0;
        minutes -= 60.0;
    }
    let minutes = format!("{minutes:.8}");
    let short = minutes.trim_end_matches('0');
    let zero = if short.ends_with('.') { "0" } else { "" };
    format!("{degrees},{short}{zero}{letter}")
}

/// Signed degrees: the first three numbers of any text are degrees, minutes and seconds (`ToDegrees`).
fn degrees(text: &str) -> Option<f64> {
    let mut numbers = Numbers { rest: text };
    let degrees = numbers.next()?;
    let (minutes, seconds) = (numbers.next().unwrap_or(0.0), numbers.next().unwrap_or(0.0));
    let value = degrees + (minutes + seconds / 60.0) / 60.0;
    Some(if is_south_or_west(text) { -value } else { value })
}

/// Whether it ends with the letter or the word, and no other letter before that.
fn is_south_or_west(text: &str) -> bool {
    let text = text.trim_end().to_ascii_lowercase();
    let before = ["south", "west", "s", "w"].into_iter().filter_map(|word| text.strip_suffix(word));
    before
        .into_iter()
        .any(|before| before.chars().next_back().is_some_and(|last| !last.is_ascii_alphabetic()))
}

/// The decimal numbers in any text.
struct Numbers<'a> {
    rest: &'a str,
}

impl Iterator for Numbers<'_> {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        let bytes = self.rest.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let begins = |at: usize| digit(at) || (bytes.get(at) == Some(&b'.') && digit(at + 1));
        let first = (0..bytes.len()).find(|at| begins(*at))?;
        let start = if first > 0 && matches!(bytes[first - 1], b'+' | b'-') { first - 1 } else { first };
        let digits = |mut at: usize| {
            while digit(at) {
                at += 1;
            }
            at
        };
        let mut end = digits(first);
        if bytes.get(end) == Some(&b'.') {
            end = digits(end + 1);
        }
        let has_exponent = matches!(bytes.get(end), Some(b'e' | b'E'))
            && matches!(bytes.get(end + 1), Some(b'+' | b'-'))
            && digit(end + 2);
        if has_exponent {
            end = digits(end + 2);
        }
        let number = self.rest.get(start..end)?.parse().ok();
        self.rest = self.rest.get(end..).unwrap_or_default();
        number
    }
}

/// A number as Perl prints it: fifteen digits, trailing zeros cut.
fn number(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { crate::native::shown::number(value, 15) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LATITUDE: Spelling = Spelling::Degrees('N', 'S');

    #[test]
    fn degrees_are_shown_as_exiftool_shows_them() {
        for (text, wanted) in [
            ("33,52.128S", "-33.8688"),
            ("151,12,30.5E", "151.208472222222"),
            ("52.5", "52.5"),
            ("-13.4", "-13.4"),
            ("33,52.128 S ", "-33.8688"),
            ("1/3", "1.05"),
            ("33.3333333333333333S", "-33.3333333333333"),
            ("1e-7W", "-1e-07"),
            ("1E7", "1.11666666666667"),
            ("10 south", "-10"),
            ("10 xs", "10"),
            ("abc", ""),
            ("", ""),
        ] {
            assert_eq!(shown(text, LATITUDE), wanted, "{text}");
        }
    }

    #[test]
    fn degrees_are_spelled_as_exiftool_spells_them() {
        for (text, wanted) in [
            ("-33.8688", "33,52.128S"),
            ("10", "10,0.0N"),
            ("0.99999999999", "1,0.0N"),
            ("52.520008", "52,31.20048N"),
            ("0.1", "0,6.0N"),
        ] {
            assert_eq!(spelled(text, LATITUDE).unwrap(), wanted);
        }
        assert!(spelled("north", LATITUDE).is_err() && spelled("inf", LATITUDE).is_err());
    }

    #[test]
    fn dates_are_shown_and_spelled() {
        for (text, wanted) in [
            ("2019-05-01T10:11:12.34", "2019:05:01 10:11:12.34"),
            ("2019-05", "2019:05"),
            ("2019-05-01T10:11Z", "2019:05:01 10:11Z"),
            ("2019-05-01 10:11:12 +02:00", "2019:05:01 10:11:12+02:00"),
            ("2019:05:01 10:11:12", "2019:05:01 10:11:12"),
            ("  2019-05-01T10:11Z", "  2019-05-01T10:11Z"),
            ("20190501", "20190501"),
            ("2019-05-01T10:11:12+0200", "2019:05:01 10:11:12+0200"),
        ] {
            assert_eq!(shown(text, Spelling::Date), wanted);
        }
        for (text, wanted) in [
            ("2024:07:02 00:30:00.25+02:00", Some("2024-07-02T00:30:00.25+02:00")),
            ("2024:07:02 00:30:00", Some("2024-07-02T00:30:00")),
            ("2024:07:02 00:30Z", Some("2024-07-02T00:30Z")),
            ("2024:07", Some("2024-07")),
            ("2024", Some("2024")),
            ("yesterday", None),
            ("2024:07:02 00:30:00 CEST", None),
            ("2024:07:02 00:30:00+0200", None),
        ] {
            assert_eq!(spelled(text, Spelling::Date).ok().as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn rationals_are_shown_and_spelled() {
        for (text, wanted) in [
            ("125/10", "12.5"),
            ("12.5", "12.5"),
            ("1/0", "inf"),
            ("0/0", "undef"),
            ("1/3", "0.333333333333333"),
        ] {
            assert_eq!(shown(text, Spelling::Rational), wanted);
        }
        for (text, wanted) in [("12.5", "25/2"), ("0", "0/1"), ("100", "100/1"), ("0.1", "1/10")] {
            assert_eq!(spelled(text, Spelling::Rational).unwrap(), wanted);
        }
    }

    proptest! {
        #[test]
        fn a_number_comes_back_close_enough(value in -180.0_f64..180.0, metres in 0.0_f64..20000.0) {
            let text = spelled(&value.to_string(), LATITUDE).unwrap();
            let back: f64 = shown(&text, LATITUDE).parse().unwrap();
            prop_assert!((back - value).abs() < 1e-8, "{} {}", text, back);

            let text = spelled(&metres.to_string(), Spelling::Rational).unwrap();
            let back: f64 = shown(&text, Spelling::Rational).parse().unwrap();
            prop_assert!((back - metres).abs() < 1e-7, "{} {}", text, back);
        }

        #[test]
        fn any_text_is_shown(text in any::<String>()) {
            for spelling in [LATITUDE, Spelling::Date, Spelling::Rational] {
                let _ = (shown(&text, spelling), spelled(&text, spelling));
            }
        }
    }
}
