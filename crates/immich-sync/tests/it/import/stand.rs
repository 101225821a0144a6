//! A server with nothing on it, an export beside it, and a home for the program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use immich_sandbox::{AssetView, Sandbox, Scenario, Version};
use sample_pictures::{Takeout, TakeoutPhoto};
use tempfile::TempDir;

use crate::place::{contents, exiftool};

/// All permissions that an import needs, and none of an administrator.
pub(super) const ORDINARY: [&str; 12] = [
    "user.read",
    "asset.read",
    "asset.upload",
    "asset.update",
    "asset.copy",
    "album.read",
    "album.create",
    "album.update",
    "albumAsset.create",
    "albumAsset.delete",
    "stack.read",
    "stack.create",
];

/// All of it.
pub(crate) struct Stand {
    pub(crate) folder: TempDir,
    pub(super) sandbox: Sandbox,
    pub(super) takeout: Takeout,
}

impl Stand {
    /// With an export of so many photos.
    pub(crate) fn with(photos: usize) -> Self {
        Self::on(Version::V3_0_3, photos)
    }

    pub(super) fn on(version: Version, photos: usize) -> Self {
        Self::of(Scenario::new(version), photos)
    }

    /// On a server whose trash is off.
    pub(super) fn without_trash(photos: usize) -> Self {
        let mut scenario = Scenario::new(Version::V3_0_3);
        scenario.trash_days(None);
        Self::of(scenario, photos)
    }

    /// On a server that reads what it is sent.
    pub(super) fn that_reads(photos: usize) -> Self {
        let mut scenario = Scenario::new(Version::V3_0_3);
        scenario.exiftool(exiftool());
        scenario.writes_sidecars(true);
        Self::of(scenario, photos)
    }

    /// With so many photos on the server that nobody imported, in an album, with tags, one of them in the trash.
    pub(super) fn lived_in(photos: usize) -> Self {
        let mut scenario = Scenario::new(Version::V3_0_3);
        let folder = tempfile::tempdir().unwrap();
        let library = scenario.managed_storage("/data/library/admin", folder.path());
        let ids: Vec<_> = (0..4)
            .map(|number| {
                let asset = scenario.asset(&library, &format!("old/{number}.jpg"));
                asset.description(format!("Old {number}").as_str()).rating(2).id()
            })
            .collect();
        let album = scenario.album("Old");
        scenario.add_to_album(album, &ids[..2]);
        scenario.stack(&ids[2..]);
        let stand = Self::of(scenario, photos);
        stand.sandbox.set_tags(ids[0], &["Old/Tag"]).unwrap();
        stand.sandbox.trash(ids[1]).unwrap();
        stand
    }

    pub(super) fn of(scenario: Scenario, photos: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(scenario).unwrap();
        let takeout =
            Takeout::generate(&folder.path().join("takeout"), photos, 7, &["de", "en", "fr"]).unwrap();
        Self { folder, sandbox, takeout }
    }

    /// The program with nothing of this machine's environment, and `arguments`.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_immich-sync"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.folder.path().join("home"));
        command.env("IMMICH_API_KEY", self.sandbox.api_key()).env("IMMICH_URL", self.sandbox.url());
        command.args(arguments);
        command
    }

    /// `import google-takeout` of the export, and `arguments`.
    pub(crate) fn import(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(&["import", "google-takeout"]);
        command.args(&self.takeout.parts).args(arguments);
        command
    }

    /// `import folder` of a folder, and `arguments`.
    pub(crate) fn folder(&self, root: &Path, arguments: &[&str]) -> Command {
        let mut command = self.bare(&["import", "folder"]);
        command.arg(root).args(arguments);
        command
    }

    /// What is on the server and not in its trash, by its bytes there. Fails the test where bytes are there twice.
    #[track_caller]
    pub(super) fn arrived(&self) -> BTreeMap<Vec<u8>, AssetView> {
        let mut all = BTreeMap::new();
        for view in self.there() {
            // What was there before has no bytes.
            let Some(path) = self.sandbox.disk_path(view.id) else { continue };
            let bytes = std::fs::read(path).unwrap();
            let twice = all.insert(bytes, view);
            assert!(twice.is_none(), "{twice:?} is there twice");
        }
        all
    }

    /// Photos that an import without options sends.
    pub(super) fn taken(&self) -> Vec<&TakeoutPhoto> {
        self.takeout.photos.iter().filter(|photo| !photo.is_trashed && !photo.is_locked).collect()
    }

    /// Everything on the server that is not in its trash.
    pub(super) fn there(&self) -> Vec<AssetView> {
        self.sandbox.views().into_iter().filter(|view| !view.is_trashed).collect()
    }

    /// Fails the test unless the server has every photo, and each once.
    #[track_caller]
    pub(super) fn assert_all_once(&self) {
        let sums: BTreeSet<u32> =
            self.taken().iter().flat_map(|photo| [Some(photo.sum), photo.motion_sum]).flatten().collect();
        let there = self.there();
        let different: BTreeSet<&String> = there.iter().map(|view| &view.checksum).collect();
        assert_eq!(different.len(), there.len(), "something is there twice");
        assert_eq!(there.len(), sums.len());
    }

    /// Titles of the albums of the server.
    pub(super) fn albums(&self) -> BTreeSet<String> {
        self.sandbox.albums().into_iter().map(|(_, title, _)| title).collect()
    }

    /// The export, file by file.
    pub(super) fn export(&self) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
        contents(&self.folder.path().join("takeout"))
    }

    /// The state of the program, if there is one.
    pub(super) fn states(&self) -> PathBuf {
        self.folder.path().join("home/.local/state/immich-sync")
    }

    /// A file in the folder of the test.
    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}
