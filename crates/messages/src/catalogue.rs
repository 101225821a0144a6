//! All messages of a language, found by the English text that was made of them.

use std::cell::Cell;
use std::collections::HashMap;

use crate::pairs::pairs;
use crate::template::{Hole, Piece, Template};

/// Texts beyond this are no messages.
const LONGEST: usize = 1 << 14;

/// Causes in causes, deeper than any error goes.
const DEEPEST: usize = 6;

/// How many texts and parts of texts are looked up for one, so that one of nothing but joints costs little.
const MOST_LOOKUPS: usize = 400;

/// What stands between messages that were put in a row.
const JOINTS: [&str; 3] = ["\n", "; ", ": "];

/// What stands between messages of one list; in other texts it is too usual to mean that.
const LIST: &str = ", ";

/// The messages of one language.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Without holes.
    whole: HashMap<String, String>,
    /// With holes; those that say most come first.
    filled: Vec<(Template, Template)>,
}

impl Catalogue {
    /// Made of the texts of its files. An entry that cannot be used is left out: the text stays English then.
    #[must_use]
    pub fn of(files: &[&str]) -> Self {
        let mut made = Self::default();
        for pair in files.iter().flat_map(|file| pairs(file)) {
            let templates = (Template::parse(&pair.english), Template::parse(&pair.translation));
            let (Ok(english), Ok(translation)) = templates else { continue };
            if pair.translation.is_empty() || english.holes() != translation.holes() {
                continue;
            }
            if english.holes().is_empty() {
                made.whole.insert(text_of(&english), text_of(&translation));
            } else if english.pieces().iter().any(|piece| piece.text().contains(char::is_alphabetic)) {
                // What is all holes and marks would fit everything.
                made.filled.push((english, translation));
            }
        }
        made.filled.sort_by_key(|(english, _)| std::cmp::Reverse(english.fixed()));
        made
    }

    /// A word or sentence without holes.
    #[must_use]
    pub fn word(&self, english: &str) -> Option<&str> {
        self.whole.get(english).map(String::as_str)
    }

    /// The text in this language; what is not known stays as it is, and so does what stands between backticks.
    #[must_use]
    pub fn said(&self, text: &str) -> String {
        if text.len() > LONGEST {
            return text.to_owned();
        }
        let lookups = Cell::new(MOST_LOOKUPS);
        self.found(text, 0, &lookups).map_or_else(|| text.to_owned(), |found| found.text)
    }

    /// Of all ways to read the text, the one that leaves the fewest words as they are; of equal ones, that whose format string
    /// says most.
    fn found(&self, text: &str, depth: usize, lookups: &Cell<usize>) -> Option<Found> {
        if depth > DEEPEST || lookups.get() == 0 || !text.contains(char::is_alphabetic) {
            return None;
        }
        lookups.set(lookups.get() - 1);
        if let Some(known) = self.word(text) {
            return Some(Found { text: known.to_owned(), left: 0, is_doubtful: false });
        }
        let mut best: Option<Found> = None;
        for (english, translation) in &self.filled {
            let Some(values) = english.values(text) else { continue };
            let mut made = self.fill(translation, &values, depth, lookups);
            made.is_doubtful = begins_with_another(english, &values);
            if made.is_better_than(best.as_ref()) {
                best = Some(made);
            }
            if best.as_ref().is_some_and(Found::is_perfect) {
                return best;
            }
        }
        for joint in JOINTS.into_iter().chain([LIST]) {
            for at in ends(text, joint) {
                if let Some(made) = self.in_parts(text, (at, joint), depth, lookups)
                    && made.is_better_than(best.as_ref())
                {
                    best = Some(made);
                }
            }
        }
        best
    }

