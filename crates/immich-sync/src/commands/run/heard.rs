//! Signals to a run: the first is handed on to the job and waited for, the second ends at once.
//!
//! A second signal ends this process within the handler; the job notices that its parent is gone and ends as after a
//! second signal of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// The signals that came.
pub(super) struct Heard {
    stop: Arc<AtomicBool>,
    last: Arc<AtomicUsize>,
}

impl Heard {
    /// Listens from now on.
    pub(super) fn catch() -> Result<Self> {
        let heard = Self { stop: Arc::default(), last: Arc::default() };
        for (signal, number) in [(SIGINT, 2_usize), (SIGTERM, 15), (SIGHUP, 1)] {
            // The order matters: the first signal finds the flag down and raises it, the second finds it up.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&heard.stop))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&heard.last), number))
                .and_then(|_| flag::register(signal, Arc::clone(&heard.stop)))
                .context("signals cannot be caught")?;
        }
        Ok(heard)
    }

    /// The number of the one that came, if one did.
    pub(super) fn signal(&self) -> Option<u8> {
        u8::try_from(self.last.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
    }

    /// The same to be handed on.
    pub(super) fn to_hand_on(&self) -> Option<Signal> {
        Some(match self.signal()? {
            2 => Signal::INT,
            1 => Signal::HUP,
            _ => Signal::TERM,
        })
    }
}

/// Waits a little between two looks; a signal may end it early, which does no harm.
pub(super) fn pause(time: Duration) {
    std::thread::park_timeout(time);
}
