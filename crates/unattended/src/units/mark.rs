//! The mark in a file that was made here: by it the file is known again, and whether somebody changed it.

use sha2::{Digest as _, Sha256};

/// What stands before the digest.
const WORDS: &str = "Made by `immich-sync schedule install`; changes by hand are noticed. Digest: ";

/// What a mark says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is as it was made.
    Whole,
    /// It was made here and changed by somebody.
    Changed,
    /// It was not made here.
    None,
}

/// The line of the mark for this content, without the signs of a comment.
pub fn line(content: &str) -> String {
    let digest = Sha256::digest(content.as_bytes());
    digest.iter().fold(WORDS.to_owned(), |line, byte| format!("{line}{byte:02x}"))
}

/// A text with its mark: `before`, the mark, `after` in one line, and then the content.
pub(super) fn marked(before: &str, after: &str, content: &str) -> String {
    format!("{before}{}{after}\n{content}", line(content))
}

/// Whether a text is as `marked` made it. The line of the mark is the first that holds its words; what is above it
/// belongs to the form of the file (the first line of XML).
pub fn of(text: &str, comment_end: &str) -> Mark {
    let Some(start) = text.find(WORDS) else { return Mark::None };
    let (line_end, content) = match text[start..].split_once('\n') {
        Some((line, content)) => (line, content),
        None => (&text[start..], ""),
    };
    let Some(found) = line_end.strip_suffix(comment_end) else { return Mark::Changed };
    if found == line(content) { Mark::Whole } else { Mark::Changed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_whole_until_one_letter_changes() {
        let text = marked("# ", "", "[Unit]\nDescription=x\n");

        assert_eq!(of(&text, ""), Mark::Whole);
        assert_eq!(of(&text.replace("=x", "=y"), ""), Mark::Changed);
        assert_eq!(of(&format!("{text}\n"), ""), Mark::Changed);
        assert_eq!(of(&text.replace("Digest: ", "Digest: 0"), ""), Mark::Changed);
        assert_eq!(of("[Unit]\nDescription=x\n", ""), Mark::None);
    }

    #[test]
    fn a_comment_that_ends_is_known_again() {
        let text = format!("<?xml?>\n{}", marked("<!-- ", " -->", "<plist/>\n"));

        assert_eq!(of(&text, " -->"), Mark::Whole);
        assert_eq!(of(&text.replace("<plist/>", "<plist></plist>"), " -->"), Mark::Changed);
    }
}
