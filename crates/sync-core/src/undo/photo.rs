//! One asset: its changes are taken back one after another, the newest first.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::AssetId;
use photo_metadata::replace::FileIdentity;
use photo_metadata::{Base, MetadataError, Refusal};

use super::decide::{Case, Decision};
use super::run::Undo;
use super::sight::Sight;
use super::target::UndoTarget;
use crate::apply::{Applied, Reversal, take_back};
use crate::error::{SyncError, chain};
use crate::plan::{Failed, Kept, SkipReason, Skipped, Step};
use crate::state::{AssetRecord, JournalId, JournalMark, JournalRow, JournalState, Role, RunId, Store};

/// The changes of one asset.
#[derive(Debug)]
pub(super) struct Photo {
    pub(super) asset: AssetId,
    /// The newest first.
    pub(super) changes: Vec<JournalId>,
}

/// How an asset ended.
pub(super) enum Outcome {
    Done(Vec<Step>),
    Skipped(Skipped),
    Failed(Failed),
    /// The rest of the run is pointless.
    Fatal(SyncError),
}

/// The assets with changes that count, those with the newest changes first.
///
/// Of a run, each of its changes is meant. Of an asset or a file it is what we wrote: an undo has nothing of its own
/// that could be taken back, it only restores what was there.
pub(super) fn photos(target: &UndoTarget, marks: &[JournalMark]) -> Vec<Photo> {
    let mut photos: Vec<Photo> = Vec::new();
    let mut known: BTreeMap<&AssetId, usize> = BTreeMap::new();
    let is_meant = |mark: &&JournalMark| matches!(target, UndoTarget::Run(_)) || mark.undoes.is_none();
    for mark in marks.iter().rev().filter(|mark| mark.counts()).filter(is_meant) {
        let index = *known.entry(&mark.asset).or_insert_with(|| {
            photos.push(Photo { asset: mark.asset.clone(), changes: Vec::new() });
            photos.len() - 1
        });
        photos[index].changes.push(mark.id);
    }
    photos
}

/// One asset at work.
pub(super) struct Work<'a> {
    undo: &'a Undo<'a>,
    /// `None` in a preview.
    run: Option<RunId>,
    records: Vec<AssetRecord>,
    sights: BTreeMap<Role, Sight>,
    /// Files with a change that could not be taken back: those below it are left too.
    blocked: BTreeSet<Role>,
    done: Vec<Step>,
    kept: Vec<Kept>,
    skipped: Option<Skipped>,
    failed: Option<Failed>,
}

impl<'a> Work<'a> {
    /// Takes back the changes of one asset, or looks what that would be.
    pub(super) fn on(undo: &'a Undo<'a>, run: Option<RunId>, photo: &Photo) -> (Outcome, Vec<Kept>) {
        let mut work = Self {
            undo,
            run,
            records: Vec::new(),
            sights: BTreeMap::new(),
            blocked: BTreeSet::new(),
            done: Vec::new(),
            kept: Vec::new(),
            skipped: None,
            failed: None,
        };
        let ended = photo.changes.iter().try_for_each(|change| work.one(&photo.asset, *change));
        match ended {
            Ok(()) => work.finish(photo),
            Err(error) => (Outcome::Fatal(error), work.kept),
        }
    }

    fn one(&mut self, asset: &AssetId, change: JournalId) -> Result<(), SyncError> {
        let store = self.undo.store;
        let Some(row) = store.change(change)? else { return Ok(()) };
        let role = row.intent.role;
        if self.blocked.contains(&role) {
            return Ok(());
        }
        if self.run.is_some() || self.records.is_empty() {
            self.records = store.records(std::slice::from_ref(asset))?.remove(asset).unwrap_or_default();
        }
        let (before, newest) = around(store, &row)?;
        let records = std::mem::take(&mut self.records);
        let back = store.way_back(change)?;
        let case = Case { row: &row, back: back.as_ref(), before: &before, newest, records: &records };
        let result = match self.look(&case, role) {
            Ok(sight) => self.take(&case, sight),
            Err(error) => {
                self.trouble(asset, &case.place(), &error);
                Ok(false)
            }
        };
        self.records = records;
        if !result? {
            self.blocked.insert(role);
        }
        Ok(())
    }

    /// A file that changed a moment ago is looked at again.
    fn look(&mut self, case: &Case<'_>, role: Role) -> Result<Sight, MetadataError> {
        match self.sights.remove(&role) {
            Some(sight) => Ok(sight),
            None => Sight::of(&case.place(), role),
        }
    }

    /// Whether the changes below this one can be taken back too.
    fn take(&mut self, case: &Case<'_>, mut sight: Sight) -> Result<bool, SyncError> {
        let asset = &case.row.intent.asset;
        match case.decide(&sight, self.undo.engine, &mut self.kept) {
            Ok(Decision::Do(step, reversal)) => match self.run {
                Some(run) => self.apply(run, *step, &reversal),
                None => {
                    sight.foresee(&reversal.work, &step.change.edits, case.row);
                    self.sights.insert(step.role, sight);
                    self.done.push(*step);
                    Ok(true)
                }
            },
            Ok(Decision::NothingLeft) => {
                if let Some(run) = self.run {
                    self.undo.store.nothing_left(case.row.id, run, Some(&case.left_alone(&sight)))?;
                }
                self.skip(asset, &sight.path, SkipReason::NothingLeft);
                if self.run.is_none() {
                    self.sights.insert(case.row.intent.role, sight);
                }
                Ok(true)
            }
            Ok(Decision::Skip(reason)) => {
                self.skip(asset, &sight.path, reason);
                Ok(false)
            }
            Err(error) => {
                self.trouble(asset, &sight.path, &error);
                Ok(false)
            }
        }
    }

