//! What an entry says, as ExifTool says it with `-n`.
//!
//! Types are taken as they stand in the file: a rating that is text is shown as text. Only a user comment is always
//! read as bytes. Surprises, all measured: a degree is put together from any three numbers that are in its value;
//! a denominator of 0 makes a position an empty text; Unicode comments may be in either byte order, whatever the block
//! is in, so ExifTool guesses by counting which half of the characters varies more.

use super::tiff::{ASCII, ByteOrder, Entry, UNDEFINED};
use crate::native::fault::Fault;
use crate::native::shown;
use crate::tag::Tag;

/// Numbers of one entry; more of them are no value of ours.
const MOST_NUMBERS: u32 = 256;

/// The text of one of our tags; `None` where ExifTool shows nothing.
pub(super) fn shown_tag(
    tag: Tag,
    entry: &Entry,
    order: ByteOrder,
    bytes: &[u8],
) -> Result<Option<String>, Fault> {
    let Some(data) = entry.value.clone().and_then(|range| bytes.get(range)) else { return Ok(None) };
    Ok(Some(match tag {
        Tag::UserComment => shown::text(&comment(data, order)?),
        Tag::GpsLatitude | Tag::GpsLongitude => degrees(&plain(entry, order, data)?),
        Tag::SubSecTimeOriginal => shown::text(without_blanks(&plain(entry, order, data)?)),
        _ => shown::text(&plain(entry, order, data)?),
    }))
}

/// A value as its type says: text up to its NUL, bytes as they are, numbers side by side.
pub(super) fn plain(entry: &Entry, order: ByteOrder, data: &[u8]) -> Result<Vec<u8>, Fault> {
    match entry.kind {
        ASCII => Ok(data.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()),
        UNDEFINED if entry.count != 1 => Ok(data.to_vec()),
        super::tiff::UTF8 => Ok(data.to_vec()),
        _ if entry.count > MOST_NUMBERS => Err(strange()),
        kind => {
            let numbers = (0..entry.count as usize).map(|index| number(kind, index, order, data));
            let numbers = numbers.collect::<Option<Vec<String>>>().ok_or_else(strange)?;
            Ok(numbers.join(" ").into_bytes())
        }
    }
}

fn strange() -> Fault {
    Fault::beyond("its EXIF block has a value of a strange type")
}

fn number(kind: u16, index: usize, order: ByteOrder, data: &[u8]) -> Option<String> {
    let finite = |number: f64| number.is_finite().then(|| shown::number(number, 15));
    Some(match kind {
        1 | UNDEFINED => data.get(index)?.to_string(),
        6 => data.get(index)?.cast_signed().to_string(),
        3 => order.u16(data, index * 2)?.to_string(),
        8 => order.u16(data, index * 2)?.cast_signed().to_string(),
        4 | super::tiff::IFD => order.u32(data, index * 4)?.to_string(),
        9 => order.u32(data, index * 4)?.cast_signed().to_string(),
        5 => {
            let (numerator, denominator) = (order.u32(data, index * 8)?, order.u32(data, index * 8 + 4)?);
            fraction(f64::from(numerator), f64::from(denominator))
        }
        10 => {
            let (numerator, denominator) = (order.u32(data, index * 8)?, order.u32(data, index * 8 + 4)?);
            fraction(f64::from(numerator.cast_signed()), f64::from(denominator.cast_signed()))
        }
        11 => finite(f64::from(f32::from_bits(order.u32(data, index * 4)?)))?,
        12 => finite(f64::from_bits(order.u64(data, index * 8)?))?,
        _ => return None,
    })
}

fn fraction(numerator: f64, denominator: f64) -> String {
    if denominator == 0.0 {
        return if numerator == 0.0 { "undef" } else { "inf" }.to_owned();
    }
    shown::number(numerator / denominator, 10)
}

/// Degrees, minutes and seconds as one number.
fn degrees(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.split(|c| !is_letter(c)).any(|word| matches!(word, "inf" | "undef")) {
        return String::new();
    }
    let mut parts = numbers_in(text.as_bytes()).into_iter();
    let Some(degrees) = parts.next() else { return String::new() };
    let (minutes, seconds) = (parts.next().unwrap_or(0.0), parts.next().unwrap_or(0.0));
    shown::number((degrees + (minutes + seconds / 60.0) / 60.0).abs(), 15)
}

/// The first three numbers of a text, whatever stands between them.
fn numbers_in(text: &[u8]) -> Vec<f64> {
    let digits = |from: usize| text.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let is = |at: usize, set: &[u8]| text.get(at).is_some_and(|byte| set.contains(byte));
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < text.len() && numbers.len() < 3 {
        let start = at + usize::from(is(at, b"+-"));
        let mut end = start + digits(start);
        if end == start && !(is(start, b".") && digits(start + 1) > 0) {
            at += 1;
            continue;
        }
        if is(end, b".") {
            end += 1 + digits(end + 1);
        }
        if is(end, b"eE") && is(end + 1, b"+-") && digits(end + 2) > 0 {
            end += 2 + digits(end + 2);
        }
        let number = text.get(at..end).and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
        numbers.push(number.unwrap_or(0.0));
        at = end;
    }
    numbers
}

