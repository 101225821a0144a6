//! The server of a measured run: in a process of its own, so that the memory of the program is its alone.
//!
//! The other process is this harness again, with [`SERVE`] as its first argument. It reads one order a line from its
//! input and answers with one line of JSON each; when its input ends, so does it.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail};
use immich_sandbox::{AssetId, Sandbox};
use serde::{Deserialize, Serialize};

use super::library::Library;

/// The argument that makes a server of the harness.
pub(crate) const SERVE: &str = "serve";

/// What went over the wire since the last question.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Wire {
    /// Requests by route.
    pub(crate) routes: BTreeMap<String, u64>,
    /// Bytes of all answers.
    pub(crate) answered: u64,
    /// Bytes of the largest answer.
    pub(crate) largest_answer: u64,
    /// Bytes of the largest request.
    pub(crate) largest_request: u64,
}

impl Wire {
    /// All requests.
    pub(crate) fn requests(&self) -> u64 {
        self.routes.values().sum()
    }

    /// Pictures that were fetched.
    pub(crate) fn thumbnails(&self) -> u64 {
        self.routes.get("GET /api/assets/{id}/thumbnail").copied().unwrap_or_default()
    }
}

/// What the library looks like now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looks {
    /// Assets with a tag.
    pub(crate) tagged: usize,
    /// Albums.
    pub(crate) albums: usize,
    /// Stacks.
    pub(crate) stacks: usize,
    /// Assets with a heart.
    pub(crate) hearts: usize,
}

/// A server that can be asked what happened to it.
pub(crate) trait Host {
    /// Its address.
    fn url(&self) -> &str;
    /// A key that may do everything.
    fn key(&self) -> &str;
    /// What went over the wire since the last time.
    fn wire(&mut self) -> anyhow::Result<Wire>;
    /// What the library looks like.
    fn looks(&mut self) -> anyhow::Result<Looks>;
    /// The photos that come later come.
    fn show_the_later(&mut self) -> anyhow::Result<()>;
}

/// A server in this process.
pub(crate) struct Near {
    sandbox: Sandbox,
    url: String,
    key: String,
    later: Vec<AssetId>,
}

impl Near {
    /// Starts it.
    pub(crate) fn start(library: Library) -> anyhow::Result<Self> {
        let (scenario, later) = library.scenario();
        let sandbox = Sandbox::start(scenario).context("start the server")?;
        sandbox.only_count_requests(true);
        Ok(Self { url: sandbox.url(), key: sandbox.api_key(), sandbox, later })
    }
}

impl Host for Near {
    fn url(&self) -> &str {
        &self.url
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn wire(&mut self) -> anyhow::Result<Wire> {
        let mut wire = Wire::default();
        for (route, traffic) in self.sandbox.traffic() {
            wire.routes.insert(route, traffic.requests);
            wire.answered += traffic.answered;
            wire.largest_answer = wire.largest_answer.max(traffic.largest_answer);
            wire.largest_request = wire.largest_request.max(traffic.largest_request);
        }
        self.sandbox.clear_requests();
        Ok(wire)
    }

    fn looks(&mut self) -> anyhow::Result<Looks> {
        let views = self.sandbox.views();
        Ok(Looks {
            tagged: views.iter().filter(|view| !view.tags.is_empty()).count(),
            albums: self.sandbox.albums().len(),
            stacks: self.sandbox.stacks().len(),
            hearts: views.iter().filter(|view| view.is_favorite).count(),
        })
    }

    fn show_the_later(&mut self) -> anyhow::Result<()> {
        for id in self.later.drain(..) {
            self.sandbox.restore(id)?;
        }
        Ok(())
    }
}

/// A server in another process.
pub(crate) struct Far {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    url: String,
    key: String,
}

impl Far {
    /// Starts it.
    pub(crate) fn start(library: Library) -> anyhow::Result<Self> {
        let numbers = [library.assets, library.later, library.one_copy_in].map(|number| number.to_string());
        let mut process = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .args(numbers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the server")?;
        let orders = process.stdin.take();
        let mut answers = BufReader::new(process.stdout.take().context("the server has no output")?);
        let (url, key) = answer(&mut answers)?;
        Ok(Self { process, orders, answers, url, key })
    }

    fn ask<T: for<'a> Deserialize<'a>>(&mut self, order: &str) -> anyhow::Result<T> {
        let orders = self.orders.as_mut().context("the server has no input")?;
        writeln!(orders, "{order}").and_then(|()| orders.flush()).context("ask the server")?;
        answer(&mut self.answers)
    }
}

impl Host for Far {
    fn url(&self) -> &str {
        &self.url
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn wire(&mut self) -> anyhow::Result<Wire> {
        self.ask("wire")
    }

    fn looks(&mut self) -> anyhow::Result<Looks> {
        self.ask("looks")
    }

    fn show_the_later(&mut self) -> anyhow::Result<()> {
        self.ask("later")
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        // The end of its input is the end of the server.
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}

fn answer<T: for<'a> Deserialize<'a>>(answers: &mut impl BufRead) -> anyhow::Result<T> {
    let mut line = String::new();
    answers.read_line(&mut line).context("hear the server")?;
    serde_json::from_str(&line).with_context(|| format!("the server said `{}`", line.trim()))
}

/// Is such a server until its input ends.
pub(crate) fn serve(arguments: &[String]) -> anyhow::Result<()> {
    let numbers: Vec<usize> = arguments.iter().flat_map(|text| text.parse()).collect();
    let [assets, later, one_copy_in] = numbers[..] else { bail!("{SERVE} takes three numbers") };
    let mut near = Near::start(Library { assets, later, one_copy_in })?;
    say(&(near.url(), near.key()))?;
    for order in io::stdin().lines() {
        match order?.as_str() {
            "wire" => say(&near.wire()?)?,
            "looks" => say(&near.looks()?)?,
            "later" => say(&near.show_the_later()?)?,
            other => bail!("an unknown order: {other}"),
        }
    }
    Ok(())
}

fn say(answer: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    writeln!(out)?;
    Ok(out.flush()?)
}
