//! What the script of the page says, in the language of the reader.
//!
//! The script is one for all languages, as is its digest. Its words come in an attribute of the page, and it puts them in
//! as text.

use messages_macros::word;
use serde_json::Value;

use crate::language::{self, Language};

/// The words as JSON, for the attribute; `None` where those of the script are right.
pub(super) fn shown() -> Option<String> {
    match language::current() {
        Language::English => None,
        Language::German => {
            let words = words().into_iter().map(|(said, shown)| (said.to_owned(), Value::from(shown)));
            Some(words.collect::<Value>().to_string())
        }
    }
}

/// What stands in the script, and what is shown for it.
fn words() -> Vec<(&'static str, &'static str)> {
    vec![
        ("Name, folder, year …", word!("Name, folder, year …")),
        ("Only groups with these words", word!("Only groups with these words")),
        ("Only groups with this much to win", word!("Only groups with this much to win")),
        ("any size", word!("any size")),
        ("1 MB or more", word!("1 MB or more")),
        ("10 MB or more", word!("10 MB or more")),
        ("100 MB or more", word!("100 MB or more")),
        ("Keys", word!("Keys")),
        ("No group here fits the filter.", word!("No group here fits the filter.")),
        ("of", word!("of")),
        ("Show commands", word!("Show commands")),
        ("Forget", word!("Forget")),
        ("1 decision", word!("1 decision")),
        ("decisions", word!("decisions")),
        ("Keep", word!("Keep")),
        ("No duplicates", word!("No duplicates")),
        ("Close", word!("Close")),
        ("next and previous group", word!("next and previous group")),
        ("photos of a group", word!("photos of a group")),
        ("classes", word!("classes")),
        ("filter", word!("filter")),
        ("paths and commands", word!("paths and commands")),
        ("large view", word!("large view")),
        (
            "blink: the photo to keep and this one by turns",
            word!("blink: the photo to keep and this one by turns"),
        ),
        ("choose this photo to keep", word!("choose this photo to keep")),
        ("no duplicates", word!("no duplicates")),
        ("this list", word!("this list")),
        ("Commands", word!("Commands")),
        ("Copy", word!("Copy")),
        ("Run these to decide", word!("Run these to decide")),
        ("Copied", word!("Copied")),
        ("Blink", word!("Blink")),
        ("Large view", word!("Large view")),
        ("no picture", word!("no picture")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tests::in_german;

    #[test]
    fn every_word_of_the_script_is_known_and_no_other() {
        let script = include_str!("page.js");
        let mut said: Vec<&str> =
            script.split("say('").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
        said.sort_unstable();
        said.dedup();

        let mut known: Vec<&str> = words().into_iter().map(|(said, _)| said).collect();
        known.sort_unstable();

        assert_eq!(known, said);
    }

    #[test]
    fn only_another_language_needs_words() {
        assert_eq!(shown(), None);
        let german: Value = serde_json::from_str(&in_german(shown).unwrap()).unwrap();

        assert_eq!(german["Copied"], "Kopiert");
    }
}
