//! Time and chance, given from outside.
//!
//! Waiting between two tries takes minutes in real life and none in a test. So everything that waits asks
//! a [`Clock`], which also rolls the dice for the jitter: a test turns the clock and knows the roll.

use std::time::{Duration, Instant};

/// Where the client takes time and chance from.
pub trait Clock: Send + Sync {
    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// Waits for that long.
    fn sleep(&self, duration: Duration);

    /// A number in `0.0..1.0` that spreads the tries of many clients; random unless replaced.
    fn chance(&self) -> f64 {
        fastrand::f64()
    }
}

/// The clock of the machine.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that starts at zero.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "the one Clock that really waits")]
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
