//! One bounded parallel map whose results come in order.
//!
//! The calling thread feeds the workers and takes their results, so whoever consumes needs no lock, and what
//! a run prints does not depend on which worker was faster.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

/// Items under way per worker: one being worked on, and one ready so that no worker waits.
const AHEAD: usize = 2;

/// Applies `work` to each item on `workers` threads and hands the results to `consume` in the order of the
/// items. Items are taken only as fast as results are consumed; a break stops taking them, and what is under
/// way is finished and still consumed.
pub(crate) fn ordered<T: Send, R: Send>(
    items: impl Iterator<Item = T>,
    workers: usize,
    work: impl Fn(T) -> R + Sync,
    mut consume: impl FnMut(R) -> ControlFlow<()>,
) {
    let workers = workers.max(1);
    let bound = workers * AHEAD;
    let (to_workers, from_feeder) = mpsc::sync_channel::<(u64, T)>(bound);
    let (to_consumer, from_workers) = mpsc::sync_channel::<(u64, thread::Result<R>)>(bound);
    let queue = Mutex::new(from_feeder);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (queue, work, results) = (&queue, &work, to_consumer.clone());
            scope.spawn(move || {
                while let Some((number, item)) = next(queue) {
                    // A panic that ended the worker here would leave the consumer waiting for this number.
                    let result = catch_unwind(AssertUnwindSafe(|| work(item)));
                    if results.send((number, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(to_consumer);
        let mut items = items.fuse();
        let (mut fed, mut consumed, mut stopped) = (0_u64, 0_u64, false);
        let mut early = BTreeMap::new();
        loop {
            while !stopped && fed - consumed < bound as u64 {
                let Some(item) = items.next() else { break };
                if to_workers.send((fed, item)).is_err() {
                    break;
                }
                fed += 1;
            }
            if consumed == fed {
                break;
            }
            let Ok((number, result)) = from_workers.recv() else { break };
            let result = match result {
                Ok(result) => result,
                Err(panic) => {
                    drop((to_workers, from_workers));
                    resume_unwind(panic);
                }
            };
            early.insert(number, result);
            while let Some(result) = early.remove(&consumed) {
                consumed += 1;
                stopped |= consume(result).is_break();
            }
        }
        drop(to_workers);
    });
}

fn next<T>(queue: &Mutex<mpsc::Receiver<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let mut seen = Vec::new();

        ordered(
            0..1000_u32,
            4,
            |item| item * 2,
            |result| {
                seen.push(result);
                ControlFlow::Continue(())
            },
        );

        assert_eq!(seen, (0..1000).map(|item| item * 2).collect::<Vec<u32>>());
    }

    #[test]
    #[should_panic(expected = "item 5")]
    fn a_panic_of_a_worker_is_one_of_the_caller() {
        let work = |item: u32| {
            assert_ne!(item, 5, "item 5");
            item
        };

        ordered(0..100_u32, 3, work, |_| ControlFlow::Continue(()));
    }

    #[test]
    fn after_a_break_nothing_new_is_taken_and_nothing_is_lost() {
        let taken = std::cell::Cell::new(0);
        let mut seen = 0;

        ordered(
            (0..1000).inspect(|_| taken.set(taken.get() + 1)),
            3,
            |item: i32| item,
            |item| {
                seen += 1;
                if item == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );

        assert_eq!(seen, taken.get(), "everything that was taken was consumed");
        assert!(seen < 30, "{seen}");
    }
}