    fn apply(&mut self, run: RunId, step: Step, reversal: &Reversal) -> Result<bool, SyncError> {
        match take_back(run, &step, reversal, &self.undo.hands())? {
            Applied::Done => {
                self.done.push(step);
                Ok(true)
            }
            Applied::Refused(refusal) => {
                self.skip(&step.asset, &step.path, SkipReason::Refused(refusal));
                Ok(false)
            }
            Applied::Failed { message, transient } => {
                self.failed.get_or_insert(Failed { asset: step.asset, path: step.path, message, transient });
                Ok(false)
            }
        }
    }

    fn trouble(&mut self, asset: &AssetId, path: &std::path::Path, error: &MetadataError) {
        let skip = match error {
            MetadataError::Missing { .. } => Some(SkipReason::Missing),
            MetadataError::NotRegular { .. } | MetadataError::UnsupportedName { .. } => {
                Some(SkipReason::Refused(Refusal::Place(chain(error))))
            }
            _ => None,
        };
        match skip {
            Some(reason) => self.skip(asset, path, reason),
            None => {
                let (message, transient) = (chain(error), error.is_transient());
                let failed = Failed { asset: asset.clone(), path: path.to_path_buf(), message, transient };
                self.failed.get_or_insert(failed);
            }
        }
    }

    /// What is trouble stands before what is none.
    fn skip(&mut self, asset: &AssetId, path: &std::path::Path, reason: SkipReason) {
        let is_news =
            self.skipped.as_ref().is_none_or(|known| !known.reason.is_trouble() && reason.is_trouble());
        if is_news {
            self.skipped = Some(Skipped { asset: asset.clone(), path: path.to_path_buf(), reason });
        }
    }

    /// An asset counts once: as what went wrong, or as done, or as why nothing was done.
    fn finish(mut self, photo: &Photo) -> (Outcome, Vec<Kept>) {
        let nothing = || Skipped {
            asset: photo.asset.clone(),
            path: std::path::PathBuf::new(),
            reason: SkipReason::NothingLeft,
        };
        let outcome = match (self.failed, self.skipped, self.done.is_empty()) {
            (Some(failed), ..) => Outcome::Failed(failed),
            (None, skipped, true) => Outcome::Skipped(skipped.unwrap_or_else(nothing)),
            (None, skipped, false) => {
                self.kept.extend(skipped.filter(|skipped| skipped.reason.is_trouble()).map(|skipped| Kept {
                    asset: skipped.asset,
                    path: skipped.path,
                    datum: None,
                    why: skipped.reason.to_string(),
                    is_trouble: true,
                }));
                Outcome::Done(self.done)
            }
        };
        (outcome, self.kept)
    }
}

/// What was ours in a file before a change: what the newest change before it left, among those that count; before an
/// undo, what the change left that it took back. And what the file was when a change of it ended last.
fn around(store: &dyn Store, row: &JournalRow) -> Result<(Base, Option<FileIdentity>), SyncError> {
    let mut marks = store.marks_of_asset(&row.intent.asset)?;
    marks.retain(|mark| mark.role == row.intent.role && mark.state == JournalState::Done);
    let is_earlier = |mark: &&JournalMark| mark.id < row.id && mark.counts();
    let earlier = match row.intent.undoes {
        Some(change) => Some(change),
        None => marks.iter().rev().find(is_earlier).map(|mark| mark.id),
    };
    let change = |id: Option<JournalId>| id.map_or(Ok(None), |id| store.change(id));
    let before = change(earlier)?.map(|row| row.intent.base).unwrap_or_default();
    let newest = match marks.last() {
        Some(mark) if mark.id != row.id => change(Some(mark.id))?.and_then(|row| row.after),
        _ => row.after,
    };
    Ok((before, newest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(id: i64, asset: u128, undoes: Option<i64>, undone_by: Option<i64>) -> JournalMark {
        JournalMark {
            id: JournalId(id),
            run: RunId(id),
            asset: AssetId::from_u128(asset),
            role: Role::Original,
            state: JournalState::Done,
            undoes: undoes.map(JournalId),
            undone_by: undone_by.map(RunId),
        }
    }

    fn chosen(target: &UndoTarget, marks: &[JournalMark]) -> Vec<(u128, Vec<i64>)> {
        let ids = |photo: &Photo| photo.changes.iter().map(|id| id.0).collect();
        photos(target, marks).iter().map(|photo| (photo.asset.as_u128(), ids(photo))).collect()
    }

    #[test]
    fn the_newest_change_of_each_asset_goes_first() {
        let marks = [mark(1, 7, None, None), mark(2, 8, None, None), mark(3, 7, None, None)];

        assert_eq!(chosen(&UndoTarget::Run(RunId(1)), &marks), [(7, vec![3, 1]), (8, vec![2])]);
    }

    #[test]
    fn what_was_taken_back_or_did_not_happen_is_left_out() {
        let open = JournalMark { state: JournalState::Sealed, ..mark(2, 8, None, None) };
        let marks = [mark(1, 7, None, Some(4)), open, mark(3, 9, None, None)];

        assert_eq!(chosen(&UndoTarget::Run(RunId(1)), &marks), [(9, vec![3])]);
    }

    #[test]
    fn an_undo_is_taken_back_only_as_a_run() {
        let marks = [mark(1, 7, None, Some(2)), mark(2, 7, Some(1), None)];

        assert_eq!(chosen(&UndoTarget::Run(RunId(2)), &marks), [(7, vec![2])]);
        assert_eq!(chosen(&UndoTarget::Asset(AssetId::from_u128(7)), &marks), []);
    }
}
