//! A browser and what drives it: Chromium of the system, node, and two packages at the versions in `package-lock.json`.
//!
//! The test files are copied beside the packages: node looks for packages in the folder of the file that asks for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use super::node_packages;
use super::packages::{self, CHROMIUM, NODE, NPM};
use crate::{environment, shell};

/// The least node that playwright-core runs on.
const NODE_VERSION: u32 = 20;

/// What a test in a browser needs.
#[derive(Debug)]
pub(crate) struct Browser {
    /// The program.
    pub(crate) chromium: PathBuf,
    /// The folder with the tests and their packages.
    pub(crate) folder: PathBuf,
}

/// Sees to it that everything is there; `sources` are the tests with their lists of packages.
pub(super) fn install(tools: &Path, sources: &Path) -> anyhow::Result<Browser> {
    packages::require(&[CHROMIUM, NODE, NPM])?;
    let found = shell::output_of(Command::new("node").arg("--version"))?;
    let found = String::from_utf8_lossy(&found).trim().to_owned();
    if major(&found).is_none_or(|major| major < NODE_VERSION) {
        bail!("node is {found}, and {NODE_VERSION} or newer is needed");
    }
    let chromium = CHROMIUM.programs().iter().find_map(|name| environment::program(name));
    let folder = tools.join("browser");
    node_packages::install(&folder, sources)?;
    Ok(Browser { chromium: chromium.context("Chromium is not found")?, folder })
}

/// 20 of `v20.19.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(major("v20.19.2"), Some(20));
        assert_eq!(major("nonsense"), None);
    }
}