    /// Two messages with a joint between them, where at least one is known; in a list nothing is left that has words.
    fn in_parts(
        &self,
        text: &str,
        (at, joint): (usize, &str),
        depth: usize,
        lookups: &Cell<usize>,
    ) -> Option<Found> {
        let parts = [&text[..at], &text[at + joint.len()..]];
        let [one, other] = parts.map(|part| self.found(part, depth + 1, lookups));
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

    fn fill(
        &self,
        translation: &Template,
        values: &[(&Hole, &str)],
        depth: usize,
        lookups: &Cell<usize>,
    ) -> Found {
        let (mut text, mut left) = (String::new(), 0);
        for piece in translation.pieces() {
            match piece {
                Piece::Fixed(fixed) => text.push_str(fixed),
                Piece::Hole(hole) => {
                    let value =
                        values.iter().find(|(known, _)| known.name == hole.name).map_or("", |found| found.1);
                    if text.ends_with('`') {
                        text.push_str(value);
                        // A name that holds backticks may be two names with a message between them.
                        left += value.split_once('`').map_or(0, |(_, behind)| words(behind));
                        continue;
                    }
                    let found =
                        self.found(value, depth + 1, lookups).unwrap_or_else(|| Found::unknown(value));
                    text.push_str(&found.text);
                    left += found.left;
                }
            }
        }
        Found { text, left, is_doubtful: false }
    }
}

/// A way to read a text.
#[derive(Debug)]
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

fn text_of(template: &Template) -> String {
    template.pieces().iter().map(Piece::text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Files\nthe file `{}` cannot be read: {error}\n{error}: die Datei `{}` ist nicht lesbar\n\n\
        no such file\nkeine solche Datei\n\nthe file `{}` {}\ndie Datei `{}` {}\n\n\
        {count} of {all} photos\nvon {all} Fotos {count}\n\n{}: {}\n{}: {}\n\nis away\nist fort\n\n\
        empty {{}}\nleer {{}}\n\nbad {a}\nfalsch {b}\n";

    fn said(text: &str) -> String {
        Catalogue::of(&[FILE]).said(text)
    }

    #[test]
    fn what_was_made_of_a_format_string_is_said_with_its_causes() {
        assert_eq!(
            said("the file `/a` cannot be read: no such file"),
            "keine solche Datei: die Datei `/a` ist nicht lesbar"
        );
        assert_eq!(said("3 of 12 photos"), "von 12 Fotos 3");
        assert_eq!(said("no such file"), "keine solche Datei");
        assert_eq!(said("empty {}"), "leer {}");
    }

    #[test]
    fn the_format_string_that_says_most_is_taken() {
        assert_eq!(said("the file `/a` is away"), "die Datei `/a` ist fort");
    }

    #[test]
    fn messages_in_a_row_are_said_one_by_one() {
        assert_eq!(said("no such file; 3 of 12 photos"), "keine solche Datei; von 12 Fotos 3");
        assert_eq!(said("no such file: what is this"), "keine solche Datei: what is this");
        assert_eq!(said("`/a`: no such file"), "`/a`: keine solche Datei");
        assert_eq!(said("no such file\nis away"), "keine solche Datei\nist fort");
    }

    #[test]
    fn a_message_with_a_joint_inside_is_not_taken_apart_where_it_is_known_whole() {
        let catalogue = Catalogue::of(&[
            "no answer from {url}; look there\nkeine Antwort von {url}; sieh nach\n\nit is off\naus",
        ]);

        assert_eq!(
            catalogue.said("no answer from a; look there: it is off"),
            "keine Antwort von a; sieh nach: aus"
        );
    }

    #[test]
    fn the_way_that_leaves_the_least_is_taken() {
        let known = Catalogue::of(&[
            "cannot reach {url}; check the address\n{url} ist fort; prüfe die Adresse\n\n\
            its album\ndas Album\n\n{} of {had} photos would lose `{datum}`\nvon {had} Fotos verlören {} `{datum}`\n\n\
            {} of {had} photos would get `{datum}`\nvon {had} Fotos bekämen {} `{datum}`\n\n\
            {0}; that is more than {1} %\n{0}; das ist mehr als {1} %\n",
        ]);

        assert_eq!(
            known.said("its album: cannot reach http://nas; check the address"),
            "das Album: http://nas ist fort; prüfe die Adresse"
        );
        assert_eq!(
            known.said("3 of 5 photos would lose `a`, 4 of 9 photos would get `b`; that is more than 20 %"),
            "von 5 Fotos verlören 3 `a`, von 9 Fotos bekämen 4 `b`; das ist mehr als 20 %"
        );
    }

    #[test]
    fn a_list_is_one_when_all_of_it_is_known() {
        assert_eq!(said("no such file, is away"), "keine solche Datei, ist fort");
        assert_eq!(said("no such file, whatever"), "no such file, whatever");
        assert_eq!(said("no such file, `#`, 3"), "keine solche Datei, `#`, 3");
    }

    #[test]
    fn a_text_of_nothing_but_joints_costs_little() {
        let text = "no such file: `a`; ".repeat(800);

        assert!(said(&text).starts_with("keine solche Datei"));
    }

    #[test]
    fn names_and_what_is_not_known_stay() {
        for text in ["the disk is full", "", "12", "bad luck", "the cat: sat"] {
            assert_eq!(said(text), text);
        }
        let hostile = "the file `no such file` cannot be read: x";
        assert_eq!(said(hostile), "x: die Datei `no such file` ist nicht lesbar");
        let long = format!("the file `{}` cannot be read: no such file", "a".repeat(LONGEST));
        assert_eq!(said(&long), long);
    }

    proptest::proptest! {
        #[test]
        fn no_name_is_lost_or_changed(name in "[^`]{0,40}") {
            let text = said(&format!("the file `{name}` cannot be read: no such file"));
            proptest::prop_assert_eq!(text, format!("keine solche Datei: die Datei `{name}` ist nicht lesbar"));
        }

        #[test]
        fn no_text_makes_it_fail(text in ".{0,200}") {
            said(&text);
        }
    }
}
