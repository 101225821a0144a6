//! How a text is read: which messages it was made of, and in which order.
//!
//! A text does not tell. A cause stands behind a colon, but a message may hold a colon too; a list is parted by commas, and so
//! are sentences; a format string of few words fits what another was made for. So all ways are weighed, and the one that leaves
//! the fewest words in English is taken. What a part means is found out once, and a limit keeps hostile texts cheap.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::catalogue::Catalogue;
use crate::template::{Hole, Piece, Template};

/// Causes in causes, deeper than any error goes.
const DEEPEST: usize = 6;

/// How many parts of one text are looked up.
const MOST_LOOKUPS: usize = 1_000;

/// So many words of its own make no message.
const FEW_WORDS: usize = 2;

/// What stands between messages that were put in a row.
const JOINTS: [&str; 3] = ["\n", "; ", ": "];

/// What stands between messages of one list; in other texts it is too usual to mean that.
const LIST: &str = ", ";

/// One text that is read.
pub(crate) struct Reading<'c, 't> {
    catalogue: &'c Catalogue,
    /// What parts of it mean, as far as that was looked up.
    known: RefCell<HashMap<&'t str, Option<Found>>>,
    /// How many more may be looked up.
    lookups: Cell<usize>,
}

impl<'c, 't> Reading<'c, 't> {
    pub(crate) fn of(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, known: RefCell::default(), lookups: Cell::new(MOST_LOOKUPS) }
    }

    /// The text in the language of the catalogue; `None` when nothing in it is known.
    pub(crate) fn said(&self, text: &'t str) -> Option<String> {
        self.found(text, 0).map(|found| found.text)
    }

    fn found(&self, text: &'t str, depth: usize) -> Option<Found> {
        if !text.contains(char::is_alphabetic) {
            return None;
        }
        if let Some(known) = self.known.borrow().get(text) {
            return known.clone();
        }
        let left = self.lookups.get().checked_sub(1).filter(|_| depth <= DEEPEST)?;
        self.lookups.set(left);
        let found = self.best(text, depth);
        self.known.borrow_mut().insert(text, found.clone());
        found
    }

    /// Of all ways to read the text, the one that leaves the fewest words as they are; of equal ones, that whose format string
    /// says most.
    fn best(&self, text: &'t str, depth: usize) -> Option<Found> {
        if let Some(known) = self.catalogue.word(text) {
            return Some(Found { text: known.to_owned(), left: 0, is_doubtful: false });
        }
        let mut best: Option<Found> = None;
        for (english, translation) in self.catalogue.filled() {
            let Some(values) = english.values(text) else { continue };
            let mut made = self.fill(translation, &values, depth);
            made.is_doubtful = begins_with_another(english, &values);
            if says_enough(english, made.left) && made.is_better_than(best.as_ref()) {
                best = Some(made);
            }
            if best.as_ref().is_some_and(Found::is_perfect) {
                return best;
            }
        }
        for joint in JOINTS.into_iter().chain([LIST]) {
            for at in ends(text, joint) {
                if let Some(made) = self.in_parts(text, (at, joint), depth)
                    && made.is_better_than(best.as_ref())
                {
                    best = Some(made);
                }
            }
        }
        best
    }

    /// Two messages with a joint between them, where at least one is known; in a list nothing is left that has words.
    fn in_parts(&self, text: &'t str, (at, joint): (usize, &str), depth: usize) -> Option<Found> {
        let parts = [&text[..at], &text[at + joint.len()..]];
        let [one, other] = parts.map(|part| self.found(part, depth + 1));
        let is_foreign = |found: &Option<Found>, part: &str| found.is_none() && words(part) > 0;
        let is_no_list = is_foreign(&one, parts[0]) || is_foreign(&other, parts[1]);
        if (one.is_none() && other.is_none()) || (joint == LIST && is_no_list) {
            return None;
        }
        let [one, other] = [(one, parts[0]), (other, parts[1])]
            .map(|(found, part)| found.unwrap_or_else(|| Found::unknown(part)));
        Some(Found {
            text: format!("{}{joint}{}", one.text, other.text),
            left: one.left + other.left,
            is_doubtful: false,
        })
    }

    fn fill(&self, translation: &Template, values: &[(&Hole, &'t str)], depth: usize) -> Found {
        let (mut text, mut left) = (String::new(), 0);
        // Whether this is between backticks: behind the first or in the middle, as the file of a command that is told.
        let mut is_quoted = false;
        for piece in translation.pieces() {
            match piece {
                Piece::Fixed(fixed) => {
                    is_quoted ^= !fixed.matches('`').count().is_multiple_of(2);
                    text.push_str(fixed);
                }
                Piece::Hole(hole) => {
                    let value =
                        values.iter().find(|(known, _)| known.name == hole.name).map_or("", |found| found.1);
                    if is_quoted {
                        text.push_str(value);
                        // A name that holds backticks may be two names with a message between them.
                        left += value.split_once('`').map_or(0, |(_, behind)| words(behind));
                        continue;
                    }
                    let found = self.found(value, depth + 1).unwrap_or_else(|| Found::unknown(value));
                    text.push_str(&found.text);
                    left += found.left;
                }
            }
        }
        Found { text, left, is_doubtful: false }
    }
}

/// A way to read a text.
#[derive(Debug, Clone)]
struct Found {
    /// In this language.
    text: String,
    /// How many words stayed as they are.
    left: usize,
    /// Whether its first value may be a message of its own.
    is_doubtful: bool,
}

impl Found {
    fn unknown(text: &str) -> Self {
        Self { text: text.to_owned(), left: words(text), is_doubtful: false }
    }

    fn is_perfect(&self) -> bool {
        self.left == 0 && !self.is_doubtful
    }

    fn is_better_than(&self, other: Option<&Self>) -> bool {
        let rank = |found: &Self| (found.left, found.is_doubtful);
        other.is_none_or(|other| rank(self) < rank(other))
    }
}

/// Where a joint stands first outside of backticks, and where last; those between are found in the parts.
fn ends(text: &str, joint: &str) -> Vec<usize> {
    let (mut first, mut last, mut start) = (None, None, 0);
    for (number, piece) in text.split('`').enumerate() {
        if number % 2 == 0 {
            first = first.or_else(|| piece.find(joint).map(|at| start + at));
            last = piece.rfind(joint).map(|at| start + at).or(last);
        }
        start += piece.len() + 1;
    }
    first.into_iter().chain(last.filter(|last| Some(*last) != first)).collect()
}

/// Whether a format string says enough for what it leaves: one of a word or two fits texts that it was not made for, unless
/// it is a label in front of something.
fn says_enough(english: &Template, left: usize) -> bool {
    let said: usize = english.pieces().iter().map(|piece| words(piece.text())).sum();
    let is_label = english.pieces().first().is_some_and(|piece| piece.text().ends_with(": "));
    said > FEW_WORDS || left <= said || is_label
}

/// How many words stand outside of backticks.
fn words(text: &str) -> usize {
    let outside = text.split('`').step_by(2);
    outside.flat_map(str::split_whitespace).filter(|word| word.contains(char::is_alphabetic)).count()
}

/// Whether a message stands in front of this one: a value at the beginning is a name or a number, and has no joint.
fn begins_with_another(english: &Template, values: &[(&Hole, &str)]) -> bool {
    let (Some(Piece::Hole(_)), Some((_, value))) = (english.pieces().first(), values.first()) else {
        return false;
    };
    JOINTS.iter().any(|joint| !ends(value, joint).is_empty())
}
