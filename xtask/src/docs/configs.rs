//! Config files on the pages, read by the program: a key that it does not know is an error there, and so here.

use std::fs;
use std::process::Stdio;

use anyhow::Context as _;

use super::Problem;
use super::page::{Block, Page};
use super::program::Program;

/// Blocks of TOML and YAML that the program does not take.
pub(super) fn problems(program: &Program, pages: &[&Page]) -> anyhow::Result<Vec<Problem>> {
    let mut found = Vec::new();
    for page in pages {
        let blocks = page.sections.iter().flat_map(|section| &section.blocks);
        for block in blocks.filter(|block| ["toml", "yaml"].contains(&block.language.as_str())) {
            if let Some(text) = fault(program, block)? {
                found.push(Problem { page: page.path.clone(), line: block.line, text });
            }
        }
    }
    Ok(found)
}

/// What the program says of a config file, if it does not take it.
fn fault(program: &Program, block: &Block) -> anyhow::Result<Option<String>> {
    let home = tempfile::tempdir()?;
    let file = home.path().join(format!("config.{}", block.language));
    fs::write(&file, block.lines.join("\n") + "\n").with_context(|| file.display().to_string())?;
    let answer = program
        .command()
        .args(["config", "show", "--config"])
        .arg(&file)
        .env_clear()
        .env("HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .context("cannot start the program")?;
    let said = String::from_utf8_lossy(&answer.stderr).replace(&home.path().display().to_string(), "");
    Ok((!answer.status.success()).then(|| format!("the program does not take it: {}", said.trim())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_block_that_the_program_refuses_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let binary = folder.path().join("program");
        let script = "#!/bin/sh\nwhile read -r key rest; do [ \"$key\" = server ] || { echo \"no $key\" >&2; exit 2; }; done < \"$4\"\n";
        fs::write(&binary, script).unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        let text = "```toml\nserver = 1\n```\n\n```\nnot = 2\n```\n\n```toml\nserverr = 1\n```\n";
        let page = Page::parse(PathBuf::from("docs/a.md"), text);

        let told = problems(&Program::at(binary), &[&page]).unwrap();

        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["docs/a.md:10: the program does not take it: no serverr"]);
    }
}
