//! Two languages, one document: what has to be the same in both, section by section.

use std::collections::BTreeSet;

use super::Problem;
use super::page::{Block, Page, Section};

/// What the German page does not share with the English one.
pub(super) fn problems(english: &Page, german: &Page) -> Vec<Problem> {
    let mut found = Vec::new();
    if let Some(problem) = headings(english, german) {
        // After a heading that is missing, everything else would be told of the wrong sections.
        return vec![problem];
    }
    for (one, other) in english.sections.iter().zip(&german.sections) {
        let mut differ = |line: usize, text: String| {
            found.push(Problem { page: german.path.clone(), line, text });
        };
        if one.items != other.items {
            differ(other.line, format!("{} list entries, in English {}", other.items, one.items));
        }
        spans(one, other, &mut differ);
        tables(one, other, &mut differ);
        blocks(one, other, &mut differ);
    }
    found
}

/// The first heading without a counterpart.
fn headings(english: &Page, german: &Page) -> Option<Problem> {
    let at = english
        .sections
        .iter()
        .zip(&german.sections)
        .position(|(one, other)| one.level != other.level)
        .or_else(|| {
            let (one, other) = (english.sections.len(), german.sections.len());
            (one != other).then_some(one.min(other))
        })?;
    let name = |page: &Page| {
        page.sections.get(at).map_or_else(
            || "the end".to_owned(),
            |section| format!("`{} {}`", "#".repeat(section.level), section.heading),
        )
    };
    let line = german.sections.get(at).map_or(0, |section| section.line);
    let text = format!("{} stands where English has {}", name(german), name(english));
    Some(Problem { page: german.path.clone(), line, text })
}

fn spans(one: &Section, other: &Section, differ: &mut impl FnMut(usize, String)) {
    let texts =
        |section: &Section| section.spans.iter().map(|span| span.text.clone()).collect::<BTreeSet<_>>();
    let (english, german) = (texts(one), texts(other));
    for missing in english.difference(&german) {
        differ(other.line, format!("`{missing}` is missing"));
    }
    for span in other.spans.iter().filter(|span| !english.contains(&span.text)) {
        differ(span.line, format!("`{}` is not in the English section", span.text));
    }
}

fn tables(one: &Section, other: &Section, differ: &mut impl FnMut(usize, String)) {
    if one.tables.len() != other.tables.len() {
        return differ(other.line, format!("{} tables, in English {}", other.tables.len(), one.tables.len()));
    }
    for (english, german) in one.tables.iter().zip(&other.tables) {
        if english.rows != german.rows {
            let text = format!("a table of rows with {:?} cells, in English {:?}", german.rows, english.rows);
            differ(german.line, text);
        }
    }
}

fn blocks(one: &Section, other: &Section, differ: &mut impl FnMut(usize, String)) {
    if one.blocks.len() != other.blocks.len() {
        let text = format!("{} blocks of code, in English {}", other.blocks.len(), one.blocks.len());
        return differ(other.line, text);
    }
    for (english, german) in one.blocks.iter().zip(&other.blocks) {
        let (wanted, found) = (commands(english), commands(german));
        if english.language != german.language || wanted.len() != found.len() {
            differ(german.line, "a block of code that differs from the English one".to_owned());
        } else if let Some((wanted, found)) = wanted.iter().zip(&found).find(|(one, other)| one != other) {
            differ(german.line, format!("`{found}`, in English `{wanted}`"));
        }
    }
}

/// The lines of code without their comments, which are translated.
fn commands(block: &Block) -> Vec<String> {
    let without_comment = |line: &String| {
        let code = if line.trim_start().starts_with('#') { "" } else { line };
        let code = code.find(" # ").map_or(code, |at| &code[..at]);
        code.trim().to_owned()
    };
    block.lines.iter().map(without_comment).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const ENGLISH: &str = "# Undo\n\nTake it back with `--yes`.\n\n    immich-sync undo 1   # the run\n\n\
        | a | b |\n| --- | --- |\n| c | d |\n\n- one\n- two\n\n## After\n";
    const GERMAN: &str = "# Zurück\n\nNimm es mit `--yes` zurück.\n\n    immich-sync undo 1   # der Lauf\n\n\
        | e | f |\n| --- | --- |\n| g | h |\n\n- eins\n- zwei\n\n## Danach\n";

    fn told(german: &str) -> Vec<String> {
        let page = |text: &str| Page::parse(PathBuf::from("docs/de/undo.md"), text);
        problems(&page(ENGLISH), &page(german)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_true_translation_has_no_problem() {
        assert_eq!(told(GERMAN), Vec::<String>::new());
    }

    #[test]
    fn a_heading_that_is_missing_is_told() {
        let told = told(&GERMAN.replace("## Danach\n", ""));

        assert_eq!(told, ["docs/de/undo.md:0: the end stands where English has `## After`"]);
    }

    #[test]
    fn a_heading_of_another_level_is_told() {
        let told = told(&GERMAN.replace("## Danach", "### Danach"));

        assert_eq!(told, ["docs/de/undo.md:14: `### Danach` stands where English has `## After`"]);
    }

    #[test]
    fn another_command_is_told_and_another_comment_is_not() {
        let told = told(&GERMAN.replace("undo 1 ", "undo 2 "));

        assert_eq!(told, ["docs/de/undo.md:5: `immich-sync undo 2`, in English `immich-sync undo 1`"]);
    }

    #[test]
    fn another_option_is_told_on_both_sides() {
        let told = told(&GERMAN.replace("--yes", "--ja"));

        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].ends_with("`--yes` is missing"), "{told:?}");
        assert!(told[1].ends_with(":3: `--ja` is not in the English section"), "{told:?}");
    }

    #[test]
    fn a_row_and_an_entry_that_are_missing_are_told() {
        let told = told(&GERMAN.replace("| g | h |\n", "").replace("- zwei\n", ""));

        assert_eq!(told.len(), 2, "{told:?}");
    }
}
