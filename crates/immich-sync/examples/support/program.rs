//! The program under test, started as a user starts it, and always brought to an end.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use immich_sandbox::Sandbox;
use serde_json::Value;

/// Where the server believes the files to be.
pub(crate) const SERVER_ROOT: &str = "/mnt/photos";

/// How often a process is looked at that is waited for.
const PATIENCE: Duration = Duration::from_millis(2);

/// The binary and the ExifTool that it is given.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// `immich-sync`.
    pub(crate) binary: PathBuf,
    /// ExifTool, for the program.
    pub(crate) exiftool: PathBuf,
    /// ExifTool, for the judge.
    pub(crate) judge: PathBuf,
    /// Further options of `write`.
    pub(crate) options: Vec<String>,
}

/// How a run ended and what it said.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit status; `None` when it took too long and was ended.
    pub(crate) status: Option<ExitStatus>,
    /// The objects of `--json`.
    pub(crate) objects: Vec<Value>,
    /// What it said on stderr.
    pub(crate) stderr: String,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Program {
    /// The binary that stands beside a running example in the target folder.
    pub(crate) fn beside_this_example() -> anyhow::Result<Self> {
        let example = std::env::current_exe().context("where this program stands is not known")?;
        let folder = example.parent().and_then(Path::parent).context("this is no example of cargo")?;
        let binary = folder.join(format!("immich-sync{}", std::env::consts::EXE_SUFFIX));
        if !binary.is_file() {
            bail!("no program at `{}`: run cargo build --package immich-sync --bins", binary.display());
        }
        Self::new(&binary)
    }

    /// This binary, with the ExifTool of the tests.
    pub(crate) fn new(binary: &Path) -> anyhow::Result<Self> {
        let pinned = workspace().join("target/tools/exiftool/bin/exiftool");
        let exiftool = std::env::var_os("IMMICH_SYNC_EXIFTOOL").map_or(pinned, PathBuf::from);
        if !exiftool.exists() {
            bail!("no ExifTool at `{}`: run cargo xtask test", exiftool.display());
        }
        Ok(Self { binary: binary.to_owned(), judge: exiftool.clone(), exiftool, options: Vec::new() })
    }

    /// The same program, started with these options too.
    pub(crate) fn with(&self, options: &[&str]) -> Self {
        let more = options.iter().map(|option| (*option).to_owned());
        Self { options: self.options.iter().cloned().chain(more).collect(), ..self.clone() }
    }

    /// `write` of all five data into a library that the sandbox calls [`SERVER_ROOT`], with nothing of this
    /// machine's environment.
    pub(crate) fn write(&self, sandbox: &Sandbox, library: &Path, state: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        self.tell(&mut command, sandbox, library, state);
        command
    }

    /// `undo` of a run.
    pub(crate) fn undo(&self, run: &str, library: &Path, state: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", "/nonexistent");
        command.args(["undo", run, "--yes", "--json", "--after", "nothing"]);
        command.arg("--library").arg(library).arg("--state-dir").arg(state);
        command.arg("--exiftool").arg(&self.exiftool).stdin(Stdio::null());
        command
    }

    /// The same behind another program, such as a tracer with its options.
    pub(crate) fn write_under<S: AsRef<OsStr>>(
        &self,
        tracer: &str,
        options: &[S],
        sandbox: &Sandbox,
        library: &Path,
        state: &Path,
    ) -> Command {
        let mut command = Command::new(tracer);
        command.args(options).arg(&self.binary);
        self.tell(&mut command, sandbox, library, state);
        command
    }

    fn tell(&self, command: &mut Command, sandbox: &Sandbox, library: &Path, state: &Path) {
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", "/nonexistent");
        command.env("IMMICH_API_KEY", sandbox.api_key());
        command.args(["write", "--all", "--json", "--workers", "2", "--rate-limit", "100000"]);
        // The stage makes files anew that the server read before, and what it is told afterwards is another story.
        command.args(["--people-keywords", "--trust-paths", "--after", "nothing"]);
        command.args(["--server", &sandbox.url()]).arg("--library").arg(library);
        command.arg("--path-map").arg(format!("{SERVER_ROOT}={}", library.display()));
        command.arg("--state-dir").arg(state).arg("--exiftool").arg(&self.exiftool).args(&self.options);
        command.stdin(Stdio::null());
    }
}

impl Run {
    /// Runs a command to its end, or until this time is up.
    pub(crate) fn of(command: &mut Command, limit: Duration) -> anyhow::Result<Self> {
        let begin = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("start")?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        // Threads: a full pipe would hold up the program, and that would be our fault.
        let stdout = thread::spawn(move || stdout.map_or(String::new(), all_of));
        let stderr = thread::spawn(move || stderr.map_or(String::new(), all_of));
        let status = wait_until(&mut child, begin + limit)?;
        let took = begin.elapsed();
        if status.is_none() {
            child.kill().and_then(|()| child.wait()).context("end a run that took too long")?;
        }
        let text = stdout.join().unwrap_or_default();
        let objects = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Ok(Self { status, objects, stderr: stderr.join().unwrap_or_default(), took })
    }

    /// The exit code; `None` after a signal or when the time was up.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// A number of the summary, or 0.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let summary = self.objects.iter().rev().find(|object| object["type"] == "summary");
        summary.and_then(|object| object[name].as_u64()).unwrap_or_default()
    }

    /// What it complained of, in one line.
    pub(crate) fn complaint(&self) -> String {
        let kinds = ["error", "failed", "skipped"];
        let said = self.objects.iter().filter(|object| kinds.iter().any(|kind| object["type"] == *kind));
        let said = said.filter(|object| object["trouble"] != false);
        let messages: Vec<&str> = said.filter_map(|object| object["message"].as_str()).take(3).collect();
        format!("ended with {:?}: {} {}", self.code(), messages.join("; "), self.stderr.trim())
    }
}

fn all_of(mut pipe: impl std::io::Read) -> String {
    let mut bytes = Vec::new();
    // What was read up to an error is still worth showing.
    let _ = pipe.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Waits for the end of a process, at most until then.
pub(crate) fn wait_until(child: &mut Child, then: Instant) -> anyhow::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait().context("wait for the program")? {
            return Ok(Some(status));
        }
        let left = then.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        pause(left.min(PATIENCE));
    }
}

/// Waits.
#[expect(clippy::disallowed_methods, reason = "a harness waits for another process")]
pub(crate) fn pause(time: Duration) {
    thread::sleep(time);
}

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).unwrap_or(crate_folder).to_owned()
}
