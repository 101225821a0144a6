//! Groups on Immich's own review page, through the id that it gives to groups of duplicates.
//!
//! Any client may set that id, so our groups can be decided on in Immich, whose page suggests the largest file. Ids of
//! ours begin with four letters, by which they are known for ever; the rest is the name of the group. A photo that Immich
//! itself has put into a group stays there unless the user wants otherwise.

use immich_api::DuplicateId;
use photo_similarity::GroupId;

use super::run::{Desk, Work, usable};
use crate::deeds::orders::Photo;
use crate::deeds::{Setting, Value};
use crate::error::SyncError;
use crate::organize::{GroupRecord, MemberRecord};
use crate::plan::SkipReason;

/// The first bytes of each id of ours.
const MARK: [u8; 4] = *b"ImSy";

/// The id of a group on the review page.
pub(super) fn review_id(group: GroupId) -> DuplicateId {
    let mut bytes = group.0;
    bytes[..4].copy_from_slice(&MARK);
    DuplicateId::from_digest(bytes)
}

/// Whether we put a photo under this id.
pub(super) fn is_ours(id: &DuplicateId) -> bool {
    id.as_u128().to_be_bytes().starts_with(&MARK)
}

/// Puts groups onto the review page.
pub(super) struct Review {
    overwrite: bool,
}

impl Review {
    pub(super) fn new(overwrite: bool) -> Self {
        Self { overwrite }
    }
}

impl Work for Review {
    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        if !chosen {
            return Ok(());
        }
        let (fresh, wanted) = (desk.fresh, review_id(group.id));
        for (account, orders) in &mut desk.accounts {
            let members = usable(group, account, fresh, orders);
            if members.len() < 2 {
                members
                    .into_iter()
                    .filter_map(MemberRecord::photo)
                    .for_each(|photo| orders.skip(photo, SkipReason::Alone));
                continue;
            }
            for member in members {
                let (Some(photo), Ok(now)) = (member.photo(), fresh.of_member(member)) else { continue };
                match &now.review {
                    Some(id) if *id == wanted => orders.skip(photo, SkipReason::UpToDate),
                    Some(id) if !is_ours(id) && !self.overwrite => orders.skip(photo, SkipReason::InReview),
                    before => {
                        let (before, after) =
                            (Value::Review(before.clone()), Value::Review(Some(wanted.clone())));
                        orders.set(Setting { asset: photo.asset.clone(), before, after }, photo)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Groups that are no more leave the page.
    fn end(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        if !desk.options.follows() {
            return Ok(());
        }
        for (account, orders) in &mut desk.accounts {
            let ours = desk.store.set_by_us(account, "review")?;
            for (asset, id) in desk.fresh.stray_reviews.iter().filter(|(asset, _)| ours.contains(asset)) {
                let (before, after) = (Value::Review(Some(id.clone())), Value::Review(None));
                orders.set(Setting { asset: asset.clone(), before, after }, Photo::named(asset.clone()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use photo_similarity::PhotoId;

    use super::*;

    #[test]
    fn an_id_of_ours_is_known_by_its_beginning_and_is_a_random_uuid_for_the_server() {
        let id = review_id(GroupId::of([PhotoId([7; 16])]));

        let text = id.to_string();
        assert!(is_ours(&id) && text.starts_with("496d5379-"), "{text}");
        assert_eq!(text.as_bytes()[14], b'4', "{text}");
        assert!(matches!(text.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{text}");
        assert!(!is_ours(&DuplicateId::from_digest([7; 16])));
    }
}
