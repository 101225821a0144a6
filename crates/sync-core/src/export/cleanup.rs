//! Files that we exported and that the export has no more: the photo is gone, or its name or folder is another one now.
//!
//! Only what the state says that we wrote, and what is still that, goes; to a trash, from where an undo brings it back. An
//! empty library, one that could not be told completely, or a photo whose original is in iCloud only, says nothing.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use photo_metadata::replace::{FileIdentity, identity};

use super::batch::Hand;
use super::hashes::short;
use super::plan::Planner;
use super::run::Passed;
use super::{Cleanup, Export, ExportEvent, ExportRow, ExportedFile};
use crate::deeds::files::{digest_bytes, open};
use crate::deeds::moving::{self, Whereabouts, bring_back, whereabouts};
use crate::deeds::{Deed, HERE, LocalPath, TrashedFile, What};
use crate::error::SyncError;
use crate::event::Event;
use crate::local_trash::note;

/// Files that are looked up at once.
const BATCH: usize = 128;
/// Fewer files than this are a wish, unless nothing is left.
const A_WISH: usize = 10;
/// From this part on of what was exported, in percent, it is asked first.
const PERCENT: usize = 20;
/// Names that are tried in the trash.
const MOST_NAMES: u32 = 200;

impl Export<'_> {
    /// Tells what is gone, or puts it into the trash; without a hand only what would be.
    pub(super) fn follow(
        &self,
        planner: &Planner<'_>,
        passed: &mut Passed,
        hand: Option<&mut Hand<'_>>,
    ) -> Result<(), SyncError> {
        if !passed.summary.listing_complete || passed.summary.assets == 0 {
            return Ok(());
        }
        let unseen: Vec<u64> = planner.outline.unseen().collect();
        let mut gone = Vec::new();
        for slots in unseen.chunks(BATCH) {
            let rows = self.store.exports_by_slot(planner.owner, slots)?;
            let is_gone =
                |row: &ExportRow| passed.incomplete.binary_search(&short(&[row.asset.as_bytes()])).is_err();
            gone.extend(rows.into_iter().filter(is_gone).map(|row| row.slot));
        }
        if gone.is_empty() {
            return Ok(());
        }
        let Some(cleanup) = &self.options.cleanup else {
            passed.summary.stays = gone.len() as u64;
            self.reporter.report(&Event::Export(&ExportEvent::Stays { files: gone.len() as u64 }));
            return Ok(());
        };
        let managed = planner.outline.len();
        let Some(hand) = hand else { return self.foretell_removal(planner, &gone, passed) };
        if !self.options.confirmed && is_too_much(gone.len(), managed) {
            return Err(SyncError::ExportShrank { gone: gone.len() as u64, managed: managed as u64 });
        }
        for slots in gone.chunks(BATCH) {
            if self.stop.is_raised() {
                passed.summary.stopped = true;
                break;
            }
            let rows = self.store.exports_by_slot(planner.owner, slots)?;
            passed.summary.removed += self.remove(&rows, cleanup, planner, hand)?;
        }
        Ok(())
    }

    fn foretell_removal(
        &self,
        planner: &Planner<'_>,
        gone: &[u64],
        passed: &mut Passed,
    ) -> Result<(), SyncError> {
        for slots in gone.chunks(BATCH) {
            for row in self.store.exports_by_slot(planner.owner, slots)? {
                if still_ours(&self.root.join(row.path.path()), &row).is_some() {
                    passed.summary.removed += 1;
                    self.tell_removed(&row);
                }
            }
        }
        Ok(())
    }

    fn tell_removed(&self, row: &ExportRow) {
        let file = ExportedFile { path: row.path.path(), asset: &row.asset, part: Some(row.part) };
        self.reporter.report(&Event::Export(&ExportEvent::Removed { file }));
    }

    /// Moves these files to the trash, and forgets all that are not there as ours any more; how many moved.
    fn remove(
        &self,
        rows: &[ExportRow],
        cleanup: &Cleanup,
        planner: &Planner<'_>,
        hand: &mut Hand<'_>,
    ) -> Result<u64, SyncError> {
        let unusable = |error: io::Error| SyncError::Named {
            what: "the trash of the export",
            path: cleanup.trash.clone(),
            message: error.to_string(),
        };
        prepare(&cleanup.trash).map_err(unusable)?;
        let (mut forgotten, mut moved) = (Vec::new(), 0);
        for row in rows {
            let path = self.root.join(row.path.path());
            let Some(identity) = still_ours(&path, row) else {
                // It is gone, or it is the user's by now.
                forgotten.push(row.slot);
                continue;
            };
            if let Some(file) = self.going(&path, identity, cleanup)
                && self.go(&file, hand)?
            {
                self.tell_removed(row);
                forgotten.push(row.slot);
                moved += 1;
            }
        }
        self.store.forget_exports(planner.owner, &forgotten)?;
        Ok(moved)
    }

    /// Moves one file, as a deed of its own: an undo brings back each by itself.
    fn go(&self, file: &TrashedFile, hand: &mut Hand<'_>) -> Result<bool, SyncError> {
        let what = What::TrashFiles { files: vec![file.clone()] };
        let run = hand.run()?;
        let deed = Deed { run, account: HERE.to_owned(), undoes: None, at: (self.now)(), what: what.clone() };
        let id = self.store.announce(&deed)?;
        if let Err(error) = moving::write_note(file).and_then(|()| moving::go(file)) {
            tracing::warn!(%error, path = %file.from.path().display(), "it cannot go to the trash");
            bring_back(file);
        }
        let went = whereabouts(file) == Whereabouts::Trash;
        self.store.close_deed(id, went.then_some(&what))?;
        Ok(went)
    }

    /// A file on its way to the trash; `None` when it cannot be read, or no name is free there.
    fn going(&self, path: &Path, identity: FileIdentity, cleanup: &Cleanup) -> Option<TrashedFile> {
        let path = path.parent()?.canonicalize().ok()?.join(path.file_name()?);
        let sha1 = moving::sha1(&path).ok()?;
        let item = |attempt: u32| TrashedFile {
            from: LocalPath::from(path.clone()),
            trash: LocalPath::from(cleanup.trash.clone()),
            name: LocalPath::from(PathBuf::from(note::name(path.file_name().unwrap_or_default(), attempt))),
            note: note::text(&path, (self.now)(), &cleanup.zone),
            identity,
            sha1: sha1.clone(),
        };
        (0..MOST_NAMES).map(item).find(moving::is_free)
    }
}

/// What a file is now, if that is what we wrote.
fn still_ours(path: &Path, row: &ExportRow) -> Option<FileIdentity> {
    let now = identity(path).ok().filter(|now| now.size == row.size)?;
    let is_ours = digest_bytes(&mut open(path).ok()?).is_ok_and(|digest| digest == row.digest);
    is_ours.then_some(now)
}

fn prepare(trash: &Path) -> io::Result<()> {
    for folder in [trash.to_owned(), trash.join("files"), trash.join("info")] {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    Ok(())
}

fn is_too_much(gone: usize, managed: usize) -> bool {
    (gone == managed && managed > 1) || (gone >= A_WISH && gone * 100 >= managed * PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_is_asked_about_and_a_few_are_a_wish() {
        assert!(!is_too_much(9, 20) && !is_too_much(10, 51) && !is_too_much(1, 1));
        assert!(is_too_much(10, 50) && is_too_much(2, 2));
    }
}
