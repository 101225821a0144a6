//! Text from elsewhere, made safe to show.
//!
//! A caption with an escape sequence can clear a screen or hide a line; a line break in a file name forges a
//! second message; marks of the reading order turn `gpj.exe` round. All of them are shown as what they are.
//! The joiners inside of words and family emoji stay: Persian and 👨‍👩‍👧 need them, and they move nothing.

use std::path::Path;

pub(super) use unattended::acts;

use crate::language;

/// The text with everything that would act on a terminal spelled out.
pub(crate) fn clean(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if acts(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// What a library said, in the language of the reader and safe to show.
pub(crate) fn told(text: &str) -> String {
    clean(&language::said(text))
}

/// The same for a path; what is not UTF-8 is shown as `�`.
pub(crate) fn clean_path(path: &Path) -> String {
    clean(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_spelled_out() {
        let shown = clean("a\u{1b}[2J\rb\nc\u{9b}31m\u{202e}gpj\u{7}\u{7f}\u{2028}\0");

        assert_eq!(shown, r"a\u{1b}[2J\rb\nc\u{9b}31m\u{202e}gpj\u{7}\u{7f}\u{2028}\u{0}");
    }

    #[test]
    fn letters_of_all_languages_stay() {
        for text in ["Müller", "家族 写真", "نمی‌خواهم", "👨‍👩‍👧", "naïve e\u{301}"]
        {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn a_name_that_is_no_text_is_shown_all_the_same() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff\x1b.jpg"));

        assert_eq!(clean_path(path), "a\u{fffd}\\u{1b}.jpg");
    }
}
