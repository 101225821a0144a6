//! The real world of the loop: the clock, signals, and the process of a run.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ArgMatches;
use jiff::Timestamp;
use messages_macros::{tr, word};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use unattended::calendar::Missed;
use unattended::rounds::{Heard, Plan, Reason, Told, World};

use super::board::Board;
use super::child::Run;
use super::say;
use crate::output::{Console, told, weekday};
use crate::settings::catalogue;

/// How long the clock is not looked at. A machine that sleeps, or a clock that is set, moves what is waited for.
const LOOK: Duration = Duration::from_secs(20);

/// What the loop hears from other threads.
pub(super) enum Message {
    /// The run ended.
    Ended,
    /// The program is to end.
    Stop,
    /// The config file is to be read again.
    Reread,
}

/// The real world.
pub(super) struct RealWorld {
    console: Console,
    matches: ArgMatches,
    config: PathBuf,
    board: Arc<Board>,
    messages: Receiver<Message>,
    sender: Sender<Message>,
    run: Option<Run>,
    next: Option<Timestamp>,
}

impl RealWorld {
    /// Catches signals from now on.
    pub(super) fn new(
        console: Console,
        matches: ArgMatches,
        config: PathBuf,
        board: Arc<Board>,
    ) -> Result<Self> {
        let (sender, messages) = channel();
        let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).context("signals cannot be caught")?;
        let heard = sender.clone();
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                let message = if signal == SIGHUP { Message::Reread } else { Message::Stop };
                if heard.send(message).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { console, matches, config, board, messages, sender, run: None, next: None })
    }

    fn ended(&mut self) -> Heard {
        if let Some(run) = self.run.take() {
            match run.end() {
                Ok(status) => say(self.console, &tr!("Run ended: {}", told(&status.to_string()))),
                Err(error) => say(self.console, &told(&format!("{error:#}"))),
            }
        }
        Heard::Ended
    }

    /// A config that is wrong changes nothing.
    fn reread(&self) -> Option<Plan> {
        match super::reread(&self.matches) {
            Ok(plan) => {
                say(self.console, word!("Read the config file again."));
                Some(plan)
            }
            Err(error) => {
                say(self.console, word!("The config file is wrong; the schedule stays as it was."));
                self.console.error(&error);
                None
            }
        }
    }
}

impl World for RealWorld {
    fn now(&mut self) -> Timestamp {
        Timestamp::now()
    }

    fn chance(&mut self) -> u64 {
        use std::hash::{BuildHasher as _, RandomState};
        // Each state of the standard library has a number by chance of its own.
        RandomState::new().hash_one(())
    }

    fn wait(&mut self, until: Option<Timestamp>) -> Heard {
        let left = until.map(|until| until.duration_since(Timestamp::now()));
        let left = left.map_or(LOOK, |left| Duration::try_from(left).unwrap_or_default().min(LOOK));
        match self.messages.recv_timeout(left) {
            Ok(Message::Ended) => self.ended(),
            Ok(Message::Stop) => Heard::Stop,
            Ok(Message::Reread) => self.reread().map_or(Heard::Time, |plan| Heard::Plan(Box::new(plan))),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Heard::Time,
        }
    }

    fn start(&mut self, _due: Timestamp, reason: Reason) -> bool {
        let why = match reason {
            Reason::Due => word!("Run starts.").to_owned(),
            Reason::MadeUp(missed) => tr!("Run starts, for {} that was missed.", times(&missed)),
        };
        say(self.console, &why);
        // What was typed for us; all else that tells the language a run finds for itself.
        let language = self.matches.try_get_raw(catalogue::LANG.name).ok().flatten().and_then(Iterator::last);
        match Run::start(&self.config, language, self.sender.clone()) {
            Ok(run) => {
                self.run = Some(run);
                true
            }
            Err(error) => {
                say(self.console, &told(&format!("{error:#}")));
                false
            }
        }
    }

    fn pass_on(&mut self) {
        say(self.console, word!("Stopping; waiting for the run to end."));
        if let Some(run) = &self.run {
            run.stop();
        }
    }

    fn tell(&mut self, told: Told) {
        let text = match told {
            Told::Missed(missed) => tr!("Not run: {}, while this was off or asleep.", times(&missed)),
            Told::Overlapped(missed) => {
                tr!("Not run: {}, since the run before was active.", times(&missed))
            }
            Told::ClockBack => word!("The clock was set back; the schedule goes on from now.").to_owned(),
        };
        say(self.console, &text);
    }

    fn planned(&mut self, next: Option<Timestamp>) {
        self.board.plan(next);
        if let Some(next) = next.filter(|next| self.next != Some(*next)) {
            let clock = next.to_zoned(jiff::tz::TimeZone::system());
            say(
                self.console,
                &tr!(
                    "Next run: {}",
                    format!("{} {}", weekday(clock.weekday()), clock.strftime("%Y-%m-%d %H:%M:%S %Z"))
                ),
            );
        }
        self.next = next;
    }
}

fn times(missed: &Missed) -> String {
    let clock =
        |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string();
    match missed.count {
        1 => tr!("the run of {}", clock(missed.last)),
        count => tr!("{count} runs from {} to {}", clock(missed.first), clock(missed.last)),
    }
}
