//! What was done: the runs, and each change with what stood there before.
//!
//! Only what is remembered; no file is looked at. How much of a long value is shown is a matter of whoever shows it.

use std::ops::ControlFlow;
use std::path::PathBuf;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::TagEdit;

use crate::deeds::{DeedCount, DeedId, DeedRow};
use crate::error::SyncError;
use crate::state::{
    ChangeCounts, DeedStore, JournalId, JournalRow, JournalState, JournalStore, Role, RunId, RunRecord, Store,
};
use crate::undo::UndoTarget;

/// Deeds per page.
const PAGE: usize = 16;

/// A run with what became of its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEntry {
    /// The run.
    pub run: RunRecord,
    /// Its changes of files.
    pub changes: ChangeCounts,
    /// What it did on the server, in the order in which it began.
    pub deeds: Vec<DeedCount>,
}

/// How a file came to its change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was there before and after.
    Changed,
    /// There was none before.
    Made,
    /// There was none afterwards.
    Removed,
}

/// How a change would be taken back, if nobody changed the file since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reversal {
    /// The file becomes byte for byte what it was.
    Exact,
    /// The old values of its tags are written again.
    TagByTag,
    /// Not at all: the content of a file that was taken away is not kept any more.
    Impossible,
}

/// A change of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeEntry {
    /// Its name.
    pub id: JournalId,
    /// In which run.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// Whose file.
    pub asset: AssetId,
    /// Which of its files.
    pub role: Role,
    /// Where the file was.
    pub path: PathBuf,
    /// What happened to the file.
    pub kind: ChangeKind,
    /// Each tag with its old and its new value.
    pub edits: Vec<TagEdit>,
    /// How far it got.
    pub state: JournalState,
    /// How it would be taken back.
    pub reversal: Reversal,
    /// Bytes of the state that are kept for that.
    pub kept: u64,
    /// The change that it took back.
    pub undoes: Option<JournalId>,
    /// The run that took it back.
    pub undone_by: Option<RunId>,
}

impl From<JournalRow> for ChangeEntry {
    fn from(row: JournalRow) -> Self {
        let removed = row.new_hash.is_none() && row.old_hash.is_some();
        let (kind, without) = match (&row.intent.before, removed) {
            (None, _) => (ChangeKind::Made, Reversal::Exact),
            (Some(_), true) => (ChangeKind::Removed, Reversal::Impossible),
            (Some(_), false) => (ChangeKind::Changed, Reversal::TagByTag),
        };
        let reversal = if row.way_back.is_some() { Reversal::Exact } else { without };
        Self {
            id: row.id,
            run: row.intent.run,
            at: row.intent.at,
            asset: row.intent.asset,
            role: row.intent.role,
            path: row.intent.path,
            kind,
            edits: row.intent.edits,
            state: row.state,
            reversal,
            kept: row.way_back.map_or(0, |way| way.size),
            undoes: row.intent.undoes,
            undone_by: row.undone_by,
        }
    }
}

/// All runs, oldest first.
pub fn runs(store: &dyn JournalStore) -> Result<Vec<RunEntry>, SyncError> {
    let (counts, mut deeds) = (store.change_counts()?, store.deed_counts()?);
    let entry = |run: RunRecord| RunEntry {
        changes: counts.get(&run.id).copied().unwrap_or_default(),
        deeds: deeds.remove(&run.id).unwrap_or_default(),
        run,
    };
    Ok(store.runs()?.into_iter().map(entry).collect())
}

/// Hands out what a run did on the server, oldest first, until `take` has had enough. What came to nothing is left
/// out.
pub fn deeds(
    store: &dyn DeedStore,
    run: RunId,
    mut take: impl FnMut(DeedRow) -> ControlFlow<()>,
) -> Result<(), SyncError> {
    let mut behind = DeedId(0);
    loop {
        let page = store.deeds_of_run(run, behind, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = last.id;
        for row in page {
            if take(row).is_break() {
                return Ok(());
            }
        }
    }
}

/// Hands out the changes of a run, an asset or a path, oldest first, until `take` has had enough. Changes that
/// did not happen are left out, those of a run that is at work or was killed are not.
pub fn changes(
    store: &dyn Store,
    target: &UndoTarget,
    mut take: impl FnMut(ChangeEntry) -> ControlFlow<()>,
) -> Result<(), SyncError> {
    let marks = target.marks(store)?;
    for mark in marks.into_iter().filter(|mark| mark.state != JournalState::RolledBack) {
        let Some(row) = store.change(mark.id)? else { continue };
        if take(row.into()).is_break() {
            break;
        }
    }
    Ok(())
}
