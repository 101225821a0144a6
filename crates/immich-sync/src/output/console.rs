//! The two outputs of the program: what they can show, and writing to them.
//!
//! A reader that goes away (`| head`) is no reason to end a run that changes files: what cannot be written is
//! dropped. Results that were lost otherwise, on a full disk for example, are said to be lost at the end.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};
use messages_macros::{tr, word};

use super::{Paint, told};
use crate::codes::Code;

/// Whether something of the result could not be written.
static LOST: AtomicBool = AtomicBool::new(false);

/// Whether results were lost on their way out.
pub(crate) fn lost_results() -> bool {
    LOST.load(Ordering::SeqCst)
}

/// Notes that a result could not be written.
pub(super) fn lose_results() {
    LOST.store(true, Ordering::SeqCst);
}

/// Stdout and stderr. Colours follow `NO_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    /// Colours of results.
    pub(crate) result: Paint,
    /// Colours of everything else.
    pub(crate) aside: Paint,
    /// Columns of the terminal that results are shown on; `None` when it is not one.
    pub(crate) width: Option<usize>,
    /// Whether a bar can be drawn on stderr.
    pub(crate) can_draw: bool,
}

impl Console {
    /// Looks at the two outputs.
    pub(crate) fn detect() -> Self {
        let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
        // By convention 0 is off; the library takes any text for on.
        let unforced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value == "0");
        let on = |choice, is_terminal: bool| choice != ColorChoice::Never && (is_terminal || !unforced);
        let width = rustix::termios::tcgetwinsize(&stdout).ok().map(|size| usize::from(size.ws_col));
        Self {
            result: Paint { on: on(AutoStream::choice(&stdout), stdout.is_terminal()) },
            aside: Paint { on: on(AutoStream::choice(&stderr), stderr.is_terminal()) },
            width: width.filter(|columns| stdout.is_terminal() && *columns > 0),
            can_draw: stderr.is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }

    /// A line of the result.
    #[expect(clippy::unused_self, reason = "whoever prints holds the console")]
    pub(crate) fn result(self, line: &str) {
        if let Err(error) = writeln!(std::io::stdout().lock(), "{line}")
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            lose_results();
        }
    }

    /// A line beside the result.
    #[expect(clippy::unused_self, reason = "whoever prints holds the console")]
    pub(crate) fn aside(self, line: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }

    /// A question beside the result, whose answer is typed behind it.
    #[expect(clippy::unused_self, reason = "whoever prints holds the console")]
    pub(crate) fn question(self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "{text} ").and_then(|()| stderr.flush());
    }

    /// An error with its number, and its causes, one line each.
    pub(crate) fn error(self, error: &anyhow::Error) {
        let code = self.aside.dim(&format!("[{}]", Code::of_error(error)));
        self.aside(&format!("{} {} {code}", self.aside.red(word!("error:")), told(&error.to_string())));
        for cause in causes(error) {
            self.aside(&tr!("  because: {}", told(&cause)));
        }
    }
}

/// The texts of the causes; one that only repeats what was said is left out.
pub(super) fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut said = error.to_string();
    let mut causes = Vec::new();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        if !said.contains(&text) {
            causes.push(text.clone());
            said.push_str(&text);
        }
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_was_said_already_is_not_repeated() {
        let error =
            anyhow::anyhow!("no such file").context("cannot read: no such file").context("while starting");

        assert_eq!(causes(&error), ["cannot read: no such file"]);
    }
}
