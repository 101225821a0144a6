//! Each item ends once, and is told and counted then.

use std::sync::PoisonError;

use immich_api::ApiError;

use super::flow::Flow;
use super::work::{Failure, Work};
use super::{Entry, ImportEvent, Progress, SkipKind};
use crate::error::SyncError;
use crate::event::Event;

impl Flow<'_> {
    /// Whether an item was come across in this run, or is of another source.
    pub(super) fn is_around(&self, entry: &Entry) -> bool {
        if entry.source != self.owner.source {
            return true;
        }
        let outline = self.outline.lock().unwrap_or_else(PoisonError::into_inner);
        outline.is_seen(entry.item).unwrap_or(true)
    }

    pub(super) fn count(&mut self, kind: SkipKind, number: u64) {
        if number > 0 {
            *self.summary.skipped.entry(kind).or_default() += number;
        }
    }

    /// An item has ended, in whatever way its caller counts.
    pub(super) fn ended(&mut self) {
        self.under_way -= 1;
    }

    /// An item is left alone.
    pub(super) fn leave(&mut self, work: &Work, kind: SkipKind, why: Option<&str>) {
        self.lanes.gate.leave();
        self.ended();
        self.count(kind, 1);
        if kind != SkipKind::Unchanged {
            self.tell(&ImportEvent::Left { path: &work.item.media.path, kind, why });
        }
    }

    /// The same, remembered, so that the next run does not come this far.
    pub(super) fn leave_as(
        &mut self,
        work: &Work,
        mut entry: Entry,
        kind: SkipKind,
        why: Option<&str>,
    ) -> Result<(), SyncError> {
        entry.stamp = work.stamp;
        entry.bytes = work.item.media.stamp;
        entry.path = work.item.media.path.clone();
        self.remember(&[entry])?;
        self.leave(work, kind, why);
        Ok(())
    }

    /// A preview remembers nothing.
    pub(super) fn remember(&self, entries: &[Entry]) -> Result<(), SyncError> {
        if self.client.is_some() { self.import.store.put_entries(entries) } else { Ok(()) }
    }

    /// Something went wrong with an item.
    pub(super) fn fail(&mut self, work: &Work, failure: &Failure) {
        self.lanes.gate.leave();
        if let Failure::Api(ApiError::Stopped) = failure {
            return;
        }
        self.ended();
        self.summary.failed += 1;
        let (message, transient) = (failure.message(), failure.is_transient());
        let path = &work.item.media.path;
        self.tell(&ImportEvent::Failed { path, message: &message, transient });
    }

    pub(super) fn tell(&self, event: &ImportEvent<'_>) {
        self.import.reporter.report(&Event::Import(event));
    }

    pub(super) fn tell_progress(&mut self) {
        let ended = self.summary.seen - self.under_way;
        if ended.abs_diff(self.told) >= 64 {
            self.told = ended;
            let (seen, bytes_sent) = (self.summary.seen, self.summary.bytes_sent);
            let is_listed = self.listing.is_some();
            self.tell(&ImportEvent::Progress(Progress { seen, ended, is_listed, bytes_sent }));
        }
    }
}
