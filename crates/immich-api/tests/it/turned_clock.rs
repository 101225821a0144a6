//! A clock that goes on only when somebody waits, so that no test does.

use std::sync::Mutex;
use std::time::Duration;

use immich_api::Clock;

/// Time that passes by sleeping only; chance is always one half.
#[derive(Default)]
pub(crate) struct TurnedClock {
    now: Mutex<Duration>,
}

impl Clock for TurnedClock {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        *self.now.lock().unwrap() += duration;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}
