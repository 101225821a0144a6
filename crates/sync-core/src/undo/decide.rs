//! What taking back one change means for the file as it is. Reads, and changes nothing.

use std::path::{Path, PathBuf};

use photo_metadata::replace::{Digest, FileIdentity};
use photo_metadata::{
    Base, Change, EditPlan, Engine, FileTags, MetadataError, Recipe, TagEdit, identify, reverse,
};

use super::sight::{SIDECAR, Sight};
use crate::apply::{Reversal, Work};
use crate::paths::sha1_of_file;
use crate::plan::{Kept, SkipReason, Step};
use crate::state::{AssetRecord, Fingerprint, JournalRow, Role, Sha1s, Verdict};

/// What was decided about one change.
pub(super) enum Decision {
    /// To do.
    Do(Box<Step>, Reversal),
    /// The file holds nothing of it any more.
    NothingLeft,
    /// It cannot be taken back now.
    Skip(SkipReason),
}

/// A change, with what is known of its file.
pub(super) struct Case<'a> {
    pub(super) row: &'a JournalRow,
    /// How the old version of the file comes back, as long as that is kept.
    pub(super) back: Option<&'a Recipe>,
    /// What was ours in the file before the change.
    pub(super) before: &'a Base,
    /// What the file was when a change of ours ended last.
    pub(super) newest: Option<FileIdentity>,
    /// What is remembered of the files of the asset now.
    pub(super) records: &'a [AssetRecord],
}

