//! Child processes of tests: this test binary once more, running one ignored test in another process.
//!
//! A lock that vanishes with its process and a commit that survives a kill can only be seen from outside. The
//! child speaks in lines that start with `@ `, since the test harness prints around them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const FOLDER: &str = "IMMICH_SYNC_TEST_FOLDER";

/// The command line that runs the ignored test `name` of this binary on a folder.
pub(crate) fn command_line(name: &str) -> Vec<std::ffi::OsString> {
    let binary = std::env::current_exe().unwrap();
    [binary.as_os_str(), OsStr::new(name)]
        .into_iter()
        .chain(["--exact", "--ignored", "--nocapture", "--test-threads=1"].map(OsStr::new))
        .map(OsStr::to_owned)
        .collect()
}

/// The folder that the parent gave to this child.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(std::env::var_os(FOLDER).expect("this is no test, but the child process of one"))
}

/// Says a line to the parent, at once.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    write!(out, "\n@ {line}\n").unwrap();
    out.flush().unwrap();
}

/// Waits for a line of the parent; `None` when the parent has hung up.
pub(crate) fn hear() -> Option<String> {
    std::io::stdin().lines().next().map(Result::unwrap)
}

/// Gives a folder to a command that will run a child.
pub(crate) fn with_folder<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.env(FOLDER, folder)
}

/// A child at work; killed when dropped.
pub(crate) struct Kid {
    process: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Kid {
    /// Starts the ignored test `name` on a folder.
    pub(crate) fn start(name: &str, folder: &Path) -> Self {
        let line = command_line(name);
        let mut process = with_folder(Command::new(&line[0]).args(&line[1..]), folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = process.stdin.take();
        let from = BufReader::new(process.stdout.take().unwrap());
        Self { process, to, from }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Says a line to the child.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.to.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line of the child; `None` when it has ended. A line that a kill cut in two does not count.
    pub(crate) fn line(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            self.from.read_line(&mut line).unwrap();
            if line.is_empty() {
                return None;
            }
            if let Some(said) = line.strip_prefix("@ ").and_then(|line| line.strip_suffix('\n')) {
                return Some(said.to_owned());
            }
        }
    }

    /// Ends the child the hard way, and waits until it is gone. What it said before can still be read.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Kid {
    fn drop(&mut self) {
        self.kill();
    }
}
