//! Each item ends once, and is told and counted then.

use std::sync::PoisonError;

use immich_api::ApiError;
use jiff::{SignedDuration, Timestamp};

use super::batches::Batch;
use super::flow::Flow;
use super::work::{Failure, Work};
use super::{Entry, ImportEvent, Progress, SkipKind};
use crate::error::SyncError;
use crate::event::Event;

/// Between two words about how far it is: often enough to be smooth.
const BEAT: SignedDuration = SignedDuration::from_millis(200);

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

    /// Tells how far it is, when that changed and was not told a moment ago.
    pub(super) fn tell_progress(&mut self) {
        let now = (self.import.now)();
        let is_soon = |at: Timestamp| now >= at && now.duration_since(at) < BEAT;
        if self.told_at.is_some_and(is_soon) {
            return;
        }
        let progress = self.progress();
        if progress != self.told {
            (self.told, self.told_at) = (progress, Some(now));
            self.tell(&ImportEvent::Progress(progress));
        }
    }

    fn progress(&self) -> Progress {
        // What arrived waits for others to be finished with; to somebody who watches it is done.
        let arrived = self.finishing.len() + self.batches.values().map(Batch::arrivals).sum::<usize>();
        let sent = self.client.map_or(0, |client| client.stats().bytes_sent);
        Progress {
            seen: self.summary.seen,
            ended: self.summary.seen - self.under_way + arrived as u64,
            is_listed: self.listing.is_some(),
            bytes_sent: sent.saturating_sub(self.sent_before),
        }
    }
}
