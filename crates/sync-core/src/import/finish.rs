//! What follows when an asset is there: fields that differ, albums, tags, faces. An item counts as sent when all of it is done;
//! until then its stamp is zero, and the next run goes on with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use immich_api::{ApiError, AssetId};
use jiff::Timestamp;

use super::flow::Flow;
use super::merge::note;
use super::shelves::is_done;
use super::work::{Outcome, Work};
use super::{Entry, Facts, ImportEvent, ItemId, Relation, SkipKind, Stamp, Standing};
use crate::deeds::hand::Fate;
use crate::deeds::{LocalPath, Setting, What};
use crate::error::SyncError;

/// Items that are finished together.
pub(super) const AT_ONCE: usize = 1000;

/// Settings of one field in a deed; each is a job of the server.
const SETTINGS: usize = 250;

/// An item whose asset is there.
#[derive(Debug)]
pub(super) struct Finishing {
    pub(super) item: ItemId,
    /// As it will be remembered.
    pub(super) entry: Entry,
    pub(super) motion: Option<Entry>,
    /// The stamp of an item that is done.
    pub(super) stamp: Stamp,
    pub(super) facts: Facts,
    pub(super) settings: Vec<Setting>,
    pub(super) conflicts: Vec<(&'static str, bool)>,
    pub(super) ending: Ending,
    /// The version that this one takes the place of.
    pub(super) edit_of: Option<Entry>,
    /// Whether something is left for the next run.
    pub(super) is_open: bool,
    /// What is missing of the file that was sent.
    pub(super) damage: Option<String>,
    /// What went wrong.
    pub(super) failed: Option<(String, bool)>,
    pub(super) is_changed: bool,
    /// What the file says of the time that it was taken at, where that was asked.
    pub(super) taken: Option<Timestamp>,
    pub(super) relations: Vec<Relation>,
    /// The stack that the source has it in.
    pub(super) stack: Option<Arc<[ItemId]>>,
}

/// How an item is counted when nothing goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Uploaded,
    Adopted,
    Known,
    Twice,
}

impl Finishing {
    pub(super) fn asset(&self) -> Option<&AssetId> {
        self.entry.standing.asset()
    }

    pub(super) fn path(&self) -> &LocalPath {
        &self.entry.path
    }

    pub(super) fn is_new(&self) -> bool {
        self.ending == Ending::Uploaded
    }

    pub(super) fn fail(&mut self, fate: &Fate, what: &str) {
        let (message, transient) = match fate {
            Fate::Done | Fate::Already => return,
            Fate::Refused => (format!("the server refused {what}"), false),
            Fate::Failed { message, transient } => (format!("{what}: {message}"), *transient),
        };
        self.failed.get_or_insert((message, transient));
    }

    /// Entries to remember as soon as the asset is there.
    pub(super) fn begun(&self) -> Vec<Entry> {
        if self.edit_of.is_some() {
            return Vec::new();
        }
        if self.is_plain() { self.ended() } else { vec![self.entry.clone()] }
    }

    fn is_plain(&self) -> bool {
        self.facts.albums.is_empty()
            && self.facts.tags.is_empty()
            && self.facts.tags_once.is_empty()
            && self.entry.sent.albums.is_empty()
            && self.entry.sent.tags.is_empty()
            && !self.has_faces()
            && self.settings.is_empty()
            && self.edit_of.is_none()
            && self.relations.is_empty()
            && !self.is_stack_open()
            && !self.is_open
    }

    /// Entries to remember when everything is done.
    fn ended(&self) -> Vec<Entry> {
        if self.edit_of.is_some() && self.failed.is_some() {
            // The old version counts until the new one has its place.
            return Vec::new();
        }
        let mut entries: Vec<Entry> = self.motion.iter().chain([&self.entry]).cloned().collect();
        // What waits for its stack is not done before that is.
        if !self.is_open && self.failed.is_none() && !self.is_stack_open() {
            for entry in &mut entries {
                entry.stamp = self.stamp;
            }
        }
        entries
    }
}

