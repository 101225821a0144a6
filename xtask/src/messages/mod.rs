//! The catalogue of messages: everything that reaches a person has its German, and nothing else is in it.
//!
//! What the binary says with `tr!` and `word!` is proved by the compiler. What the libraries say is English until it is
//! shown, and a text without German would only be noticed by a reader. So the sources are read: which literals are made
//! for people, and whether the catalogue has them. An entry that no source has any more is as wrong as a missing one, for
//! it looks like a translation and is none.
//!
//! Whether a translation is good is not looked at: people read it.

mod entries;
mod left_out;
mod people;
mod texts;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::source::Source;
use crate::workspace::Workspace;
use entries::Entry;
use texts::Text;

/// Where the catalogue is.
const FOLDER: &str = "crates/immich-sync/messages/de";

/// The crate that shows what the others say.
const BINARY: &str = "immich-sync";

/// Crates that say something to people.
const SPEAKERS: [&str; 7] =
    ["immich-api", "photo-metadata", "photo-similarity", "apple-photos", "sync-core", "unattended", BINARY];

/// Files whose English stands in no literal as it is: what the system says, what the parser of the command line says, what is
/// joined of pieces while the program runs, and sentences of the help and of the page of settings, which a test of the
/// program and `docs` look at.
const FROM_ELSEWHERE: [&str; 5] =
    ["system.txt", "command-line.txt", "joined.txt", "help.txt", "settings.txt"];

/// Something that is wrong with the catalogue or with a text.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    file: PathBuf,
    /// From 1 on.
    line: usize,
    text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file.display(), self.line, self.text)
    }
}

/// A source file: its path from the workspace on, the crate it belongs to, and what it says.
struct Said {
    krate: String,
    path: PathBuf,
    texts: Vec<Text>,
}

/// Prints each problem; any is an error.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let entries = entries::read(&workspace.root.join(FOLDER), Path::new(FOLDER))?;
    let said = read_sources(workspace)?;
    let mut problems = entries::problems(&entries);
    problems.extend(without_german(&said, &entries));
    problems.extend(of_no_source(&said, &entries));
    problems.extend(left_out::of_no_source(&said));
    problems.sort();
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => {
            println!("messages: {} entries, no problem", entries.len());
            Ok(())
        }
        count => bail!("{count} problems with the messages"),
    }
}

fn read_sources(workspace: &Workspace) -> anyhow::Result<Vec<Said>> {
    let mut said = Vec::new();
    for krate in workspace.crates.iter().filter(|krate| SPEAKERS.contains(&krate.name.as_str())) {
        for source in Source::all_under(&krate.folder().join("src"))? {
            if !source.is_test {
                let path = workspace.relative(&source.path).to_path_buf();
                said.push(Said { krate: krate.name.clone(), path, texts: texts::of(&source)? });
            }
        }
    }
    Ok(said)
}

/// Texts for people that the catalogue does not have; each once, where it stands first.
fn without_german(said: &[Said], entries: &[Entry]) -> Vec<Problem> {
    let mut known: BTreeSet<&str> = entries.iter().map(|entry| entry.english.as_str()).collect();
    let mut problems = Vec::new();
    for file in said {
        for text in &file.texts {
            if people::is_told(&file.krate, &file.path, text) && known.insert(&text.template) {
                let template = text.template.replace('\n', "\\n");
                problems.push(Problem {
                    file: file.path.clone(),
                    line: text.line,
                    text: format!("has no German in {FOLDER}: {template}"),
                });
            }
        }
    }
    problems
}

/// Entries that no source says.
fn of_no_source(said: &[Said], entries: &[Entry]) -> Vec<Problem> {
    let texts = || said.iter().flat_map(|file| &file.texts);
    let mut known: BTreeSet<&str> = texts().map(|text| text.template.as_str()).collect();
    known.extend(texts().map(|text| text.value.as_str()));
    // `count` puts an `s` behind what it counts.
    let plurals: Vec<String> =
        texts().filter(|text| text.is_in("count")).map(|text| format!("{}s", text.value)).collect();
    known.extend(plurals.iter().map(String::as_str));
    let is_ours = |entry: &&Entry| {
        let name = entry.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        !FROM_ELSEWHERE.contains(&name)
    };
    entries
        .iter()
        .filter(is_ours)
        .filter(|entry| !known.contains(entry.english.as_str()))
        .map(|entry| entry.problem("stands in no source any more"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "messages/de/a.txt";

    fn said(source: &str) -> Vec<Said> {
        let path = PathBuf::from("crates/sync-core/src/a.rs");
        vec![Said { krate: "sync-core".to_owned(), path, texts: texts::of_text(source).unwrap() }]
    }

    fn shown(problems: &[Problem]) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }

    fn entries(text: &str) -> Vec<Entry> {
        entries::entries_of(text, Path::new(FILE))
    }

    #[test]
    fn a_text_without_german_is_named_once_with_its_line() {
        let said = said("fn f() {\n a(\"it is gone\");\n a(\"it is here\");\n a(\"it is gone\") }");

        let problems = without_german(&said, &entries("it is here\nda\n"));

        let missing = format!("crates/sync-core/src/a.rs:2: has no German in {FOLDER}: it is gone");
        assert_eq!(shown(&problems), [missing]);
    }

    #[test]
    fn an_entry_of_no_source_is_named_and_plurals_are_of_a_source() {
        let said = said("fn f() { count(n, \"photo\"); a(\"braces { }\"); format!(\"a {b}\") }");
        let text = "photo\nFoto\n\nphotos\nFotos\n\nalbum\nAlbum\n\nbraces {{ }}\nKlammern {{ }}\n\na {b}\nein {b}\n";

        let problems = of_no_source(&said, &entries(text));

        assert_eq!(shown(&problems), [format!("{FILE}:7: stands in no source any more: album")]);
    }

    #[test]
    fn german_has_to_be_there_with_the_same_holes_and_the_same_everywhere() {
        let text = "a\n\n{x:>8} b\n{x} c\n\nd {} {}\n{1} {0}\n\ne\nf\n\ne\ng\n\nh {\ni {\n";

        let problems = entries::problems(&entries(text));

        let expected = [
            "1: has an empty German line: a",
            "3: has other holes in German: {x:>8} b",
            "12: is other German than in messages/de/a.txt:9: e",
            "15: has a brace without a partner (write two for one that is shown): h {",
        ];
        assert_eq!(shown(&problems), expected.map(|line| format!("{FILE}:{line}")));
    }
}
