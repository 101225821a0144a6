//! A server in a process of its own, so that neither its time nor its memory is taken for that of a program.
//!
//! The other process is this harness again, with [`SERVE`] as its first argument. It reads one order a line from its
//! input and answers with one line of JSON each; when its input ends, so does it.

use std::io::{self, BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The argument that makes a server of the harness.
pub(crate) const SERVE: &str = "serve";

/// The other process.
pub(crate) struct Servant {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Servant {
    /// Starts it, and hears what it says first.
    pub(crate) fn start<T: for<'a> Deserialize<'a>>(arguments: &[String]) -> anyhow::Result<(Self, T)> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the server")?;
        let orders = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().context("the server has no output")?);
        let mut servant = Self { process, orders, answers };
        let first = servant.hear()?;
        Ok((servant, first))
    }

    /// What it answers to an order.
    pub(crate) fn ask<T: for<'a> Deserialize<'a>>(&mut self, order: &str) -> anyhow::Result<T> {
        let orders = self.orders.as_mut().context("the server has no input")?;
        writeln!(orders, "{order}").and_then(|()| orders.flush()).context("ask the server")?;
        self.hear()
    }

    fn hear<T: for<'a> Deserialize<'a>>(&mut self) -> anyhow::Result<T> {
        let mut line = String::new();
        self.answers.read_line(&mut line).context("hear the server")?;
        serde_json::from_str(&line).with_context(|| format!("the server said `{}`", line.trim()))
    }
}

impl Drop for Servant {
    fn drop(&mut self) {
        // The end of its input is the end of the server.
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}

/// Says something, and then answers orders until the input ends.
pub(crate) fn obey(
    first: &impl Serialize,
    mut answer: impl FnMut(&str) -> anyhow::Result<Value>,
) -> anyhow::Result<()> {
    say(first)?;
    for order in io::stdin().lines() {
        say(&answer(&order?)?)?;
    }
    Ok(())
}

fn say(answer: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    writeln!(out)?;
    Ok(out.flush()?)
}
