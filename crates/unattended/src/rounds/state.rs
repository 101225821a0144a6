//! What the loop remembers between two orders.

use jiff::{SignedDuration, Timestamp};

use super::{Heard, Plan, Reason, Told};

/// A start that is later than this was slept through, not just late.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// A clock that was set back by less than this only waits a little longer.
const SET_BACK: SignedDuration = SignedDuration::from_hours(3);

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Wait until then, or for what happens.
    Wait(Option<Timestamp>),
    /// Start a run.
    Start {
        /// When it was due.
        due: Timestamp,
        /// Why it is started.
        reason: Reason,
    },
    /// Ask the run that is active to stop, and wait for its end.
    PassOn,
    /// End.
    Leave,
}

/// An order, with what people should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What to tell, in order.
    pub told: Vec<Told>,
    /// What to do.
    pub order: Order,
}

/// When the next run is due, and when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Next {
    due: Timestamp,
    start: Timestamp,
}

/// The state of the loop.
#[derive(Debug, Clone)]
pub struct Rounds {
    plan: Plan,
    /// Everything that was due until here ended as a run or as a word.
    settled: Timestamp,
    next: Option<Next>,
    is_running: bool,
    is_stopping: bool,
}

impl Rounds {
    /// Begins at `now`. What was due since the last run is made up for or told.
    pub fn begin(plan: Plan, last_run: Option<Timestamp>, now: Timestamp, chance: u64) -> (Self, Step) {
        // A run that lies ahead was noted by a wrong clock.
        let settled = last_run.filter(|last| *last <= now).unwrap_or(now);
        let mut rounds = Self { plan, settled, next: None, is_running: false, is_stopping: false };
        let mut told = Vec::new();
        let order = match rounds.plan.calendar.missed(settled, now) {
            Some(missed) if rounds.plan.catch_up => {
                rounds.started(now);
                Order::Start { due: missed.last, reason: Reason::MadeUp(missed) }
            }
            missed => {
                told.extend(missed.map(Told::Missed));
                rounds.settled = now;
                rounds.plan_next(chance);
                rounds.waiting()
            }
        };
        (rounds, Step { told, order })
    }

    /// When the next run starts; `None` while one is active.
    pub fn next(&self) -> Option<Timestamp> {
        self.next.filter(|_| !self.is_running).map(|next| next.start)
    }

    /// What to do after this happened.
    pub fn step(&mut self, now: Timestamp, heard: Heard, chance: u64) -> Step {
        let mut told = Vec::new();
        match heard {
            Heard::Stop if self.is_running => {
                self.is_stopping = true;
                return Step { told, order: Order::PassOn };
            }
            Heard::Stop => return Step { told, order: Order::Leave },
            Heard::Ended => {
                self.is_running = false;
                told.extend(self.plan.calendar.missed(self.settled, now).map(Told::Overlapped));
                self.settled = self.settled.max(now);
                if self.is_stopping {
                    return Step { told, order: Order::Leave };
                }
                self.plan_next(chance);
            }
            Heard::Plan(plan) => self.replan(*plan, now, chance),
            Heard::Time => {}
        }
        let order = self.look(now, chance, &mut told);
        Step { told, order }
    }

    fn look(&mut self, now: Timestamp, chance: u64, told: &mut Vec<Told>) -> Order {
        if self.is_running {
            return Order::Wait(None);
        }
        if self.settled.duration_since(now) > SET_BACK {
            told.push(Told::ClockBack);
            self.settled = now;
            self.plan_next(chance);
        }
        let Some(next) = self.next.filter(|next| next.start <= now) else { return self.waiting() };
        let was_asleep = now.duration_since(next.start) > LATE;
        let missed = self.plan.calendar.missed(self.settled, now);
        match missed {
            Some(missed) if was_asleep && !self.plan.catch_up => {
                told.push(Told::Missed(missed));
                self.settled = now;
                self.plan_next(chance);
                self.waiting()
            }
            Some(missed) if was_asleep => {
                self.started(now);
                Order::Start { due: missed.last, reason: Reason::MadeUp(missed) }
            }
            _ => {
                self.started(now);
                Order::Start { due: next.due, reason: Reason::Due }
            }
        }
    }

    fn started(&mut self, now: Timestamp) {
        self.settled = now;
        self.next = None;
        self.is_running = true;
    }

    fn replan(&mut self, plan: Plan, now: Timestamp, chance: u64) {
        self.plan = plan;
        // One that is due already and only put off by chance stays.
        let is_put_off = self.next.is_some_and(|next| next.due <= now);
        if !self.is_running && !is_put_off {
            self.settled = self.settled.max(now);
            self.plan_next(chance);
        }
    }

    fn plan_next(&mut self, chance: u64) {
        let delay = u64::try_from(self.plan.random_delay.as_secs()).unwrap_or(0);
        let put_off = i64::try_from(chance % (delay + 1)).unwrap_or(0);
        self.next = self.plan.calendar.next_after(self.settled).map(|due| {
            let start = due.checked_add(SignedDuration::from_secs(put_off)).unwrap_or(due);
            Next { due, start }
        });
    }

    fn waiting(&self) -> Order {
        Order::Wait(self.next.map(|next| next.start))
    }
}
