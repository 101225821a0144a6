//! Running the tests: with the known ExifTool, with the shared test material, and with every skip shown.
//!
//! A test that is skipped in silence is a hole that nobody sees. Tests that need the shared folder
//! append a line to the file named in `IMMICH_SYNC_SKIP_LOG`; these lines end the run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::workspace::Workspace;
use crate::{environment, shell, tools};

const EXIFTOOL: &str = "IMMICH_SYNC_EXIFTOOL";
const SHARED: &str = "IMMICH_SYNC_SHARED";
const SKIP_LOG: &str = "IMMICH_SYNC_SKIP_LOG";

/// What `test` is asked.
#[derive(Debug, Default, Args)]
pub(crate) struct TestArgs {
    /// Fail when the folder with shared test material is missing
    #[arg(long)]
    pub(crate) require_shared: bool,

    /// Passed on to the test runner, such as a part of a test's name or `-p <crate>`
    #[arg(last = true)]
    pub(crate) arguments: Vec<String>,
}

/// The variables that tests and harnesses read.
#[derive(Debug)]
pub(crate) struct Surroundings {
    exiftool: PathBuf,
    shared: Option<PathBuf>,
}

impl Surroundings {
    /// Installs what is missing, and looks for the shared folder.
    pub(crate) fn prepare(workspace: &Workspace) -> anyhow::Result<Self> {
        let exiftool = match environment::path(EXIFTOOL) {
            Some(named) => named,
            None => tools::ready(workspace)?,
        };
        let shared = environment::path(SHARED).unwrap_or_else(|| workspace.shared());
        Ok(Self { exiftool, shared: shared.is_dir().then_some(shared) })
    }

    /// Hands them to a command.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.env(EXIFTOOL, &self.exiftool);
        if let Some(shared) = &self.shared {
            command.env(SHARED, shared);
        }
    }
}

/// Runs the tests; a failed one is an error, after the skipped ones were listed.
pub(crate) fn run(workspace: &Workspace, args: &TestArgs) -> anyhow::Result<()> {
    let surroundings = Surroundings::prepare(workspace)?;
    if args.require_shared && surroundings.shared.is_none() {
        bail!("no shared test material at {}; set {SHARED} to its folder", workspace.shared().display());
    }
    let log = workspace.root.join(format!("target/skipped-{}.log", std::process::id()));
    let outcome = run_all(workspace, &surroundings, &log, &args.arguments);
    let skipped = report_skips(&log);
    outcome.and(skipped)
}

fn run_all(
    workspace: &Workspace,
    surroundings: &Surroundings,
    log: &Path,
    arguments: &[String],
) -> anyhow::Result<()> {
    let prepared = |command: &mut Command| {
        surroundings.apply(command);
        command.env(SKIP_LOG, log).current_dir(&workspace.root);
        shell::run(command)
    };
    let unit_tests = prepared(&mut runner(arguments));
    if !arguments.is_empty() {
        return unit_tests;
    }
    let doc_tests = prepared(Command::new("cargo").args(["test", "--workspace", "--doc"]));
    unit_tests.and(doc_tests)
}

/// cargo-nextest where it is installed: it runs the tests of all crates side by side.
fn runner(arguments: &[String]) -> Command {
    let mut command = Command::new("cargo");
    if environment::program("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--no-fail-fast"]);
    } else {
        command.args(["test", "--no-fail-fast"]);
        if arguments.is_empty() {
            command.args(["--lib", "--bins", "--tests", "--examples"]);
        }
    }
    if !arguments.iter().any(|argument| is_package_choice(argument)) {
        command.arg("--workspace");
    }
    command.args(arguments);
    command
}

fn is_package_choice(argument: &str) -> bool {
    argument == "-p" || argument.starts_with("--package")
}

/// Prints the lines that skipped tests left behind, and removes the file.
fn report_skips(log: &Path) -> anyhow::Result<()> {
    if !log.exists() {
        println!("no test was skipped");
        return Ok(());
    }
    let text = fs::read_to_string(log).with_context(|| log.display().to_string())?;
    let lines = skips(&text);
    for line in &lines {
        println!("{line}");
    }
    println!("{} tests were skipped", lines.len());
    fs::remove_file(log).with_context(|| log.display().to_string())
}

/// Each skip once: a test that is run again skips again.
fn skips(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_is_listed_once() {
        assert_eq!(skips("SKIPPED b: x\nSKIPPED a: x\n\nSKIPPED b: x\n"), ["SKIPPED a: x", "SKIPPED b: x"]);
    }

    #[test]
    fn a_chosen_package_replaces_the_whole_workspace() {
        let words = |arguments: &[&str]| -> Vec<String> {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            runner(&arguments).get_args().map(|word| word.to_string_lossy().into_owned()).collect()
        };

        assert!(words(&[]).contains(&"--workspace".to_owned()));
        assert!(words(&["a_test"]).contains(&"--workspace".to_owned()));
        assert!(!words(&["-p", "xtask"]).contains(&"--workspace".to_owned()));
    }
}
