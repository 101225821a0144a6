//! Text from outside becomes text that a file can hold and give back unchanged.
//!
//! A character that XML cannot hold, or that a container turns into something else, would make a
//! photo look changed on every run. So it is taken out once, here, before anything is compared.

/// A caption as it is compared and written: no characters that XML 1.0 forbids, no blanks around,
/// at most `limit` characters (Unicode scalar values).
///
/// Immich trims descriptions itself (measured on 2.7.5 and 3.0.3). An empty caption says nothing:
/// `None`.
pub fn caption(raw: &str, limit: usize) -> Option<String> {
    let clean: String = raw.chars().filter(|&c| is_storable(c)).collect();
    let cut: String = clean.trim().chars().take(limit).collect();
    let caption = cut.trim_end();
    (!caption.is_empty()).then(|| caption.to_owned())
}

/// A name as one keyword: no blanks around, no characters that cannot be stored; anything else to the letter,
/// line breaks included.
///
/// `None` when nothing is left, as for people without a name.
pub fn name(raw: &str) -> Option<String> {
    caption(raw, usize::MAX)
}

/// The longest beginning of `text` that takes at most `bytes` bytes of UTF-8.
pub fn cut_to_bytes(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

/// Whether XML 1.0 (section 2.2) and EXIF's NUL-terminated strings can hold it.
///
/// U+007F and the C1 controls are legal in XML, but ExifTool and browsers treat them as noise.
fn is_storable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_in_a_caption_stay() {
        assert_eq!(caption(" one\r\ntwo\n", 2000).as_deref(), Some("one\r\ntwo"));
    }

    #[test]
    fn a_caption_is_cut_on_a_character_border() {
        assert_eq!(caption("äöü€𝄞x", 5).as_deref(), Some("äöü€𝄞"));
        assert_eq!(caption("ab cd", 3).as_deref(), Some("ab"));
    }

    #[test]
    fn characters_that_xml_forbids_are_taken_out() {
        assert_eq!(caption("a\0b\u{1b}c\u{fffe}d", 2000).as_deref(), Some("abcd"));
        assert_eq!(caption("\0\u{1}", 2000), None);
    }

    #[test]
    fn a_name_is_kept_to_the_letter() {
        assert_eq!(name(" Bob,\nJr.\t").as_deref(), Some("Bob,\nJr."));
        assert_eq!(name("山田\u{3000}太郎").as_deref(), Some("山田\u{3000}太郎"));
        assert_eq!(name(" \n"), None);
    }

    #[test]
    fn bytes_are_cut_between_characters() {
        assert_eq!(cut_to_bytes("aé", 2), "a");
        assert_eq!(cut_to_bytes("aé", 3), "aé");
        assert_eq!(cut_to_bytes("€", 0), "");
    }
}
