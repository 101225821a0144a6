//! Photos on the server that are among the local files too get a tag.
//!
//! The tag stays when the file goes: a disk that is not there today must not untag a library. `--remove-tag` takes it
//! off.

use std::collections::BTreeMap;

use photo_similarity::Class;

use super::run::{Desk, Work, usable};
use super::tags::{Bearers, COST};
use crate::error::SyncError;
use crate::organize::{GroupRecord, MemberRecord};
use crate::plan::SkipReason;

/// Tags what has a copy on a disk.
pub(super) struct Twins {
    tag: String,
    bearers: BTreeMap<String, Bearers>,
}

impl Twins {
    pub(super) fn new(name: &str) -> Self {
        Self { tag: name.trim_matches('/').to_owned(), bearers: BTreeMap::new() }
    }
}

/// Whether one of the files of the group is a copy of the same exposure.
fn has_twin(group: &GroupRecord, member: &MemberRecord) -> bool {
    let is_twin = |file: &MemberRecord| {
        file.place.file().is_some() && (group.class <= Class::Duplicate || file.set == member.set)
    };
    group.members.iter().any(is_twin)
}

impl Work for Twins {
    fn learn(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let accounts: Vec<String> = desk.accounts.keys().cloned().collect();
        for account in accounts {
            let bearers = Bearers::of(&self.tag, &account, desk)?;
            self.bearers.insert(account, bearers);
        }
        Ok(())
    }

    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        if !chosen || !group.members.iter().any(|member| member.place.file().is_some()) {
            return Ok(());
        }
        let fresh = desk.fresh;
        for (account, orders) in &mut desk.accounts {
            let Some(bearers) = self.bearers.get(account) else { continue };
            for member in usable(group, account, fresh, orders) {
                let Some(photo) = member.photo().filter(|_| has_twin(group, member)) else { continue };
                if bearers.has(&photo.asset) {
                    orders.skip(photo, SkipReason::UpToDate);
                } else {
                    orders.tag(&self.tag, true, photo)?;
                }
            }
        }
        Ok(())
    }

    fn costs(&self) -> Option<u64> {
        Some(COST)
    }
}
