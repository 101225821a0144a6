//! Text in a packet: its encoding, its references, and what has to be written as one.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::native::fault::Fault;

/// Packets of an ordinary file have some kilobytes; sidecars with masks and histories reach a few megabytes.
const LONGEST: usize = 8 << 20;

/// A packet as UTF-8, without a byte order mark, and without what is no text behind its end.
pub(super) fn packet_text(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    if bytes.len() > LONGEST {
        return Err(Fault::beyond("its XMP packet is very long"));
    }
    let wide = |decode: fn(&[u8]) -> Option<String>, bytes| match decode(bytes) {
        Some(text) => Ok(Cow::Owned(text)),
        None => Err(Fault::beyond("the text of its XMP packet is damaged")),
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => narrow(rest),
        [0xff, 0xfe, 0, 0, rest @ ..] => wide(|bytes| utf_32(bytes, u32::from_le_bytes), rest),
        [0, 0, 0xfe, 0xff, rest @ ..] => wide(|bytes| utf_32(bytes, u32::from_be_bytes), rest),
        [0xff, 0xfe, rest @ ..] => wide(|bytes| utf_16(bytes, u16::from_le_bytes), rest),
        [0xfe, 0xff, rest @ ..] => wide(|bytes| utf_16(bytes, u16::from_be_bytes), rest),
        [b'<', 0, 0, 0, ..] => wide(|bytes| utf_32(bytes, u32::from_le_bytes), bytes),
        [0, 0, 0, b'<', ..] => wide(|bytes| utf_32(bytes, u32::from_be_bytes), bytes),
        [b'<', 0, ..] => wide(|bytes| utf_16(bytes, u16::from_le_bytes), bytes),
        [0, b'<', ..] => wide(|bytes| utf_16(bytes, u16::from_be_bytes), bytes),
        _ => narrow(bytes),
    }
}

fn narrow(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let fault = || Fault::beyond("its XMP packet is not UTF-8");
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Rubbish behind the end; whether the document ends before it shows when it is read.
        Err(error) => {
            let (text, rest) = bytes.split_at(error.valid_up_to());
            if rest.contains(&b'<') {
                return Err(fault());
            }
            let text = std::str::from_utf8(text).map_err(|_| fault())?;
            text.rfind('>').map(|end| &text[..=end]).ok_or_else(fault)?
        }
    };
    Ok(Cow::Borrowed(text))
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let bytes = bytes.get(..bytes.len() & !1)?;
    char::decode_utf16(bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])))
        .collect::<Result<_, _>>()
        .ok()
}

fn utf_32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Option<String> {
    let bytes = bytes.get(..bytes.len() & !3)?;
    bytes.chunks_exact(4).map(|four| char::from_u32(unit([four[0], four[1], four[2], four[3]]))).collect()
}

/// What text with references says. Line ends stay as they are, as ExifTool has them.
pub(super) fn decoded(raw: &str) -> Result<String, Fault> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, behind)) = rest.split_once('&') {
        text.push_str(before);
        let found = behind.split_once(';').and_then(|(name, behind)| Some((entity(name)?, behind)));
        let (character, behind) =
            found.ok_or_else(|| Fault::beyond("its XMP packet refers to a character that is not known"))?;
        text.push(character);
        rest = behind;
    }
    text.push_str(rest);
    if text.contains(['\u{fffe}', '\u{ffff}']) {
        // ExifTool shows something else.
        return Err(Fault::beyond("its XMP packet holds a character that XML has not"));
    }
    Ok(text)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|character| *character != '\0')
        }
    }
}

/// Without what XML cannot hold (XML 1.0, section 2.2).
pub(super) fn storable(text: &str) -> String {
    let illegal =
        |c: &char| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    text.chars().filter(|c| !illegal(c)).collect()
}

/// Text as the content of an element.
pub(super) fn encoded(text: &str) -> String {
    let mut raw = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => raw.push_str("&amp;"),
            '<' => raw.push_str("&lt;"),
            '>' => raw.push_str("&gt;"),
            // An XML parser would make a line feed of it.
            '\r' => raw.push_str("&#xD;"),
            _ => raw.push(character),
        }
    }
    raw
}

/// Text as the value of an attribute: blanks that an XML parser would make spaces of are references.
pub(super) fn encoded_attribute(text: &str) -> String {
    let mut raw = String::with_capacity(text.len());
    for character in encoded(text).chars() {
        match character {
            '"' => raw.push_str("&quot;"),
            '\'' => raw.push_str("&apos;"),
            '\n' | '\t' => drop(write!(raw, "&#x{:X};", u32::from(character))),
            _ => raw.push(character),
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_encoding_says_the_same() {
        let text = "<a>é𝄞</a>";
        let units = || text.encode_utf16();
        let with_mark = || std::iter::once(0xfeff).chain(units());
        for bytes in [
            text.as_bytes().to_vec(),
            [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
            units().flat_map(u16::to_le_bytes).collect(),
            units().flat_map(u16::to_be_bytes).collect(),
            with_mark().flat_map(u16::to_le_bytes).collect(),
            with_mark().flat_map(u16::to_be_bytes).collect(),
            text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
            "\u{feff}".chars().chain(text.chars()).flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            [text.as_bytes(), &[0xff, 0xfe, 0]].concat(),
        ] {
            assert_eq!(packet_text(&bytes).unwrap(), text, "{bytes:?}");
        }
        assert!(packet_text(b"<a>\xe4</a>").is_err());
    }

    #[test]
    fn an_unknown_reference_is_a_fault() {
        for raw in ["&nbsp;", "&#0;", "&#x110000;", "a & b", "&amp", "&;", "&#xFFFE;", "\u{ffff}"] {
            assert!(decoded(raw).is_err(), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn written_text_reads_back(text in any::<String>()) {
            let text = storable(&text);
            prop_assert_eq!(&decoded(&encoded(&text)).unwrap(), &text);
            let attribute = encoded_attribute(&text);
            prop_assert!(!attribute.contains(['<', '>', '"', '\'', '\n', '\r', '\t']));
            prop_assert_eq!(&decoded(&attribute).unwrap(), &text);
        }
    }
}
