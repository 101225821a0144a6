//! Coordinates as movies hold them, ISO 6709 (`+52.5200+013.4050+034.000/`), and as ExifTool prints them with `-n`
//! (`52.52 13.405 34`).
//!
//! Phones write decimal degrees. Minutes and seconds are told apart by the number of digits before the point.

use std::fmt::Write as _;

use crate::native::fault::Fault;

/// In ExifTool's notation. What is no ISO 6709 is left as it is.
pub(super) fn printed(text: &str) -> Result<String, Fault> {
    let odd = || Fault::beyond("its coordinates are written in an unusual way");
    let (parts, rest) = parts(text);
    let [latitude, longitude, altitude @ ..] = &parts[..] else {
        // ExifTool looks for two signed numbers at the start and prints everything else as it is.
        return if parts.is_empty() { Ok(text.to_owned()) } else { Err(odd()) };
    };
    let degrees = match (latitude.whole_digits(), longitude.whole_digits()) {
        (1 | 2, 1..=3) => [latitude.number(), longitude.number()],
        (4, 5) | (6, 7) => [latitude.sexagesimal(2), longitude.sexagesimal(3)],
        _ => return Err(odd()),
    };
    let [Some(latitude), Some(longitude)] = degrees else { return Err(odd()) };
    match altitude {
        [] if rest.starts_with(['+', '-', '.']) => Err(odd()),
        [] => Ok(format!("{latitude} {longitude}")),
        [altitude, ..] => {
            let altitude = altitude.number().ok_or_else(odd)?;
            Ok(format!("{latitude} {longitude} {altitude}"))
        }
    }
}

/// From ExifTool's notation: two digits of latitude, three of longitude, at least three decimals, which Google Photos
/// asks for, as ExifTool writes it. `None` for anything but two or three plain numbers in range.
pub(super) fn stored(text: &str) -> Option<String> {
    let numbers: Vec<&str> = text.split(' ').filter(|part| !part.is_empty()).collect();
    let (2 | 3) = numbers.len() else { return None };
    let limits = [90.0, 180.0, 1e6];
    let mut stored = String::new();
    for ((number, width), limit) in numbers.iter().zip([2, 3, 1]).zip(limits) {
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => ('-', digits),
            None => ('+', number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let is_plain = !whole.is_empty()
            && [whole, decimals].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        if !is_plain || digits.parse::<f64>().ok()? > limit {
            return None;
        }
        write!(stored, "{sign}{whole:0>width$}.{decimals:0<3}").ok()?;
    }
    stored.push('/');
    Some(stored)
}

/// A signed decimal number.
struct Part<'a> {
    sign: f64,
    whole: &'a str,
    decimals: &'a str,
}

impl Part<'_> {
    fn whole_digits(&self) -> usize {
        self.whole.len()
    }

    fn number(&self) -> Option<f64> {
        // A minus in front of nothing is no sign: ExifTool prints 0.
        format!("{}.{}0", self.whole, self.decimals)
            .parse::<f64>()
            .ok()
            .map(|number| zero_is_plain(self.sign * number))
    }

    /// Degrees, minutes and perhaps seconds of two digits each; the last has the decimals.
    fn sexagesimal(&self, degree_digits: usize) -> Option<f64> {
        let (degrees, rest) = self.whole.split_at_checked(degree_digits)?;
        let degrees: f64 = degrees.parse().ok()?;
        let (minutes, seconds) = rest.split_at_checked(2)?;
        let last = |digits: &str| format!("{digits}.{}0", self.decimals).parse::<f64>().ok();
        let minutes = if seconds.is_empty() {
            last(minutes)?
        } else {
            minutes.parse::<f64>().ok()? + last(seconds)? / 60.0
        };
        Some(zero_is_plain(self.sign * (degrees + minutes / 60.0)))
    }
}

fn zero_is_plain(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

/// Up to three signed numbers from the start, and what follows.
fn parts(text: &str) -> (Vec<Part<'_>>, &str) {
    let mut parts = Vec::new();
    let mut rest = text;
    while parts.len() < 3 {
        let sign = match rest.as_bytes().first() {
            Some(b'+') => 1.0,
            Some(b'-') => -1.0,
            _ => break,
        };
        let digits = rest.get(1..).unwrap_or_default();
        let (whole, behind) = leading_digits(digits);
        if whole.is_empty() {
            break;
        }
        let (decimals, behind) = behind.strip_prefix('.').map_or(("", behind), leading_digits);
        parts.push(Part { sign, whole, decimals });
        rest = behind;
    }
    (parts, rest)
}

fn leading_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_printed_as_exiftool_prints_them() {
        // Each was printed by ExifTool 13.59 with `-n`.
        for (text, print) in [
            ("+52.4597+013.3220+051.178/", "52.4597 13.322 51.178"),
            ("+51.4169-000.0806/", "51.4169 -0.0806"),
            ("+00.0000+000.0000/", "0 0"),
            ("+27.1281+100.2508+000.000/", "27.1281 100.2508 0"),
            ("+4823.5+01130.25/", "48.391666666666666 11.504166666666666"),
            ("+482330+0113015.5-12/", "48.391666666666666 11.504305555555556 -12"),
            ("-33.8688-070.5", "-33.8688 -70.5"),
            ("somewhere", "somewhere"),
            ("", ""),
        ] {
            assert_eq!(printed(text).unwrap(), print, "{text}");
        }
        for odd in ["+12", "+12.5+1234.5/", "+123+45/", "+12+34+/"] {
            assert!(printed(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn coordinates_are_stored_as_exiftool_stores_them() {
        assert_eq!(stored("52.5 13.4").unwrap(), "+52.500+013.400/");
        assert_eq!(stored("-3.86881 -70.5 -12").unwrap(), "-03.86881-070.500-12.000/");
        for odd in ["", "52.5", "91 0", "0 181", "1 2 3 4", "1e1 2", "1 two", ". 1"] {
            assert_eq!(stored(odd), None, "{odd}");
        }
    }

    #[test]
    fn what_is_stored_is_printed_as_it_was() {
        for text in ["52.520008 13.404954", "-0.5 0 34.25", "89.999999 -179.999999 -430"] {
            assert_eq!(printed(&stored(text).unwrap()).unwrap(), text);
        }
    }
}
