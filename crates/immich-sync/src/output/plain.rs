//! Progress where there is no terminal: a line now and then, so that a log of a schedule shows life.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use messages_macros::{tr, word};
use sync_core::import::Progress as Imported;

use super::Console;
use super::progress::Progress;
use super::words::{count, size, thousands};

/// Longest silence while something happens.
const EVERY: Duration = Duration::from_secs(10);
/// Most photos between two lines.
const PHOTOS: u64 = 1000;

/// A line on stderr every 10 s or 1,000 photos.
pub(super) struct Lines {
    console: Console,
    state: Mutex<State>,
}

struct State {
    stage: Stage,
    done: u64,
    /// Number and time of the last line.
    said: (u64, Instant),
}

/// What is going on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The list of the server arrives.
    Listing,
    /// The server is asked for more, or told; of so many.
    Asking(&'static str, u64),
    /// Files are looked at, so many.
    Files(u64),
    /// Files are sent.
    Importing(Imported),
}

impl Lines {
    /// Starts counting.
    pub(super) fn new(console: Console) -> Self {
        let state = State { stage: Stage::Listing, done: 0, said: (0, Instant::now()) };
        Self { console, state: Mutex::new(state) }
    }

    fn change(&self, change: impl FnOnce(&mut State), now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        if let Some(line) = state.line(now) {
            self.console.aside(&line);
        }
    }
}

impl State {
    /// A line, when it is time for one.
    fn line(&mut self, now: Instant) -> Option<String> {
        let number = self.done;
        let (said, at) = self.said;
        // Where nothing changed, thousands of files are done in a second.
        let is_slow = !matches!(self.stage, Stage::Importing(_));
        if (number < said + PHOTOS || !is_slow) && now.duration_since(at) < EVERY {
            return None;
        }
        self.said = (number, now);
        Some(match self.stage {
            Stage::Listing => tr!("{} listed so far", count(number, "photo")),
            Stage::Asking(what, total) => {
                format!("{what}: {} {} {}", thousands(number), word!("of"), thousands(total))
            }
            Stage::Importing(import) => {
                let (number, files) = (thousands(number), count(import.seen, "file"));
                let sent = size(import.bytes_sent);
                if import.is_listed {
                    tr!("{number} of {files} done, {sent} sent")
                } else {
                    tr!("{number} of {files} found so far done, {sent} sent")
                }
            }
            Stage::Files(files) => tr!("{} of {} done", thousands(number), count(files, "file")),
        })
    }

    /// Counts from here on, if something else begins.
    fn enter(&mut self, stage: Stage, now: Instant) {
        if self.stage != stage {
            (self.stage, self.done, self.said) = (stage, 0, (0, now));
        }
    }
}

impl Progress for Lines {
    fn listed(&self, photos: u64) {
        let now = Instant::now();
        self.change(
            |state| {
                // Albums and tags are asked for before the list.
                state.enter(Stage::Listing, now);
                state.done = photos;
            },
            now,
        );
    }

    fn asked(&self, what: &'static str, done: u64, total: u64) {
        let now = Instant::now();
        self.change(
            |state| {
                state.enter(Stage::Asking(what, total), now);
                state.done = done;
            },
            now,
        );
    }

    fn planned(&self, files: u64) {
        let now = Instant::now();
        self.change(|state| state.enter(Stage::Files(files), now), now);
    }

    fn step(&self) {
        let step = |state: &mut State| {
            if let Stage::Files(files) = state.stage {
                state.done = files.min(state.done + 1);
            }
        };
        self.change(step, Instant::now());
    }

    fn imported(&self, import: &Imported) {
        let begin = |state: &mut State| {
            state.stage = Stage::Importing(*import);
            state.done = import.ended;
        };
        self.change(begin, Instant::now());
    }

    fn aside(&self, print: &mut dyn FnMut()) {
        print();
    }

    fn end(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(now: Instant) -> State {
        State { stage: Stage::Files(5000), done: 0, said: (0, now) }
    }

    #[test]
    fn a_thousand_photos_or_ten_seconds_make_a_line() {
        let now = Instant::now();
        let mut state = state(now);

        state.done = 999;
        assert_eq!(state.line(now), None);
        state.done = 1000;
        assert_eq!(state.line(now).as_deref(), Some("1,000 of 5,000 files done"));
        state.done = 1001;
        assert_eq!(state.line(now), None);
        assert_eq!(state.line(now + EVERY).as_deref(), Some("1,001 of 5,000 files done"));
    }

    #[test]
    fn an_import_says_something_every_ten_seconds() {
        let now = Instant::now();
        let import = Imported { seen: 90_000, ended: 0, is_listed: false, bytes_sent: 2_500_000 };
        let mut state = State { stage: Stage::Importing(import), done: 70_000, ..state(now) };

        assert_eq!(state.line(now), None);
        let line = state.line(now + EVERY);
        assert_eq!(line.as_deref(), Some("70,000 of 90,000 files found so far done, 2.5 MB sent"));
    }

    #[test]
    fn the_listing_shows_life_too() {
        let now = Instant::now();
        let mut state = State { stage: Stage::Listing, done: 3000, ..state(now) };

        assert_eq!(state.line(now).as_deref(), Some("3,000 photos listed so far"));
    }

    #[test]
    fn asking_shows_life_and_starts_at_its_own_beginning() {
        let now = Instant::now();
        let mut state = State { done: 4999, ..state(now) };
        state.enter(Stage::Asking("faces", 4000), now);

        assert_eq!(state.line(now), None);
        state.done = 1000;
        assert_eq!(state.line(now).as_deref(), Some("faces: 1,000 of 4,000"));
    }

    #[test]
    fn the_list_is_the_list_again_after_albums_were_asked_for() {
        let now = Instant::now();
        let mut state = State { stage: Stage::Asking("albums", 20), done: 20, said: (0, now) };
        state.enter(Stage::Listing, now);
        state.done = 1000;

        assert_eq!(state.line(now).as_deref(), Some("1,000 photos listed so far"));
    }
}
