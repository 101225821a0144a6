//! One ExifTool process: commands in by a pipe, answers out by two, and an end that is always in our hands.
//!
//! Both outputs are read by threads of their own at all times: a client that leaves stderr unread hangs as
//! soon as 64 KiB of warnings are in the pipe (seen after 270 files). Commands are written by a third thread,
//! so that a process that stopped reading cannot hold up the timeout.
//!
//! An answer ends with a number on each output that only this command has: it starts at random, so that no
//! text in a file can pretend to be the end of an answer.
//!
//! The process is put into a group of its own: Ctrl-C in a terminal goes to a whole group, and would stop
//! ExifTool in the middle of a file.
//!
//! When our process is killed, ExifTool would stay for ever: `-stay_open` takes the end of its stdin for a
//! pause and looks again a hundred times a second (measured with 12.57; 13.59 ends only with a patch that
//! some packages carry). So a line of shell stands in front, which hands our commands on and kills the group
//! when they end. To let ExifTool finish what it was told would not do: with `-o` it makes the folder of its
//! output anew where that is gone, so a late one left a copy behind in a work folder that the next run had
//! taken away already (seen once in 20 kills on a busy machine).

use std::ffi::OsString;
use std::io::{Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// The most one command may print on one output, in bytes; `-b` of a large preview is a tenth of it.
pub(super) const OUTPUT_LIMIT: usize = 256 << 20;

/// Starts the program, given as arguments, with a limit of 4 GiB of address space where there is one: a file
/// can ask for any amount of memory, and then Perl shall end. It uses 0.1 GB.
///
/// The shell itself ends at once, and its helper gives up both outputs (by `exec`: a redirection of the group
/// would keep a copy), so that only the program holds them: when they close, it is gone.
const START: &str = r#"
ulimit -v 4194304 2>/dev/null
exec 3<&0
{ exec 2>/dev/null; cat <&3; kill -9 0; } | exec "$@" 3<&- &
"#;

/// Pieces of output that wait to be looked at: 64 of at most 64 KiB are 4 MiB.
const PENDING_PIECES: usize = 64;

/// How long a killed process may take to go away before it is left to a thread.
const FAREWELL: Duration = Duration::from_secs(2);

/// What changes the behaviour of Perl or ExifTool, and is therefore not passed on.
const FOREIGN_VARIABLES: [&str; 14] = [
    "EXIFTOOL_HOME",
    "PERL5LIB",
    "PERLLIB",
    "PERL5OPT",
    "PERL5DB",
    "PERL5DB_THREADED",
    "PERL_UNICODE",
    "PERLIO",
    "PERLIO_DEBUG",
    "PERL_ENCODING",
    "PERL_HASH_SEED_DEBUG",
    "PERL_MEM_LOG",
    "LANGUAGE",
    "LANG",
];

/// What a command answered.
pub(super) struct Answer {
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
    pub(super) status: Option<u8>,
}

/// Why a command has no answer. The process is unusable after each of them.
pub(super) enum Failure {
    /// The process ended; the text is what it said last.
    Stopped(String),
    /// The time was up.
    Timeout,
    /// It printed more than [`OUTPUT_LIMIT`].
    TooMuch,
}

enum Event {
    Out(Vec<u8>),
    Err(Vec<u8>),
    OutClosed,
    ErrClosed,
}

/// A running ExifTool.
pub(super) struct Process {
    /// The shell. It is not waited for before the end, so that its number still names the group.
    child: Option<Child>,
    commands: Option<Sender<Vec<u8>>>,
    events: Receiver<Event>,
    number: u64,
    /// How many commands were answered.
    pub(super) answered: u32,
}

impl Process {
    /// Starts the program; whether it is ExifTool shows with the first command.
    pub(super) fn start(program: &Path, hidden_variables: &[OsString]) -> std::io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", START, "sh"]).arg(program);
        // `-config` with an empty name has to be the very first argument: no file of the user is run as Perl.
        command.args(["-config", "", "-stay_open", "True", "-@", "-"]);
        for variable in FOREIGN_VARIABLES {
            command.env_remove(variable);
        }
        for variable in hidden_variables {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").env("TZ", "UTC");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0);
        let mut child = command.spawn()?;

        let (sender, events) = sync_channel(PENDING_PIECES);
        let (commands, queue) = channel();
        if let Some(stdin) = child.stdin.take() {
            thread::spawn(move || write_commands(stdin, &queue));
        }
        if let Some(stdout) = child.stdout.take() {
            let sender = sender.clone();
            thread::spawn(move || read_pieces(stdout, &sender, Event::Out, Event::OutClosed));
        }
        if let Some(stderr) = child.stderr.take() {
            thread::spawn(move || read_pieces(stderr, &sender, Event::Err, Event::ErrClosed));
        }
        let number = fastrand::u64(1 << 40..1 << 60);
        Ok(Self { child: Some(child), commands: Some(commands), events, number, answered: 0 })
    }

    /// Runs one command, given as argument lines, and waits for the end of its answer.
    pub(super) fn execute(&mut self, lines: &[u8], timeout: Duration) -> Result<Answer, Failure> {
        self.number += 1;
        let mark = format!("{{ready{}}}\n", self.number);
        let mut command = b"-api\nLargeFileSupport=1\n".to_vec();
        command.extend_from_slice(lines);
        let end = format!("-echo4\n{{status ${{status}}}}{mark}-execute{}\n", self.number);
        command.extend_from_slice(end.as_bytes());
        if let Some(commands) = &self.commands {
            // A process that is gone shows as a closed output below.
            let _ = commands.send(command);
        }
        let answer = self.collect(mark.as_bytes(), timeout)?;
        self.answered += 1;
        Ok(answer)
    }

    fn collect(&mut self, mark: &[u8], timeout: Duration) -> Result<Answer, Failure> {
        let deadline = Instant::now().checked_add(timeout);
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let (mut out_closed, mut err_closed) = (false, false);
        while !(stdout.ends_with(mark) && stderr.ends_with(mark)) {
            if out_closed && err_closed {
                return Err(Failure::Stopped(last_words(&stderr)));
            }
            let left =
                deadline.map_or(timeout, |deadline| deadline.saturating_duration_since(Instant::now()));
            match self.events.recv_timeout(left) {
                Ok(Event::Out(piece)) => stdout.extend_from_slice(&piece),
                Ok(Event::Err(piece)) => stderr.extend_from_slice(&piece),
                Ok(Event::OutClosed) => out_closed = true,
                Ok(Event::ErrClosed) => err_closed = true,
                Err(RecvTimeoutError::Timeout) => return Err(Failure::Timeout),
                Err(RecvTimeoutError::Disconnected) => return Err(Failure::Stopped(last_words(&stderr))),
            }
            if stdout.len() > OUTPUT_LIMIT || stderr.len() > OUTPUT_LIMIT {
                return Err(Failure::TooMuch);
            }
        }
        stdout.truncate(stdout.len() - mark.len());
        stderr.truncate(stderr.len() - mark.len());
        let (stderr, status) = split_status(&String::from_utf8_lossy(&stderr));
        Ok(Answer { stdout, stderr, status })
    }

    /// Ends the process and all it started, and waits until it is gone, if it goes.
    fn kill(&mut self) {
        self.commands = None;
        let Some(mut child) = self.child.take() else { return };
        if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            // Fails only when it has ended already.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let deadline = Instant::now() + FAREWELL;
        loop {
            match self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let _ = child.wait();
                    return;
                }
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        // On a file system that hangs not even SIGKILL works until it answers again.
        thread::spawn(move || child.wait());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn write_commands(mut stdin: ChildStdin, queue: &Receiver<Vec<u8>>) {
    while let Ok(command) = queue.recv() {
        if stdin.write_all(&command).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read_pieces(
    mut pipe: impl Read,
    sender: &SyncSender<Event>,
    piece: impl Fn(Vec<u8>) -> Event,
    closed: Event,
) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                if sender.send(piece(buffer[..length].to_vec())).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    // Nobody listens any more when the process was ended by us.
    let _ = sender.send(closed);
}

/// Takes the `{status N}` that our own echo put at the end off the text.
fn split_status(text: &str) -> (String, Option<u8>) {
    let Some((before, status)) = text.rsplit_once("{status ") else {
        return (text.trim().to_owned(), None);
    };
    (before.trim().to_owned(), status.trim_end().trim_end_matches('}').parse().ok())
}

/// The last 500 characters, for a message.
fn last_words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let text = text.trim();
    if text.is_empty() {
        return "it said nothing".to_owned();
    }
    let skip = text.chars().count().saturating_sub(500);
    text.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn script(folder: &Path, text: &str) -> std::path::PathBuf {
        let program = folder.join("program");
        std::fs::write(&program, text).expect("a script");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        program
    }

    #[test]
    fn a_program_at_work_leaves_nothing_behind_when_we_are_killed() {
        let folder = tempfile::tempdir().expect("a folder");
        let late = folder.path().join("late");
        let text = format!("#!/bin/sh\nread line\nread line\nsleep 3\nmkdir '{}'\n", late.display());
        let mut process = Process::start(&script(folder.path(), &text), &[]).expect("a process");
        process.commands.as_ref().expect("a pipe").send(b"one\ntwo\n".to_vec()).expect("a reader");

        // All that the system does for a process that was killed.
        process.commands = None;

        let mut closed = 0;
        while let Ok(event) = process.events.recv_timeout(Duration::from_secs(10)) {
            closed += u32::from(matches!(event, Event::OutClosed | Event::ErrClosed));
        }
        assert_eq!(closed, 2);
        assert!(!late.exists(), "it went on");
    }

    #[test]
    fn a_program_that_never_notices_the_end_of_its_input_ends_with_us() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "#!/bin/sh\nwhile :; do read -r line; done\n";
        let program = script(folder.path(), text);
        let mut process = Process::start(&program, &[]).expect("a process");
        assert!(process.events.recv_timeout(Duration::from_millis(200)).is_err(), "it runs");

        // All that the system does for a process that was killed.
        process.commands = None;

        let mut closed = 0;
        while let Ok(event) = process.events.recv_timeout(Duration::from_secs(10)) {
            closed += u32::from(matches!(event, Event::OutClosed | Event::ErrClosed));
        }
        assert_eq!(closed, 2);
    }
}
