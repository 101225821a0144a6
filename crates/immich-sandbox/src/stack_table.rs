//! All stacks, and in which one an asset is: asked for with every asset that is answered in full.
//!
//! Read in the server's source: making a stack takes the whole stack along whose primary asset is named, while
//! another member just leaves its stack, which stays, be it with one. Only deleting for good tidies up.

use std::collections::{BTreeMap, HashMap};

use crate::{AssetId, StackId, UserId, model::Stack};

/// Stacks; each asset is in one at most.
#[derive(Debug, Default)]
pub(crate) struct Stacks {
    by_id: BTreeMap<StackId, Stack>,
    of: HashMap<AssetId, StackId>,
}

impl Stacks {
    pub(crate) fn get(&self, id: StackId) -> Option<&Stack> {
        self.by_id.get(&id)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Stack> {
        self.by_id.values()
    }

    /// The stack that an asset is in.
    pub(crate) fn of(&self, asset: AssetId) -> Option<&Stack> {
        self.by_id.get(self.of.get(&asset)?)
    }

    /// Makes a stack; the first asset is shown. Answers its assets, those that came along included.
    pub(crate) fn make(&mut self, id: StackId, owner: UserId, assets: &[AssetId]) -> Vec<AssetId> {
        let Some(&primary) = assets.first() else { return Vec::new() };
        let mut stack = Stack { id, owner, primary, assets: Vec::new() };
        for &asset in assets {
            match self.of(asset).map(|old| (old.id, old.primary == asset)) {
                _ if stack.assets.contains(&asset) => {}
                Some((old, true)) => {
                    let mut along = self.remove(old);
                    along.retain(|member| *member != asset && !stack.assets.contains(member));
                    stack.assets.push(asset);
                    stack.assets.extend(along);
                }
                Some(_) | None => {
                    self.leave(asset);
                    stack.assets.push(asset);
                }
            }
        }
        self.of.extend(stack.assets.iter().map(|asset| (*asset, id)));
        let assets = stack.assets.clone();
        self.by_id.insert(id, stack);
        assets
    }

    /// Shows another asset for the stack; `false` when it is not in it.
    pub(crate) fn set_primary(&mut self, id: StackId, primary: AssetId) -> bool {
        let stack = self.by_id.get_mut(&id).filter(|stack| stack.assets.contains(&primary));
        stack.map(|stack| stack.primary = primary).is_some()
    }

    /// Puts an asset into a stack.
    pub(crate) fn join(&mut self, id: StackId, asset: AssetId) {
        self.leave(asset);
        if let Some(stack) = self.by_id.get_mut(&id) {
            stack.assets.push(asset);
            self.of.insert(asset, id);
        }
    }

    /// Takes an asset out of its stack, which stays.
    pub(crate) fn leave(&mut self, asset: AssetId) -> Option<StackId> {
        let id = self.of.remove(&asset)?;
        self.by_id.get_mut(&id)?.assets.retain(|member| *member != asset);
        Some(id)
    }

    /// Forgets a stack; answers the assets that were in it.
    pub(crate) fn remove(&mut self, id: StackId) -> Vec<AssetId> {
        let assets = self.by_id.remove(&id).map(|stack| stack.assets).unwrap_or_default();
        for asset in &assets {
            self.of.remove(asset);
        }
        assets
    }

    /// Forgets an asset: the next one is shown for its stack, and a stack of one is none any more.
    pub(crate) fn forget(&mut self, asset: AssetId) {
        let Some(id) = self.leave(asset) else { return };
        let Some(stack) = self.by_id.get_mut(&id) else { return };
        if stack.primary == asset {
            stack.primary = stack.assets.first().copied().unwrap_or(asset);
        }
        if stack.assets.len() < 2 {
            self.remove(id);
        }
    }
}
