//! The second look: what the server says of the members of groups just before something is done with them.
//!
//! A scan may be days old. Few photos are asked for one by one; many are met on one walk through the library, which is
//! fifty times cheaper. A photo that is not met is left alone, whatever the reason: a short listing takes nothing away.
//!
//! Half a million photos are looked up here, so only what actions need is kept of each.

use immich_api::{Asset, AssetId, AssetQuery, DuplicateId, Visibility};
use jiff::Timestamp;

use super::review;
use crate::deeds::look::Looker;
use crate::error::SyncError;
use crate::organize::MemberRecord;
use crate::plan::SkipReason;

/// Photos up to which each is asked for by itself: some five seconds.
const FEW: usize = 300;

/// A photo as it is now.
#[derive(Debug, Clone)]
pub(super) struct Now {
    updated: Option<Timestamp>,
    sha1: Option<[u8; 20]>,
    bytes: Option<u64>,
    size: Option<(u32, u32)>,
    is_offline: bool,
    pub(super) is_favourite: Option<bool>,
    /// `None` when it is hidden or locked.
    pub(super) is_archived: Option<bool>,
    pub(super) review: Option<DuplicateId>,
}

impl Now {
    fn of(asset: &Asset) -> Self {
        let is_managed = asset.library_id.is_none();
        Self {
            updated: asset.updated_at,
            sha1: asset.checksum.as_ref().filter(|_| is_managed).and_then(immich_api::Checksum::bytes),
            bytes: asset.exif.as_ref().and_then(|exif| exif.file_size),
            size: asset.shown_size(),
            is_offline: asset.is_offline,
            is_favourite: asset.is_favorite,
            is_archived: match asset.visibility {
                Visibility::Timeline => Some(false),
                Visibility::Archive => Some(true),
                Visibility::Hidden | Visibility::Locked | Visibility::Unknown => None,
            },
            review: asset.duplicate_id.clone(),
        }
    }

    /// Whether it is the picture that was compared. The time of the last change jumps for a tag too, so a later one
    /// means another look at what a new file would have changed.
    fn is_same(&self, member: &MemberRecord) -> bool {
        let differs =
            |one: Option<u64>, other: Option<u64>| matches!((one, other), (Some(a), Some(b)) if a != b);
        if self.updated.is_some() && self.updated == member.updated {
            return true;
        }
        if let (Some(now), Some(then)) = (self.sha1, &member.sha1)
            && member.library.is_none()
        {
            return *then == hexadecimal(&now);
        }
        let (width, height) = self.size.unzip();
        !differs(self.bytes, member.bytes)
            && !differs(width.map(u64::from), member.width.map(u64::from))
            && !differs(height.map(u64::from), member.height.map(u64::from))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Whether an asset is the picture that was compared, has its file, and can be seen by its owner.
pub(super) fn is_still(asset: &Asset, member: &MemberRecord) -> bool {
    let now = Now::of(asset);
    now.is_archived.is_some() && !now.is_offline && now.is_same(member)
}

/// What was seen of the photos that were asked for.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    /// All of them, in order.
    wanted: Vec<u128>,
    /// Those that were met, in order.
    seen: Vec<(u128, Now)>,
    /// Photos beside these that we put into Immich's review.
    pub(super) stray_reviews: Vec<(AssetId, DuplicateId)>,
    /// Whether everything was listed that there is.
    pub(super) is_complete: bool,
}

impl Fresh {
    /// Photos that will be looked for.
    pub(super) fn of(mut wanted: Vec<u128>) -> Self {
        wanted.sort_unstable();
        wanted.dedup();
        Self { wanted, is_complete: true, ..Self::default() }
    }

    /// Looks for them on behalf of one account. `all` walks through the whole library even for few.
    pub(super) fn look(&mut self, looker: Looker<'_>, all: bool) -> Result<(), SyncError> {
        if all || self.wanted.len() > FEW {
            self.walk(looker)?;
        } else {
            let ids = self.wanted.iter().copied().map(AssetId::from_u128).collect();
            for asset in looker.each(ids)?.into_iter().flatten() {
                if asset.owner_id.to_string() == looker.account {
                    self.seen.push((asset.id.as_u128(), Now::of(&asset)));
                }
            }
        }
        self.seen.sort_by_key(|(id, _)| *id);
        self.seen.dedup_by_key(|(id, _)| *id);
        Ok(())
    }

    fn walk(&mut self, looker: Looker<'_>) -> Result<(), SyncError> {
        let mut walk = looker.reader.walk_assets(&AssetQuery::default());
        for page in &mut walk {
            for asset in page? {
                let id = asset.id.as_u128();
                if self.wanted.binary_search(&id).is_ok() {
                    self.seen.push((id, Now::of(&asset)));
                } else if let Some(group) = asset.duplicate_id.filter(review::is_ours) {
                    self.stray_reviews.push((asset.id, group));
                }
            }
        }
        let report = walk.report();
        self.is_complete &= report.complete && report.unreadable_count == 0;
        Ok(())
    }

    /// Whether a photo is in a group.
    pub(super) fn is_grouped(&self, photo: &AssetId) -> bool {
        self.wanted.binary_search(&photo.as_u128()).is_ok()
    }

    /// The photo as it is now, or why nothing is done with it.
    pub(super) fn of_member(&self, member: &MemberRecord) -> Result<&Now, SkipReason> {
        let Some(id) = member.place.asset() else { return Err(SkipReason::Vanished) };
        let found = self.seen.binary_search_by_key(&id.as_u128(), |(id, _)| *id);
        let now = found.map(|index| &self.seen[index].1).map_err(|_| SkipReason::Vanished)?;
        if now.is_archived.is_none() {
            return Err(SkipReason::Hidden);
        }
        if now.is_offline {
            return Err(SkipReason::Offline);
        }
        if !now.is_same(member) {
            return Err(SkipReason::ChangedSince);
        }
        Ok(now)
    }
}
