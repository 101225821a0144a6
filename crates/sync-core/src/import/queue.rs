//! Work handed to threads, and room given to the one that lists.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Jobs for several threads, in order. Whoever pushes sees to it that there are not too many.
#[derive(Debug)]
pub(super) struct Jobs<T> {
    inside: Mutex<(VecDeque<T>, bool)>,
    news: Condvar,
}

impl<T> Jobs<T> {
    pub(super) fn new() -> Self {
        Self { inside: Mutex::new((VecDeque::new(), false)), news: Condvar::new() }
    }

    pub(super) fn push(&self, job: T) {
        self.lock().0.push_back(job);
        self.news.notify_one();
    }

    /// The next job, waited for; `None` when no more will come.
    pub(super) fn next(&self) -> Option<T> {
        let mut inside = self.lock();
        loop {
            if let Some(job) = inside.0.pop_front() {
                return Some(job);
            }
            if inside.1 {
                return None;
            }
            inside = self.news.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets every thread end that finds no job.
    pub(super) fn close(&self) {
        self.lock().1 = true;
        self.news.notify_all();
    }

    /// Takes back what nobody has begun.
    pub(super) fn withdraw(&self) -> VecDeque<T> {
        std::mem::take(&mut self.lock().0)
    }

    fn lock(&self) -> MutexGuard<'_, (VecDeque<T>, bool)> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many items may be under way; whoever lists waits here for one of them to end.
#[derive(Debug)]
pub(super) struct Gate {
    inside: Mutex<(usize, bool)>,
    news: Condvar,
}

impl Gate {
    pub(super) fn new(room: usize) -> Self {
        Self { inside: Mutex::new((room, true)), news: Condvar::new() }
    }

    /// Waits for room and takes it; `false` when the gate is shut.
    pub(super) fn enter(&self) -> bool {
        let mut inside = self.lock();
        while inside.0 == 0 && inside.1 {
            inside = self.news.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
        if inside.1 {
            inside.0 -= 1;
        }
        inside.1
    }

    pub(super) fn leave(&self) {
        self.lock().0 += 1;
        self.news.notify_one();
    }

    /// Whether somebody would have to wait.
    pub(super) fn is_full(&self) -> bool {
        self.lock().0 == 0
    }

    pub(super) fn shut(&self) {
        self.lock().1 = false;
        self.news.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, (usize, bool)> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_come_in_order_and_end_when_the_queue_is_closed() {
        let jobs = Jobs::new();
        (0..3).for_each(|job| jobs.push(job));
        jobs.close();

        assert_eq!(std::iter::from_fn(|| jobs.next()).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn a_full_gate_opens_when_somebody_leaves_and_for_nobody_when_it_is_shut() {
        let gate = Gate::new(1);
        assert!(gate.enter() && gate.is_full());

        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| gate.enter());
            gate.leave();
            assert!(waiting.join().unwrap());
            let waiting = scope.spawn(|| gate.enter());
            gate.shut();
            assert!(!waiting.join().unwrap());
        });
    }
}
