//! How the story is told: numbered parts, indented lines, and an account of what was claimed.

use messages_macros::{tr, word};

use crate::output::{Console, Paint, fit};

/// Most lines about one file.
pub(super) const MOST_LINES: usize = 6;
/// Columns where the terminal does not say.
const COLUMNS: usize = 100;
/// Columns of the narrowest terminal that is catered for.
const LEAST: usize = 40;

/// Prints the parts, and keeps account of the claims.
pub(super) struct Teller {
    /// Where it is printed.
    pub(super) console: Console,
    /// In which colours.
    pub(super) paint: Paint,
    /// Columns of a line.
    pub(super) width: usize,
    /// Whether every claim so far held.
    pub(super) held: bool,
    /// How many claims there were.
    pub(super) claims: u64,
    /// What was checked and is to be told further on.
    pub(super) later: Vec<(bool, String)>,
    part: u8,
}

impl Teller {
    /// Before the first part.
    pub(super) fn new(console: Console) -> Self {
        let width = console.width.unwrap_or(COLUMNS).max(LEAST);
        Self { console, paint: console.result, width, held: true, claims: 0, later: Vec::new(), part: 0 }
    }

    /// A heading.
    pub(super) fn part(&mut self, title: &str) {
        self.part += 1;
        self.console.result("");
        self.console.result(&self.paint.bold(&format!("{}. {title}", self.part)));
    }

    /// A line.
    pub(super) fn say(&self, line: &str) {
        self.console.result(&format!("  {line}"));
    }

    /// The name of a file.
    pub(super) fn file(&self, path: &str) {
        self.say(&self.paint.bold(path));
    }

    /// What there is to say of a file, not more than a few lines of it.
    pub(super) fn lines(&self, lines: &[String], otherwise: &str) {
        if lines.is_empty() {
            self.say(&self.paint.dim(&format!("  {otherwise}")));
        }
        for line in lines.iter().take(MOST_LINES) {
            self.say(&format!("  {}", fit(line, self.width.saturating_sub(4))));
        }
        if lines.len() > MOST_LINES {
            self.say(&self.paint.dim(&tr!("  … {} more", lines.len() - MOST_LINES)));
        }
    }

    /// Something that was checked.
    pub(super) fn claim(&mut self, held: bool, claim: &str) {
        self.claims += 1;
        self.held &= held;
        let mark = if held { self.paint.green("✓") } else { self.paint.red(word!("✗ NOT TRUE:")) };
        self.say(&format!("{mark} {claim}"));
    }
}
