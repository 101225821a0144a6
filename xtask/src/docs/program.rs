//! What pages say about the command line, asked of the program: each command and each option has to exist.
//!
//! The lists come from the completions. They leave out what is hidden (names of older tools that are still taken), so
//! an option that is not in them is tried: whoever puts `--help` behind an option that exists gets help or is asked
//! for a value.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::Problem;
use super::page::{Page, Section};
use crate::shell;
use crate::workspace::Workspace;

/// Options of other programs, which the pages name to say what stands for them here.
const OF_OTHERS: &[&str] = &[
    // osxphotos
    "--checkpoint",
    "--download-missing",
    "--export-as-hardlink",
    "--ignore-date-modified",
    "--keyword-template",
    "--not-hidden",
    "--overwrite",
    "--ramdb",
    "--update",
    // immich-go and the official client
    "--api-trace",
    "--client-timeout",
    "--device-uuid",
    "--manage-burst",
    "--manage-epson-fastfoto",
    "--manage-heic-jpeg",
    "--manage-raw-jpeg",
    "--no-ui",
    "--on-errors",
    "--skip-verify-ssl",
    "--admin-api-key",
    // cargo and docker
    "--features",
    "--user",
];

const ROOT: &str = "immich__subcmd__sync";

/// The program that was built from this workspace.
pub(super) struct Program {
    binary: PathBuf,
    /// The options that completions offer, by command: `immich__subcmd__sync__subcmd__write`.
    offered: BTreeMap<String, BTreeSet<String>>,
    /// What was tried, and whether the program knows it.
    tried: RefCell<BTreeMap<String, bool>>,
}

impl Program {
    /// Builds the program and asks it for its options.
    pub(super) fn build(workspace: &Workspace) -> anyhow::Result<Self> {
        shell::run(
            Command::new("cargo").args(["build", "-q", "-p", "immich-sync"]).current_dir(&workspace.root),
        )?;
        let binary = workspace.target.join("debug/immich-sync");
        let completions = shell::output_of(shell::english(&binary).args(["completions", "bash"]))?;
        let offered = offered(&String::from_utf8(completions).context("completions are no text")?);
        Ok(Self { offered, ..Self::at(binary) })
    }

    /// A program that was asked nothing yet.
    pub(super) fn at(binary: PathBuf) -> Self {
        Self { binary, offered: BTreeMap::new(), tried: RefCell::default() }
    }

    /// A call of the program.
    pub(super) fn command(&self) -> Command {
        shell::english(&self.binary)
    }

    /// Commands and options on these pages that the program does not know.
    pub(super) fn problems(&self, pages: &[&Page]) -> anyhow::Result<Vec<Problem>> {
        let mut found = Vec::new();
        let mut named = BTreeSet::new();
        for page in pages {
            for said in page.sections.iter().flat_map(said_in) {
                named.extend(options_in(&said.text));
                for text in self.faults(&said)? {
                    found.push(Problem { page: page.path.clone(), line: said.line, text });
                }
            }
        }
        for option in OF_OTHERS {
            if !named.contains(*option) || self.is_known(option)? {
                let text = format!("`{option}` need not be listed here");
                found.push(Problem { page: PathBuf::from(file!()), line: 0, text });
            }
        }
        Ok(found)
    }

    fn faults(&self, said: &Said) -> anyhow::Result<Vec<String>> {
        let Some(words) = said.text.strip_prefix("immich-sync ") else {
            return self.unknown_anywhere(&said.text);
        };
        let command = match self.command_in(words) {
            Ok(command) => command,
            Err(word) => return Ok(vec![format!("`{word}` is no command")]),
        };
        let mut faults = Vec::new();
        for option in options_in(words) {
            if !self.takes(&command, &option)? {
                faults.push(format!("`immich-sync {}` has no option `{option}`", command.join(" ")));
            }
        }
        Ok(faults)
    }

    fn unknown_anywhere(&self, text: &str) -> anyhow::Result<Vec<String>> {
        let mut faults = Vec::new();
        for option in options_in(text) {
            if !OF_OTHERS.contains(&option.as_str()) && !self.is_known(&option)? {
                faults.push(format!("no command has an option `{option}`"));
            }
        }
        Ok(faults)
    }

    /// The command that a line begins with, or the word that is none.
    fn command_in(&self, words: &str) -> Result<Vec<String>, String> {
        let mut command: Vec<String> = Vec::new();
        for word in words.split_whitespace() {
            let mut longer = command.clone();
            longer.push(word.to_owned());
            if self.offered.contains_key(&key(&longer)) {
                command = longer;
            } else if command.is_empty() && word.starts_with(|letter: char| letter.is_ascii_lowercase()) {
                return Err(word.to_owned());
            } else {
                break;
            }
        }
        Ok(command)
    }

