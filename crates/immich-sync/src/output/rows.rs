//! The numbers at the end of a run, one below the other, each with its words.

use super::Paint;
use super::words::thousands;

/// One of them.
pub(super) fn row(number: u64, words: &str, colour: fn(Paint, &str) -> String, paint: Paint) -> String {
    colour(paint, &format!("{:>9} {words}", thousands(number)))
}

/// No colour.
pub(super) fn plain(_: Paint, text: &str) -> String {
    text.to_owned()
}

/// Those that are not zero.
pub(super) struct Rows {
    paint: Paint,
    lines: Vec<String>,
}

impl Rows {
    pub(super) fn new(paint: Paint) -> Self {
        Self { paint, lines: Vec::new() }
    }

    pub(super) fn add(&mut self, number: u64, words: &str, colour: fn(Paint, &str) -> String) {
        if number > 0 {
            self.lines.push(row(number, words, colour, self.paint));
        }
    }

    /// Yellow where it is something to look at.
    pub(super) fn add_reason(&mut self, number: u64, words: &str, is_trouble: bool) {
        self.add(number, words, if is_trouble { Paint::yellow } else { plain });
    }

    /// All of them, or a zero of these.
    pub(super) fn or_none(self, words: &str) -> Vec<String> {
        if self.lines.is_empty() { vec![row(0, words, plain, self.paint)] } else { self.lines }
    }

    pub(super) fn lines(self) -> Vec<String> {
        self.lines
    }
}
