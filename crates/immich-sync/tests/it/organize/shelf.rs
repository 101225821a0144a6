//! A server on which some photos are there twice, and a folder with copies of some.

use std::path::PathBuf;
use std::process::Command;

use immich_sandbox::{AssetId, Sandbox, Scenario, Version};
use tempfile::TempDir;

use super::pictures::{jpeg, picture, smaller};

/// Photos on the server: two that are there three times and twice, and those that are there once.
const SINGLES: u64 = 5;

/// The server, the folder, and a home for the program.
pub(crate) struct Shelf {
    pub(crate) folder: TempDir,
    pub(crate) sandbox: Sandbox,
    /// A lake, in full, as somebody sent it, and small.
    pub(super) lake: [AssetId; 3],
    /// A boat, in full and small.
    pub(super) boat: [AssetId; 2],
    /// Photos that are there once.
    pub(super) singles: Vec<AssetId>,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        Self::on(Version::V3_0_3)
    }

    pub(super) fn on(version: Version) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut scenario = Scenario::new(version);
        let library = scenario.managed_storage("/data/library/admin", folder.path().join("server"));
        let mut plant = |name: &str, bytes: Vec<u8>| scenario.asset(&library, name).picture(bytes).id();
        let (lake, boat) = (picture(1), picture(2));
        let lake = [
            plant("2024/lake.jpg", jpeg(&lake, 95)),
            plant("2024/lake (1).jpg", jpeg(&lake, 60)),
            plant("messenger/IMG-20240701-WA0001.jpg", jpeg(&smaller(&lake), 80)),
        ];
        let boat = [
            plant("2024/boat.jpg", jpeg(&boat, 95)),
            plant("2025/boat-small.jpg", jpeg(&smaller(&boat), 90)),
        ];
        let singles = (0..SINGLES)
            .map(|number| plant(&format!("2024/single-{number}.jpg"), jpeg(&picture(10 + number), 90)))
            .collect();
        let sandbox = Sandbox::start(scenario).unwrap();
        Self { folder, sandbox, lake, boat, singles }
    }

    /// A folder of this machine: the boat as it was uploaded, one single in small, and two that the server has not.
    pub(crate) fn disk(&self) -> PathBuf {
        let disk = self.folder.path().join("disk");
        std::fs::create_dir_all(disk.join("old")).unwrap();
        let put = |name: &str, bytes: Vec<u8>| std::fs::write(disk.join(name), bytes).unwrap();
        put("old/boat.jpg", jpeg(&picture(2), 95));
        put("single-small.jpg", jpeg(&smaller(&picture(10)), 85));
        put("cat.jpg", jpeg(&picture(50), 90));
        put("cat copy.jpg", jpeg(&picture(50), 40));
        disk
    }

    /// The program with nothing of this machine's environment, and `arguments`.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_immich-sync"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.folder.path().join("home"));
        command.args(arguments);
        command
    }

    /// `organize` with server and key, and `arguments`.
    pub(crate) fn organize(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(&["organize"]);
        command.env("IMMICH_API_KEY", self.sandbox.api_key()).env("IMMICH_URL", self.sandbox.url());
        command.args(arguments);
        command
    }

    /// The tags of an asset.
    pub(super) fn tags(&self, asset: AssetId) -> Vec<String> {
        self.sandbox.view(asset).unwrap().tags
    }

    /// All tags that assets have, with how many have each.
    pub(super) fn all_tags(&self) -> Vec<(String, usize)> {
        let mut tags: Vec<String> = self.sandbox.views().into_iter().flat_map(|view| view.tags).collect();
        tags.sort();
        let mut counted: Vec<(String, usize)> = Vec::new();
        for tag in tags {
            match counted.last_mut() {
                Some((last, count)) if *last == tag => *count += 1,
                _ => counted.push((tag, 1)),
            }
        }
        counted
    }

    /// How many thumbnails were fetched up to now.
    pub(super) fn fetched(&self) -> usize {
        self.sandbox.requests().iter().filter(|request| request.path.ends_with("/thumbnail")).count()
    }
}
