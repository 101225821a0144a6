//! Questions, which only a person at a terminal is asked.
//!
//! A schedule has nobody to answer: it gets the error, which says the same and names the option that answers it.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use sync_core::StopFlag;

use super::{Console, clean};
use crate::settings::OutputSettings;

/// How often a stop request is looked for while nobody answers.
const LOOK: Duration = Duration::from_millis(100);

/// Asks, where there is somebody.
pub(crate) struct Asker<'a> {
    console: Console,
    stop: &'a StopFlag,
    can_ask: bool,
}

impl<'a> Asker<'a> {
    /// Nobody is asked who wants JSON or quiet, or who cannot see or type.
    pub(crate) fn new(console: Console, output: &OutputSettings, stop: &'a StopFlag) -> Self {
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Self { console, stop, can_ask: terminal && !output.json && !output.quiet }
    }

    /// One of several answers, each with its letter; `None` when nobody is there or nothing is chosen.
    pub(crate) fn choose<T: Copy>(&self, question: &str, answers: &[(&str, &str, T)]) -> Option<T> {
        if !self.can_ask {
            return None;
        }
        self.console.aside(&clean(question));
        for (letter, text, _) in answers {
            self.console.aside(&format!("  {letter}  {text}"));
        }
        self.console.aside("Your choice (Enter: none):");
        let answer = self.line()?;
        answers.iter().find(|(letter, ..)| answer.eq_ignore_ascii_case(letter)).map(|(.., value)| *value)
    }

    /// Whether the answer is yes.
    pub(crate) fn confirm(&self, question: &str) -> bool {
        if !self.can_ask {
            return false;
        }
        self.console.aside(&format!("{} [y/N]", clean(question)));
        self.line().is_some_and(|answer| ["y", "yes"].iter().any(|yes| answer.eq_ignore_ascii_case(yes)))
    }

    /// A line, unless a stop is asked for first: a read of the terminal cannot be ended by a signal.
    fn line(&self) -> Option<String> {
        let (sender, receiver) = sync_channel(1);
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = std::io::stdin().read_line(&mut line);
            // Whoever asked may have given up waiting.
            let _ = sender.send(read.is_ok().then_some(line));
        });
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(line) => return line.map(|line| line.trim().to_owned()),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if self.stop.is_raised() => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
