//! Progress where there is no terminal: a line now and then, so that a log of a schedule shows life.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Console;
use super::progress::Progress;
use super::words::{count, thousands};

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
    listed: u64,
    files: Option<u64>,
    done: u64,
    /// Number and time of the last line.
    said: (u64, Instant),
}

impl Lines {
    /// Starts counting.
    pub(super) fn new(console: Console) -> Self {
        let state = State { listed: 0, files: None, done: 0, said: (0, Instant::now()) };
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
        let number = if self.files.is_some() { self.done } else { self.listed };
        let (said, at) = self.said;
        if number < said + PHOTOS && now.duration_since(at) < EVERY {
            return None;
        }
        self.said = (number, now);
        Some(match self.files {
            None => format!("{} on the server so far", count(number, "photo")),
            Some(files) => format!("{} of {} done", thousands(number), count(files, "file")),
        })
    }
}

impl Progress for Lines {
    fn listed(&self, photos: u64) {
        self.change(|state| state.listed = photos, Instant::now());
    }

    fn planned(&self, files: u64) {
        let now = Instant::now();
        self.change(
            |state| {
                state.files = Some(files);
                state.done = 0;
                state.said = (0, now);
            },
            now,
        );
    }

    fn step(&self) {
        self.change(|state| state.done = state.files.unwrap_or(u64::MAX).min(state.done + 1), Instant::now());
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
        State { listed: 0, files: Some(5000), done: 0, said: (0, now) }
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
    fn the_listing_shows_life_too() {
        let now = Instant::now();
        let mut state = State { files: None, listed: 3000, ..state(now) };

        assert_eq!(state.line(now).as_deref(), Some("3,000 photos on the server so far"));
    }
}
