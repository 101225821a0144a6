//! Several ExifTool processes behind one call: whoever asks gets a free one, and a dead one is replaced.
//!
//! A command that only reads is asked once more when the process dies under it. A command that writes is not:
//! half a file may stand at its target, and only the caller knows how to begin anew.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::args::Arguments;
use super::process::{Answer, Failure, OUTPUT_LIMIT, Process};
use super::version::ExifToolVersion;
use crate::error::MetadataError;

/// How a pool is run.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// The ExifTool program: a path, or a name to look for in the search path.
    pub program: PathBuf,
    /// How many processes may run at once, at least one. Each needs 50 to 85 MB.
    pub workers: usize,
    /// How long a command may take when it does not say otherwise.
    pub timeout: Duration,
    /// After how many commands a process is replaced by a fresh one.
    pub restart_after: u32,
    /// Environment variables that the processes do not get, such as those that hold a secret.
    pub hidden_variables: Vec<OsString>,
}

impl PoolOptions {
    /// Two processes, 60 s a command, a fresh process after 2000.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            workers: 2,
            timeout: Duration::from_mins(1),
            restart_after: 2000,
            hidden_variables: Vec::new(),
        }
    }
}

/// How long a program that is ExifTool takes to tell its version, also on a slow machine.
const FIRST_ANSWER: Duration = Duration::from_secs(20);

/// What a command printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its standard output, byte by byte.
    pub stdout: Vec<u8>,
    /// Warnings and errors, one a line, without anything of ours.
    pub stderr: String,
    /// The exit status the command would have had alone: 0 fine, 1 an error, 2 a condition not met.
    pub status: Option<u8>,
}

/// A set of running ExifTool processes that many threads may use.
pub struct ExifToolPool {
    options: PoolOptions,
    version: ExifToolVersion,
    idle: Mutex<Vec<Option<Process>>>,
    returned: Condvar,
}

impl ExifToolPool {
    /// Starts the first process and asks for its version; the others start when they are needed.
    pub fn start(options: PoolOptions) -> Result<Self, MetadataError> {
        let mut first = spawn(&options)?;
        let version = ask_version(&options, &mut first)?;
        if version < ExifToolVersion::OLDEST {
            return Err(MetadataError::ExifToolTooOld {
                found: version.to_string(),
                needed: ExifToolVersion::OLDEST.to_string(),
            });
        }
        let mut idle: Vec<Option<Process>> = Vec::new();
        idle.resize_with(options.workers.max(1) - 1, || None);
        idle.push(Some(first));
        Ok(Self { options, version, idle: Mutex::new(idle), returned: Condvar::new() })
    }

    /// The version that runs.
    pub fn version(&self) -> ExifToolVersion {
        self.version
    }

    /// Runs one command; waits for a free process first. The timeout starts when the command does.
    pub fn run(&self, arguments: &Arguments, timeout: Option<Duration>) -> Result<Output, MetadataError> {
        let timeout = timeout.unwrap_or(self.options.timeout);
        let lines = arguments.lines();
        let mut slot = Slot::take(self);
        match self.run_once(&mut slot.process, &lines, timeout) {
            Err(MetadataError::ExifToolStopped { message }) if !arguments.is_write() => {
                tracing::debug!(said = ?message, "ExifTool stopped; asking again");
                self.run_once(&mut slot.process, &lines, timeout)
            }
            result => result,
        }
    }

    fn run_once(
        &self,
        process: &mut Option<Process>,
        lines: &[u8],
        timeout: Duration,
    ) -> Result<Output, MetadataError> {
        let mut running = match process.take() {
            Some(running) => running,
            None => spawn(&self.options)?,
        };
        let Answer { stdout, stderr, status } =
            running.execute(lines, timeout).map_err(|failure| described(failure, timeout))?;
        if running.answered < self.options.restart_after {
            *process = Some(running);
        }
        Ok(Output { stdout, stderr, status })
    }
}

impl std::fmt::Debug for ExifToolPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExifToolPool")
            .field("options", &self.options)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A place in the pool while it is in use; goes back whatever happens.
struct Slot<'a> {
    pool: &'a ExifToolPool,
    process: Option<Process>,
}

impl<'a> Slot<'a> {
    fn take(pool: &'a ExifToolPool) -> Self {
        let mut idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            // From the end: the process that worked last is warm, and a spare one need not start at all.
            if let Some(process) = idle.pop() {
                return Self { pool, process };
            }
            idle = pool.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(self.process.take());
        self.pool.returned.notify_one();
    }
}

fn spawn(options: &PoolOptions) -> Result<Process, MetadataError> {
    Process::start(&options.program, &options.hidden_variables).map_err(|source| missing(options, source))
}

fn missing(options: &PoolOptions, source: std::io::Error) -> MetadataError {
    MetadataError::ExifToolMissing { program: options.program.clone(), source }
}

/// Why there is no first answer: a program that cannot be started at all is missing, any other is unusable.
fn no_first_answer(options: &PoolOptions, message: String) -> MetadataError {
    let mut command = Command::new(&options.program);
    command.args(["-config", "", "-ver"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Err(source) => missing(options, source),
        Ok(mut child) => {
            // It may have ended already; the second call then tells so.
            let _ = child.kill();
            let _ = child.wait();
            MetadataError::ExifToolUnusable { program: options.program.clone(), message }
        }
    }
}

fn ask_version(options: &PoolOptions, process: &mut Process) -> Result<ExifToolVersion, MetadataError> {
    let unusable = |message| MetadataError::ExifToolUnusable { program: options.program.clone(), message };
    let timeout = options.timeout.min(FIRST_ANSWER);
    let answer = match process.execute(b"-ver\n", timeout) {
        Ok(answer) => answer,
        Err(Failure::Stopped(message)) => return Err(no_first_answer(options, message)),
        Err(failure) => return Err(unusable(described(failure, timeout).to_string())),
    };
    let text = String::from_utf8_lossy(&answer.stdout);
    ExifToolVersion::parse(&text).ok_or_else(|| {
        let shown: String = text.chars().take(80).collect();
        unusable(format!("it says that its version is {shown:?}"))
    })
}

fn described(failure: Failure, timeout: Duration) -> MetadataError {
    match failure {
        Failure::Stopped(message) => MetadataError::ExifToolStopped { message },
        Failure::Timeout => MetadataError::ExifToolTimeout { seconds: timeout.as_secs() },
        Failure::TooMuch => MetadataError::ExifToolOutput { limit: OUTPUT_LIMIT },
    }
}
