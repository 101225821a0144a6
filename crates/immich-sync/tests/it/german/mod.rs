//! Everything that a person reads in German, where German was asked for.
//!
//! That each sentence has its German is proved where it is compiled. Here the program is run as people run it, and its outputs
//! are searched for English that came through all the same: words that no German sentence has.

mod runs;
mod setup;

use std::process::Command;

use crate::place::Said;

/// Words that are no German, and that hardly an English sentence goes without.
const TELLTALES: [&str; 14] =
    ["the", "of", "is", "are", "were", "would", "has", "have", "and", "not", "with", "for", "to", "by"];

/// The same command in German.
pub(super) fn german(command: &mut Command) -> &mut Command {
    command.args(["--lang", "de"])
}

/// Fails the test where there is English on either output. What stands between backticks is a name, and `names` are those that
/// stand without.
#[track_caller]
pub(super) fn assert_german(said: &Said, names: &[&str]) {
    for line in said.stdout.lines().chain(said.stderr.lines()) {
        let mut bare: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" … ");
        for name in names {
            bare = bare.replace(name, "…");
        }
        let words = bare.split(|letter: char| !letter.is_alphanumeric() && !"-_/.".contains(letter));
        let english: Vec<&str> = words.filter(|word| TELLTALES.contains(word)).collect();
        assert!(english.is_empty(), "{english:?} in: {line}");
    }
}

#[test]
fn english_is_found_and_names_are_not_taken_for_it() {
    let said = |text: &str| Said { code: Some(0), stdout: text.to_owned(), stderr: String::new() };
    let fails = |text: &str, names: &[&str]| {
        let said = said(text);
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        std::panic::catch_unwind(move || {
            assert_german(&said, &names.iter().map(String::as_str).collect::<Vec<_>>());
        })
        .is_err()
    };

    assert!(fails("gut\nthe file", &[]));
    assert!(!fails("die Datei `the file` ist da, siehe --path-of und a/the/b", &[]));
    assert!(fails("Caption of Anna", &[]) && !fails("Caption of Anna", &["Caption of Anna"]));
}
