//! A conversation at a terminal: questions with proposals, one after the other.
//!
//! Plain lines, no cursor keys and no colours that matter, so that it works on a serial console and with a screen
//! reader. Nobody to answer is an error, as is the end of the input or Ctrl-C.

use std::io::IsTerminal as _;

use anyhow::Result;
use messages_macros::word;
use sync_core::StopFlag;

use super::{Console, clean, typed};
use crate::exit::{Complaint, ExitStatus, usage};

/// The signal of Ctrl-C.
const INTERRUPT: u8 = 2;

/// Somebody to talk to.
#[derive(Clone, Copy)]
pub(crate) struct Dialogue<'a> {
    console: Console,
    stop: &'a StopFlag,
}

impl<'a> Dialogue<'a> {
    /// `None` where nobody can see or type.
    pub(crate) fn begin(console: Console, stop: &'a StopFlag) -> Option<Self> {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        is_terminal.then_some(Self { console, stop })
    }

    /// A line to read.
    pub(crate) fn tell(self, line: &str) {
        self.console.aside(line);
    }

    /// What is wrong with an answer.
    pub(crate) fn object(self, error: &anyhow::Error) {
        self.console.error(error);
    }

    /// An answer; Enter takes the proposal, and is no answer where there is none.
    pub(crate) fn ask(self, question: &str, proposal: Option<&str>) -> Result<String> {
        let shown = proposal.map_or_else(String::new, |proposal| format!(" [{}]", clean(proposal)));
        loop {
            self.console.question(&format!("{}{shown}:", self.console.aside.bold(question)));
            let answer = self.answer(typed::line(self.stop))?;
            match (answer.is_empty(), proposal) {
                (false, _) => return Ok(answer),
                (true, Some(proposal)) => return Ok(proposal.to_owned()),
                (true, None) => {}
            }
        }
    }

    /// An answer that nobody sees; Enter is an empty one.
    pub(crate) fn ask_hidden(self, question: &str) -> Result<String> {
        let _hidden = typed::Hidden::begin();
        self.console.question(&format!("{}:", self.console.aside.bold(question)));
        self.answer(typed::line(self.stop))
    }

    /// Whether the answer is yes.
    pub(crate) fn confirm(self, question: &str) -> Result<bool> {
        self.console.question(&format!("{} {}", clean(question), word!("[y/N]")));
        let answer = self.answer(typed::line(self.stop))?;
        Ok(typed::is_yes(&answer))
    }

    fn answer(self, line: Option<String>) -> Result<String> {
        match line {
            Some(line) => Ok(line),
            None if self.stop.is_raised() => {
                Err(Complaint::error(ExitStatus::Interrupted(INTERRUPT), "stopped; nothing was written"))
            }
            None => Err(usage("no answer came, so nothing was written")),
        }
    }
}
