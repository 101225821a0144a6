//! Who may use whom, between crates and between modules.
//!
//! A border that nobody checks is a wish. Crates are asked of cargo, modules are read.

mod edges;
mod modules;

use std::fmt;
use std::path::PathBuf;

use anyhow::bail;

use crate::source::Source;
use crate::workspace::Workspace;

/// Something on the wrong side of a border.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    file: PathBuf,
    /// From 1 on; 0 for the file as a whole.
    line: usize,
    rule: &'static str,
    found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {} ({})", self.file.display(), self.line, self.rule, self.found)
    }
}

/// Prints each violation; any is an error.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let mut violations = edges::violations(workspace);
    let mut files = 0;
    for krate in &workspace.crates {
        for source in Source::all_under(&krate.folder().join("src"))?.iter().filter(|source| !source.is_test)
        {
            files += 1;
            let tokens = source.tokens()?;
            violations.extend(modules::violations(&krate.name, workspace.relative(&source.path), &tokens));
        }
    }
    for violation in &violations {
        println!("{violation}");
    }
    match violations.len() {
        0 => {
            println!("borders: {} crates, {files} files, no violation", workspace.crates.len());
            Ok(())
        }
        count => bail!("{count} borders are violated"),
    }
}
