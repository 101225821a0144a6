//! Programs of the system, run with a list of words and never through a shell.
//!
//! This is the only way out: tests put programs of their own first into the search path. What is in the environment
//! for us, the key among it, does not go along.

use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::environment::own_variables;
use crate::exit::{Complaint, ExitStatus};
use crate::output::clean;

/// What a program said.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// Whether it ended with 0.
    pub(super) is_ok: bool,
    /// What it printed.
    pub(super) stdout: String,
    /// What it complained of.
    pub(super) stderr: String,
}

/// Runs a program; `None` where there is none of that name.
pub(super) fn ask(words: &[&str]) -> Result<Option<Said>> {
    say(words, None)
}

/// The same with something to read.
pub(super) fn tell(words: &[&str], input: &str) -> Result<Option<Said>> {
    say(words, Some(input))
}

/// Runs a program that has to be there and has to end with 0.
pub(super) fn order(words: &[&str]) -> Result<Said> {
    let said = ask(words)?;
    obeyed(words, said)
}

/// What it said, if it is there and ended with 0.
pub(super) fn obeyed(words: &[&str], said: Option<Said>) -> Result<Said> {
    let line = words.join(" ");
    match said {
        Some(said) if said.is_ok => Ok(said),
        Some(said) => {
            let because = clean(said.stderr.trim());
            Err(Complaint::error(ExitStatus::Failed, format!("`{line}` failed: {because}")))
        }
        None => Err(Complaint::error(ExitStatus::Failed, format!("there is no program `{}`", words[0]))),
    }
}

/// Runs a program that talks to the terminal itself, to its end; whether it ended with 0.
pub(super) fn show(words: &[&str]) -> Result<bool> {
    let status = command(words).status();
    Ok(status.with_context(|| format!("`{}` cannot be started", words[0]))?.success())
}

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env("LC_ALL", "C");
    for variable in own_variables() {
        command.env_remove(variable);
    }
    command
}

fn say(words: &[&str], input: Option<&str>) -> Result<Option<Said>> {
    let mut command = command(words);
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        started => started.with_context(|| format!("`{}` cannot be started", words[0]))?,
    };
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // One that ends without reading says why in its exit code.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Some(Said {
        is_ok: output.status.success(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }))
}
