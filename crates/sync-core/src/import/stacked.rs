//! Stacks that the source itself has: an edited version on its original, a raw picture under its JPEG, a burst.
//!
//! They are no guesses, so nothing is compared. A stack is made when it is new, and made otherwise when the source has
//! other photos in it: what was edited comes on top, and what was reverted goes below again. As long as the source says
//! the same, whatever the user does with the stack on the server stays. Items that wait for their stack count as sent
//! only when it is there, so that a run that is killed before leaves them to the next one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use immich_api::{AssetId, StackMembers};

use super::finish::Finishing;
use super::flow::Flow;
use super::{Entry, ItemId, Stamp, Standing};
use crate::deeds::hand::Fate;
use crate::deeds::{Restack, What};
use crate::error::SyncError;
use crate::event::Event;

/// Stacks per deed.
const BATCH: usize = 50;

/// Stacks that wait for the end of the run, by what is in them; of each the items that this run came across.
pub(super) type Waiting = BTreeMap<Arc<[ItemId]>, Vec<Waiter>>;

/// An item that waits for its stack.
#[derive(Debug)]
pub(super) struct Waiter {
    item: ItemId,
    /// Once the stack is there.
    stamp: Option<Stamp>,
    is_new: bool,
}

/// A stack as it is to be, and as it is.
struct Plan {
    members: Arc<[ItemId]>,
    entries: Vec<Entry>,
    /// `None` where nothing is to be changed.
    restack: Option<Restack>,
}

impl Finishing {
    /// A digest of the stack that the source has it in; `None` for no stack.
    fn wanted_stack(&self) -> Option<String> {
        self.stack.as_deref().and_then(digest)
    }

    /// Whether the source has it in another stack than the one that it was put into.
    pub(super) fn is_stack_open(&self) -> bool {
        self.wanted_stack() != self.entry.sent.stack
    }
}

fn digest(members: &[ItemId]) -> Option<String> {
    let ids: Vec<&[u8]> = members.iter().map(|item| &item.0[..]).collect();
    (members.len() > 1).then(|| blake3::hash(&ids.concat()).to_hex().to_string())
}

impl Flow<'_> {
    /// Notes that an item waits for its stack.
    pub(super) fn wait_for_stack(&mut self, done: &mut Finishing) {
        if !done.is_stack_open() || done.asset().is_none() {
            return;
        }
        let members = done.stack.clone().unwrap_or_else(|| Arc::from([done.item]));
        let stamp = (!done.is_open && done.failed.is_none()).then_some(done.stamp);
        let is_new = done.is_new();
        done.is_changed = true;
        self.stacked.entry(members).or_default().push(Waiter { item: done.item, stamp, is_new });
    }

    /// Makes the stacks of the source.
    pub(super) fn stack_as_source(&mut self) -> Result<(), SyncError> {
        let waiting = std::mem::take(&mut self.stacked);
        if waiting.is_empty() {
            return Ok(());
        }
        let are_all_new = |waiters: &Vec<Waiter>, members: &[ItemId]| {
            waiters.len() == members.len() && waiters.iter().all(|waiter| waiter.is_new)
        };
        let stacks = if waiting.iter().all(|(members, waiters)| are_all_new(waiters, members)) {
            Vec::new()
        } else {
            self.account.reader.stacks()?
        };
        let waiters: BTreeMap<ItemId, (Option<Stamp>, bool)> =
            waiting.values().flatten().map(|waiter| (waiter.item, (waiter.stamp, waiter.is_new))).collect();
        let (mut batch, mut taken) = (Vec::new(), BTreeSet::new());
        for members in waiting.into_keys() {
            let plan = self.plan_stack(members, &stacks, &waiters)?;
            let photos = plan.restack.as_ref().map(Restack::photos).unwrap_or_default();
            // A photo that is in two stacks of the source goes into the first, and the server says no to the second.
            if photos.iter().any(|photo| taken.contains(photo)) || batch.len() == BATCH {
                self.restack(std::mem::take(&mut batch), &waiters)?;
            }
            taken.extend(photos);
            batch.push(plan);
        }
        self.restack(batch, &waiters)
    }

    fn plan_stack(
        &mut self,
        members: Arc<[ItemId]>,
        stacks: &[StackMembers],
        waiters: &BTreeMap<ItemId, (Option<Stamp>, bool)>,
    ) -> Result<Plan, SyncError> {
        let entries = self.import.store.entries(self.owner.account, self.owner.source, &members)?;
        let mut wanted: Vec<AssetId> = Vec::new();
        for member in members.iter() {
            let Some(entry) = entries.iter().find(|entry| entry.item == *member) else { continue };
            let Standing::There { asset, .. } = &entry.standing else { continue };
            let is_new = waiters.get(member).is_some_and(|(_, is_new)| *is_new);
            let is_there = is_new || self.hand()?.looker().each(vec![asset.clone()])?[0].is_some();
            if is_there && !wanted.contains(asset) {
                wanted.push(asset.clone());
            }
        }
        let mut before = Vec::new();
        for stack in stacks.iter().filter(|stack| stack.assets.iter().any(|asset| wanted.contains(asset))) {
            let mut photos = stack.assets.clone();
            photos.sort_by_key(|asset| (*asset != stack.primary, asset.clone()));
            before.push(photos);
        }
        // Older versions, and what the user put into it, stay in it below.
        for photo in before.iter().flatten() {
            if !wanted.contains(photo) {
                wanted.push(photo.clone());
            }
        }
        let is_as_it_is = match before.as_slice() {
            [] => wanted.len() < 2,
            [stack] => stack.len() == wanted.len() && stack.first() == wanted.first(),
            _ => false,
        };
        let restack = (!is_as_it_is).then(|| Restack { before, after: vec![wanted] });
        Ok(Plan { members, entries, restack })
    }

    /// Changes stacks, and remembers of their items that all is done.
    fn restack(
        &mut self,
        plans: Vec<Plan>,
        waiters: &BTreeMap<ItemId, (Option<Stamp>, bool)>,
    ) -> Result<(), SyncError> {
        let stacks: Vec<Restack> = plans.iter().filter_map(|plan| plan.restack.clone()).collect();
        let fates = if stacks.is_empty() {
            Vec::new()
        } else {
            self.hand()?.perform(&What::Restack { stacks }, None)?
        };
        let mut fates = fates.into_iter();
        let mut done = Vec::new();
        for plan in plans {
            let fate = plan.restack.is_some().then(|| fates.next()).flatten();
            if matches!(fate, Some(Fate::Refused | Fate::Failed { .. })) {
                self.tell_refused(&plan);
                continue;
            }
            let stack = digest(&plan.members);
            for mut entry in plan.entries {
                let Some((stamp, _)) = waiters.get(&entry.item) else { continue };
                entry.sent.stack.clone_from(&stack);
                entry.stamp = stamp.unwrap_or(entry.stamp);
                done.push(entry);
            }
        }
        self.remember(&done)
    }

    fn tell_refused(&self, plan: &Plan) {
        let first = plan.entries.first().map(|entry| entry.path.path().display().to_string());
        let told = format!(
            "the server did not stack what belongs to `{}`; the next run tries again",
            first.unwrap_or_default()
        );
        self.import.reporter.report(&Event::Warning(&told));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_known_by_its_items_and_their_order() {
        let item = |id: u8| ItemId([id; 16]);

        assert_eq!(digest(&[item(1)]), None, "one is no stack");
        assert_eq!(digest(&[item(1), item(2)]), digest(&[item(1), item(2)]));
        assert_ne!(digest(&[item(1), item(2)]), digest(&[item(2), item(1)]));
    }
}
