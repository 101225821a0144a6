//! Where the program is started: a state, a place for thumbnails, and a server.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use sync_core::state::{GroupStore as _, RunId, SqliteStore, Store as _};
use tempfile::TempDir;

use super::figures::Step;
use super::server::{Host, Wire};
use crate::support::measured;
use crate::support::program::Program;

/// The end of what the program complained of, in bytes.
const LAST_WORDS: usize = 2000;

/// A home of the program.
pub(crate) struct Home<'a, H> {
    /// The server.
    pub(crate) host: H,
    program: &'a Program,
    /// Hears of each run when it has ended: the whole takes long.
    told: &'a dyn Fn(&Step),
    folder: TempDir,
}

impl<'a, H: Host> Home<'a, H> {
    /// An empty one.
    pub(crate) fn new(program: &'a Program, host: H, told: &'a dyn Fn(&Step)) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("make a folder for the state")?;
        Ok(Self { host, program, told, folder })
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `organize` of all photos of the server; nobody looks at what it says.
    pub(crate) fn organize(&mut self, name: &'static str, arguments: &[&str]) -> anyhow::Result<Step> {
        let mut command = self.command();
        command.arg("organize").args(arguments).arg("--cache-dir").arg(self.path("thumbnails"));
        self.run(name, &mut command)
    }

    /// `organize list`, into a file.
    pub(crate) fn list(&mut self, name: &'static str, arguments: &[&str]) -> anyhow::Result<Step> {
        let mut command = self.command();
        command.args(["organize", "list"]).args(arguments);
        command.stdout(File::create(self.path("list"))?);
        self.run(name, &mut command)
    }

    /// `undo` of the last run.
    pub(crate) fn undo(&mut self, name: &'static str) -> anyhow::Result<Step> {
        let RunId(run) = self.last_run()?;
        let mut command = self.command();
        command.args(["undo", &run.to_string(), "--yes"]);
        self.run(name, &mut command)
    }

    /// Groups that the state holds.
    pub(crate) fn groups(&self) -> anyhow::Result<u64> {
        let counts = self.store()?.group_counts()?;
        Ok(counts.values().map(|count| count.groups).sum())
    }

    /// Bytes of a file in it.
    pub(crate) fn size(&self, name: &str) -> anyhow::Result<u64> {
        Ok(self.path(name).metadata()?.len())
    }

    /// Lines of a file in it.
    pub(crate) fn lines(&self, name: &str) -> anyhow::Result<u64> {
        let file = std::io::BufReader::new(File::open(self.path(name))?);
        Ok(std::io::BufRead::split(file, b'\n').count() as u64)
    }

    fn store(&self) -> anyhow::Result<SqliteStore> {
        SqliteStore::open_read_only(&self.path("state"))?.context("there is no state")
    }

    fn last_run(&self) -> anyhow::Result<RunId> {
        let runs = self.store()?.runs()?;
        Ok(runs.last().context("nothing was done yet")?.id)
    }

    /// The program with nothing of this machine's environment.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program.binary);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", self.path("home"));
        command.env("IMMICH_API_KEY", self.host.key()).env("IMMICH_SYNC_STATE_DIR", self.path("state"));
        command.env("IMMICH_URL", self.host.url());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn run(&mut self, name: &'static str, command: &mut Command) -> anyhow::Result<Step> {
        self.host.wire()?;
        let words = self.path("words");
        command.stderr(File::create(&words)?);
        let cost = measured::measure_alone(command).with_context(|| {
            let said = std::fs::read(&words).unwrap_or_default();
            let last = &said[said.len().saturating_sub(LAST_WORDS)..];
            format!("{name}: {}", String::from_utf8_lossy(last))
        })?;
        let wire: Wire = self.host.wire()?;
        let has_asked = wire.requests() > 0;
        ensure!(has_asked || name.starts_with("list"), "{name}: the server was not asked anything");
        let step = Step { name, cost, wire };
        (self.told)(&step);
        Ok(step)
    }
}
