//! All messages of a language, found by the English text that was made of them.

use std::collections::HashMap;

use crate::pairs::pairs;
use crate::template::{Hole, Piece, Template};

/// Texts beyond this are no messages.
const LONGEST: usize = 1 << 14;

/// Causes in causes, deeper than any error goes.
const DEEPEST: usize = 6;

/// What stands between messages that were put in a row.
const JOINTS: [&str; 3] = ["\n", "; ", ": "];

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
        self.found(text, 0).unwrap_or_else(|| text.to_owned())
    }

    fn found(&self, text: &str, depth: usize) -> Option<String> {
        if depth > DEEPEST || !text.contains(char::is_alphabetic) {
            return None;
        }
        if let Some(known) = self.word(text) {
            return Some(known.to_owned());
        }
        for (english, translation) in &self.filled {
            if let Some(values) = english.values(text).filter(|values| !begins_with_another(english, values))
            {
                let value =
                    |name: &str| values.iter().find(|(hole, _)| hole.name == name).map(|found| found.1);
                return Some(self.fill(translation, value, depth));
            }
        }
        self.in_parts(text, depth)
    }

    /// Two messages with a joint between them, both of them known or else at least one: a message can have the joint of
    /// another kind inside of it. Only the first joint of each kind is tried, so that a text of nothing but joints costs little.
    fn in_parts(&self, text: &str, depth: usize) -> Option<String> {
        let mut in_part = None;
        for joint in JOINTS {
            let Some((at, _)) = text.match_indices(joint).find(|(at, _)| is_outside(text, *at)) else {
                continue;
            };
            let (first, second) = (&text[..at], &text[at + joint.len()..]);
            match [first, second].map(|part| self.found(part, depth + 1)) {
                [Some(one), Some(other)] => return Some(format!("{one}{joint}{other}")),
                [None, None] => {}
                [one, other] => {
                    let [one, other] = [(one, first), (other, second)]
                        .map(|(known, part)| known.unwrap_or_else(|| part.to_owned()));
                    in_part.get_or_insert(format!("{one}{joint}{other}"));
                }
            }
        }
        in_part
    }

    fn fill<'t>(
        &self,
        translation: &Template,
        value: impl Fn(&str) -> Option<&'t str>,
        depth: usize,
    ) -> String {
        let mut text = String::new();
        for piece in translation.pieces() {
            match piece {
                Piece::Fixed(fixed) => text.push_str(fixed),
                Piece::Hole(hole) => {
                    let value = value(&hole.name).unwrap_or_default();
                    let is_name = text.ends_with('`');
                    let known = if is_name { None } else { self.found(value, depth + 1) };
                    text.push_str(known.as_deref().unwrap_or(value));
                }
            }
        }
        text
    }
}

/// Whether a message stands in front of this one: a value at the beginning is a name or a number, and has no joint.
fn begins_with_another(english: &Template, values: &[(&Hole, &str)]) -> bool {
    let (Some(Piece::Hole(_)), Some((_, value))) = (english.pieces().first(), values.first()) else {
        return false;
    };
    JOINTS.iter().any(|joint| value.match_indices(joint).any(|(at, _)| is_outside(value, at)))
}

/// Whether a place is not inside of a name between backticks.
fn is_outside(text: &str, at: usize) -> bool {
    text[..at].matches('`').count().is_multiple_of(2)
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