impl Case<'_> {
    fn record(&self) -> Option<&AssetRecord> {
        self.records.iter().find(|record| record.role == self.row.intent.role)
    }

    fn original(&self) -> Option<&AssetRecord> {
        self.records.iter().find(|record| record.role == Role::Original)
    }

    /// Where the file is now. The server may have moved the original since the last run of ours that looked at a
    /// sidecar, and a sidecar moves along.
    pub(super) fn place(&self) -> PathBuf {
        let role = self.row.intent.role;
        let known = self.record().map_or(&self.row.intent.path, |record| &record.path);
        match self.original() {
            Some(original) if role != Role::Original && !known.exists() => beside(&original.path, role),
            _ => known.clone(),
        }
    }

    /// The photo or video that a sidecar belongs to.
    fn photo(&self, place: &Path) -> PathBuf {
        match (self.row.intent.role, self.original()) {
            (Role::Original, _) => place.to_path_buf(),
            (_, Some(original)) => original.path.clone(),
            (Role::Sidecar | Role::StemSidecar, None) => place.with_extension(""),
        }
    }

    /// Decides; what is left in the file on purpose goes to `kept`.
    pub(super) fn decide(
        &self,
        sight: &Sight,
        engine: &dyn Engine,
        kept: &mut Vec<Kept>,
    ) -> Result<Decision, MetadataError> {
        let row = self.row;
        let was_removed = row.new_hash.is_none();
        if sight.file.is_none() {
            return match self.back.and_then(|back| back.make(&[])) {
                Some(bytes) if was_removed => self.exactly(sight, Work::Content(bytes)),
                _ => Ok(Decision::Skip(SkipReason::Missing)),
            };
        }
        if let Some(work) = self.exact()
            && sight.is_as_left(row, self.newest)?
        {
            return self.exactly(sight, work);
        }
        let tags = match sight.tags(engine)? {
            Ok(tags) => tags,
            Err(refusal) => return Ok(Decision::Skip(SkipReason::Refused(refusal))),
        };
        let plan = reverse(&row.intent.edits, &tags, &Base::default());
        self.keep(&plan, sight, kept);
        if plan.edits.is_empty() {
            return Ok(Decision::NothingLeft);
        }
        Ok(self.tag_by_tag(sight, &tags, plan.edits))
    }

    fn keep(&self, plan: &EditPlan, sight: &Sight, kept: &mut Vec<Kept>) {
        kept.extend(plan.kept.iter().map(|left| Kept {
            asset: self.row.intent.asset.clone(),
            path: sight.path.clone(),
            datum: Some(left.datum),
            why: left.why.clone(),
            is_trouble: false,
        }));
    }

    fn tag_by_tag(&self, sight: &Sight, tags: &FileTags, edits: Vec<TagEdit>) -> Decision {
        let change = Change { container: tags.container(), edits, iptc: tags.iptc().cloned() };
        self.step(sight, change, Work::Tags)
    }

    /// What makes the file the version that it was before, to the letter; `None` where that is not known (any more).
    fn exact(&self) -> Option<Work> {
        let row = self.row;
        let from = Digest::parse(row.new_hash.as_deref()?)?;
        if row.intent.before.is_none() {
            // No original is ever made, and so none is taken away.
            return (row.intent.role != Role::Original).then_some(Work::Removal);
        }
        let back = self.back?;
        if back.from_length() == 0 {
            return back.make(&[]).map(Work::Content);
        }
        let to = Digest::parse(row.old_hash.as_deref()?)?;
        Some(Work::Restore { back: back.clone(), from, to })
    }

    /// All bytes go back; the tags say what that means.
    fn exactly(&self, sight: &Sight, work: Work) -> Result<Decision, MetadataError> {
        let container = match self.row.intent.role {
            Role::Sidecar | Role::StemSidecar => SIDECAR,
            Role::Original => match identify(&sight.path)? {
                Ok(container) => container,
                Err(refusal) => return Ok(Decision::Skip(SkipReason::Refused(refusal))),
            },
        };
        let change = Change { container, edits: self.the_other_way_round(), iptc: None };
        Ok(self.step(sight, change, work))
    }

    fn the_other_way_round(&self) -> Vec<TagEdit> {
        let back = |edit: &TagEdit| TagEdit { tag: edit.tag, old: edit.new.clone(), new: edit.old.clone() };
        self.row.intent.edits.iter().map(back).collect()
    }

    fn step(&self, sight: &Sight, change: Change, work: Work) -> Decision {
        let intent = &self.row.intent;
        let record = self.record();
        let step = Step {
            account: intent.account.clone(),
            asset: intent.asset.clone(),
            role: intent.role,
            path: sight.path.clone(),
            original: self.photo(&sight.path),
            expects: sight.file,
            base: self.base(&change.edits, work == Work::Removal),
            change,
            fingerprint: self.fingerprint(),
            uploaded: record.and_then(|record| record.sha1).map(|sha1| sha1.before),
        };
        Decision::Do(Box::new(step), Reversal { of: self.row.id, work, verdict: self.verdict() })
    }

    fn base(&self, edits: &[TagEdit], is_gone: bool) -> Base {
        let now = self.record().map_or(&self.row.intent.base, |record| &record.base).clone();
        let mut base = now.taken_back(edits, self.before);
        if is_gone {
            base.written.clear();
        }
        base
    }

    /// What the server said last: until it says something else, the file stays as the user wants it.
    fn fingerprint(&self) -> Fingerprint {
        self.record().map_or(self.row.intent.fingerprint, |record| record.fingerprint)
    }

    /// Where an undo is taken back, the file says again what the server knew.
    fn verdict(&self) -> Verdict {
        if self.row.intent.undoes.is_some() { Verdict::InStep } else { Verdict::Undone }
    }

    /// What is to be remembered when nothing of the change is left in the file.
    pub(super) fn left_alone(&self, sight: &Sight) -> AssetRecord {
        let known = self.record().cloned().unwrap_or_else(|| self.row.intent.record(sight.file));
        let back = self.the_other_way_round();
        AssetRecord {
            path: sight.path.clone(),
            file: sight.file,
            verdict: self.verdict(),
            base: known.base.taken_back(&back, self.before),
            sha1: known.sha1.and_then(|sha1| match sha1_of_file(&sight.path) {
                Ok(after) => Sha1s { after, ..sha1 }.of_changed(),
                Err(_) => Some(sha1),
            }),
            ..known
        }
    }
}

fn beside(original: &Path, role: Role) -> PathBuf {
    match role {
        Role::Original => original.to_path_buf(),
        Role::Sidecar => {
            let mut name = original.as_os_str().to_os_string();
            name.push(".xmp");
            PathBuf::from(name)
        }
        Role::StemSidecar => original.with_extension("xmp"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidecars_lie_beside_their_photo() {
        let photo = Path::new("/p/a.b.jpg");

        assert_eq!(beside(photo, Role::Sidecar), Path::new("/p/a.b.jpg.xmp"));
        assert_eq!(beside(photo, Role::StemSidecar), Path::new("/p/a.b.xmp"));
        assert_eq!(beside(photo, Role::Original), photo);
    }
}
