//! In which character set an IPTC block is written, which it may not say itself.
//!
//! A block marks UTF-8 by the dataset 1:90 = ESC % G. Without a mark it is Latin-1 by the standard and UTF-8 by
//! the habit of many programs; marking it without converting it breaks every umlaut in it (a measured mistake).
//! ExifTool shows an unmarked block decoded as Windows-1252, from which the bytes can be had back.

use serde::{Deserialize, Serialize};

/// The character set of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IptcCharset {
    /// Marked as UTF-8.
    Utf8,
    /// Not marked; nothing in it but ASCII.
    Ascii,
    /// Not marked, but its bytes are UTF-8.
    UnmarkedUtf8,
    /// Not marked; its bytes are Latin-1 or Windows-1252.
    Latin,
    /// Marked as something that is not known here.
    Other(String),
}

impl IptcCharset {
    /// Tells from the mark and from the strings of the block as ExifTool decoded them.
    pub fn detect<'a>(mark: Option<&str>, strings: impl IntoIterator<Item = &'a str>) -> Self {
        match mark.map(str::trim).filter(|mark| !mark.is_empty()) {
            Some("UTF8" | "UTF-8" | "\u{1b}%G") => Self::Utf8,
            Some(other) => Self::Other(other.to_owned()),
            None => Self::of_unmarked(strings),
        }
    }

    fn of_unmarked<'a>(strings: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found = Self::Ascii;
        for string in strings.into_iter().filter(|string| !string.is_ascii()) {
            if redecode(string).is_none() {
                return Self::Latin;
            }
            found = Self::UnmarkedUtf8;
        }
        found
    }
}

/// A string that was decoded as Windows-1252 although its bytes are UTF-8, decoded rightly.
pub(crate) fn redecode(string: &str) -> Option<String> {
    let bytes = string.chars().map(windows_1252).collect::<Option<Vec<u8>>>()?;
    String::from_utf8(bytes).ok()
}

/// The characters of the bytes from 0x80 on; those that stand for nothing are themselves.
const FROM_0X80: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// Bytes decoded as Windows-1252, as ExifTool decodes an unmarked block.
pub(crate) fn from_windows_1252(bytes: &[u8]) -> String {
    let character = |byte: &u8| match byte {
        0x80..=0x9f => FROM_0X80.chars().nth(usize::from(byte - 0x80)).unwrap_or('?'),
        _ => char::from(*byte),
    };
    bytes.iter().map(character).collect()
}

fn windows_1252(c: char) -> Option<u8> {
    match u32::from(c) {
        code @ (0..=0x7f | 0xa0..=0xff) => u8::try_from(code).ok(),
        _ => FROM_0X80.chars().position(|known| known == c).and_then(|place| u8::try_from(0x80 + place).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_believed() {
        assert_eq!(IptcCharset::detect(Some("UTF8"), ["ä"]), IptcCharset::Utf8);
        assert_eq!(
            IptcCharset::detect(Some("\u{1b}.A"), ["ä"]),
            IptcCharset::Other("\u{1b}.A".trim().to_owned())
        );
    }

    #[test]
    fn latin_and_utf_8_are_told_apart_by_their_bytes() {
        assert_eq!(IptcCharset::detect(None, ["beach"]), IptcCharset::Ascii);
        assert_eq!(IptcCharset::detect(None, ["© Müller"]), IptcCharset::Latin);
        assert_eq!(IptcCharset::detect(None, ["MÃ¼ller", "beach"]), IptcCharset::UnmarkedUtf8);
        assert_eq!(IptcCharset::detect(None, ["MÃ¼ller", "© Müller"]), IptcCharset::Latin);
    }

    #[test]
    fn every_byte_is_a_character_and_comes_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = from_windows_1252(&bytes);

        assert_eq!(text.chars().map(windows_1252).collect::<Option<Vec<u8>>>(), Some(bytes));
        assert!(text.contains('€') && text.contains('ß'));
    }

    #[test]
    fn bytes_of_utf_8_are_had_back() {
        assert_eq!(redecode("MÃ¼ller").as_deref(), Some("Müller"));
        assert_eq!(redecode("â‚¬").as_deref(), Some("€"));
        assert_eq!(redecode("写真"), None);
    }
}
