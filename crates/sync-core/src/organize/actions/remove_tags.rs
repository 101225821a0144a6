//! Takes a tag and those below it off again: where our deeds say that we put it there, or everywhere.
//!
//! A tag itself goes only if we made it and nobody has it any more.

use std::collections::BTreeMap;

use super::run::{Desk, Work};
use super::tags::{Bearers, COST, too_many};
use crate::deeds::What;
use crate::deeds::look::Standing;
use crate::deeds::orders::Photo;
use crate::error::SyncError;
use crate::organize::GroupRecord;

/// Takes tags off.
pub(super) struct RemoveTags {
    name: String,
    all: bool,
    /// By account and path.
    bearers: BTreeMap<(String, String), Bearers>,
    /// Photos that lose a tag that others put there, and all photos with one of the tags.
    foreign: usize,
}

impl RemoveTags {
    pub(super) fn new(name: &str, all: bool) -> Self {
        Self { name: name.trim_matches('/').to_owned(), all, bearers: BTreeMap::new(), foreign: 0 }
    }

    fn is_meant(&self, tag: &str) -> bool {
        tag.strip_prefix(&self.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The tags that we made, those below first.
    fn made(&self, account: &str, desk: &Desk<'_>) -> Result<Vec<String>, SyncError> {
        let made = desk.store.tags_made_by_us(account)?;
        Ok(made.into_iter().rev().filter(|tag| self.is_meant(tag)).collect())
    }

    fn drop_tags(&self, account: &str, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let what = What::DropTags { tags: self.made(account, desk)? };
        let Some(orders) = desk.accounts.get_mut(account).filter(|orders| !orders.is_counting()) else {
            return Ok(());
        };
        if orders.hand.is_idle() || what.is_empty() {
            return Ok(());
        }
        let (standings, _) = orders.hand.looker().standings(&what)?;
        if let Some(unused) = what.only(|item| standings[item] == Standing::Before) {
            orders.hand.perform(&unused, None)?;
        }
        Ok(())
    }
}

impl Work for RemoveTags {
    fn learn(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let accounts: Vec<String> = desk.accounts.keys().cloned().collect();
        for account in accounts {
            let Some(orders) = desk.accounts.get_mut(&account) else { continue };
            let known = orders.hand.tags()?.keys();
            let known: Vec<String> = known.filter(|tag| self.is_meant(tag)).cloned().collect();
            for tag in known {
                let bearers = Bearers::of(&tag, &account, desk)?;
                self.bearers.insert((account.clone(), tag), bearers);
            }
        }
        Ok(())
    }

    fn group(&mut self, _: &GroupRecord, _: bool, _: &mut Desk<'_>) -> Result<(), SyncError> {
        Ok(())
    }

    fn end(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        self.foreign = 0;
        for ((account, tag), bearers) in &self.bearers {
            let Some(orders) = desk.accounts.get_mut(account) else { continue };
            let below = format!("{tag}/");
            // A search for a tag finds what has one below it, too.
            let only_below = |photo: &&immich_api::AssetId| {
                let others =
                    self.bearers.iter().filter(|((of, path), _)| of == account && path.starts_with(&below));
                let mut others = others.map(|(_, bearers)| bearers);
                !bearers.is_ours(photo) && others.any(|other| other.has(photo))
            };
            if self.all {
                for photo in bearers.all().filter(|photo| !only_below(photo)) {
                    self.foreign += usize::from(!bearers.is_ours(photo));
                    orders.tag(tag, false, Photo::named(photo.clone()))?;
                }
            } else {
                for photo in bearers.ours() {
                    orders.tag(tag, false, Photo::named(photo.clone()))?;
                }
            }
        }
        let accounts: Vec<String> = desk.accounts.keys().cloned().collect();
        for account in accounts {
            if let Some(orders) = desk.accounts.get_mut(&account) {
                orders.give_all()?;
            }
            self.drop_tags(&account, desk)?;
        }
        Ok(())
    }

    fn question(&self, _desk: &Desk<'_>, counted: u64) -> Result<Option<String>, SyncError> {
        let counted = usize::try_from(counted).unwrap_or(usize::MAX);
        Ok(too_many(self.foreign, counted).then(|| {
            format!("the tag `{}` would be taken off {} photos that others tagged", self.name, self.foreign)
        }))
    }

    fn costs(&self) -> Option<u64> {
        Some(COST)
    }

    fn needs_groups(&self) -> bool {
        false
    }
}
