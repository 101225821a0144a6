//! One undo, from the journal to the summary.

use std::ops::ControlFlow;

use immich_api::Client;
use jiff::Timestamp;
use photo_metadata::Engine;
use photo_metadata::replace::{ReplaceOptions, remove_work_dir};

use super::photo::{Outcome, Photo, Work, photos};
use super::target::UndoTarget;
use crate::account::Account;
use crate::apply::Hands;
use crate::deeds::{HERE, TakeBack};
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::parallel;
use crate::plan::{Kept, Step};
use crate::recover::recover;
use crate::state::{DeedStore, JournalStore, RunId};
use crate::stop::StopFlag;
use crate::summary::Summary;

/// Everything an undo needs, told by the caller. For files it needs no server; what the server has to be told of is
/// noted, and the next write-back tells it. What the organizer did on the server is taken back there.
pub struct Undo<'a> {
    /// What is remembered.
    pub store: &'a dyn JournalStore,
    /// Reads and writes metadata.
    pub engine: &'a dyn Engine,
    /// How originals are replaced.
    pub replace: ReplaceOptions,
    /// Whether the server has to be told of files that changed.
    pub owes: bool,
    /// The accounts of the server, as far as there is something to take back on it.
    pub clients: &'a [Client],
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
        let deeds = self.deeds(target)?;
        let photos = self.photos(target, deeds)?;
        let mut summary = self.each(photos, None, |step| Event::WouldDo(step))?;
        if let Some(run) = deeds {
            let accounts: Vec<Account<'_>> = self.clients.iter().map(Account::of).collect();
            summary.join(&self.take_back().preview(run, &accounts)?);
        }
        self.finish(summary)
    }

    /// Takes back. Puts in order what a killed run left behind, first. `command` is what is remembered of it.
    pub fn run(&self, target: &UndoTarget, command: &str) -> Result<Summary, SyncError> {
        let left_behind = recover(self.store, self.replace.touch, self.reporter)?;
        let deeds = self.deeds(target)?;
        if deeds.is_some() {
            self.take_back().settle(self.clients)?;
        }
        let photos = self.photos(target, deeds)?;
        if photos.is_empty() && deeds.is_none() {
            return self.finish(empty());
        }
        let run = self.store.begin_run(command, (self.now)())?;
        let mut summary = self.each(photos, Some(run), |step| Event::Done(step))?;
        if let Some(of) = deeds.filter(|_| !summary.stopped) {
            summary.join(&self.take_back().run(of, run, self.clients)?);
        }
        for folder in &left_behind {
            if let Err(error) = remove_work_dir(folder) {
                tracing::debug!(?error, "a work folder came back and cannot be removed");
            }
        }
        self.store.end_run(run, &summary, (self.now)())?;
        self.finish(summary)
    }

    /// The run of which something was done on the server and counts; an error when nobody may change it there.
    ///
    /// A photo or a file that is named is taken back as a file; what was done on the server belongs to its run.
    fn deeds(&self, target: &UndoTarget) -> Result<Option<RunId>, SyncError> {
        let UndoTarget::Run(run) = target else { return Ok(None) };
        if !has_deeds(self.store, *run)? {
            return Ok(None);
        }
        if self.clients.is_empty() && !is_of_this_machine(self.store, *run)? {
            return Err(SyncError::NeedsServer(target.to_string()));
        }
        Ok(Some(*run))
    }

    fn take_back(&self) -> TakeBack<'_> {
        TakeBack { store: self.store, reporter: self.reporter, stop: self.stop, now: self.now }
    }

    fn photos(&self, target: &UndoTarget, deeds: Option<RunId>) -> Result<Vec<Photo>, SyncError> {
        let photos = photos(target, &target.marks(self.store)?);
        if photos.is_empty() && deeds.is_none() {
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

/// Whether a run did something on the server that counts, or left open what became of it.
pub fn has_deeds(store: &dyn DeedStore, run: RunId) -> Result<bool, SyncError> {
    let is_open = store.open_deeds()?.iter().any(|row| row.deed.run == run);
    Ok(is_open || !store.deeds_to_undo(run, None, 1)?.is_empty())
}

/// Whether what a run did, it did here: group folders are no matter of a server.
fn is_of_this_machine(store: &dyn DeedStore, run: RunId) -> Result<bool, SyncError> {
    let mut rows = store.deeds_to_undo(run, None, 1)?;
    rows.extend(store.open_deeds()?.into_iter().filter(|row| row.deed.run == run));
    Ok(rows.iter().all(|row| row.deed.account == HERE))
}

/// No listing is needed, so none is incomplete.
fn empty() -> Summary {
    Summary { listing_complete: true, ..Summary::default() }
}
