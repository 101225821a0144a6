//! The program and the client of the Immich project, each started as its user starts it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde_json::Value;
use tempfile::TempDir;

use super::figures::Row;
use super::server::Server;
use crate::support::measured;

/// The end of what a client complained of, in bytes.
const LAST_WORDS: usize = 2000;

/// Uploads at a time: what the program does when nobody says, and so the same for the other.
const UPLOADS: &str = "4";

/// What is measured.
pub(crate) struct Clients<'a> {
    /// The program.
    pub(crate) program: PathBuf,
    /// Node and the script of the client of the Immich project.
    pub(crate) peer: Option<(PathBuf, PathBuf)>,
    /// Hears of each run when it has ended: the whole takes long.
    pub(crate) told: &'a dyn Fn(&Row),
}

/// A place where clients keep what they remember, and a server that they talk to.
pub(crate) struct Place {
    folder: TempDir,
    /// The server.
    pub(crate) server: Server,
}

impl Place {
    /// Nothing is remembered, and nothing is on the server.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("make a folder for the state")?;
        Ok(Self { folder, server: Server::start()? })
    }

    /// Lets what is remembered go.
    pub(crate) fn forget(&self) -> anyhow::Result<()> {
        let state = self.folder.path().join("state");
        std::fs::remove_dir_all(&state).with_context(|| state.display().to_string())
    }

    /// The last line that the program said in it, with `--json`.
    pub(crate) fn summary(&self) -> anyhow::Result<Value> {
        let said = std::fs::read_to_string(self.folder.path().join("said"))?;
        let last = said.lines().last().context("the program said nothing")?;
        serde_json::from_str(last).with_context(|| format!("the program said `{last}`"))
    }
}

impl Clients<'_> {
    /// `immich-sync import` with these arguments.
    pub(crate) fn ours(&self, name: &str, place: &mut Place, arguments: &[&str]) -> anyhow::Result<Row> {
        let mut command = self.program(place);
        command.env("IMMICH_API_KEY", &place.server.key).env("IMMICH_URL", &place.server.url);
        command.arg("import").args(arguments);
        self.run(&format!("{name}: immich-sync"), place, &mut command)
    }

    /// `immich-sync export` with these arguments.
    pub(crate) fn exported(&self, name: &str, place: &mut Place, arguments: &[&str]) -> anyhow::Result<Row> {
        let mut command = self.program(place);
        command.arg("export").args(arguments);
        self.run(&format!("{name}: immich-sync"), place, &mut command)
    }

    fn program(&self, place: &Place) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("HOME", place.folder.path().join("home"));
        command.env("IMMICH_SYNC_STATE_DIR", place.folder.path().join("state"));
        command
    }

    /// The other one uploads a folder; `None` without it.
    pub(crate) fn theirs(&self, name: &str, place: &mut Place, folder: &Path) -> anyhow::Result<Option<Row>> {
        let Some((node, script)) = &self.peer else { return Ok(None) };
        let mut command = Command::new(node);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("HOME", place.folder.path().join("home"));
        command.env("IMMICH_CONFIG_DIR", place.folder.path().join("config"));
        command.env("IMMICH_API_KEY", &place.server.key);
        command.env("IMMICH_INSTANCE_URL", format!("{}/api", place.server.url));
        command
            .arg(script)
            .args(["upload", "--recursive", "--no-progress", "--concurrency", UPLOADS])
            .arg(folder);
        self.run(&format!("{name}: @immich/cli"), place, &mut command).map(Some)
    }

    /// Any program.
    pub(crate) fn run(&self, name: &str, place: &mut Place, command: &mut Command) -> anyhow::Result<Row> {
        place.server.wire()?;
        let words = place.folder.path().join("words");
        command.stdin(Stdio::null()).stdout(File::create(place.folder.path().join("said"))?);
        command.stderr(File::create(&words)?);
        let cost = measured::measure_alone(command).with_context(|| {
            let said = std::fs::read(&words).unwrap_or_default();
            let last = &said[said.len().saturating_sub(LAST_WORDS)..];
            format!("{name}: {}", String::from_utf8_lossy(last))
        })?;
        let row = Row::of(name, &cost, place.server.wire()?);
        (self.told)(&row);
        Ok(row)
    }
}
