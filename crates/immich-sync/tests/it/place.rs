//! A server, a library and a home folder of their own for each test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use immich_sandbox::{AssetBuilder, AssetId, Library, Sandbox, Scenario, Version};
use serde_json::Value;
use tempfile::TempDir;

/// The ExifTool of the tests.
pub(crate) fn exiftool() -> PathBuf {
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/exiftool/bin/exiftool");
    let path = std::env::var_os("IMMICH_SYNC_EXIFTOOL").map_or(pinned, PathBuf::from);
    assert!(path.exists(), "no ExifTool at `{}`: run cargo xtask test", path.display());
    path
}

/// A server that knows a library.
pub(crate) struct Place {
    /// Holds everything.
    pub(crate) folder: TempDir,
    /// The server.
    pub(crate) sandbox: Sandbox,
    /// The assets, in the order of the files.
    pub(crate) assets: Vec<AssetId>,
    /// The originals.
    pub(crate) files: Vec<PathBuf>,
}

impl Place {
    /// So many photos of several formats in an external library, each with a caption and stars on the server.
    pub(crate) fn with(count: usize) -> Self {
        Self::told(count, false, |_, asset| asset.id())
    }

    /// The same among the files that Immich manages.
    pub(crate) fn managed(count: usize) -> Self {
        Self::told(count, true, |_, asset| asset.id())
    }

    /// The same, with more to tell of each.
    pub(crate) fn told(
        count: usize,
        managed: bool,
        tell: impl Fn(usize, AssetBuilder<'_>) -> AssetId,
    ) -> Self {
        Self::on(Version::V3_0_3, count, managed, tell)
    }

    /// The same on a server of this release.
    pub(crate) fn on(
        version: Version,
        count: usize,
        managed: bool,
        tell: impl Fn(usize, AssetBuilder<'_>) -> AssetId,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("library");
        let made = sample_pictures::library(&root, count, 3).unwrap();
        let mut scenario = Scenario::new(version);
        let library = library(&mut scenario, managed, &root);
        let mut assets = Vec::new();
        for (index, file) in made.iter().enumerate() {
            let asset = scenario.asset_file(&library, file.relative_path.to_str().unwrap());
            let caption = format!("Caption {index}");
            assets.push(tell(index, asset.description(caption.as_str()).rating(4)));
        }
        let sandbox = Sandbox::start(scenario).unwrap();
        let files = made.into_iter().map(|file| file.path).collect();
        Self { folder, sandbox, assets, files }
    }

    /// The folder of the originals.
    pub(crate) fn library(&self) -> PathBuf {
        self.folder.path().join("library")
    }

    /// The home folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The program with nothing of this machine's environment, and `arguments`.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_immich-sync"));
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", self.home());
        command.args(arguments);
        command
    }

    /// `write` with server, library, key and ExifTool, and `arguments`.
    pub(crate) fn write(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(&["write"]);
        command.env("IMMICH_API_KEY", self.sandbox.api_key());
        command.args(["--server", &self.sandbox.url()]).arg("--library").arg(self.library());
        command.arg("--exiftool").arg(exiftool()).args(arguments);
        command
    }

    /// The content of every file below the library.
    pub(crate) fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        contents(&self.library())
    }
}

fn library(scenario: &mut Scenario, managed: bool, root: &Path) -> Library {
    if managed {
        scenario.managed_storage("/data/library/admin", root)
    } else {
        scenario.external_library("/mnt/photos", root)
    }
}

/// The content of every file below a folder; nothing for a folder that is not there.
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    all
}

/// How a run ended and what it said.
pub(crate) struct Said {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// Results.
    pub(crate) stdout: String,
    /// Everything else.
    pub(crate) stderr: String,
}

impl Said {
    /// Runs a command to its end.
    pub(crate) fn by(command: &mut Command) -> Self {
        Self::of(&command.output().unwrap())
    }

    /// From what a process left.
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The objects of a run with `--json`.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The last of them.
    pub(crate) fn last(&self) -> Value {
        self.objects().pop().unwrap_or_else(|| panic!("nothing on stdout; stderr: {}", self.stderr))
    }

    /// Fails the test, with what was said, unless it ended like this.
    #[track_caller]
    pub(crate) fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}
