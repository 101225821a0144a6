//! Which way an item goes: what of it has to be read, and what the ledger says of its bytes.

use std::collections::HashMap;

use super::flow::Flow;
use super::hashing::Hashed;
use super::work::{Failure, Owner, There, Work};
use super::{Entry, Locator, Media, SkipKind, SourceError, Standing, listing};
use crate::error::SyncError;

fn is_away(media: &Media) -> bool {
    matches!(media.locator, Locator::Away { .. })
}

impl Flow<'_> {
    /// What has arrived gets what the ledger says of it.
    pub(super) fn admit(&mut self) -> Result<(), SyncError> {
        if self.arrivals.is_empty() {
            return Ok(());
        }
        let arrivals = std::mem::take(&mut self.arrivals);
        let mut wanted = Vec::new();
        for (item, is_known) in &arrivals {
            if *is_known || item.motion.is_some() {
                wanted.push(item.id);
                wanted.extend(item.motion.is_some().then(|| item.id.of_motion()));
            }
        }
        let Owner { account, source } = self.owner;
        let mut known: HashMap<_, Entry> = HashMap::new();
        if !wanted.is_empty() {
            let entries = self.import.store.entries(account, source, &wanted)?;
            known.extend(entries.into_iter().map(|entry| (entry.item, entry)));
        }
        for (item, _) in arrivals {
            let stamp = listing::stamp(&item, self.options);
            let mut work = Box::new(Work::new(*item, stamp));
            work.known = known.remove(&work.item.id);
            work.known_motion = known.remove(&work.item.id.of_motion());
            self.route(work)?;
        }
        Ok(())
    }

    /// A file that is as it was when it was hashed is not read.
    fn route(&mut self, mut work: Box<Work>) -> Result<(), SyncError> {
        if work.item.media.size == 0 {
            self.leave(&work, SkipKind::Empty, None);
            return Ok(());
        }
        let rehash = self.import.options.rehash;
        let as_hashed = |entry: Option<&Entry>, media: &Media| {
            let entry = entry.filter(|entry| is_away(media) || (!rehash && entry.bytes == media.stamp));
            entry.map(|entry| Hashed::known(entry.sha1))
        };
        work.media = as_hashed(work.known.as_ref(), &work.item.media);
        work.motion =
            work.item.motion.as_ref().and_then(|motion| as_hashed(work.known_motion.as_ref(), motion));
        let is_motion_open = work.item.motion.is_some() && work.motion.is_none();
        let standing = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.standing.clone());
        let motion_matters = match standing(&work.known) {
            Some(Standing::Deleted { .. }) => false,
            Some(Standing::There { .. }) => !matches!(
                standing(&work.known_motion),
                Some(Standing::There { .. } | Standing::Deleted { .. })
            ),
            _ => true,
        };
        if work.media.is_some() && !(is_motion_open && motion_matters) {
            return self.known(work);
        }
        if is_away(&work.item.media) {
            self.leave(&work, SkipKind::InCloud, None);
            return Ok(());
        }
        self.to_hash.push_back(work);
        Ok(())
    }

    pub(super) fn hashed(
        &mut self,
        work: Box<Work>,
        read: Result<u64, SourceError>,
    ) -> Result<(), SyncError> {
        if self.has_given_up() {
            return Ok(());
        }
        match read {
            Err(error) => self.fail(&work, &Failure::Source(error)),
            Ok(bytes) => {
                self.summary.bytes_read += bytes;
                if work.known.as_ref().is_some_and(|entry| entry.sha1 == work.sha1()) {
                    return self.known(work);
                }
                self.to_check.push(work);
            }
        }
        Ok(())
    }

    /// An item with the bytes that the ledger has for it.
    fn known(&mut self, work: Box<Work>) -> Result<(), SyncError> {
        let Some(entry) = &work.known else {
            self.to_check.push(work);
            return Ok(());
        };
        let options = self.import.options;
        match &entry.standing {
            Standing::There { .. } | Standing::Deleted { .. } if options.restore => self.to_check.push(work),
            Standing::There { .. } if entry.stamp == work.stamp => {
                let mut entry = entry.clone();
                entry.bytes = work.item.media.stamp;
                self.remember(&[entry])?;
                self.leave(&work, SkipKind::Unchanged, None);
            }
            Standing::There { asset, ours } => {
                let there = There { asset: asset.clone(), ours: *ours, is_twice: false };
                self.look(work, there);
            }
            Standing::Deleted { .. } => {
                let entry = entry.clone();
                return self.leave_as(&work, entry, SkipKind::DeletedHere, None);
            }
            Standing::Refused { why } => {
                let (entry, why) = (entry.clone(), why.clone());
                return self.leave_as(&work, entry, SkipKind::Refused, Some(&why));
            }
            Standing::Announced if is_away(&work.item.media) => self.leave(&work, SkipKind::InCloud, None),
            Standing::Withdrawn { .. } | Standing::Announced => self.to_check.push(work),
        }
        Ok(())
    }
}
