//! The heart for keepers, and the archive for all others.

use super::run::{Desk, Work, members_of, usable};
use crate::deeds::{Setting, Value};
use crate::error::SyncError;
use crate::organize::{GroupRecord, MemberRecord};
use crate::plan::SkipReason;

/// Of a library, this many percent go to the archive without a question.
const PERCENT: u64 = 20;
/// So many photos are a wish in any library.
const A_WISH: u64 = 20;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fields {
    /// The keeper gets the heart.
    Favourite,
    /// All but the keeper go to the archive.
    Archive,
}

impl Fields {
    fn favourite(group: &GroupRecord, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let (Some(keeper), fresh) = (group.keeper().filter(|keeper| keeper.is_own), desk.fresh) else {
            return Ok(());
        };
        let Some((photo, orders)) = keeper.photo().zip(desk.accounts.get_mut(&keeper.account)) else {
            return Ok(());
        };
        match fresh.of_member(keeper) {
            Err(reason) => orders.skip(photo, reason),
            Ok(now) if now.is_favourite == Some(true) => orders.skip(photo, SkipReason::UpToDate),
            Ok(_) => {
                let (before, after) = (Value::Favourite(false), Value::Favourite(true));
                orders.set(Setting { asset: photo.asset.clone(), before, after }, photo)?;
            }
        }
        Ok(())
    }

    /// Of the photos of each account the best one stays, whatever else is in the group: a copy on a disk or at
    /// somebody else's is no reason to hide all that the user has here. If that one cannot be looked at, all stay. What
    /// the user chose to keep stays too.
    fn archive(group: &GroupRecord, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let (fresh, chosen) = (desk.fresh, desk.chosen(group)?);
        for (account, orders) in &mut desk.accounts {
            let Some(best) = members_of(group, account).next() else { continue };
            if fresh.of_member(best).is_err() {
                for photo in members_of(group, account).filter_map(MemberRecord::photo) {
                    orders.skip(photo, SkipReason::Vanished);
                }
                continue;
            }
            for member in usable(group, account, fresh, orders).into_iter().filter(|member| *member != best) {
                let (Some(photo), Ok(now)) = (member.photo(), fresh.of_member(member)) else { continue };
                if now.is_archived == Some(true) {
                    orders.skip(photo, SkipReason::UpToDate);
                } else if chosen.contains(&member.place) {
                    orders.skip(photo, SkipReason::Chosen);
                } else {
                    let (before, after) = (Value::Archived(false), Value::Archived(true));
                    orders.set(Setting { asset: photo.asset.clone(), before, after }, photo)?;
                }
            }
        }
        Ok(())
    }
}

impl Work for Fields {
    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        match self {
            _ if !chosen => Ok(()),
            Self::Favourite => Self::favourite(group, desk),
            Self::Archive => Self::archive(group, desk),
        }
    }

    fn question(&self, desk: &Desk<'_>, counted: u64) -> Result<Option<String>, SyncError> {
        if *self == Self::Favourite { Ok(None) } else { too_much(desk, counted, "go to the archive") }
    }
}

/// The question that a run has to ask first which takes so many photos out of sight.
pub(super) fn too_much(desk: &Desk<'_>, counted: u64, what: &str) -> Result<Option<String>, SyncError> {
    if counted <= A_WISH {
        return Ok(None);
    }
    let mut all = 0;
    for orders in desk.accounts.values() {
        // A server that cannot count is no reason to go on.
        let Some(count) = orders.hand.reader().statistics()? else {
            return Ok(Some(format!("{counted} photos would {what}")));
        };
        all += count;
    }
    let is_much = counted * 100 > all * PERCENT;
    Ok(is_much.then(|| format!("{counted} of {all} photos would {what}")))
}
