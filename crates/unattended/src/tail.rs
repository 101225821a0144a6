//! The last lines of a job: what a message can show of it.
//!
//! Lines come from a terminal program, so whatever acts on a terminal is taken out, progress that was drawn over itself
//! counts as one line, and a line that never ends is cut.

use std::collections::VecDeque;

/// Lines that are kept.
const LINES: usize = 40;
/// Bytes of a line that are kept.
const LONGEST: usize = 1000;

/// The last lines of something.
#[derive(Debug, Clone, Default)]
pub struct Tail(VecDeque<String>);

impl Tail {
    /// Another line; an empty one says nothing.
    pub fn push(&mut self, line: &str) {
        let line = clean(line);
        if line.trim().is_empty() {
            return;
        }
        if self.0.len() == LINES {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }

    /// All of them, the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// A line without anything that acts on a terminal: escape sequences are dropped, other such characters become `?`.
pub fn clean(line: &str) -> String {
    let drawn_last = line.trim_end_matches(['\r', '\n']).rsplit('\r').next().unwrap_or_default();
    let mut shown = String::new();
    let mut letters = drawn_last.chars().peekable();
    while let Some(letter) = letters.next() {
        if shown.len() >= LONGEST {
            shown.push('…');
            break;
        }
        match letter {
            '\u{1b}' => skip_sequence(&mut letters),
            '\t' => shown.push(' '),
            letter if acts(letter) => shown.push('?'),
            letter => shown.push(letter),
        }
    }
    shown
}

/// Behind ESC: `[` and parameters up to a letter, `]` and text up to BEL or ESC \, or one character.
fn skip_sequence(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match letters.next() {
        Some('[') => {
            letters.find(|letter| ('\u{40}'..='\u{7e}').contains(letter));
        }
        Some(']') => {
            let end = letters.find(|letter| matches!(letter, '\u{7}' | '\u{1b}'));
            if end == Some('\u{1b}') {
                letters.next_if_eq(&'\\');
            }
        }
        _ => {}
    }
}

/// Whether a character does something other than being seen: control characters, marks of the reading order that turn a
/// name round, blanks without width. The joiners inside of words and family emoji stay.
pub fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_gone() {
        assert_eq!(clean("a \u{1b}[31mred\u{1b}[0m\t\u{7}x\u{202e}y\u{9b}"), "a red ?x?y?");
        assert_eq!(clean("\u{1b}]0;title\u{7}a\u{1b}]8;;u\u{1b}\\b"), "ab");
        assert_eq!(clean("10 %\r50 %\r100 %\r\n"), "100 %");
    }

    #[test]
    fn the_last_lines_are_kept_and_long_ones_cut() {
        let mut tail = Tail::default();
        for number in 0..100 {
            tail.push(&format!("line {number}\n\n"));
            tail.push("");
        }
        tail.push(&"x".repeat(5000));

        let lines: Vec<&str> = tail.lines().collect();
        assert_eq!((lines.len(), lines[0]), (40, "line 61"));
        assert!(lines[39].len() < 1100 && lines[39].ends_with('…'));
    }

    proptest! {
        #[test]
        fn no_line_holds_a_control_character(line in "\\PC*[\\x00-\\x9f]*\\PC*") {
            prop_assert!(!clean(&line).chars().any(char::is_control));
        }
    }
}
