//! A server with nothing on it, in a process of its own. It keeps what it is sent, as a server does, and hashes it.

use anyhow::{Context as _, bail};
use immich_sandbox::{Sandbox, Scenario, Version};
use serde::{Deserialize, Serialize};

use crate::support::far::{Servant, obey};

/// What went over the wire since the last question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wire {
    /// Requests.
    pub(crate) requests: u64,
    /// Bytes of their bodies.
    pub(crate) up: u64,
    /// Bytes of the bodies of the answers.
    pub(crate) down: u64,
}

/// The server, seen from the harness.
pub(crate) struct Server {
    servant: Servant,
    /// Its address.
    pub(crate) url: String,
    /// A key that may do everything.
    pub(crate) key: String,
}

impl Server {
    /// Starts it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let (servant, (url, key)) = Servant::start(&[])?;
        Ok(Self { servant, url, key })
    }

    /// What went over the wire since the last time.
    pub(crate) fn wire(&mut self) -> anyhow::Result<Wire> {
        self.servant.ask("wire")
    }

    /// How many assets it has.
    pub(crate) fn assets(&mut self) -> anyhow::Result<u64> {
        self.servant.ask("assets")
    }
}

/// Is such a server until its input ends.
pub(crate) fn serve() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(Scenario::new(Version::V3_0_3)).context("start the server")?;
    sandbox.only_count_requests(true);
    obey(&(sandbox.url(), sandbox.api_key()), |order| {
        Ok(match order {
            "wire" => serde_json::to_value(wire(&sandbox))?,
            "assets" => serde_json::to_value(sandbox.views().len())?,
            other => bail!("an unknown order: {other}"),
        })
    })
}

fn wire(sandbox: &Sandbox) -> Wire {
    let mut wire = Wire::default();
    for traffic in sandbox.traffic().values() {
        wire.requests += traffic.requests;
        wire.up += traffic.asked;
        wire.down += traffic.answered;
    }
    sandbox.clear_requests();
    wire
}
