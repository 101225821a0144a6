//! How many thumbnails are asked for at once: as many as the server answers quickly, eight at most.
//!
//! A server that is busy with its own jobs answers slowly, and asking for more at once makes it slower. So the number
//! grows by one with each round of quick answers and is halved when the server fails or takes much longer than it can.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// At the start.
const START: usize = 4;

/// An answer that takes so many times longer than the quickest ones is slow.
const SLOW: u32 = 8;

/// No answer below this is slow.
const NEVER_SLOW: Duration = Duration::from_millis(400);

/// Lets a number of threads pass at once.
#[derive(Debug)]
pub(super) struct Gate {
    most: usize,
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Debug)]
struct State {
    inside: usize,
    limit: usize,
    /// Quick answers since the limit changed.
    quick: usize,
    /// The quickest answer, forgotten little by little.
    best: Option<Duration>,
}

/// How an answer was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It came, after so long.
    After(Duration),
    /// It did not come, or was an error of the server.
    Failed,
}

impl Gate {
    /// At most so many, and never fewer than one.
    pub(super) fn new(most: usize) -> Self {
        let most = most.max(1);
        let state = State { inside: 0, limit: START.min(most), quick: 0, best: None };
        Self { most, state: Mutex::new(state), free: Condvar::new() }
    }

    /// So many, whatever they learn.
    pub(super) fn fixed(most: usize) -> Self {
        let gate = Self::new(most);
        gate.lock().limit = gate.most;
        gate
    }

    /// Waits until there is room. `leave` has to follow.
    pub(super) fn enter(&self) {
        let mut state = self.lock();
        while state.inside >= state.limit {
            state = self.free.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.inside += 1;
    }

    /// Makes room, and learns.
    pub(super) fn leave(&self, answer: Answer) {
        let mut state = self.lock();
        state.inside = state.inside.saturating_sub(1);
        state.learn(answer, self.most);
        drop(state);
        self.free.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn learn(&mut self, answer: Answer, most: usize) {
        let is_quick = match answer {
            Answer::Failed => false,
            Answer::After(time) => {
                // A best time from long ago must not make today's answers slow for ever.
                let best = self.best.map_or(time, |best| time.min(best + best / 64));
                self.best = Some(best);
                time <= NEVER_SLOW.max(best * SLOW)
            }
        };
        if !is_quick {
            self.limit = (self.limit / 2).max(1);
            self.quick = 0;
            return;
        }
        self.quick += 1;
        if self.quick >= self.limit * 2 && self.limit < most {
            self.limit += 1;
            self.quick = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit_after(answers: &[Answer]) -> usize {
        let gate = Gate::new(8);
        for answer in answers {
            gate.enter();
            gate.leave(*answer);
        }
        gate.lock().limit
    }

    const QUICK: Answer = Answer::After(Duration::from_millis(20));

    #[test]
    fn quick_answers_open_the_gate_up_to_its_limit() {
        assert_eq!(limit_after(&[QUICK; 7]), 4);
        assert_eq!(limit_after(&[QUICK; 8]), 5);
        assert_eq!(limit_after(&[QUICK; 1000]), 8);
    }

    #[test]
    fn failures_and_slow_answers_close_it_and_one_always_passes() {
        let slow = Answer::After(Duration::from_secs(3));

        assert_eq!(limit_after(&[&[QUICK; 100][..], &[slow]].concat()), 4);
        assert_eq!(limit_after(&[Answer::Failed; 20]), 1);
    }

    #[test]
    fn a_server_that_is_always_slow_is_not_slow() {
        let steady = Answer::After(Duration::from_secs(2));

        assert_eq!(limit_after(&[steady; 1000]), 8);
    }

    #[test]
    fn no_more_than_the_limit_are_inside() {
        let gate = Gate::new(2);
        let (inside, most) = (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        gate.enter();
                        let now = inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
                        most.fetch_max(now, std::sync::atomic::Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        gate.leave(QUICK);
                    }
                });
            }
        });

        assert!(most.into_inner() <= 2);
    }
}
