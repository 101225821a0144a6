//! Text of a server, made safe to show.
//!
//! An answer can hold anything: escape sequences that recolour a terminal, line breaks that forge a log
//! line, marks that reverse the reading order. Whatever of it ends in a message goes through here.

/// Longest piece of server text that a message shows, in characters.
pub(crate) const EXCERPT: usize = 200;

/// Escapes control and direction characters and cuts after `max` characters.
pub(crate) fn clean(text: &str, max: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.trim().chars().enumerate() {
        if count == max {
            shown.push('…');
            break;
        }
        if is_dangerous(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The start of a body that may be no text at all.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(4 * EXCERPT)];
    clean(&String::from_utf8_lossy(start), EXCERPT)
}

fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_line_breaks_and_direction_marks_are_shown_as_text() {
        let shown = clean("a\u{1b}[31mred\nfake line\u{202e}x", 100);

        assert_eq!(shown, r"a\u{1b}[31mred\nfake line\u{202e}x");
    }

    #[test]
    fn long_text_is_cut_with_a_sign() {
        assert_eq!(clean("abcdef", 3), "abc…");
        assert_eq!(clean("abc", 3), "abc");
    }

    #[test]
    fn bytes_that_are_no_text_still_have_an_excerpt() {
        assert_eq!(excerpt(&[0xff, b'a', 0]), "\u{fffd}a\\u{0}");
    }
}
