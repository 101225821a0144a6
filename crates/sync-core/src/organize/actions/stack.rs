//! The photos of a group as one stack, with the keeper on top.
//!
//! Immich merges whole stacks when one of their photos is stacked with another. So photos that the user stacked are
//! left alone: only what is in no stack, or in one that we made, is stacked.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::AssetId;

use super::run::{Desk, Work, usable};
use crate::deeds::Restack;
use crate::deeds::look::Stacks;
use crate::error::SyncError;
use crate::organize::{GroupRecord, MemberRecord};
use crate::plan::SkipReason;

/// Stacks groups.
#[derive(Default)]
pub(super) struct StackUp {
    accounts: BTreeMap<String, Known>,
}

/// What is stacked already.
struct Known {
    now: Stacks,
    /// Made by us: the photos in the order of their ids.
    ours: BTreeSet<Vec<AssetId>>,
}

impl Known {
    /// What to do with these photos, the best first.
    fn plan(&self, wanted: &[AssetId]) -> Result<Restack, SkipReason> {
        let holding = self.now.holding(wanted);
        let is_ours = |photos: &[AssetId]| {
            let mut sorted = photos.to_vec();
            sorted.sort_unstable();
            self.ours.contains(&sorted)
        };
        if let [stack] = holding.as_slice()
            && wanted.iter().all(|photo| stack.assets.contains(photo))
        {
            // All in one: right, or ours with another one on top, or the user's with another one on top or more in it.
            let is_right = stack.primary == wanted[0] && stack.assets.len() == wanted.len();
            if is_right || !is_ours(&stack.assets) {
                return Err(SkipReason::UpToDate);
            }
        }
        let inside = |photos: &[AssetId]| photos.iter().all(|photo| wanted.contains(photo));
        if holding.iter().any(|stack| !is_ours(&stack.assets) || !inside(&stack.assets)) {
            return Err(SkipReason::StackedOtherwise);
        }
        let before = holding.into_iter().map(|stack| stack.assets.clone()).collect();
        Ok(Restack { before, after: vec![wanted.to_vec()] })
    }
}

impl Work for StackUp {
    fn learn(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        for (account, orders) in &desk.accounts {
            let known = Known { now: orders.hand.stacks()?, ours: desk.store.stacks_of_ours(account)? };
            self.accounts.insert(account.clone(), known);
        }
        Ok(())
    }

    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        if !chosen {
            return Ok(());
        }
        let fresh = desk.fresh;
        for (account, orders) in &mut desk.accounts {
            let Some(known) = self.accounts.get(account) else { continue };
            let members: Vec<&MemberRecord> = usable(group, account, fresh, orders);
            let wanted: Vec<AssetId> =
                members.iter().filter_map(|member| member.place.asset()).cloned().collect();
            let Some(photo) = members.first().copied().and_then(MemberRecord::photo) else { continue };
            match known.plan(&wanted) {
                _ if wanted.len() < 2 => orders.skip(photo, SkipReason::Alone),
                Ok(stack) => orders.restack(stack, photo)?,
                Err(reason) => orders.skip(photo, reason),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use immich_api::{StackId, StackMembers};

    use super::*;

    fn id(number: u128) -> AssetId {
        AssetId::from_u128(number)
    }

    fn ids(numbers: &[u128]) -> Vec<AssetId> {
        numbers.iter().copied().map(id).collect()
    }

    fn known(stacks: &[&[u128]], ours: &[&[u128]]) -> Known {
        let stack = |(name, photos): (usize, &&[u128])| StackMembers {
            id: StackId::from_u128(name as u128),
            primary: id(photos[0]),
            assets: ids(photos),
        };
        let ours = ours.iter().map(|photos| ids(photos)).collect();
        Known { now: Stacks::of(stacks.iter().enumerate().map(stack).collect()), ours }
    }

    #[test]
    fn what_is_in_no_stack_is_stacked() {
        let plan = known(&[&[8, 9]], &[]).plan(&ids(&[2, 1])).unwrap();

        assert_eq!(plan, Restack { before: vec![], after: vec![ids(&[2, 1])] });
    }

    #[test]
    fn a_stack_of_the_user_is_left_alone() {
        for (stacks, reason) in [
            (&[&[1, 2][..]][..], SkipReason::UpToDate),
            (&[&[1, 2, 9]], SkipReason::UpToDate),
            (&[&[1, 9]], SkipReason::StackedOtherwise),
            (&[&[1, 3]], SkipReason::StackedOtherwise),
        ] {
            assert_eq!(known(stacks, &[]).plan(&ids(&[2, 1])), Err(reason), "{stacks:?}");
        }
    }

    #[test]
    fn a_stack_of_ours_follows_its_group() {
        let grows = known(&[&[1, 2]], &[&[1, 2]]).plan(&ids(&[3, 1, 2])).unwrap();
        assert_eq!(grows, Restack { before: vec![ids(&[1, 2])], after: vec![ids(&[3, 1, 2])] });

        let turns = known(&[&[1, 2]], &[&[1, 2]]).plan(&ids(&[2, 1])).unwrap();
        assert_eq!(turns, Restack { before: vec![ids(&[1, 2])], after: vec![ids(&[2, 1])] });

        let shrinks = known(&[&[1, 2, 3]], &[&[1, 2, 3]]).plan(&ids(&[1, 2]));
        assert_eq!(shrinks, Err(SkipReason::StackedOtherwise));
    }
}
