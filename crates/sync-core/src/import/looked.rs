//! An item whose asset is there already: adopted, or sent earlier and looked at because something changed.

use immich_api::{ApiError, Asset, AssetId};
use jiff::Timestamp;

use super::finish::{Ending, Finishing};
use super::flow::Flow;
use super::halves::join;
use super::merge::{Base, Merged, merge};
use super::work::{Failure, Look, There, Work};
use super::{Entry, Facts, Sent, Standing};
use crate::deeds::hand::ends_the_run;
use crate::error::SyncError;

impl Flow<'_> {
    /// The server and the source said what they know of an item that is there.
    pub(super) fn looked(
        &mut self,
        mut work: Box<Work>,
        there: There,
        look: Result<Look, Failure>,
    ) -> Result<(), SyncError> {
        let Look { facts, is_noted, asset } = match look {
            Ok(look) => look,
            Err(failure) => {
                self.fail(&work, &failure);
                if let Failure::Api(error) = failure
                    && ends_the_run(&error)
                {
                    self.fatal.get_or_insert(error.into());
                }
                return Ok(());
            }
        };
        let restore = self.import.options.restore;
        match &asset {
            None if there.is_twice => {}
            None if restore => {
                // Gone for good: it is sent again as if it had never been.
                work.known = None;
                work.known_motion = None;
                self.to_check.push(work);
                return Ok(());
            }
            None => return self.is_deleted(&work, there.asset, there.ours),
            Some(asset) if asset.is_trashed => {
                if !restore {
                    return self.is_deleted(&work, there.asset, there.ours);
                }
                if !self.fetch_back(&work, &there.asset)? {
                    self.fail(&work, &Failure::Api(ApiError::NoSuchAsset { id: there.asset }));
                    return Ok(());
                }
            }
            Some(_) => {}
        }
        let there = There { ours: there.ours || is_noted, ..there };
        if let Some(asset) = &asset
            && self.sends_motion(&mut work, &there, asset)
        {
            self.send_motion(work, there);
            return Ok(());
        }
        let is_told = work.known.as_ref().is_some_and(|known| !known.sent.fields.is_empty());
        let sent = match &asset {
            Some(_) if !is_told => self.sent_to(&there.asset)?,
            _ => Base::new(),
        };
        let done = self.merged(&work, &there, facts, (asset.as_deref(), sent));
        self.finish(done);
        Ok(())
    }

    /// What was sent to an asset that is another item, too: one of the same file, before it was moved, or before a JSON
    /// said its address.
    fn sent_to(&self, asset: &AssetId) -> Result<Base, SyncError> {
        let entries = self.import.store.entries_by_asset(self.owner.account, std::slice::from_ref(asset))?;
        let is_one = |entry: &Entry| {
            entry.source == self.owner.source && matches!(entry.standing, Standing::There { .. })
        };
        // Of items with the same bytes only one was looked at.
        let fields = entries.into_iter().filter(is_one).map(|entry| entry.sent.fields);
        Ok(fields.max_by_key(Base::len).unwrap_or_default())
    }

    /// `sent` is what counts as sent to an asset of which the item itself says nothing.
    fn merged(
        &self,
        work: &Work,
        there: &There,
        facts: Facts,
        (asset, sent): (Option<&Asset>, Base),
    ) -> Finishing {
        let mut entry = work.entry(&self.owner, &work.item.media, work.sha1());
        let was = work.known.as_ref().and_then(|known| known.standing.asset());
        let is_same = was == Some(&there.asset);
        if !is_same {
            entry.sent = Sent::default();
        }
        if entry.sent.fields.is_empty() {
            entry.sent.fields = sent;
        }
        entry.sent.is_put_away = false;
        entry.standing = Standing::There { asset: there.asset.clone(), ours: there.ours };
        let newer = is_newer(work, asset.and_then(|asset| asset.updated_at));
        let prefer = self.import.options.prefer;
        let Merged { settings, base, conflicts, is_open } = match asset {
            Some(asset) => merge(&facts, &entry.sent.fields, asset, prefer, newer),
            None => Merged { base: entry.sent.fields.clone(), ..Merged::default() },
        };
        entry.sent.fields = base;
        let ending = match (there.is_twice, is_same) {
            (true, _) => Ending::Twice,
            (false, true) => Ending::Known,
            (false, false) => Ending::Adopted,
        };
        let known = work.known.clone();
        let edit_of = known.filter(|known| !is_same && matches!(known.standing, Standing::There { .. }));
        let mut done = Finishing {
            item: work.item.id,
            entry,
            motion: None,
            stamp: work.stamp,
            facts: self.with_options(facts),
            settings,
            conflicts,
            ending,
            edit_of,
            is_open,
            damage: None,
            failed: None,
            is_changed: false,
            taken: None,
            relations: work.item.relations.clone(),
            stack: work.item.stack.clone(),
        };
        join(&mut done, work, asset);
        done
    }
}

/// Whether the source was changed after the server, as far as both say.
fn is_newer(work: &Work, server: Option<Timestamp>) -> Option<bool> {
    let files = work.item.about.iter().chain([&work.item.media]);
    let source = files.map(|media| media.modified).max()?;
    server.map(|server| source > server)
}
