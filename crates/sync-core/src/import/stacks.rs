//! Stacks of what belongs together by the names and identifiers of the source, and was taken at the same time. Only where
//! it was asked for, and only where something of it is new or changed in this run: what the user unstacked stays so until
//! then. Those that were sent earlier take part, and a stack of nothing else grows.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::{Asset, AssetId};

use super::finish::Finishing;
use super::flow::Flow;
use super::{Entry, ItemId, Kin, Relation, Standing};
use crate::deeds::{Restack, What};
use crate::error::SyncError;

/// Stacks per deed.
const BATCH: usize = 50;

/// Photos that belong together, each with its rank.
pub(super) type Relatives = BTreeMap<(Kin, ItemId), Vec<(u32, AssetId)>>;

/// An item that was sent earlier, and what it has to do with others: 44 bytes for each, while a listing lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Relative {
    kin: Kin,
    key: ItemId,
    rank: u32,
    item: ItemId,
}

impl Relative {
    pub(super) fn of(relation: &Relation, item: ItemId) -> Self {
        Self { kin: relation.kin, key: relation.key, rank: relation.rank, item }
    }
}

impl Flow<'_> {
    /// Notes what a photo has to do with others.
    pub(super) fn relate(&mut self, done: &Finishing) {
        let Some(asset) = done.asset() else { return };
        for relation in &done.relations {
            if self.import.options.stack.contains(&relation.kin) {
                let key = (relation.kin, relation.key);
                self.relatives.entry(key).or_default().push((relation.rank, asset.clone()));
            }
        }
    }

    /// Stacks photos that belong together.
    pub(super) fn stack_relatives(&mut self) -> Result<(), SyncError> {
        let mut stacks = Vec::new();
        self.unchanged_relatives.sort_unstable();
        for ((kin, key), mut members) in std::mem::take(&mut self.relatives) {
            members.extend(self.sent_earlier(kin, key)?);
            members.sort();
            let mut known = BTreeSet::new();
            members.retain(|(_, asset)| known.insert(asset.clone()));
            let assets: Vec<AssetId> = members.into_iter().map(|(_, asset)| asset).collect();
            if let Some(stack) = self.stack_of(assets)? {
                stacks.push(stack);
            }
            if stacks.len() == BATCH {
                self.hand()?.perform(&What::Restack { stacks: std::mem::take(&mut stacks) }, None)?;
            }
        }
        if !stacks.is_empty() {
            self.hand()?.perform(&What::Restack { stacks }, None)?;
        }
        Ok(())
    }

    /// Photos of unchanged items with this key.
    fn sent_earlier(&self, kin: Kin, key: ItemId) -> Result<Vec<(u32, AssetId)>, SyncError> {
        let all = &self.unchanged_relatives;
        let start = all.partition_point(|one| (one.kin, one.key) < (kin, key));
        let alike: Vec<&Relative> =
            all[start..].iter().take_while(|one| (one.kin, one.key) == (kin, key)).collect();
        if alike.is_empty() {
            return Ok(Vec::new());
        }
        let items: Vec<ItemId> = alike.iter().map(|one| one.item).collect();
        let entries = self.import.store.entries(self.owner.account, self.owner.source, &items)?;
        let photo = |entry: &Entry| {
            let rank = alike.iter().find(|one| one.item == entry.item)?.rank;
            match &entry.standing {
                Standing::There { asset, .. } => Some((rank, asset.clone())),
                _ => None,
            }
        };
        Ok(entries.iter().filter_map(photo).collect())
    }

    /// A stack of these in this order, the one that some of them are in with it; `None` where they are to stay as they
    /// are: not taken at the same time, in a stack with others, or stacked like this already.
    fn stack_of(&mut self, assets: Vec<AssetId>) -> Result<Option<Restack>, SyncError> {
        if assets.len() < 2 {
            return Ok(None);
        }
        let found: Vec<Asset> = self.hand()?.looker().each(assets.clone())?.into_iter().flatten().collect();
        if found.len() != assets.len() || !are_of_one_moment(&found) {
            return Ok(None);
        }
        let mut before = Vec::new();
        if found.iter().any(|asset| asset.stack.is_some()) {
            let stacks = self.hand()?.stacks()?;
            before.extend(stacks.holding(&assets).into_iter().map(|stack| stack.assets.clone()));
        }
        let is_ours = before.iter().flatten().all(|asset| assets.contains(asset));
        let is_done = before.iter().any(|stack| stack.len() == assets.len());
        Ok((is_ours && !is_done).then(|| Restack { before, after: vec![assets] }))
    }
}

/// Taken at the same second.
fn are_of_one_moment(found: &[Asset]) -> bool {
    let second = |asset: &Asset| asset.local_date_time.map(jiff::Timestamp::as_second);
    let first = found.first().and_then(second);
    first.is_some() && found.iter().all(|asset| second(asset) == first)
}
