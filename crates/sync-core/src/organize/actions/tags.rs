//! Groups as tags: `NAME/keep` for the photo to keep, and the class of the group for the others.
//!
//! Tagging is the slowest order of all: some 50 ms inside of the request and as much afterwards for each photo. So
//! what the server has is asked for first, with one search per tag, and only what differs is sent. A photo that changes
//! its part gets the other tag and loses the one that we put there; a tag that the user put there stays.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::AssetId;

use super::run::{Desk, Work, members_of};
use crate::deeds::orders::Photo;
use crate::error::SyncError;
use crate::organize::GroupRecord;
use crate::plan::SkipReason;

/// What tagging costs the server for a photo, in milliseconds: the request and the job after it (measured on 3.0.3).
pub(super) const COST: u64 = 120;

/// Photos that lose a tag without a question.
const A_WISH: usize = 20;

/// Who has a tag.
#[derive(Debug, Clone, Default)]
pub(super) struct Bearers {
    /// On the server; `None` when it is too old to say.
    there: Option<BTreeSet<AssetId>>,
    /// Because we put it there.
    ours: BTreeSet<AssetId>,
}

impl Bearers {
    /// Asks the server and the deeds.
    pub(super) fn of(tag: &str, account: &str, desk: &mut Desk<'_>) -> Result<Self, SyncError> {
        let ours = desk.store.tagged_by_us(account, tag)?;
        let Some(orders) = desk.accounts.get_mut(account) else { return Ok(Self::default()) };
        let id = orders.hand.tags()?.get(tag).cloned();
        let there = match id {
            Some(id) => orders.hand.reader().tagged_assets(&id)?,
            None => Some(BTreeSet::new()),
        };
        Ok(Self { there, ours })
    }

    pub(super) fn has(&self, photo: &AssetId) -> bool {
        self.there.as_ref().unwrap_or(&self.ours).contains(photo)
    }

    /// Whether a photo has the tag because we put it there.
    pub(super) fn is_ours(&self, photo: &AssetId) -> bool {
        self.ours.contains(photo) && self.has(photo)
    }

    /// All photos that have it because we put it there.
    pub(super) fn ours(&self) -> impl Iterator<Item = &AssetId> {
        self.ours.iter().filter(|photo| self.has(photo))
    }

    /// All photos that have it, as far as the server says.
    pub(super) fn all(&self) -> impl Iterator<Item = &AssetId> {
        self.there.as_ref().unwrap_or(&self.ours).iter()
    }
}

/// Tags the members of groups.
pub(super) struct TagGroups {
    /// The tag of keepers, and of the members of groups of each class.
    tags: Vec<String>,
    bearers: BTreeMap<(String, String), Bearers>,
    /// Photos that lose a tag because they are in no group any more, and all that have one of ours.
    stale: usize,
    ours: usize,
}

/// Parts that a photo can have in a group, as the tags below the one that the user names spell them.
const PARTS: [&str; 5] = ["keep", "exact", "duplicate", "burst", "similar"];

/// Whether a tag is named like those that say what part a photo has in a group.
pub(super) fn is_of_groups(tag: &str) -> bool {
    tag.rsplit_once('/').is_some_and(|(_, part)| PARTS.contains(&part))
}

impl TagGroups {
    pub(super) fn new(name: &str) -> Self {
        let name = name.trim_matches('/');
        let tags = PARTS.iter().map(|part| format!("{name}/{part}")).collect();
        Self { tags, bearers: BTreeMap::new(), stale: 0, ours: 0 }
    }

    fn wanted(&self, group: &GroupRecord, photo: &AssetId) -> &str {
        let is_keeper = group.keeper().and_then(|keeper| keeper.place.asset()) == Some(photo);
        let part = if is_keeper { "keep" } else { group.class.name() };
        let index = PARTS.iter().position(|known| *known == part).unwrap_or(0);
        &self.tags[index]
    }
}

impl Work for TagGroups {
    fn learn(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let accounts: Vec<String> = desk.accounts.keys().cloned().collect();
        for account in accounts {
            for tag in &self.tags {
                let bearers = Bearers::of(tag, &account, desk)?;
                self.bearers.insert((account.clone(), tag.clone()), bearers);
            }
        }
        Ok(())
    }

    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        if !chosen {
            return Ok(());
        }
        let fresh = desk.fresh;
        for (account, orders) in &mut desk.accounts {
            for member in members_of(group, account) {
                let Some(photo) = member.photo() else { continue };
                if let Err(reason) = fresh.of_member(member) {
                    orders.skip(photo, reason);
                    continue;
                }
                let wanted = self.wanted(group, &photo.asset);
                for tag in &self.tags {
                    let Some(bearers) = self.bearers.get(&(account.clone(), tag.clone())) else { continue };
                    if tag != wanted && bearers.is_ours(&photo.asset) {
                        orders.tag(tag, false, photo.clone())?;
                    } else if tag == wanted && bearers.has(&photo.asset) {
                        orders.skip(photo.clone(), SkipReason::UpToDate);
                    } else if tag == wanted {
                        orders.tag(tag, true, photo.clone())?;
                    }
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        (self.stale, self.ours) = (0, 0);
        let (fresh, follows) = (desk.fresh, desk.options.follows());
        for ((account, tag), bearers) in &self.bearers {
            let Some(orders) = desk.accounts.get_mut(account) else { continue };
            self.ours += bearers.ours().count();
            for photo in bearers.ours().filter(|photo| follows && !fresh.is_grouped(photo)) {
                self.stale += 1;
                orders.tag(tag, false, Photo::named(photo.clone()))?;
            }
        }
        Ok(())
    }

    fn question(&self, _desk: &Desk<'_>, _counted: u64) -> Result<Option<String>, SyncError> {
        Ok(too_many(self.stale, self.ours).then(|| {
            format!(
                "{} of {} photos would lose the tag that they got from us, because they are in no group any more",
                self.stale, self.ours
            )
        }))
    }

    fn costs(&self) -> Option<u64> {
        Some(COST)
    }
}

/// Whether so many of so many are more than a fifth, and more than a handful.
pub(super) fn too_many(some: usize, all: usize) -> bool {
    some > A_WISH && some * 5 > all
}
