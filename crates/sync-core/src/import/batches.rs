//! Uploads, announced before they are sent: whatever happens to this program, the next run knows what to look for.
//!
//! A batch is one deed. It is closed when each of its files has arrived or failed; what nobody knows is asked for by
//! its SHA-1 then, or by the next run.

use immich_api::{ApiError, AssetId};

use super::flow::Flow;
use super::run::versions_of;
use super::send::Halves;
use super::work::{Arrival, Failure, Sent, There, Work, version};
use super::{Entry, ImportEvent, Standing};
use crate::deeds::hand::ends_the_run;
use crate::deeds::{Deed, DeedId, Hex, NewUpload, What};
use crate::error::{SyncError, chain};
use crate::event::Event;

/// Files per deed: one sync of the disk for so many.
const BATCH: usize = 64;

/// Batches in a row that may fail altogether before the rest is pointless.
const MOST_FAILURES: usize = 3;

/// A deed under way.
pub(super) struct Batch {
    deed: DeedId,
    uploads: Vec<NewUpload>,
    /// Items that have not come back.
    left: usize,
    /// Those that arrived.
    entries: Vec<Entry>,
    /// Whether files may or may not be on the server.
    is_open: bool,
    /// Whether anything arrived or was refused by its name.
    has_answers: bool,
    /// Whether the server, or the way to it, failed.
    has_failures: bool,
    done: Vec<super::finish::Finishing>,
}

