//! Values of keys: plain text, of which dates and coordinates are printed in ExifTool's notation.

use super::super::coordinates;
use super::super::spoken::is_default_language;
use crate::native::boxes::boxed;
use crate::native::fault::Fault;
use crate::source::{be16, be32};
use crate::tag::Tag;
use crate::value::Value;

/// In ExifTool's notation.
pub(super) fn printed(tag: Tag, text: String) -> Result<Value, Fault> {
    let printed = match tag {
        Tag::KeysCoordinates => coordinates::printed(&text)?,
        Tag::KeysCreationDate => printed_date(&text),
        _ => text,
    };
    Ok(Value::Text(printed.replace('\0', "")))
}

/// The text of an item that has nothing but one, and whether it is in the default language.
pub(super) fn text(content: &[u8]) -> Result<(bool, String), Fault> {
    let odd = || Fault::beyond("one of its keys has a value that is no plain text");
    let length = be32(content, 0).and_then(|length| usize::try_from(length).ok());
    if content.get(4..8) != Some(b"data") || length != Some(content.len()) {
        return Err(odd());
    }
    let (Some(kind), Some(country), Some(language)) =
        (be32(content, 8), be16(content, 12), be16(content, 14))
    else {
        return Err(odd());
    };
    let bytes = content.get(16..).unwrap_or_default();
    let text = match kind {
        1 | 4 => String::from_utf8(bytes.to_vec()).map_err(|_| odd())?,
        2 | 5 => utf16(bytes).ok_or_else(odd)?,
        _ => return Err(odd()),
    };
    // Up to 255 they count entries of a list, of which nobody has seen one.
    let has_country = country > 255 && country.to_be_bytes().iter().all(u8::is_ascii_uppercase);
    let is_default = (language <= 255 || is_default_language(language))
        && (!has_country || &country.to_be_bytes() == b"ZZ");
    // A zero at the end is dropped before the text is looked at, others only when it is printed.
    Ok((is_default, text.strip_suffix('\0').unwrap_or(&text).to_owned()))
}

fn utf16(bytes: &[u8]) -> Option<String> {
    let units: Vec<u16> = bytes.chunks(2).map(|pair| be16(pair, 0)).collect::<Option<_>>()?;
    String::from_utf16(&units).ok()
}

/// An item's content: one text in the default language.
pub(super) fn content(tag: Tag, value: &Value) -> Result<Vec<u8>, Fault> {
    let text = match tag {
        Tag::KeysCoordinates => coordinates::stored(value.as_text())
            .ok_or_else(|| Fault::beyond("coordinates of a video are two or three numbers"))?,
        Tag::KeysCreationDate => stored_date(value.as_text()),
        _ => value.as_text().to_owned(),
    };
    // Readers drop zero bytes, so they would not come back.
    if text.contains('\0') {
        return Err(Fault::beyond("a text with zero bytes does not fit into a key"));
    }
    boxed(*b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0][..], text.as_bytes()].concat())
}

/// `2023-09-22T18:34:05+0200` → `2023:09:22 18:34:05+02:00`, as ExifTool does it: what is no date stays as it is.
fn printed_date(text: &str) -> String {
    let shape: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let is_minute = shape.starts_with("0000-00-00T00:00") || shape.starts_with("0000-00-00 00:00");
    let printed = if let (true, Some(day), Some(minute), Some(rest)) =
        (is_minute, text.get(..10), text.get(11..16), text.get(16..))
    {
        let has_second = shape.get(16..19) == Some(":00");
        let (second, zone) =
            if has_second { rest.split_at_checked(3).unwrap_or((rest, "")) } else { ("", rest) };
        let zone = zone.trim_start();
        if zone.contains(char::is_whitespace) {
            text.replace('-', ":")
        } else {
            format!("{} {minute}{second}{zone}", day.replace('-', ":"))
        }
    } else if shape.starts_with("0000") {
        text.replace('-', ":")
    } else {
        text.to_owned()
    };
    with_colon(printed)
}

/// `+0200` at the end → `+02:00`.
fn with_colon(text: String) -> String {
    let zone = text.len().checked_sub(5).and_then(|at| text.get(at..)).map(str::as_bytes);
    match zone {
        Some([b'+' | b'-', digits @ ..]) if digits.iter().all(u8::is_ascii_digit) => {
            let (front, minutes) = text.split_at(text.len() - 2);
            format!("{front}:{minutes}")
        }
        _ => text,
    }
}

/// `2023:09:22 18:34:05+02:00` → `2023-09-22T18:34:05+0200`, as Apple writes it.
fn stored_date(text: &str) -> String {
    let shape: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    if !shape.starts_with("0000:00:00 00:00:00") {
        return text.to_owned();
    }
    let (day, rest) = text.split_at(10);
    let (clock, zone) = rest.split_at(9);
    let zone = match zone.as_bytes() {
        [b'+' | b'-', _, _, b':', _, _] => zone.replace(':', ""),
        _ => zone.to_owned(),
    };
    format!("{}T{}{zone}", day.replace(':', "-"), clock.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_printed_as_exiftool_prints_them() {
        // By `ConvertXMPDate` of ExifTool 13.59, and the colon that its QuickTime module adds.
        for (text, print) in [
            ("2023-09-22T18:34:05+0200", "2023:09:22 18:34:05+02:00"),
            ("2023-09-22T18:34:05Z", "2023:09:22 18:34:05Z"),
            ("2023-09-22 18:34", "2023:09:22 18:34"),
            ("2023-09-22T18:34:05.123-08:00", "2023:09:22 18:34:05.123-08:00"),
            ("2023-09-22", "2023:09:22"),
            ("2023", "2023"),
            ("last summer", "last summer"),
        ] {
            assert_eq!(printed_date(text), print);
        }
    }

    #[test]
    fn dates_are_stored_as_apple_stores_them() {
        assert_eq!(stored_date("2023:09:22 18:34:05+02:00"), "2023-09-22T18:34:05+0200");
        assert_eq!(stored_date("2023:09:22 18:34:05"), "2023-09-22T18:34:05");
        assert_eq!(stored_date("2023:09:22 18:34:05.25Z"), "2023-09-22T18:34:05.25Z");
        assert_eq!(stored_date("2023"), "2023");
    }

    #[test]
    fn only_plain_text_is_a_value() {
        let value = |kind: u8, country: &[u8; 2], language: u16, bytes: &[u8]| {
            let head = [&[0, 0, 0, kind][..], country, &language.to_be_bytes()].concat();
            text(&boxed(*b"data", &[&head[..], bytes].concat()).unwrap())
        };
        let apple = |country, language| value(1, country, language, b"x").unwrap();

        assert_eq!(value(1, b"\0\0", 0, "h\u{e4}llo\0".as_bytes()).unwrap(), (true, "h\u{e4}llo".to_owned()));
        assert_eq!(value(2, b"\0\0", 0, b"\0h\0i").unwrap(), (true, "hi".to_owned()));
        assert_eq!((apple(b"ZZ", 0x15c7).0, apple(b"\0\0", 0x15c7).0), (true, true));
        assert_eq!((apple(b"DE", 0x15c7).0, apple(b"\0\0", 0x10b5).0), (false, false));
        assert!(value(13, b"\0\0", 0, b"\xff\xd8").is_err());
        assert!(value(1, b"\0\0", 0, b"\xff").is_err());
        assert!(text(b"\0\0\0\x10data\0\0\0\x01\0\0\0\0more").is_err());
    }
}
