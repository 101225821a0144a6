//! Links: each leads to a file that is there, and each anchor to a heading; in German to the German page.

use std::path::{Component, Path, PathBuf};

use super::page::{Page, Piece};
use super::{Pages, Problem, twin_of};

/// Links of all pages that lead nowhere.
pub(super) fn problems(root: &Path, pages: &Pages) -> Vec<Problem> {
    let mut found = Vec::new();
    for page in pages.all() {
        for link in links_of(page) {
            if let Some(text) = fault(root, pages, page, link) {
                found.push(Problem { page: page.path.clone(), line: link.line, text });
            }
        }
    }
    found
}

/// Links of a German page that lead elsewhere than those of its twin.
pub(super) fn counterparts(english: &Page, german: &Page, pages: &Pages) -> Vec<Problem> {
    let mut found = Vec::new();
    for (one, other) in english.sections.iter().zip(&german.sections) {
        let goals = |page: &Page, links: &[Piece]| {
            links.iter().map(|link| goal(page, &link.text, pages)).collect::<Vec<_>>()
        };
        let mut wanted = goals(english, &one.links);
        let mut there = goals(german, &other.links);
        wanted.sort();
        there.sort();
        if wanted != there {
            let missing: Vec<_> = wanted.iter().filter(|goal| !there.contains(goal)).collect();
            let text = format!("its links are not those of the English section; missing: {missing:?}");
            found.push(Problem { page: german.path.clone(), line: other.line, text });
        }
    }
    found
}

fn links_of(page: &Page) -> impl Iterator<Item = &Piece> {
    page.sections.iter().flat_map(|section| &section.links)
}

fn is_elsewhere(link: &str) -> bool {
    link.contains("://") || link.starts_with("mailto:")
}

/// What is wrong with a link, if anything is.
fn fault(root: &Path, pages: &Pages, page: &Page, link: &Piece) -> Option<String> {
    if is_elsewhere(&link.text) {
        return None;
    }
    let (path, anchor) = target(page, &link.text);
    if !root.join(&path).exists() {
        return Some(format!("`{}` leads to nothing", link.text));
    }
    let anchor = anchor?;
    let Some(other) = pages.all().find(|other| other.path == path) else {
        return Some(format!("`{}` leads into a file that is no page", link.text));
    };
    other.section_of(anchor).is_none().then(|| format!("`{}`: there is no such heading", link.text))
}

/// Where a link leads, in words that are the same for both languages: the English page and the number of the section.
fn goal(page: &Page, link: &str, pages: &Pages) -> String {
    if is_elsewhere(link) {
        return link.to_owned();
    }
    let (path, anchor) = target(page, link);
    let section = anchor.and_then(|anchor| {
        pages.all().find(|other| other.path == path).and_then(|other| other.section_of(anchor))
    });
    // A switch between the languages leads from each page to the other one.
    let is_switch = path != page.path && (path == twin_of(&page.path) || page.path == twin_of(&path));
    let english = pages.english.iter().find(|english| twin_of(&english.path) == path);
    let name = if is_switch {
        "the other language".to_owned()
    } else {
        english.map_or(path, |english| english.path.clone()).display().to_string()
    };
    section.map_or_else(|| name.clone(), |section| format!("{name}, section {section}"))
}

/// The file that a link names, from the workspace on, and the anchor in it.
fn target<'a>(page: &Page, link: &'a str) -> (PathBuf, Option<&'a str>) {
    let (path, anchor) = match link.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (link, None),
    };
    if path.is_empty() {
        return (page.path.clone(), anchor);
    }
    let mut whole = PathBuf::new();
    for part in page.path.with_file_name("").join(path).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    (whole, anchor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, text: &str) -> Page {
        Page::parse(PathBuf::from(path), text)
    }

    fn pages(english: &str, german: &str) -> Pages {
        Pages {
            english: vec![page("README.md", "# A\n\n## B\n"), page("docs/a.md", english)],
            german: vec![page("docs/de/README.md", "# A\n\n## C\n"), page("docs/de/a.md", german)],
            others: Vec::new(),
        }
    }

    fn told(problems: &[Problem]) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_that_lead_nowhere_are_told_with_their_line() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("docs")).unwrap();
        std::fs::write(root.path().join("README.md"), "").unwrap();
        let pages = pages("[1](gone.md)\n[2](../README.md#b)\n[3](../README.md#x)\n[4](https://x.y/)\n", "");

        let told = told(&problems(root.path(), &pages));

        assert_eq!(
            told,
            [
                "docs/a.md:1: `gone.md` leads to nothing",
                "docs/a.md:3: `../README.md#x`: there is no such heading"
            ]
        );
    }

    #[test]
    fn a_german_link_leads_to_the_german_page_and_the_same_section() {
        let right = pages(
            "[1](../README.md#b) [2](de/a.md)\n## D\n[3](#d)",
            "[1](README.md#c) [2](../a.md)\n## E\n[3](#e)",
        );
        let wrong = pages("[1](../README.md#b)", "[1](README.md#a)");

        let right = counterparts(&right.english[1], &right.german[1], &right);
        let wrong = counterparts(&wrong.english[1], &wrong.german[1], &wrong);

        assert_eq!(told(&right), Vec::<String>::new());
        assert_eq!(wrong.len(), 1, "{wrong:?}");
    }
}