impl Flow<'_> {
    /// Announces what waits and hands it to the senders, as long as they have little to do.
    pub(super) fn announce(&mut self) -> Result<(), SyncError> {
        let senders = self.import.options.uploads.get();
        while !self.accepted.is_empty() && (self.accepted.len() >= BATCH || self.sending < 2 * senders) {
            if self.sending >= 2 * BATCH {
                return Ok(());
            }
            let works: Vec<_> = self.accepted.drain(..self.accepted.len().min(BATCH)).collect();
            if self.client.is_none() {
                for (work, _) in &works {
                    self.would_upload(work);
                }
            } else {
                self.announce_batch(works)?;
            }
        }
        Ok(())
    }

    fn would_upload(&mut self, work: &Work) {
        self.lanes.gate.leave();
        self.ended();
        self.summary.uploaded += 1;
        self.tell(&ImportEvent::Uploaded { path: &work.item.media.path });
    }

    fn announce_batch(&mut self, works: Vec<(Box<Work>, Halves)>) -> Result<(), SyncError> {
        let (mut uploads, mut entries) = (Vec::new(), Vec::new());
        let versions = versions_of(self.owner.source);
        for (work, halves) in &works {
            let motion = work.item.motion.as_ref().zip(work.motion.as_ref());
            let motion = motion.filter(|_| halves.motion.is_none());
            let media = work.media.as_ref().map(|hashed| (&work.item.media, hashed));
            let media = media.filter(|_| halves.still.is_none());
            for (file, hashed) in motion.into_iter().chain(media) {
                let mut entry = work.entry(&self.owner, file, hashed.sha1);
                if work.is_edit() {
                    // The entry of the version that is there stays until the new one is.
                    entry.source.clone_from(&versions);
                    entry.item = version(entry.item, entry.sha1);
                }
                uploads.push(NewUpload { item: Hex(entry.item.0), sha1: Hex(hashed.sha1), asset: None });
                entries.push(entry);
            }
        }
        let deed = Deed {
            run: self.begin_run()?,
            account: self.owner.account.to_owned(),
            undoes: None,
            at: (self.import.now)(),
            what: What::Upload { uploads: uploads.clone() },
        };
        let deed = self.import.store.announce_uploads(&deed, &entries)?;
        let number = self.next_batch;
        self.next_batch += 1;
        let batch = Batch {
            deed,
            uploads,
            left: works.len(),
            entries: Vec::new(),
            is_open: false,
            has_answers: false,
            has_failures: false,
            done: Vec::new(),
        };
        self.batches.insert(number, batch);
        self.sending += works.len();
        for (work, halves) in works {
            self.lanes.send.push((work, halves, number));
        }
        Ok(())
    }

    /// An item came back from its sender.
    pub(super) fn sent(&mut self, work: Box<Work>, number: u64, sent: Sent) -> Result<(), SyncError> {
        self.summary.bytes_read += sent.bytes_read;
        let Some(mut batch) = self.batches.remove(&number) else { return Ok(()) };
        let motion = self.motion_arrived(&work, sent.motion.as_ref(), &mut batch);
        let flies = work.still.is_none();
        let twice = flies.then(|| self.flying.remove(&work.sha1())).flatten().unwrap_or_default();
        let Sent { media, outcome, .. } = sent;
        match media {
            Ok(_) if work.still.is_some() => {
                batch.has_answers = true;
                self.motion_followed(work, motion);
            }
            Ok(arrival) => {
                self.summary.bytes_sent += work.item.media.size;
                batch.has_answers = true;
                for work in twice {
                    let Arrival { asset, ours } = arrival.clone();
                    self.look(work, There { asset, ours, is_twice: true });
                }
                if arrival.ours {
                    batch.arrived(work.entry_item(), &arrival.asset);
                    let done = self.uploaded(*work, arrival.asset, outcome, motion);
                    batch.entries.extend(done.begun());
                    batch.done.push(done);
                } else {
                    self.look(work, There { asset: arrival.asset, ours: false, is_twice: false });
                }
            }
            Err(failure) => {
                self.to_check.extend(twice);
                batch.has_failures |= matches!(failure, Failure::Api(_));
                batch.is_open |= self.failed(&work, failure, &mut batch.has_answers)?;
            }
        }
        self.batches.insert(number, batch);
        self.one_less(number)
    }

    fn motion_arrived(&mut self, work: &Work, arrival: Option<&Arrival>, batch: &mut Batch) -> Option<Entry> {
        let (media, arrival) = (work.item.motion.as_ref()?, arrival?);
        self.summary.bytes_sent += media.size;
        let mut entry = work.entry(&self.owner, media, work.motion.as_ref()?.sha1);
        if arrival.ours {
            let item = if work.is_edit() { version(entry.item, entry.sha1) } else { entry.item };
            batch.arrived(item, &arrival.asset);
        }
        entry.standing = Standing::There { asset: arrival.asset.clone(), ours: arrival.ours };
        batch.entries.push(entry.clone());
        Some(entry)
    }

    /// An upload failed; whether the server may have it nevertheless.
    fn failed(&mut self, work: &Work, failure: Failure, answered: &mut bool) -> Result<bool, SyncError> {
        if let Failure::Api(error @ ApiError::NotAccepted { .. }) = &failure
            && work.still.is_none()
        {
            *answered = true;
            self.refused(work, &chain(error))?;
            return Ok(false);
        }
        self.fail(work, &failure);
        let Failure::Api(error) = failure else { return Ok(false) };
        let is_open = error.is_transient() || error.is_unanswered() || matches!(error, ApiError::Stopped);
        if ends_the_run(&error) {
            self.fatal.get_or_insert(error.into());
            return Ok(true);
        }
        self.last_error = Some(error);
        Ok(is_open)
    }

    /// One item less that a batch waits for; the last one closes it.
    pub(super) fn one_less(&mut self, number: u64) -> Result<(), SyncError> {
        let Some(mut batch) = self.batches.remove(&number) else { return Ok(()) };
        batch.left -= 1;
        if batch.left > 0 {
            self.batches.insert(number, batch);
            return Ok(());
        }
        self.close(batch)
    }

    fn close(&mut self, mut batch: Batch) -> Result<(), SyncError> {
        if batch.has_answers {
            self.bad_batches = 0;
        } else if batch.has_failures {
            self.bad_batches += 1;
        }
        if self.bad_batches >= MOST_FAILURES
            && let Some(source) = self.last_error.take()
        {
            self.fatal.get_or_insert(SyncError::UploadsFail { source });
        }
        let mut is_known = true;
        if batch.is_open || self.has_given_up() {
            match self.hand()?.looker().as_assets(&batch.uploads) {
                Ok(assets) => {
                    for (upload, asset) in batch.uploads.iter_mut().zip(assets) {
                        upload.asset = asset;
                    }
                }
                Err(_) => is_known = false,
            }
        }
        if is_known {
            let what = What::Upload { uploads: batch.uploads };
            let happened = what.only(|item| what.photo(item).is_some());
            self.import.store.close_uploads(batch.deed, happened.as_ref(), &batch.entries)?;
            if let Some(happened) = &happened {
                self.import.reporter.report(&Event::Changed(happened));
            }
        } else {
            // The deed stays open; the next run begins with looking.
            self.import.store.put_entries(&batch.entries)?;
        }
        for done in batch.done {
            self.finish(done);
        }
        Ok(())
    }
}

impl Batch {
    /// Items that arrived and wait for the others.
    pub(super) fn arrivals(&self) -> usize {
        self.done.len()
    }

    fn arrived(&mut self, item: super::ItemId, asset: &AssetId) {
        if let Some(upload) = self.uploads.iter_mut().find(|upload| upload.item.0 == item.0) {
            upload.asset = Some(asset.clone());
        }
    }
}