fn without_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().rev().take_while(|byte| **byte == b' ').count();
    text.get(..text.len() - blanks).unwrap_or_default()
}

/// A user comment without the eight bytes that say its character set (EXIF 2.32, 4.6.5).
pub(super) fn comment(data: &[u8], order: ByteOrder) -> Result<Vec<u8>, Fault> {
    let Some((code, text)) = data.split_first_chunk::<8>() else { return Ok(data.to_vec()) };
    let blank = |rest: &[u8]| rest.iter().all(|byte| matches!(byte, 0 | b' '));
    let after_ascii = code.strip_prefix(b"ASCII");
    let is_ascii = after_ascii.is_some_and(|rest| rest.first() == Some(&0) || blank(rest));
    let text = if is_ascii || code.first() == Some(&0) || blank(code) {
        text.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
    } else if code.strip_prefix(b"UNICODE").is_some_and(blank) {
        unicode(text, order)
    } else if code.strip_prefix(b"JIS").is_some_and(blank) {
        return Err(Fault::beyond("its comment in EXIF is written in the character set JIS"));
    } else {
        data.to_vec()
    };
    Ok(without_blanks(&text).to_vec())
}

/// UTF-16 up to its NUL; halves of pairs that stand alone are no text, and are shown as such.
fn unicode(text: &[u8], order: ByteOrder) -> Vec<u8> {
    let in_order = |order: ByteOrder, text: &[u8]| -> Vec<u16> {
        text.chunks_exact(2).filter_map(|pair| order.u16(pair, 0)).collect()
    };
    let units = match text {
        [0xfe, 0xff, rest @ ..] => in_order(ByteOrder::Big, rest),
        [0xff, 0xfe, rest @ ..] => in_order(ByteOrder::Little, rest),
        _ => {
            let units = in_order(order, text);
            if is_swapped(&units) { units.into_iter().map(u16::swap_bytes).collect() } else { units }
        }
    };
    let characters = char::decode_utf16(units).take_while(|unit| *unit != Ok('\0'));
    let mut bytes = Vec::new();
    for character in characters {
        match character {
            Ok(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            // Three bytes of an encoding that is none, so that they are shown as ExifTool shows them.
            Err(_) => bytes.extend_from_slice(&[0xed, 0xa0, 0x80]),
        }
    }
    bytes
}

/// ExifTool's guess: the half with more different values is the lower one.
fn is_swapped(units: &[u16]) -> bool {
    let (mut high, mut low) = ([false; 256], [false; 256]);
    let (mut no_high, mut no_low) = (0, 0);
    for [upper, lower] in units.iter().map(|unit| unit.to_be_bytes()) {
        high[usize::from(upper)] = true;
        low[usize::from(lower)] = true;
        no_high += u32::from(upper == 0);
        no_low += u32::from(lower == 0);
    }
    let different = |seen: &[bool; 256]| seen.iter().filter(|seen| **seen).count();
    let (high, low) = (different(&high), different(&low));
    high > low || (high == low && no_low > no_high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_put_together_from_any_three_numbers() {
        assert_eq!(degrees(b"52 30 36"), "52.51");
        assert_eq!(degrees(b"-52.5 0 0"), "52.5");
        assert_eq!(degrees(b"52 undef 0"), "");
        assert_eq!(degrees(b""), "");
        assert_eq!(degrees(b"N 52deg 30.5' x"), "52.5083333333333");
        assert_eq!(numbers_in(b"1e-05 .5 7. 8"), [1e-5, 0.5, 7.0]);
    }

    #[test]
    fn a_comment_is_read_by_its_character_set() {
        let read = |data: &[u8]| shown::text(&comment(data, ByteOrder::Big).unwrap());

        assert_eq!(read(b"ASCII\0\0\0hello  "), "hello");
        assert_eq!(read(b"\0\0\0\0\0\0\0\0hello\0rest"), "hello");
        assert_eq!(read(b"        hello"), "hello");
        assert_eq!(read(b"UNICODE\0\0\xe4\0b\0 "), "äb");
        assert_eq!(read(b"UNICODE\0b\0e\0a\0c\0h\0"), "beach");
        assert_eq!(read(b"UNICODE\0\xff\xfe\xe4\0"), "ä");
        assert_eq!(read(b"whatever it says"), "whatever it says");
        assert_eq!(read(b"ASCII\0"), "ASCII");
        assert!(comment(b"JIS\0\0\0\0\0x", ByteOrder::Big).is_err());
    }
}
