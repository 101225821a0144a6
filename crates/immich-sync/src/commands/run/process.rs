//! A process that is watched: its lines are passed on, its time is limited, signals reach it, and its end is known.
//!
//! On a terminal it has the terminal to itself, draws and asks as usual, and stays in the foreground, where Ctrl-C
//! reaches it without us. Elsewhere it has a group of its own, so that what it started can be ended with it.

use std::io::Read;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use unattended::{Secrets, Tail};

use super::heard::{Heard, pause};
use crate::output::{Console, clean};

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(25);
/// How long it may take to end when it was asked to; a job of ours takes less than 5 s.
const GRACE: Duration = Duration::from_secs(10);
/// How long Ctrl-C may have been on its way from the terminal before we hand it on after all.
const FROM_TERMINAL: Duration = Duration::from_secs(5);
/// How long lines are waited for that something it started may still write.
const LINES: Duration = Duration::from_secs(1);
/// Bytes of a line without an end.
const LONGEST: usize = 64 * 1024;

/// What is done with the outputs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outputs {
    /// They are the user's terminal.
    Terminal,
    /// Each line is passed on behind the label: stdout to stdout, stderr to stderr.
    Passed,
    /// Both to stderr: stdout is for our result.
    Aside,
}

/// How something is watched.
pub(super) struct Watch<'a> {
    /// What its lines begin with.
    pub(super) label: &'a str,
    /// What is done with them.
    pub(super) outputs: Outputs,
    /// How long it may take.
    pub(super) limit: Option<Duration>,
    /// Signals to be handed on.
    pub(super) heard: &'a Heard,
    /// Where lines go.
    pub(super) console: Console,
    /// What no line may hold.
    pub(super) secrets: &'a Secrets,
}

/// How it ended.
pub(super) struct Ended {
    /// Its own code, or 128 and the number of the signal that ended it.
    pub(super) code: u8,
    /// Whether a signal ended it.
    pub(super) was_killed: bool,
    /// Whether its time was up.
    pub(super) is_late: bool,
    /// Its last lines.
    pub(super) tail: Tail,
}

impl Watch<'_> {
    /// Starts it and waits for its end; an error when it cannot be started.
    pub(super) fn run(&self, command: &mut Command) -> std::io::Result<Ended> {
        if self.outputs != Outputs::Terminal {
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        }
        let mut child = command.spawn()?;
        let tail = Arc::new(Mutex::new(Tail::default()));
        let over = self.pass_on(&mut child, &tail);
        let (status, is_late) = self.wait(&mut child)?;
        for _ in 0..2 {
            // Something it left behind may hold the pipe open for ever.
            let _ = over.recv_timeout(LINES);
        }
        let tail = tail.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let signal = status.signal().and_then(|signal| u8::try_from(signal).ok());
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        let code = code.unwrap_or_else(|| signal.map_or(1, |signal| 128_u8.saturating_add(signal)));
        Ok(Ended { code, was_killed: signal.is_some(), is_late, tail })
    }

    fn pass_on(&self, child: &mut Child, tail: &Arc<Mutex<Tail>>) -> Receiver<()> {
        let (over, ended) = channel();
        let is_aside = self.outputs == Outputs::Aside;
        if let Some(stdout) = child.stdout.take() {
            self.pass_one_on(stdout, is_aside, Arc::clone(tail), over.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            self.pass_one_on(stderr, true, Arc::clone(tail), over);
        }
        ended
    }

    fn pass_one_on(
        &self,
        pipe: impl Read + Send + 'static,
        is_aside: bool,
        tail: Arc<Mutex<Tail>>,
        over: Sender<()>,
    ) {
        let (label, console, secrets) = (self.label.to_owned(), self.console, self.secrets.clone());
        std::thread::spawn(move || {
            each_line(pipe, |line| {
                let line = secrets.hide(line);
                tail.lock().unwrap_or_else(PoisonError::into_inner).push(&line);
                let line = format!("[{label}] {}", clean(line.trim_end_matches(['\r', '\n'])));
                if is_aside {
                    console.aside(&line);
                } else {
                    console.result(&line);
                }
            });
            // Nobody may wait any more.
            let _ = over.send(());
        });
    }

    fn wait(&self, child: &mut Child) -> std::io::Result<(ExitStatus, bool)> {
        let begin = Instant::now();
        let (mut asked, mut killed, mut is_late): (Option<Instant>, bool, bool) = (None, false, false);
        let mut signalled: Option<Instant> = None;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok((status, is_late));
            }
            if let Some(signal) = self.heard.to_hand_on()
                && asked.is_none()
            {
                let since = *signalled.get_or_insert_with(Instant::now);
                if self.outputs != Outputs::Terminal || since.elapsed() > FROM_TERMINAL {
                    self.send(child, signal, false);
                    asked = Some(Instant::now());
                }
            }
            if asked.is_none() && self.limit.is_some_and(|limit| begin.elapsed() >= limit) {
                is_late = true;
                self.send(child, Signal::TERM, false);
                asked = Some(Instant::now());
            }
            if !killed && asked.is_some_and(|asked| asked.elapsed() > GRACE) {
                self.send(child, Signal::KILL, true);
                killed = true;
            }
            pause(LOOK);
        }
    }

    /// That it is gone by now is no error.
    fn send(&self, child: &Child, signal: Signal, with_its_own: bool) {
        let process = Pid::from_child(child);
        let sent = if with_its_own && self.outputs != Outputs::Terminal {
            kill_process_group(process, signal)
        } else {
            kill_process(process, signal)
        };
        if let Err(error) = sent {
            tracing::debug!(%error, label = self.label, "the signal did not arrive");
        }
    }
}

/// Calls for each line, and for what stands behind the last one.
fn each_line(mut pipe: impl Read, mut tell: impl FnMut(&str)) {
    let (mut piece, mut line) = ([0; 8192], Vec::new());
    loop {
        let read = match pipe.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        for part in piece[..read].split_inclusive(|byte| *byte == b'\n') {
            line.extend_from_slice(part);
            if line.ends_with(b"\n") || line.len() >= LONGEST {
                tell(&String::from_utf8_lossy(&line));
                line.clear();
            }
        }
    }
    if !line.is_empty() {
        tell(&String::from_utf8_lossy(&line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_one_by_one_and_an_endless_one_in_pieces() {
        let mut text = b"one\n\ntwo \xff\n".to_vec();
        text.extend(vec![b'x'; 2 * LONGEST]);
        let mut lines = Vec::new();

        each_line(text.as_slice(), |line| lines.push(line.to_owned()));

        assert_eq!(lines[..3], ["one\n", "\n", "two \u{fffd}\n"]);
        let rest: usize = lines[3..].iter().map(String::len).sum();
        assert_eq!((lines.len() > 4, rest), (true, 2 * LONGEST));
    }
}
