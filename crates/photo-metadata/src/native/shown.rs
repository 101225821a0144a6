//! How ExifTool shows bytes and numbers with `-n -j`: values are compared in its notation, whoever reads them.
//!
//! Measured with 12.57 and 13.59 and checked against their sources: NULs vanish first, even between the bytes of a
//! character; what is no UTF-8 then becomes a `?` per byte, and so do the characters U+FFFE and U+FFFF.

use std::fmt::Write as _;

/// Text as it stands in the JSON of ExifTool.
pub(crate) fn text(bytes: &[u8]) -> String {
    let bytes: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let mut fixed = String::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some((&first, behind)) = rest.split_first() {
        let length = if first < 0x80 { 1 } else { character(rest) };
        match rest.get(..length).map(std::str::from_utf8) {
            Some(Ok(good)) if length > 0 => {
                fixed.push_str(good);
                rest = rest.get(length..).unwrap_or_default();
            }
            _ => {
                fixed.push('?');
                rest = behind;
            }
        }
    }
    fixed
}

/// The length of the character of several bytes that starts here; 0 when none does.
fn character(bytes: &[u8]) -> usize {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return 0,
    };
    match bytes.get(..length) {
        Some([0xef, 0xbf, 0xbe | 0xbf]) | None => 0,
        Some(_) => length,
    }
}

/// A number with so many significant digits, as `%.15g` of C prints it.
pub(crate) fn number(value: f64, digits: usize) -> String {
    let scientific = format!("{value:.*e}", digits.saturating_sub(1));
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let places = i32::try_from(digits).unwrap_or(i32::MAX).saturating_sub(1).saturating_sub(exponent);
    if exponent < -4 || places < 0 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", without_zeros(mantissa), exponent.unsigned_abs());
    }
    without_zeros(&format!("{value:.*}", usize::try_from(places).unwrap_or(0))).to_owned()
}

fn without_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// Bytes in a form that can be compared and listed: in full when they are few, by length and hash otherwise.
pub(crate) fn fingerprint(bytes: &[u8]) -> String {
    const SHORT: usize = 16;
    if bytes.len() <= SHORT {
        return hexadecimal(bytes);
    }
    format!("{}:{}", bytes.len(), blake3::hash(bytes).to_hex())
}

/// Two digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_become_question_marks() {
        assert_eq!(text(b"caf\xe9 \xc3\xa9\0!"), "caf? é!");
        assert_eq!(text(b"\xef\xbf\xbex\xed\xa0\x80"), "???x???");
        assert_eq!(text(b"\xc3\0\xa9"), "é");
        assert_eq!(text("写真 👩".as_bytes()), "写真 👩");
        assert_eq!(text(b"\xf0\x9f\x91"), "???");
    }

    #[test]
    fn numbers_look_as_perl_prints_them() {
        assert_eq!(number(52.516_266_666_666_7, 15), "52.5162666666667");
        assert_eq!(number(1.0 / 3.0, 10), "0.3333333333");
        assert_eq!(number(0.000_012_5, 10), "1.25e-05");
        assert_eq!(number(123_456_789_012.0, 10), "1.23456789e+11");
        assert_eq!(
            (number(0.0, 10), number(60.0, 10), number(-1.5, 15)),
            ("0".into(), "60".into(), "-1.5".into())
        );
    }
}
