//! The server of a measured run: in a process of its own, so that the memory of the program is its alone.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use immich_sandbox::{AssetId, Sandbox};
use serde::{Deserialize, Serialize};

use super::library::Library;
use crate::support::far::{SERVE, Servant, obey};

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
    servant: Servant,
    url: String,
    key: String,
}

impl Far {
    /// Starts it.
    pub(crate) fn start(library: Library) -> anyhow::Result<Self> {
        let numbers = [library.assets, library.later, library.one_copy_in].map(|number| number.to_string());
        let (servant, (url, key)) = Servant::start(&numbers)?;
        Ok(Self { servant, url, key })
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
        self.servant.ask("wire")
    }

    fn looks(&mut self) -> anyhow::Result<Looks> {
        self.servant.ask("looks")
    }

    fn show_the_later(&mut self) -> anyhow::Result<()> {
        self.servant.ask("later")
    }
}

/// Is such a server until its input ends.
pub(crate) fn serve(arguments: &[String]) -> anyhow::Result<()> {
    let numbers: Vec<usize> = arguments.iter().flat_map(|text| text.parse()).collect();
    let [assets, later, one_copy_in] = numbers[..] else { bail!("{SERVE} takes three numbers") };
    let mut near = Near::start(Library { assets, later, one_copy_in })?;
    let first = (near.url().to_owned(), near.key().to_owned());
    obey(&first, |order| {
        Ok(match order {
            "wire" => serde_json::to_value(near.wire()?)?,
            "looks" => serde_json::to_value(near.looks()?)?,
            "later" => serde_json::to_value(near.show_the_later()?)?,
            other => bail!("an unknown order: {other}"),
        })
    })
}
