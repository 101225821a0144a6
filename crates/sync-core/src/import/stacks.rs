//! Stacks of what belongs together by the names and identifiers of the source, and was taken at the same time. Only where
//! it was asked for, and only of photos that are new or changed in this run and in no stack yet.

use std::collections::BTreeMap;

use immich_api::{Asset, AssetId};

use super::finish::Finishing;
use super::flow::Flow;
use super::{ItemId, Kin};
use crate::deeds::{Restack, What};
use crate::error::SyncError;

/// Stacks per deed.
const BATCH: usize = 50;

/// Photos that belong together, each with its rank.
pub(super) type Relatives = BTreeMap<(Kin, ItemId), Vec<(u32, AssetId)>>;

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
        for mut members in std::mem::take(&mut self.relatives).into_values() {
            members.sort();
            members.dedup_by(|one, other| one.1 == other.1);
            if members.len() < 2 {
                continue;
            }
            let assets: Vec<AssetId> = members.into_iter().map(|(_, asset)| asset).collect();
            let found: Vec<Asset> =
                self.hand()?.looker().each(assets.clone())?.into_iter().flatten().collect();
            if found.len() == assets.len() && belong_together(&found) {
                stacks.push(Restack { before: Vec::new(), after: vec![assets] });
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
}

/// Taken at the same second, and in no stack.
fn belong_together(found: &[Asset]) -> bool {
    let second = |asset: &Asset| asset.local_date_time.map(jiff::Timestamp::as_second);
    let first = found.first().and_then(second);
    first.is_some() && found.iter().all(|asset| second(asset) == first && asset.stack.is_none())
}
