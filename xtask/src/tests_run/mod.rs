//! Running the tests: with the known ExifTool, with the shared test material, and with every skip shown.
//!
//! A test that is skipped in silence is a hole that nobody sees, so the skips end the run.

mod runner;
mod skips;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::tests_run::runner::Runner;
use crate::workspace::Workspace;
use crate::{environment, shell, tools};

const EXIFTOOL: &str = "IMMICH_SYNC_EXIFTOOL";
const SHARED: &str = "IMMICH_SYNC_SHARED";
const SKIP_LOG: &str = "IMMICH_SYNC_SKIP_LOG";
const SEED: &str = "PROPTEST_RNG_SEED";
/// Where property tests begin, so that a change is judged by itself and not by chance; `--seed random` looks further.
const USUAL_SEED: &str = "20261121";

/// What `test` is asked.
#[derive(Debug, Default, Args)]
pub(crate) struct TestArgs {
    /// Fail when the folder with shared test material is missing
    #[arg(long)]
    pub(crate) require_shared: bool,

    /// Where property tests begin: a number, or `random` for new cases in each run
    #[arg(long, default_value = USUAL_SEED, value_parser = seed)]
    pub(crate) seed: Seed,

    /// Passed on to the test runner, such as a part of a test's name or `-p <crate>`
    #[arg(last = true)]
    pub(crate) arguments: Vec<String>,
}

/// Where property tests begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seed {
    /// Anew in each run.
    Random,
    /// The same cases in each run.
    Fixed(String),
}

impl Default for Seed {
    fn default() -> Self {
        Self::Fixed(USUAL_SEED.to_owned())
    }
}

fn seed(text: &str) -> Result<Seed, String> {
    match text {
        "random" => Ok(Seed::Random),
        number if number.parse::<u64>().is_ok() => Ok(Seed::Fixed(number.to_owned())),
        other => Err(format!("`{other}` is neither a number nor `random`")),
    }
}

/// The variables that tests and harnesses read.
#[derive(Debug)]
pub(crate) struct Surroundings {
    exiftool: PathBuf,
    /// Where the shared test material is, or would be.
    shared: PathBuf,
}

impl Surroundings {
    /// Installs what is missing, and looks for the shared folder.
    pub(crate) fn prepare(workspace: &Workspace) -> anyhow::Result<Self> {
        let exiftool = match environment::path(EXIFTOOL) {
            Some(named) => named,
            None => tools::ready(workspace)?,
        };
        let shared = environment::path(SHARED).unwrap_or_else(|| workspace.shared());
        Ok(Self { exiftool, shared })
    }

    /// Hands them to a command.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.env(EXIFTOOL, &self.exiftool);
        if self.shared.is_dir() {
            command.env(SHARED, &self.shared);
        }
    }
}

/// Runs the tests; a failed one is an error, after the skipped ones were listed.
pub(crate) fn run(workspace: &Workspace, args: &TestArgs) -> anyhow::Result<()> {
    let surroundings = Surroundings::prepare(workspace)?;
    if args.require_shared && !surroundings.shared.is_dir() {
        bail!("no shared test material at {}; set {SHARED} to its folder", surroundings.shared.display());
    }
    let log = workspace.root.join(format!("target/skipped-{}.log", std::process::id()));
    let runner = Runner::find();
    let prepared = |mut command: Command| {
        surroundings.apply(&mut command);
        command.env(SKIP_LOG, &log).current_dir(&workspace.root);
        match &args.seed {
            Seed::Random => command.env_remove(SEED),
            Seed::Fixed(number) => command.env(SEED, number),
        };
        command
    };
    let (printed, outcome) =
        runner.run(&mut prepared(runner.command(&workspace.root, &args.arguments)), &workspace.root);
    let doc_tests = if args.arguments.is_empty() {
        let mut command = Command::new("cargo");
        command.args(["test", "--workspace", "--doc"]);
        shell::run(&mut prepared(command))
    } else {
        Ok(())
    };
    let logged = take(&log);
    report(&skips::skips(&(printed + &logged?)));
    outcome.and(doc_tests)
}

/// The content of the log, which is removed; tests that skip nothing leave none.
fn take(log: &Path) -> anyhow::Result<String> {
    if !log.exists() {
        return Ok(String::new());
    }
    let text = fs::read_to_string(log).with_context(|| log.display().to_string())?;
    fs::remove_file(log).with_context(|| log.display().to_string())?;
    Ok(text)
}

fn report(skipped: &[String]) {
    for line in skipped {
        println!("{line}");
    }
    match skipped.len() {
        0 => println!("no test was skipped"),
        count => println!("{count} tests were skipped"),
    }
}