    fn is_known(&self, option: &str) -> anyhow::Result<bool> {
        if self.offered.values().any(|options| options.contains(option)) {
            return Ok(true);
        }
        for command in self.offered.keys() {
            let words = command.trim_start_matches(ROOT).split("__subcmd__").filter(|word| !word.is_empty());
            if self.is_accepted(&joined(words, &self.offered), option)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn takes(&self, command: &[String], option: &str) -> anyhow::Result<bool> {
        let offered = self.offered.get(&key(command)).is_some_and(|options| options.contains(option));
        Ok(offered || self.is_accepted(command, option)?)
    }

    /// Tries an option that completions do not offer.
    fn is_accepted(&self, command: &[String], option: &str) -> anyhow::Result<bool> {
        let name = format!("{} {option}", command.join(" "));
        if let Some(known) = self.tried.borrow().get(&name) {
            return Ok(*known);
        }
        let answer = self
            .command()
            .args(command)
            .args([option, "--help"])
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot start `{}`", self.binary.display()))?;
        let known = !String::from_utf8_lossy(&answer.stderr).contains("unexpected argument");
        self.tried.borrow_mut().insert(name, known);
        Ok(known)
    }
}

/// A piece of code of a page: a span, or a line of a block.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    line: usize,
    text: String,
}

fn said_in(section: &Section) -> Vec<Said> {
    let spans = section.spans.iter().map(|span| Said { line: span.line, text: span.text.clone() });
    let lines = section.blocks.iter().flat_map(|block| {
        let lines = block.lines.iter().enumerate();
        lines.map(|(at, line)| Said { line: block.line + at, text: bare(line).to_owned() })
    });
    // Lines of code that start another program, or show what one says, are no matter of ours.
    spans.chain(lines.filter(|said| said.text.starts_with("immich-sync "))).collect()
}

/// A line of code without prompt and comment, and without what calls the program in a container.
fn bare(line: &str) -> &str {
    let line = line.trim().trim_start_matches("$ ");
    let line = line.find(" #").map_or(line, |at| &line[..at]).trim();
    line.split_once(" exec immich-sync ").map_or(line, |(_, call)| call)
}

/// Options such as `--dry-run` in a piece of code; `--no-` alone is none.
fn options_in(text: &str) -> Vec<String> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'))
        .filter(|word| word.starts_with("--") && word.len() > 2 && !word.ends_with('-'))
        .filter(|word| word[2..].starts_with(|letter: char| letter.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

/// The name of a command in the completions, which write hyphens like the border between two words.
fn key(command: &[String]) -> String {
    let mut key = ROOT.to_owned();
    for word in command {
        key.push_str("__subcmd__");
        key.push_str(&word.replace('-', "__subcmd__"));
    }
    key
}

/// Words of a key put together to those that commands are called by: `google`, `takeout` to `google-takeout`.
fn joined<'a>(
    words: impl Iterator<Item = &'a str>,
    offered: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    let mut command: Vec<String> = Vec::new();
    for word in words {
        let whole = offered.contains_key(&key(&command));
        match command.last_mut() {
            Some(last) if !whole => *last = format!("{last}-{word}"),
            _ => command.push(word.to_owned()),
        }
    }
    command
}

/// Reads the completions of bash: `name)`, and in the next line `opts="…"`.
fn offered(completions: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut name = None;
    for line in completions.lines().map(str::trim) {
        if let Some(command) = line.strip_suffix(')').filter(|command| command.starts_with("immich__sync")) {
            name = Some(command.replacen("immich__sync", ROOT, 1));
        } else if let Some(command) = line.strip_suffix(')').filter(|command| command.starts_with(ROOT)) {
            name = Some(command.to_owned());
        } else if let Some(options) = line.strip_prefix("opts=\"").and_then(|rest| rest.strip_suffix('"'))
            && let Some(name) = name.take()
        {
            let options = options.split(' ').filter(|word| word.starts_with("--")).map(str::to_owned);
            found.insert(name, options.collect());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPLETIONS: &str = "\
            immich__sync,write)\n  cmd=\"x\"\n\
        immich__sync)\n    opts=\"-h --help write import\"\n\
        immich__subcmd__sync__subcmd__write)\n    opts=\"-n --dry-run --help\"\n\
        immich__subcmd__sync__subcmd__import)\n    opts=\"--help google-takeout\"\n\
        immich__subcmd__sync__subcmd__import__subcmd__google__subcmd__takeout)\n    opts=\"--tag --help\"\n";

    /// A program that refuses whatever its completions do not offer.
    fn program(folder: &std::path::Path) -> Program {
        let binary = folder.join("program");
        std::fs::write(&binary, "#!/bin/sh\necho \"error: unexpected argument\" >&2\nexit 2\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&binary, mode).unwrap();
        Program { offered: offered(COMPLETIONS), ..Program::at(binary) }
    }

    /// What is told of a page, but not of the list of other programs' options.
    fn told(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let page = Page::parse(PathBuf::from("docs/a.md"), text);
        let problems = program(folder.path()).problems(&[&page]).unwrap();
        let of_pages = problems.iter().filter(|problem| problem.line > 0);
        of_pages.map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_program_has_is_no_problem() {
        let text =
            "`--tag`, `--dry-run`, `--update`\n\n    immich-sync import google-takeout --tag x  # --not\n";

        assert_eq!(told(text), Vec::<String>::new());
    }

    #[test]
    fn an_option_that_only_another_command_has_is_told() {
        let told = told("\n    immich-sync write --tag\n");

        assert_eq!(told, ["docs/a.md:2: `immich-sync write` has no option `--tag`"]);
    }

    #[test]
    fn an_option_that_nothing_has_is_told_with_its_line() {
        assert_eq!(told("a\n`--dry-runs`\n"), ["docs/a.md:2: no command has an option `--dry-runs`"]);
    }

    #[test]
    fn what_is_called_in_a_container_is_looked_at_too() {
        let told = told("\n    docker compose exec immich-sync immich-sync write --tag\n");

        assert_eq!(told, ["docs/a.md:2: `immich-sync write` has no option `--tag`"]);
    }

    #[test]
    fn a_command_that_is_not_there_is_told() {
        assert_eq!(told("`immich-sync wirte --tag`\n"), ["docs/a.md:1: `wirte` is no command"]);
    }

    #[test]
    fn words_of_a_command_with_a_hyphen_are_put_together() {
        let offered = offered(COMPLETIONS);

        assert_eq!(
            joined(["import", "google", "takeout"].into_iter(), &offered),
            ["import", "google-takeout"]
        );
    }
}
