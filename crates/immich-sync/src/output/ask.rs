//! Questions, which only a person at a terminal is asked.
//!
//! A schedule has nobody to answer: it gets the error, which says the same and names the option that answers it.

use std::io::IsTerminal as _;

use messages_macros::word;
use sync_core::StopFlag;

use super::{Console, clean, told, typed};
use crate::settings::OutputSettings;

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
        self.console.aside(&told(question));
        for (letter, text, _) in answers {
            self.console.aside(&format!("  {letter}  {text}"));
        }
        self.console.aside(word!("Your choice (Enter: none):"));
        let answer = typed::line(self.stop)?;
        answers.iter().find(|(letter, ..)| answer.eq_ignore_ascii_case(letter)).map(|(.., value)| *value)
    }

    /// Whether the answer is yes.
    pub(crate) fn confirm(&self, question: &str) -> bool {
        if !self.can_ask {
            return false;
        }
        self.console.aside(&format!("{} {}", clean(question), word!("[y/N]")));
        typed::line(self.stop).is_some_and(|answer| typed::is_yes(&answer))
    }
}
