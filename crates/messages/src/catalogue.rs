//! All messages of a language, found by the English text that was made of them.

use std::collections::HashMap;

use crate::pairs::pairs;
use crate::reading::Reading;
use crate::template::{Piece, Template};

/// Texts beyond this are no messages.
const LONGEST: usize = 1 << 14;

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
        Reading::of(self).said(text).unwrap_or_else(|| text.to_owned())
    }

    /// Those with holes, with their translations; those that say most come first.
    pub(crate) fn filled(&self) -> impl Iterator<Item = &(Template, Template)> {
        self.filled.iter()
    }
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
        empty {{}}\nleer {{}}\n\nbad {a}\nfalsch {b}\n\n\
        key\nSchlüssel\n\nrun `chmod 600 {}`, not {}\nführe `chmod 600 {}` aus, nicht {}\n";

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
    fn a_word_or_two_are_no_message_where_the_rest_is_not_known() {
        let known = Catalogue::of(&[
            "run {}\nLauf {}\n\n{} is not in {}\n{} ist nicht in {}\n\nUsage: {}\nAufruf: {}\n",
        ]);

        assert_eq!(known.said("run 12"), "Lauf 12");
        assert_eq!(known.said("run a12"), "Lauf a12");
        assert_eq!(known.said("run out of luck"), "run out of luck");
        assert_eq!(known.said("Usage: a b c d"), "Aufruf: a b c d");
        assert_eq!(known.said("what you want is not in stock"), "what you want ist nicht in stock");
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
    fn a_name_in_the_middle_of_a_command_stays() {
        assert_eq!(said("run `chmod 600 key`, not key"), "führe `chmod 600 key` aus, nicht Schlüssel");
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
