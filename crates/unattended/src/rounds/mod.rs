//! The loop of a program that starts runs itself, where no system does: in a container.
//!
//! [`Rounds`] decides; it is told the time and what happened, and answers with the next order. [`run`] carries the
//! orders out in a [`World`], which is a clock, signals and a child process in the program, and a clock under control
//! in tests.
//!
//! There is never more than one run. What is due during a run is not made up for, but told. What was due while the
//! program was off, or the machine asleep, is made up for by one run, or told where that is not wanted. So every time
//! of the calendar ends as a run or as a word.

mod state;

use jiff::{SignedDuration, Timestamp};

use crate::calendar::{Calendar, Missed};

pub use state::{Order, Rounds, Step};

/// When runs are started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When they are due.
    pub calendar: Calendar,
    /// By how much a start may be put off, by chance.
    pub random_delay: SignedDuration,
    /// Whether what was missed is made up for by one run.
    pub catch_up: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Time went by.
    Time,
    /// The run ended.
    Ended,
    /// The program is to end.
    Stop,
    /// There is another plan.
    Plan(Box<Plan>),
}

/// Why a run is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is due.
    Due,
    /// It makes up for what was missed.
    MadeUp(Missed),
}

/// Something that people should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing ran when these were due, and nothing makes up for them.
    Missed(Missed),
    /// The run before was still active when these were due.
    Overlapped(Missed),
    /// The clock was set back behind what was done already; the plan starts anew from now.
    ClockBack,
}

/// What the loop needs of the world.
pub trait World {
    /// What time it is.
    fn now(&mut self) -> Timestamp;
    /// A number by chance.
    fn chance(&mut self) -> u64;
    /// Waits until then, for ever where there is no instant, or until something happens; it may come back earlier.
    fn wait(&mut self, until: Option<Timestamp>) -> Heard;
    /// Starts a run that was due then; tells whether it started. Its end is heard later.
    fn start(&mut self, due: Timestamp, reason: Reason) -> bool;
    /// Asks the run that is active to stop.
    fn pass_on(&mut self);
    /// Tells people.
    fn tell(&mut self, told: Told);
    /// Takes note of when the next run starts; `None` while one is active.
    fn planned(&mut self, next: Option<Timestamp>);
}

/// Goes round until it is to end. `last_run` is when the last run ended, or began
/// if its end is not known; what was due before is settled.
pub fn run(world: &mut impl World, plan: Plan, last_run: Option<Timestamp>) {
    let (now, chance) = (world.now(), world.chance());
    let (mut rounds, mut step) = Rounds::begin(plan, last_run, now, chance);
    loop {
        for told in step.told.drain(..) {
            world.tell(told);
        }
        world.planned(rounds.next());
        let heard = match step.order {
            Order::Leave => return,
            Order::Wait(until) => world.wait(until),
            Order::PassOn => {
                world.pass_on();
                world.wait(None)
            }
            Order::Start { due, reason } if world.start(due, reason) => Heard::Time,
            Order::Start { .. } => Heard::Ended,
        };
        let (now, chance) = (world.now(), world.chance());
        step = rounds.step(now, heard, chance);
    }
}

#[cfg(test)]
mod tests;
