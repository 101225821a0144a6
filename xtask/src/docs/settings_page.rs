//! The German page of settings, made from the English one and a list of sentences.
//!
//! The English page is made from the program, and changes with every new setting. A twin that is kept by hand would be
//! behind it the next day. So only sentences are translated: a sentence that is new or was changed has no translation,
//! and that is told with its line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::Problem;

const ENGLISH: &str = "docs/configuration.md";
const GERMAN: &str = "docs/de/configuration.md";
/// The part of the catalogue of messages that the help is made of too.
const SENTENCES: &str = "crates/immich-sync/messages/de/settings.txt";

/// Ends of sentences that the English page makes by rule.
const BY_RULE: [(&str, &str); 4] = [
    (". One of `", ". Eines von `"),
    (". Also as `", ". Auch als `"),
    (". Once for each", ". Für jedes noch einmal"),
    ("; once for each", "; für jedes noch einmal"),
];

/// The German page, and English sentences without a translation.
#[derive(Debug)]
struct Translated {
    page: String,
    missing: Vec<(usize, String)>,
    /// Translations of sentences that the English page does not have any more.
    unused: Vec<String>,
}

/// What is wrong with the German page: sentences without translation, or an older state than the English page.
pub(super) fn problems(root: &Path) -> anyhow::Result<Vec<Problem>> {
    if !root.join(ENGLISH).is_file() {
        return Ok(Vec::new());
    }
    let translated = translated(root)?;
    let problem = |page: &str, line, text| Problem { page: page.into(), line, text };
    let mut found: Vec<Problem> = translated
        .missing
        .iter()
        .map(|(line, sentence)| {
            problem(ENGLISH, *line, format!("`{sentence}` has no translation in {SENTENCES}"))
        })
        .collect();
    found.extend(
        translated
            .unused
            .iter()
            .map(|sentence| problem(SENTENCES, 0, format!("`{sentence}` is not used any more"))),
    );
    if found.is_empty() && fs::read_to_string(root.join(GERMAN)).unwrap_or_default() != translated.page {
        found.push(problem(GERMAN, 0, "is not up to date; run `cargo xtask docs --settings`".to_owned()));
    }
    Ok(found)
}

/// Writes the German page.
pub(super) fn write(root: &Path) -> anyhow::Result<()> {
    let page = translated(root)?.page;
    fs::write(root.join(GERMAN), page).with_context(|| GERMAN.to_owned())
}

fn translated(root: &Path) -> anyhow::Result<Translated> {
    let read = |path: &str| fs::read_to_string(root.join(path)).with_context(|| path.to_owned());
    Ok(translate(&read(ENGLISH)?, &sentences(&read(SENTENCES)?)))
}

fn sentences(text: &str) -> BTreeMap<String, String> {
    messages::pairs(text).into_iter().map(|pair| (pair.english, pair.translation)).collect()
}

/// Goes through the English page, paragraph by paragraph, and row by row in tables.
fn translate(english: &str, sentences: &BTreeMap<String, String>) -> Translated {
    let mut words = Words { sentences, missing: Vec::new(), used: Vec::new() };
    let mut page = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    for (at, line) in english.lines().chain([""]).enumerate() {
        let is_prose = !line.is_empty() && !line.starts_with(['#', '|']);
        if is_prose {
            paragraph.push(line);
            continue;
        }
        if !paragraph.is_empty() {
            let whole = std::mem::take(&mut paragraph).join(" ");
            page.push_str(&wrapped(&words.german(at, &whole)));
        }
        if let Some(row) = line.strip_prefix("| ") {
            page.push_str(&words.row(at + 1, row));
        } else if let Some((marks, heading)) = line.split_once(' ').filter(|_| line.starts_with('#')) {
            page.push_str(marks);
            page.push(' ');
            page.push_str(&words.german(at + 1, heading));
        }
        page.push('\n');
    }
    let unused = sentences.keys().filter(|english| !words.used.contains(english)).cloned().collect();
    let page = format!("{}\n", page.trim_end());
    Translated { page, missing: words.missing, unused }
}

struct Words<'a> {
    sentences: &'a BTreeMap<String, String>,
    missing: Vec<(usize, String)>,
    used: Vec<String>,
}

impl Words<'_> {
    /// A row; only its last cell is a sentence, or each of the head.
    fn row(&mut self, line: usize, row: &str) -> String {
        let row = row.trim_end().trim_end_matches('|').trim_end();
        if row.starts_with("---") {
            return format!("| {row} |");
        }
        let cells = cells(row);
        let last = cells.len().saturating_sub(1);
        let is_head = !row.contains('`');
        let cells = cells.iter().enumerate().map(|(at, cell)| {
            if at == last || is_head { self.german(line, cell) } else { (*cell).to_owned() }
        });
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    }

    fn german(&mut self, line: usize, english: &str) -> String {
        let end = BY_RULE.iter().filter_map(|(end, _)| english.find(end)).min().unwrap_or(english.len());
        let (sentence, rest) = english.split_at(end);
        let mut rest = rest.to_owned();
        for (english, german) in BY_RULE {
            rest = rest.replace(english, german);
        }
        self.used.push(sentence.to_owned());
        match self.sentences.get(sentence) {
            Some(german) => format!("{german}{rest}"),
            None => {
                self.missing.push((line, sentence.to_owned()));
                english.to_owned()
            }
        }
    }
}

/// The cells of a row; `\|` divides nothing.
fn cells(row: &str) -> Vec<&str> {
    row.split(" | ").map(str::trim).collect()
}

/// A paragraph in lines of at most 120 characters.
fn wrapped(paragraph: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in paragraph.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > 120 {
            out.push('\n');
            width = 0;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Settings\n\nAll of\nthem.\n\n| Key | What |\n| --- | --- |\n\
        | `a\\|b` | How it goes. One of `x`, `y` |\n| `c` | New |\n";
    const WORDS: &str = "Settings\nEinstellungen\n\nAll of them.\nAlle.\n\nKey\nSchlüssel\n\nWhat\nWas\n\n\
        How it goes\nWie es geht\n\nOld\nAlt\n";

    #[test]
    fn sentences_are_translated_and_code_stays() {
        let translated = translate(PAGE, &sentences(WORDS));

        let german = "# Einstellungen\n\nAlle.\n\n| Schlüssel | Was |\n| --- | --- |\n\
            | `a\\|b` | Wie es geht. Eines von `x`, `y` |\n";
        assert!(translated.page.starts_with(german), "{}", translated.page);
    }

    #[test]
    fn a_sentence_without_translation_and_one_without_use_are_told() {
        let translated = translate(PAGE, &sentences(WORDS));

        assert_eq!(translated.missing, [(9, "New".to_owned())]);
        assert_eq!(translated.unused, ["Old"]);
    }

    #[test]
    fn long_paragraphs_are_wrapped() {
        let text = "word ".repeat(60);

        assert!(wrapped(text.trim()).lines().all(|line| line.len() <= 120));
    }
}
