//! An export from the first look to the last file.

use std::ops::ControlFlow;
use std::path::Path;

use apple_photos::{Asset, Library};
use jiff::Timestamp;
use photo_metadata::Engine;

use super::batch::{Hand, leave};
use super::hashes::short;
use super::plan::{Mode, Planner};
use super::step::{Decision, Expects, Step};
use super::{
    ExportEvent, ExportOptions, ExportOwner, ExportProgress, ExportStore, ExportSummary, ExportedFile,
    LeftKind,
};
use crate::deeds::{LocalPath, settle_here};
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::stop::StopFlag;

/// Assets between two words about how far it is.
const OFTEN: u64 = 200;

/// A library that is exported to a folder, told by the caller.
pub struct Export<'a> {
    /// The library. Nothing in it is ever changed.
    pub library: &'a Library,
    /// What is remembered.
    pub store: &'a dyn ExportStore,
    /// The destination; absolute, without links. It is made when missing.
    pub root: &'a Path,
    /// What is wanted.
    pub options: &'a ExportOptions,
    /// Reads pictures for sidecars, and writes into exported copies.
    pub engine: &'a dyn Engine,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current files.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// What one way through the library came to.
#[derive(Debug, Default)]
pub(super) struct Passed {
    pub(super) summary: ExportSummary,
    /// Assets with files that are not here, as hashes: nothing of them counts as gone.
    pub(super) incomplete: Vec<u64>,
}

impl Export<'_> {
    /// Tells what would be done. Changes nothing, not even the state.
    pub fn preview(&self) -> Result<ExportSummary, SyncError> {
        let owner = self.owner();
        let mut planner = self.planner(&owner, Mode::Previewing)?;
        let goal = ExportProgress { total: planner.outline.len() as u64, ..ExportProgress::default() };
        let mut passed = self.pass(&mut planner, goal, &mut |step, summary| {
            foretell(self, &step, summary);
            Ok(())
        })?;
        self.follow(&planner, &mut passed, None)?;
        passed.summary.require_sum()?;
        Ok(passed.summary)
    }

    /// Exports. `command` is what is remembered of it.
    pub fn run(&self, command: &str) -> Result<ExportSummary, SyncError> {
        let owner = self.owner();
        self.settle(&owner)?;
        settle_here(self.store, self.reporter)?;
        let goal = self.goal(&owner)?;
        let mut planner = self.planner(&owner, Mode::Running)?;
        let mut hand = Hand::new(self, &owner, command, goal)?;
        let mut summary_so_far = ExportSummary::default();
        let passed = self.pass(&mut planner, goal, &mut |step, summary| {
            let ended = hand.take(step, summary);
            summary_so_far.clone_from(summary);
            ended
        });
        let mut passed = match passed {
            Ok(passed) => passed,
            Err(error) => {
                // What is there is told and remembered, whatever ended the run.
                hand.end(&mut summary_so_far)?;
                return Err(error);
            }
        };
        hand.carry_out(&mut passed.summary)?;
        let followed = self.follow(&planner, &mut passed, Some(&mut hand));
        hand.end(&mut passed.summary)?;
        followed?;
        passed.summary.require_sum()?;
        Ok(passed.summary)
    }

    fn owner(&self) -> ExportOwner {
        let path = || self.library.path().to_string_lossy().into_owned();
        let library = self.library.uuid().map_or_else(path, str::to_owned);
        ExportOwner { library, folder: LocalPath::from(self.root.to_owned()) }
    }

    fn planner<'p>(&'p self, owner: &'p ExportOwner, mode: Mode) -> Result<Planner<'p>, SyncError> {
        Planner::new(self.library, (self.options, self.root), (self.store, owner), self.engine, mode)
    }

    /// How much there is to do: as many files as the last time, or, the first time, counted.
    fn goal(&self, owner: &ExportOwner) -> Result<ExportProgress, SyncError> {
        let mut planner = self.planner(owner, Mode::Counting)?;
        let known = planner.outline.len() as u64;
        if known > 0 {
            return Ok(ExportProgress { total: known, ..ExportProgress::default() });
        }
        let mut goal = ExportProgress::default();
        self.each(&mut |asset| {
            for decision in planner.plan(asset)? {
                goal.total += 1;
                if let Decision::Do(step) = decision {
                    goal.bytes_in_all += step.bytes;
                }
            }
            Ok(())
        })?;
        Ok(goal)
    }

    /// All assets, until a stop or an error; whether all rows of the library could be told.
    fn each(&self, take: &mut dyn FnMut(&Asset) -> Result<(), SyncError>) -> Result<bool, SyncError> {
        let mut failed = None;
        let totals = self.library.assets(&mut |asset| {
            if self.stop.is_raised() {
                return ControlFlow::Break(());
            }
            match take(&asset) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        match failed {
            Some(error) => Err(error),
            None => Ok(totals.unreadable.is_empty()),
        }
    }

    fn pass(
        &self,
        planner: &mut Planner<'_>,
        goal: ExportProgress,
        act: &mut dyn FnMut(Step, &mut ExportSummary) -> Result<(), SyncError>,
    ) -> Result<Passed, SyncError> {
        let mut passed = Passed::default();
        let Passed { summary, incomplete } = &mut passed;
        let is_complete = self.each(&mut |asset| {
            summary.assets += 1;
            for decision in planner.plan(asset)? {
                match decision {
                    Decision::Do(step) => act(*step, summary)?,
                    Decision::Leave { path, part, kind } => {
                        if kind.is_missing() {
                            incomplete.push(short(&[asset.uuid.as_bytes()]));
                        }
                        leave(self, ExportedFile { path: &path, asset: &asset.uuid, part }, kind, summary);
                    }
                }
            }
            if summary.assets.is_multiple_of(OFTEN) {
                let progress = ExportProgress { ended: summary.seen, bytes: summary.bytes, ..goal };
                self.reporter.report(&Event::Export(&ExportEvent::Progress(progress)));
            }
            Ok(())
        })?;
        passed.summary.stopped = self.stop.is_raised();
        passed.summary.listing_complete = is_complete && !passed.summary.stopped && self.is_whole();
        passed.incomplete.sort_unstable();
        Ok(passed)
    }

    /// Whether nothing kept the library from telling all: what a folder or a table lacks must not count as gone.
    fn is_whole(&self) -> bool {
        use apple_photos::Warning;
        let hides = |warning: &Warning| {
            matches!(warning, Warning::FolderUnreadable { .. } | Warning::NoTable(_) | Warning::LeadsOut(_))
        };
        !self.library.warnings().iter().any(hides)
    }
}

/// What a step would do.
fn foretell(export: &Export<'_>, step: &Step, summary: &mut ExportSummary) {
    let file = super::batch::file(step);
    summary.seen += 1;
    let event = match step.expects {
        Expects::Same { .. } => {
            summary.adopted += 1;
            ExportEvent::Adopted { file }
        }
        Expects::Ours { .. } => {
            summary.updated += 1;
            ExportEvent::Wrote { file, is_update: true, is_renamed: step.is_renamed }
        }
        Expects::Nothing => {
            summary.written += 1;
            ExportEvent::Wrote { file, is_update: false, is_renamed: step.is_renamed }
        }
    };
    summary.bytes += step.bytes;
    export.reporter.report(&Event::Export(&event));
}

impl LeftKind {
    /// Whether the library has the asset and only its file is not here.
    pub(super) fn is_missing(self) -> bool {
        matches!(self, Self::InCloud | Self::Lost | Self::Offline | Self::LeadsOut)
    }
}
