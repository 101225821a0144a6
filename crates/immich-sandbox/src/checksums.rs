//! Which asset of a user has which bytes: asked for with every upload, and in bulk.

use std::collections::HashMap;

use crate::{Asset, AssetId, UserId};

/// The managed assets of each user by checksum. It is made at the first question, as scenarios change checksums
/// until they start.
#[derive(Debug, Default)]
pub(crate) struct Checksums(Option<HashMap<(UserId, [u8; 20]), AssetId>>);

impl Checksums {
    /// The asset that has these bytes.
    pub(crate) fn find(&mut self, assets: &[Asset], owner: UserId, sum: &[u8; 20]) -> Option<AssetId> {
        let make = || {
            let managed = assets.iter().rev().filter(|asset| asset.library.is_none());
            managed.map(|asset| ((asset.owner, asset.checksum), asset.id)).collect()
        };
        self.0.get_or_insert_with(make).get(&(owner, *sum)).copied()
    }

    pub(crate) fn add(&mut self, asset: &Asset) {
        if let Some(known) = self.0.as_mut().filter(|_| asset.library.is_none()) {
            known.entry((asset.owner, asset.checksum)).or_insert(asset.id);
        }
    }

    pub(crate) fn remove(&mut self, asset: &Asset) {
        let Some(known) = &mut self.0 else { return };
        let key = (asset.owner, asset.checksum);
        if known.get(&key) == Some(&asset.id) {
            known.remove(&key);
        }
    }

    /// Something changed that cannot be followed.
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }
}
