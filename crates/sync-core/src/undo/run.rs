//! One undo, from the journal to the summary.

use std::ops::ControlFlow;

use jiff::Timestamp;
use photo_metadata::Engine;
use photo_metadata::replace::{ReplaceOptions, remove_work_dir};

use super::photo::{Outcome, Photo, Work, photos};
use super::target::UndoTarget;
use crate::apply::Hands;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::parallel;
use crate::plan::{Kept, Step};
use crate::recover::recover;
use crate::state::{RunId, Store};
use crate::stop::StopFlag;
use crate::summary::Summary;

/// Everything an undo needs, told by the caller. It needs no server; what the server has to be told of is noted, and
/// the next write-back tells it.
pub struct Undo<'a> {
    /// What is remembered.
    pub store: &'a dyn Store,
    /// Reads and writes metadata.
    pub engine: &'a dyn Engine,
    /// How originals are replaced.
    pub replace: ReplaceOptions,
    /// Whether the server has to be told of files that changed.
    pub owes: bool,
    /// Files at work at the same time.
    pub workers: usize,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current photo.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

impl Undo<'_> {
    /// Shows what would be taken back. Only reads.
    pub fn preview(&self, target: &UndoTarget) -> Result<Summary, SyncError> {
        let photos = self.photos(target)?;
        let summary = self.each(photos, None, |step| Event::WouldDo(step))?;
        self.finish(summary)
    }

    /// Takes back. Puts in order what a killed run left behind, first. `command` is what is remembered of it.
    pub fn run(&self, target: &UndoTarget, command: &str) -> Result<Summary, SyncError> {
        let left_behind = recover(self.store, self.replace.touch, self.reporter)?;
        let photos = self.photos(target)?;
        if photos.is_empty() {
            return self.finish(empty());
        }
        let run = self.store.begin_run(command, (self.now)())?;
        let summary = self.each(photos, Some(run), |step| Event::Done(step))?;
        for folder in &left_behind {
            if let Err(error) = remove_work_dir(folder) {
                tracing::debug!(?error, "a work folder came back and cannot be removed");
            }
        }
        self.store.end_run(run, &summary, (self.now)())?;
        self.finish(summary)
    }

    fn photos(&self, target: &UndoTarget) -> Result<Vec<Photo>, SyncError> {
        let photos = photos(target, &target.marks(self.store)?);
        if photos.is_empty() {
            let text = format!("nothing of {target} is left to be taken back");
            self.reporter.report(&Event::Warning(&text));
        }
        Ok(photos)
    }

    pub(super) fn hands(&self) -> Hands<'_> {
        Hands {
            store: self.store,
            engine: self.engine,
            replace: self.replace,
            now: self.now,
            owes: self.owes,
        }
    }

    /// Works on all photos, tells and counts each once.
    fn each(
        &self,
        photos: Vec<Photo>,
        run: Option<RunId>,
        done: impl Fn(&Step) -> Event<'_>,
    ) -> Result<Summary, SyncError> {
        self.reporter.report(&Event::Planning { candidates: photos.len() as u64 });
        let (mut summary, mut fatal, mut stopped) = (empty(), None, false);
        let items = photos.into_iter().take_while(|_| {
            stopped |= self.stop.is_raised();
            !stopped
        });
        let work = |photo: Photo| Work::on(self, run, &photo);
        parallel::ordered(items, self.workers, work, |(outcome, kept)| {
            self.keep(&kept, &mut summary);
            match self.count(outcome, &mut summary, &done) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    fatal.get_or_insert(error);
                    ControlFlow::Break(())
                }
            }
        });
        summary.stopped = stopped;
        fatal.map_or(Ok(summary), Err)
    }

    fn keep(&self, kept: &[Kept], summary: &mut Summary) {
        for kept in kept {
            summary.kept += 1;
            summary.troubled += u64::from(kept.is_trouble);
            self.reporter.report(&Event::Kept(kept));
        }
    }

    fn count(
        &self,
        outcome: Outcome,
        summary: &mut Summary,
        done: &impl Fn(&Step) -> Event<'_>,
    ) -> Result<(), SyncError> {
        match outcome {
            Outcome::Done(steps) => {
                summary.seen += 1;
                summary.done += 1;
                summary.files += steps.len() as u64;
                for step in &steps {
                    self.reporter.report(&done(step));
                }
            }
            Outcome::Skipped(skipped) => {
                summary.skip(&skipped.reason);
                self.reporter.report(&Event::Skipped(&skipped));
            }
            Outcome::Failed(failed) => {
                summary.seen += 1;
                summary.failed += 1;
                self.reporter.report(&Event::Failed(&failed));
            }
            Outcome::Fatal(error) => return Err(error),
        }
        Ok(())
    }

    fn finish(&self, summary: Summary) -> Result<Summary, SyncError> {
        summary.require_sum()?;
        self.reporter.report(&Event::Finished(&summary));
        Ok(summary)
    }
}

/// No listing is needed, so none is incomplete.
fn empty() -> Summary {
    Summary { listing_complete: true, ..Summary::default() }
}
