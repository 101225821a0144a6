//! The programs that run tests: cargo-nextest where it is installed, else `cargo test`.

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::skips::Successes;
use crate::{environment, shell};

/// Which program runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runner {
    /// Runs the tests of all crates side by side.
    Nextest,
    /// Comes with Rust.
    CargoTest,
}

impl Runner {
    pub(super) fn find() -> Self {
        if environment::program("cargo-nextest").is_some() { Self::Nextest } else { Self::CargoTest }
    }

    /// The command without its surroundings.
    pub(super) fn command(self, root: &Path, arguments: &[String]) -> Command {
        let mut command = Command::new("cargo");
        match self {
            Self::Nextest => {
                let config = format!("xtask:{}", root.join(".ci/nextest.toml").display());
                command.args(["nextest", "run", "--no-fail-fast", "--tool-config-file", &config]);
            }
            Self::CargoTest => {
                command.args(["test", "--no-fail-fast"]);
                if arguments.is_empty() {
                    command.args(["--lib", "--bins", "--tests", "--examples"]);
                }
            }
        }
        if !arguments.iter().any(|argument| is_package_choice(argument)) {
            command.arg("--workspace");
        }
        command.args(arguments);
        if self == Self::CargoTest && !arguments.iter().any(|argument| argument == "--") {
            command.args(["--", "--show-output"]);
        }
        command
    }

    /// Runs it; answers with what passing tests printed, and whether all passed.
    pub(super) fn run(self, command: &mut Command, root: &Path) -> (String, anyhow::Result<()>) {
        match self {
            Self::Nextest => run_with_report(command, &root.join("target/nextest/default/junit.xml")),
            Self::CargoTest => match run_with_pipe(command) {
                Ok((hidden, outcome)) => (hidden, outcome),
                Err(error) => (String::new(), Err(error)),
            },
        }
    }
}

fn is_package_choice(argument: &str) -> bool {
    argument.starts_with("-p") || argument.starts_with("--package")
}

fn run_with_report(command: &mut Command, report: &Path) -> (String, anyhow::Result<()>) {
    // A report of an earlier run must not be taken for one of this run.
    if let Err(error) = fs::remove_file(report)
        && error.kind() != io::ErrorKind::NotFound
    {
        return (String::new(), Err(error).with_context(|| report.display().to_string()));
    }
    let outcome = shell::run(command);
    match fs::read_to_string(report) {
        Ok(text) => (text, outcome),
        // Without a report nothing ran (the build failed), which the outcome tells.
        Err(error) => {
            let missing = Err(error).with_context(|| format!("no report at {}", report.display()));
            (String::new(), outcome.and(missing))
        }
    }
}

/// Shows the output as it comes, apart from what passing tests printed.
fn run_with_pipe(command: &mut Command) -> anyhow::Result<(String, anyhow::Result<()>)> {
    shell::announce(command);
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("the output is piped")?;
    let mut hidden = String::new();
    let mut successes = Successes::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if successes.hides(&line) {
            hidden.push_str(&line);
            hidden.push('\n');
        } else {
            println!("{line}");
        }
    }
    let status = child.wait()?;
    let outcome = if status.success() { Ok(()) } else { failed(status) };
    Ok((hidden, outcome))
}

fn failed(status: std::process::ExitStatus) -> anyhow::Result<()> {
    bail!("the tests ended with {status}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(runner: Runner, arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let command = runner.command(Path::new("/w"), &arguments);
        command.get_args().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_chosen_package_replaces_the_whole_workspace() {
        for runner in [Runner::Nextest, Runner::CargoTest] {
            assert!(words(runner, &[]).contains(&"--workspace".to_owned()));
            assert!(words(runner, &["a_test"]).contains(&"--workspace".to_owned()));
            assert!(!words(runner, &["-p", "xtask"]).contains(&"--workspace".to_owned()));
        }
    }

    #[test]
    fn what_passing_tests_print_is_kept_by_both_runners() {
        assert!(words(Runner::Nextest, &[]).contains(&"xtask:/w/.ci/nextest.toml".to_owned()));
        assert!(words(Runner::CargoTest, &[]).ends_with(&["--".to_owned(), "--show-output".to_owned()]));
    }

    #[test]
    fn a_pipe_separates_what_passing_tests_print() {
        let mut script = Command::new("sh");
        script
            .args(["-c", "echo seen; echo successes:; echo 'SKIPPED a: x'; echo 'test result: ok'; exit 3"]);

        let (hidden, outcome) = run_with_pipe(&mut script).unwrap();

        assert_eq!(hidden, "successes:\nSKIPPED a: x\n");
        assert!(outcome.is_err());
    }
}
