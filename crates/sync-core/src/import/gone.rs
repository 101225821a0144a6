//! Items that are gone from the source. Only a complete listing says so, only below what was listed, only where the
//! source says so when asked again, and only what we uploaded ourselves goes to the trash of the server, behind a brake.

use std::path::PathBuf;

use super::flow::Flow;
use super::{DeleteRule, Entry, ImportEvent, ItemId, Listing, Standing};
use crate::deeds::hand::Fate;
use crate::deeds::{Hex, NewUpload, What};
use crate::error::SyncError;
use crate::event::Event;

/// Assets per deed.
const BATCH: usize = 250;

/// Fewer photos than this are a wish, unless nothing is left.
const A_WISH: usize = 10;

/// From this part on of what is managed, in percent, it is asked first.
const PERCENT: usize = 20;

impl Flow<'_> {
    /// Tells what is gone, or trashes it.
    pub(super) fn follow_deletes(&mut self) -> Result<(), SyncError> {
        let Some(listing) = self.listing.take().filter(|listing| listing.is_complete) else { return Ok(()) };
        // An empty folder is far more likely a disk that is not there than a wish.
        if self.summary.seen == 0 {
            return Ok(());
        }
        let (unseen, managed) = self.unseen();
        let source = self.import.source;
        let (mut gone, mut stay) = (Vec::new(), vec![0; listing.empty.len()]);
        for items in unseen.chunks(BATCH) {
            let entries = self.import.store.entries(self.owner.account, self.owner.source, items)?;
            let is_below = |entry: &Entry, folder: &PathBuf| entry.path.path().starts_with(folder);
            let entries = entries.into_iter().filter(|entry| {
                !entry.sent.is_put_away
                    && source.is_gone(entry.path.path())
                    && listing.roots.iter().any(|root| is_below(entry, root))
                    && match listing.empty.iter().position(|folder| is_below(entry, folder)) {
                        Some(folder) => {
                            stay[folder] += u64::from(entry.standing.is_ours());
                            false
                        }
                        None => true,
                    }
            });
            gone.extend(entries.filter_map(|entry| match entry.standing {
                Standing::There { asset, ours: true } => {
                    Some(NewUpload { item: Hex(entry.item.0), sha1: Hex(entry.sha1), asset: Some(asset) })
                }
                _ => None,
            }));
        }
        self.tell_what_stays(&listing, &stay);
        let gone = self.without_others(&gone)?;
        if gone.is_empty() {
            return Ok(());
        }
        if self.import.options.delete == DeleteRule::Keep {
            self.tell(&ImportEvent::Gone { photos: gone.len() as u64 });
            return Ok(());
        }
        if !self.import.options.confirmed && is_too_much(gone.len(), managed) {
            return Err(SyncError::SourceShrank { gone: gone.len() as u64, managed: managed as u64 });
        }
        for uploads in gone.chunks(BATCH) {
            let what = What::Withdraw { uploads: uploads.to_vec() };
            let fates = self.hand()?.perform(&what, None)?;
            let done = fates.iter().filter(|fate| matches!(fate, Fate::Done | Fate::Already)).count();
            self.summary.trashed += done as u64;
        }
        Ok(())
    }

    /// A folder in which nothing is any more is what a disk leaves that was unmounted.
    fn tell_what_stays(&self, listing: &Listing, stay: &[u64]) {
        if self.import.options.delete == DeleteRule::Keep {
            return;
        }
        for (folder, photos) in listing.empty.iter().zip(stay).filter(|(_, photos)| **photos > 0) {
            let told = format!(
                "{photos} photos that were in `{}` stay on the server, because nothing is there any more; if something is \
                 mounted there, mount it, else remove the folder",
                folder.display()
            );
            self.import.reporter.report(&Event::Warning(&told));
        }
    }

    /// Items of the ledger that were not come across, and how many there are in all.
    fn unseen(&self) -> (Vec<ItemId>, usize) {
        let outline = self.outline.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        (outline.unseen().collect(), outline.len())
    }

    /// Without assets that are another item, too: one that was moved, or has the same bytes.
    fn without_others(&self, gone: &[NewUpload]) -> Result<Vec<NewUpload>, SyncError> {
        let items: std::collections::BTreeSet<ItemId> =
            gone.iter().map(|upload| ItemId(upload.item.0)).collect();
        let mut left = Vec::new();
        for uploads in gone.chunks(BATCH) {
            let assets: Vec<_> = uploads.iter().filter_map(|upload| upload.asset.clone()).collect();
            let entries = self.import.store.entries_by_asset(self.owner.account, &assets)?;
            let is_wanted = |upload: &&NewUpload| {
                !entries.iter().any(|entry| {
                    let is_gone = entry.source == self.owner.source && items.contains(&entry.item);
                    entry.standing.asset() == upload.asset.as_ref() && !is_gone
                })
            };
            left.extend(uploads.iter().filter(is_wanted).cloned());
        }
        Ok(left)
    }
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
