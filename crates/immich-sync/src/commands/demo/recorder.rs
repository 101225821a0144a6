//! Takes down what a run tells, so that the story can quote it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sync_core::plan::{Failed, Skipped, Step};
use sync_core::{Event, Reporter};

/// What was told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Steps that were done, or would be.
    pub(super) steps: Vec<Step>,
    /// Photos that were left out.
    pub(super) skipped: Vec<Skipped>,
    /// Photos that something went wrong with.
    pub(super) failed: Vec<Failed>,
    /// Everything else that a user should know.
    pub(super) warnings: Vec<String>,
}

/// Takes down what a run tells.
#[derive(Debug, Default)]
pub(super) struct Recorder(Mutex<Told>);

impl Recorder {
    /// What was told since the last time.
    pub(super) fn take(&self) -> Told {
        std::mem::take(&mut *self.told())
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Recorder {
    fn report(&self, event: &Event<'_>) {
        match event {
            Event::WouldDo(step) | Event::Done(step) => self.told().steps.push((*step).clone()),
            Event::Skipped(skipped) => self.told().skipped.push((*skipped).clone()),
            Event::Failed(failed) => self.told().failed.push((*failed).clone()),
            Event::Warning(text) => self.told().warnings.push((*text).to_owned()),
            _ => {}
        }
    }
}
