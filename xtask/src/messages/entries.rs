//! What the catalogue says, and whether it is right in itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use messages::{Hole, Template, pairs};

use super::Problem;

/// A message and its German.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// From the workspace on.
    pub(super) file: PathBuf,
    pub(super) line: usize,
    pub(super) english: String,
    german: String,
}

impl Entry {
    /// Something that is wrong with it.
    pub(super) fn problem(&self, what: &str) -> Problem {
        let english = self.english.replace('\n', "\\n");
        Problem { file: self.file.clone(), line: self.line, text: format!("{what}: {english}") }
    }
}

/// All entries of the files in a folder, which is shown as `shown`.
pub(super) fn read(folder: &Path, shown: &Path) -> anyhow::Result<Vec<Entry>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    paths.sort();
    let mut entries = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        entries.extend(entries_of(&text, &shown.join(path.file_name().unwrap_or_default())));
    }
    Ok(entries)
}

/// The entries of one file.
pub(super) fn entries_of(text: &str, file: &Path) -> Vec<Entry> {
    let entry = |pair: messages::Pair| Entry {
        file: file.to_path_buf(),
        line: pair.line,
        english: pair.english,
        german: pair.translation,
    };
    pairs(text).into_iter().map(entry).collect()
}

/// German that is missing, has other holes, or is said differently in another place.
pub(super) fn problems(entries: &[Entry]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut first: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries {
        if entry.german.is_empty() {
            problems.push(entry.problem("has an empty German line"));
            continue;
        }
        match (holes(&entry.english), holes(&entry.german)) {
            (Some(english), Some(german)) if english == german => {}
            (Some(_), Some(_)) => problems.push(entry.problem("has other holes in German")),
            _ => problems
                .push(entry.problem("has a brace without a partner (write two for one that is shown)")),
        }
        let earlier = first.entry(&entry.english).or_insert(entry);
        if earlier.german != entry.german {
            let place = format!("{}:{}", earlier.file.display(), earlier.line);
            problems.push(entry.problem(&format!("is other German than in {place}")));
        }
    }
    problems
}

fn holes(text: &str) -> Option<Vec<Hole>> {
    let template = Template::parse(text).ok()?;
    Some(template.holes().into_iter().cloned().collect())
}