impl Flow<'_> {
    /// An item that was uploaded.
    pub(super) fn uploaded(
        &self,
        work: Work,
        asset: AssetId,
        outcome: Outcome,
        motion: Option<Entry>,
    ) -> Finishing {
        let mut entry = work.entry(&self.owner, &work.item.media, work.sha1());
        let edit_of =
            work.known.filter(|_| entry.standing != Standing::There { asset: asset.clone(), ours: true });
        let edit_of = edit_of.filter(|known| matches!(known.standing, Standing::There { .. }));
        entry.standing = Standing::There { asset, ours: true };
        entry.sent.fields = outcome.base;
        entry.sent.sidecar = outcome.sidecar;
        // Another asset is in no album yet, whatever the one before was in.
        entry.sent.albums.clear();
        entry.sent.tags.clear();
        entry.sent.faces.clear();
        entry.sent.stack = None;
        entry.sent.is_put_away = false;
        Finishing {
            item: work.item.id,
            entry,
            motion,
            stamp: work.stamp,
            facts: self.with_options(outcome.facts),
            settings: Vec::new(),
            conflicts: Vec::new(),
            ending: Ending::Uploaded,
            edit_of,
            is_open: outcome.is_open,
            damage: outcome.damage,
            failed: None,
            is_changed: true,
            taken: outcome.own.taken,
            relations: work.item.relations,
            stack: work.item.stack,
        }
    }

    /// What the user wants of every photo, too.
    pub(super) fn with_options(&self, mut facts: Facts) -> Facts {
        let options = self.import.options;
        facts.albums.extend(options.into_album.as_ref().map(|title| super::shelves::into_album(title)));
        facts.tags.extend(options.tags.iter().cloned());
        facts.tags_once.extend(options.session_tag.iter().cloned());
        if let Some(above) = &options.people_tag {
            facts.tags.extend(facts.people.iter().map(|name| format!("{above}/{}", name.replace('/', "_"))));
        }
        let is_tag = |tag: &String| !tag.is_empty() && !tag.split('/').any(|part| part.trim().is_empty());
        facts.tags.retain(is_tag);
        facts.tags_once.retain(is_tag);
        facts
    }

    /// An asset is there; what else there is to do is done together with that of others.
    pub(super) fn finish(&mut self, done: Finishing) {
        self.lanes.gate.leave();
        if done.ending == Ending::Uploaded && done.is_plain() {
            self.end(&done);
        } else {
            self.finishing.push(done);
        }
    }

    /// Finishes everything that waits for it.
    pub(super) fn finish_all(&mut self) -> Result<(), SyncError> {
        let mut all = std::mem::take(&mut self.finishing);
        if all.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.finish_these(&mut all) {
            // What was uploaded is uploaded; the next run does the rest.
            all.retain(|done| done.ending == Ending::Uploaded);
            for done in &all {
                self.end(done);
            }
            if !matches!(error, SyncError::Api(ApiError::Stopped)) {
                self.fatal.get_or_insert(error);
            }
            return self.give_up();
        }
        let entries: Vec<Entry> = all.iter().flat_map(Finishing::ended).collect();
        self.remember(&entries)?;
        for done in &all {
            self.end(done);
        }
        Ok(())
    }

    fn finish_these(&mut self, all: &mut [Finishing]) -> Result<(), SyncError> {
        self.set_fields(all)?;
        self.replace_versions(all)?;
        for done in all.iter_mut() {
            self.relate(done);
            self.wait_for_stack(done);
        }
        self.shelve(all)?;
        self.tag(all)?;
        self.draw(all)
    }

    /// Settings of one field go together.
    fn set_fields(&mut self, all: &mut [Finishing]) -> Result<(), SyncError> {
        let mut fields: BTreeMap<&'static str, Vec<(usize, Setting)>> = BTreeMap::new();
        for (index, done) in all.iter_mut().enumerate() {
            for setting in std::mem::take(&mut done.settings) {
                fields.entry(setting.after.field()).or_default().push((index, setting));
            }
        }
        for (field, settings) in fields {
            for chunk in settings.chunks(SETTINGS) {
                let what = What::Set { settings: chunk.iter().map(|(_, setting)| setting.clone()).collect() };
                let fates = self.hand()?.perform(&what, None)?;
                for ((index, setting), fate) in chunk.iter().zip(&fates) {
                    all[*index].is_changed = true;
                    all[*index].fail(fate, &format!("its {field}"));
                    if !is_done(fate) {
                        // What did not arrive is no last word, or the next run would take it for old news.
                        note(&mut all[*index].entry.sent.fields, &setting.before);
                    }
                }
            }
        }
        Ok(())
    }

    /// Counts an item that has ended, and tells of it.
    fn end(&mut self, done: &Finishing) {
        self.ended();
        let path = done.path();
        for (field, server_wins) in &done.conflicts {
            let (field, server_wins) = (*field, *server_wins);
            self.tell(&ImportEvent::Conflict { path, field, server_wins });
        }
        if let Some((message, transient)) = &done.failed {
            self.summary.failed += 1;
            let transient = *transient;
            self.tell(&ImportEvent::Failed { path, message, transient });
            return;
        }
        match done.ending {
            Ending::Uploaded => {
                self.summary.uploaded += 1;
                self.tell(&ImportEvent::Uploaded { path });
                if let Some(why) = &done.damage {
                    self.summary.damaged += 1;
                    self.tell(&ImportEvent::Damaged { path, why });
                }
            }
            Ending::Adopted => {
                self.summary.adopted += 1;
                self.tell(&ImportEvent::Adopted { path });
            }
            Ending::Twice => {
                self.count(SkipKind::Twice, 1);
                self.tell(&ImportEvent::Left { path, kind: SkipKind::Twice, why: None });
            }
            Ending::Known if done.is_changed => {
                self.summary.updated += 1;
                self.tell(&ImportEvent::Updated { path });
            }
            Ending::Known if done.conflicts.iter().any(|(_, server_wins)| *server_wins) => {
                self.count(SkipKind::Conflict, 1);
            }
            Ending::Known => self.count(SkipKind::Unchanged, 1),
        }
    }
}
