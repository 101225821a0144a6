//! Copies in folders of this machine go to a trash, once it is proved that what is kept is the same.
//!
//! ```text
//! groups ─► what may go by the scan and a stat ─► count ─► brake ─► read both again ─► announce ─► rename ─► close
//! ```
//!
//! Nothing is ever deleted, copied or moved to another file system: a file is renamed into a trash that file managers know,
//! and an undo renames it back. Only copies of the photo that a group keeps go, of the classes exact and duplicate, and
//! each is compared with what is kept right before. An asset on the server is a reason for the very same bytes only.

mod beside;
mod pass;
mod proof;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use immich_api::Reader;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use photo_similarity::{Class, GroupId};

use super::pages::each_group;
use super::{ActStore, ActSummary, ScanSummary};
use crate::deeds::settle_here;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::local_trash::TrashPlace;
use crate::state::{PictureStore, RunId};
use crate::stop::StopFlag;
use crate::summary::Summary;
use pass::Pass;

/// How the action is called.
const NAME: &str = "local-trash";
/// Of the files of a scan, this many percent go without a question.
const PERCENT: u64 = 20;
/// So many files are a wish in any folder.
const A_WISH: u64 = 20;

/// Everything that is remembered of groups, deeds and looks.
pub trait LocalTrashStore: ActStore + PictureStore {}

impl<T: ActStore + PictureStore> LocalTrashStore for T {}

/// The trash for files, told by the caller.
pub struct LocalTrash<'a> {
    /// What is remembered: groups, decisions, deeds.
    pub store: &'a dyn LocalTrashStore,
    /// Where files go.
    pub place: &'a TrashPlace,
    /// Only groups of these classes; others than exact and duplicate never count.
    pub classes: Option<BTreeSet<Class>>,
    /// Only these groups; `None` for all.
    pub groups: Option<BTreeSet<GroupId>>,
    /// Who can be asked for assets that are kept, by the id of the user; none without a server.
    pub readers: BTreeMap<String, Reader<'a>>,
    /// The scan that found the groups.
    pub scan: &'a ScanSummary,
    /// Whether the user said yes to a run that moves much.
    pub confirmed: bool,
    /// The clock of the user, for the notes of the trash.
    pub zone: TimeZone,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current file.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

impl LocalTrash<'_> {
    /// Shows what would go, with both photos read as in a run. Changes nothing.
    pub fn preview(&self) -> Result<ActSummary, SyncError> {
        let mut pass = Pass::looking(self);
        self.each(&mut pass)?;
        self.end(pass.summary, None)
    }

    /// Moves them. What an earlier run left open is settled first. `command` is what is remembered of it.
    pub fn run(&self, command: &str) -> Result<ActSummary, SyncError> {
        settle_here(self.store, self.reporter)?;
        let mut counting = Pass::counting(self);
        self.each(&mut counting)?;
        let counted = counting.summary;
        if counted.done == 0 {
            // Why nothing goes was only counted up to now.
            return self.preview();
        }
        self.ask(counted.done)?;
        let (action, changes) = (NAME, counted.done);
        self.reporter.report(&Event::ActionPlanned { action, changes, seconds: None });
        let run = self.store.begin_run(command, (self.now)())?;
        let mut pass = Pass::moving(self, run, counted.seen);
        let ended = self.each(&mut pass).and_then(|()| pass.forget());
        let summary = pass.summary;
        ended?;
        self.store.end_run(run, &summary, (self.now)())?;
        self.end(summary, Some(run))
    }

    fn each(&self, pass: &mut Pass<'_>) -> Result<(), SyncError> {
        each_group(self.store, |group| {
            let is_asked = group.class <= Class::Duplicate
                && self.classes.as_ref().is_none_or(|classes| classes.contains(&group.class))
                && self.groups.as_ref().is_none_or(|groups| groups.contains(&group.id));
            if is_asked {
                pass.group(group)?;
            }
            pass.summary.stopped = self.stop.is_raised();
            Ok(!pass.summary.stopped)
        })
    }

    /// An empty folder, or one with another library in it, is far more likely than the wish to lose much.
    fn ask(&self, counted: u64) -> Result<(), SyncError> {
        let of = self.scan.files;
        if self.confirmed || counted <= A_WISH || counted * 100 <= of * PERCENT {
            return Ok(());
        }
        Err(SyncError::Brake(format!("{counted} of {of} files of this machine would go to the trash")))
    }

    fn end(&self, summary: Summary, run: Option<RunId>) -> Result<ActSummary, SyncError> {
        summary.require_sum()?;
        self.reporter.report(&Event::Finished(&summary));
        Ok(ActSummary {
            by_action: vec![(NAME, summary.clone())],
            total: summary,
            run,
            more_runs: Vec::new(),
        })
    }
}
