//! The Homebrew formula: a text with places for what only a release knows.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

use super::{Problem, text_of};
use crate::environment;
use crate::shell;
use crate::tools;
use crate::workspace::Workspace;

const FILE: &str = "homebrew/immich-sync.rb.in";

/// Prints the formula of the release with this archive.
pub(super) fn print(workspace: &Workspace, url: &str, archive: &Path, homepage: &str) -> anyhow::Result<()> {
    let bytes = fs::read(archive).with_context(|| archive.display().to_string())?;
    let sum = tools::hex(&Sha256::digest(&bytes));
    let template = text_of(&workspace.root, FILE)?;
    print!("{}", filled(&template, url, homepage, &version(workspace)?, &sum)?);
    Ok(())
}

pub(super) fn problems(workspace: &Workspace) -> anyhow::Result<Vec<Problem>> {
    let template = text_of(&workspace.root, FILE)?;
    let example = ("https://example.org/immich-sync.tar.gz", "https://example.org/");
    let formula = match filled(&template, example.0, example.1, &version(workspace)?, &"0".repeat(64)) {
        Ok(formula) => formula,
        Err(error) => return Ok(vec![Problem { file: FILE, line: 0, text: error.to_string() }]),
    };
    if environment::program("ruby").is_none() {
        println!("SKIPPED reading {FILE}: there is no ruby");
        return Ok(Vec::new());
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("immich-sync.rb");
    fs::write(&file, formula)?;
    shell::output_of(Command::new("ruby").arg("-c").arg(&file))?;
    Ok(Vec::new())
}

/// The version that all crates have.
fn version(workspace: &Workspace) -> anyhow::Result<String> {
    let text = fs::read_to_string(workspace.root.join("Cargo.toml")).context("Cargo.toml")?;
    let line = text.lines().find_map(|line| line.strip_prefix("version = \""));
    Ok(line.context("Cargo.toml names no version")?.trim_end_matches('"').to_owned())
}

/// The template with its places filled; one that is missing or left is an error.
fn filled(template: &str, url: &str, homepage: &str, version: &str, sum: &str) -> anyhow::Result<String> {
    let mut formula = template.lines().skip(1).collect::<Vec<_>>().join("\n") + "\n";
    for (place, value) in
        [("@URL@", url), ("@HOMEPAGE@", homepage), ("@VERSION@", version), ("@SHA256@", sum)]
    {
        if !formula.contains(place) {
            bail!("it has no {place}");
        }
        formula = formula.replace(place, value);
    }
    if let Some(left) = formula.split_whitespace().find(|word| word.starts_with("\"@")) {
        bail!("nothing is known for {left}");
    }
    Ok(formula)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "# a comment for us\nurl \"@URL@\"\nhomepage \"@HOMEPAGE@\"\nversion \"@VERSION@\"\nsha256 \"@SHA256@\"\n";

    #[test]
    fn all_places_are_filled() {
        let formula = filled(TEMPLATE, "u", "h", "1.2", "abc").unwrap();

        assert_eq!(formula, "url \"u\"\nhomepage \"h\"\nversion \"1.2\"\nsha256 \"abc\"\n");
    }

    #[test]
    fn a_place_that_is_missing_or_unknown_is_an_error() {
        assert!(filled(&TEMPLATE.replace("@URL@", "x"), "u", "h", "1.2", "abc").is_err());
        assert!(filled(&format!("{TEMPLATE}desc \"@DESC@\"\n"), "u", "h", "1.2", "abc").is_err());
    }
}
