//! What is typed at a terminal, a line at a time, shown or hidden.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use sync_core::StopFlag;

use crate::language::{self, Language};

/// How often a stop request is looked for while nobody answers.
const LOOK: Duration = Duration::from_millis(100);

/// A line without blanks around; `None` at the end of the input, or when a stop is asked for first: a read of the
/// terminal cannot be ended by a signal.
pub(super) fn line(stop: &StopFlag) -> Option<String> {
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        // Whoever asked may have given up waiting.
        let _ = sender.send(read.is_ok_and(|bytes| bytes > 0).then_some(line));
    });
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(line) => return line.map(|line| line.trim().to_owned()),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if stop.is_raised() => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Whether an answer is yes. A German reader may say it in English too.
pub(super) fn is_yes(answer: &str) -> bool {
    let of_german: &[&str] = match language::current() {
        Language::English => &[],
        Language::German => &["j", "ja"],
    };
    ["y", "yes"].iter().chain(of_german).any(|yes| answer.eq_ignore_ascii_case(yes))
}

/// A terminal that shows nothing of what is typed, until this is dropped. It has to begin before the question is
/// shown: somebody may paste at once.
pub(super) struct Hidden(Option<Termios>);

impl Hidden {
    /// Hides what is typed from now on, where there is a terminal.
    pub(super) fn begin() -> Self {
        let Ok(before) = tcgetattr(std::io::stdin()) else { return Self(None) };
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // The end of the line is shown, or the next question would stand behind this one.
        hidden.local_modes.insert(LocalModes::ECHONL);
        let changed = tcsetattr(std::io::stdin(), OptionalActions::Now, &hidden);
        Self(changed.is_ok().then_some(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // Where the terminal is gone, there is nothing to be put back.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tests::in_german;

    #[test]
    fn a_german_reader_may_say_yes_in_german() {
        let said = |answer: &str| [is_yes(answer), in_german(|| is_yes(answer))];

        assert_eq!(["y", "YES"].map(said), [[true, true]; 2]);
        assert_eq!(["J", "ja"].map(said), [[false, true]; 2]);
        assert_eq!(["", "n", "jein", "yesterday"].map(said), [[false, false]; 4]);
    }
}
