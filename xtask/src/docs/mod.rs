//! The documents: one set of pages in two languages that say the same, about the program as it is.
//!
//! A page that is right in one language and old in the other is worse than one that is missing, and nobody sees it in
//! a review. So each page has a twin, section by section with the same commands, options, tables and links; every link
//! and anchor leads somewhere; and each option is asked of the program itself.
//!
//! Whether a translation is good is not looked at: people read it.

mod configs;
mod links;
mod page;
mod parity;
mod picture;
mod program;
mod settings_page;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::workspace::Workspace;
use page::Page;

/// What `cargo xtask docs` takes.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct DocsArgs {
    /// Make the picture of the terminal in docs/images again, from a demo that runs now
    #[arg(long)]
    picture: bool,
    /// Make the German page of settings again, from the English one and the list of sentences
    #[arg(long)]
    settings: bool,
}

/// Checks the documents, or makes what is made of them.
pub(crate) fn run(workspace: &Workspace, args: &DocsArgs) -> anyhow::Result<()> {
    if args.picture {
        return picture::make(workspace);
    }
    if args.settings {
        return settings_page::write(&workspace.root);
    }
    check(workspace)
}

/// Something that is wrong on a page.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    page: PathBuf,
    /// From 1 on; 0 for the page as a whole.
    line: usize,
    text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.page.display(), self.line, self.text)
    }
}

/// The pages of the project.
#[derive(Debug, Default)]
struct Pages {
    /// README and what is in `docs`, in English.
    english: Vec<Page>,
    /// What is in `docs/de`.
    german: Vec<Page>,
    /// Pages for developers, in English only.
    others: Vec<Page>,
}

impl Pages {
    fn read(root: &Path) -> anyhow::Result<Self> {
        let (readme, others) =
            markdown_in(root, "")?.into_iter().partition(|page: &Page| page.path == Path::new("README.md"));
        let mut english: Vec<Page> = readme;
        english.extend(markdown_in(root, "docs")?);
        Ok(Self { english, german: markdown_in(root, "docs/de")?, others })
    }

    fn all(&self) -> impl Iterator<Item = &Page> {
        self.english.iter().chain(&self.german).chain(&self.others)
    }

    /// English pages beside their German twins, and what has none.
    fn twins(&self) -> (Vec<(&Page, &Page)>, Vec<Problem>) {
        let mut pairs = Vec::new();
        let mut alone = Vec::new();
        for english in &self.english {
            let twin = twin_of(&english.path);
            match self.german.iter().find(|page| page.path == twin) {
                Some(german) => pairs.push((english, german)),
                None => alone.push(without_twin(english, "has no German twin")),
            }
        }
        for german in &self.german {
            if !pairs.iter().any(|(_, taken)| taken.path == german.path) {
                alone.push(without_twin(german, "has no English twin"));
            }
        }
        (pairs, alone)
    }
}

fn without_twin(page: &Page, text: &str) -> Problem {
    Problem { page: page.path.clone(), line: 0, text: text.to_owned() }
}

/// Where the German page of an English one is.
fn twin_of(english: &Path) -> PathBuf {
    Path::new("docs/de").join(english.file_name().unwrap_or_default())
}

/// The pages of one folder, by name.
fn markdown_in(root: &Path, folder: &str) -> anyhow::Result<Vec<Page>> {
    let place = root.join(folder);
    if !place.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(&place).with_context(|| place.display().to_string())? {
        let name = PathBuf::from(entry?.file_name());
        if name.extension().is_some_and(|ending| ending == "md") {
            names.push(name);
        }
    }
    names.sort();
    let page = |name: PathBuf| {
        let path = Path::new(folder).join(name);
        let text = fs::read_to_string(root.join(&path)).with_context(|| path.display().to_string())?;
        Ok(Page::parse(path, &text))
    };
    names.into_iter().map(page).collect()
}

/// Prints each problem; any is an error.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let pages = Pages::read(&workspace.root)?;
    let (pairs, mut problems) = pages.twins();
    for (english, german) in &pairs {
        problems.extend(parity::problems(english, german));
        problems.extend(links::counterparts(english, german, &pages));
    }
    problems.extend(links::problems(&workspace.root, &pages));
    problems.extend(settings_page::problems(&workspace.root)?);
    let program = program::Program::build(workspace)?;
    let described: Vec<&Page> = pages.english.iter().chain(&pages.german).collect();
    problems.extend(program.problems(&described)?);
    problems.extend(configs::problems(&program, &described)?);
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => {
            println!("docs: {} pages in two languages, no problem", pairs.len());
            Ok(())
        }
        count => bail!("{count} problems in the documents"),
    }
}
