//! Copies of a keeper go to the trash of the server, after it got what only they have.
//!
//! Nothing here decides by looks alone: a copy is of the same exposure as its keeper (the same set), it and the keeper
//! are looked at again one by one, what it has is handed over and read back, and only then it goes. Of the photos that an
//! account has in a group the best one always stays. Files of external libraries are left alone: they are the user's to
//! remove.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use immich_api::{AlbumScope, AssetId};
use jiff::Timestamp;

use super::fields::too_much;
use super::fresh::is_still;
use super::merge::{Gifts, Owner, gifts};
use super::run::{Desk, Work, members_of, usable};
use super::tags::is_of_groups;
use crate::deeds::look::Standing;
use crate::deeds::orders::{Orders, Photo};
use crate::deeds::{AlbumRef, What};
use crate::error::SyncError;
use crate::organize::{GroupRecord, MemberRecord, Place};
use crate::plan::SkipReason;

/// Bits that may lie between a copy and the photo that is kept: as many as between duplicates at the usual threshold.
pub(in crate::organize) const FARTHEST: u16 = 40;

/// The albums of grouped photos, by photo.
type Albums = HashMap<u128, Vec<AlbumRef>>;

/// What is known of an account beside its photos.
struct Beside {
    albums: Albums,
    /// Who has a tag for groups because we put it there, by tag.
    reviewed: BTreeMap<String, BTreeSet<AssetId>>,
}

/// Puts copies into the trash.
#[derive(Default)]
pub(super) struct Trash {
    /// By account, once something is really to go.
    beside: BTreeMap<String, Beside>,
}

impl Trash {
    /// What one account has in a group.
    fn of_account(
        &mut self,
        group: &GroupRecord,
        account: &str,
        kept: &[Place],
        desk: &mut Desk<'_>,
    ) -> Result<(), SyncError> {
        let fresh = desk.fresh;
        let Some(best) = members_of(group, account).next() else { return Ok(()) };
        let Some(orders) = desk.accounts.get_mut(account) else { return Ok(()) };
        if fresh.of_member(best).is_err() {
            let others = members_of(group, account).skip(1).filter_map(MemberRecord::photo);
            others.for_each(|photo| orders.skip(photo, SkipReason::NotForTheTrash(NO_KEEPER.to_owned())));
            return Ok(());
        }
        // Without looks of its own nothing says how far it is from what is near the keeper of the whole group.
        let is_measured = group.keeper() == Some(best) || best.distance.is_some();
        let is_unknown =
            |copy: &MemberRecord| !is_measured && (best.sha1.is_none() || best.sha1 != copy.sha1);
        let mut copies = Vec::new();
        for member in usable(group, account, fresh, orders).into_iter().filter(|member| *member != best) {
            let Some(photo) = member.photo() else { continue };
            match objection(best, member, kept).or(is_unknown(member).then_some(TOO_FAR)) {
                Some(why) => orders.skip(photo, SkipReason::NotForTheTrash(why.to_owned())),
                None => copies.push((member, photo)),
            }
        }
        if copies.is_empty() {
            return Ok(());
        }
        if orders.is_counting() {
            return copies.into_iter().try_for_each(|(_, photo)| {
                let kept = photo.asset.clone();
                orders.trash(photo, kept)
            });
        }
        self.learn_beside(account, desk)?;
        let Some((beside, orders)) = self.beside.get(account).zip(desk.accounts.get_mut(account)) else {
            return Ok(());
        };
        replace(best, copies, (beside, desk.now), orders)
    }

    /// Which albums the photos of groups are in, and which tags say that they are: asked for once.
    fn learn_beside(&mut self, account: &str, desk: &Desk<'_>) -> Result<(), SyncError> {
        let Some(orders) = desk.accounts.get(account).filter(|_| !self.beside.contains_key(account)) else {
            return Ok(());
        };
        let reader = orders.hand.reader();
        let mut albums = Albums::new();
        for album in reader.albums(AlbumScope::OwnAndShared)? {
            let name = AlbumRef {
                id: Some(album.id.clone()),
                name: album.name.clone(),
                numbered: None,
                imported: None,
            };
            for photo in reader.album_assets(&album)?.into_iter().filter(|photo| desk.fresh.is_grouped(photo))
            {
                albums.entry(photo.as_u128()).or_default().push(name.clone());
            }
        }
        let mut reviewed = BTreeMap::new();
        for tag in desk.store.tags_of_ours(account)?.into_iter().filter(|tag| is_of_groups(tag)) {
            let bearers = desk.store.tagged_by_us(account, &tag)?;
            reviewed.insert(tag, bearers);
        }
        self.beside.insert(account.to_owned(), Beside { albums, reviewed });
        Ok(())
    }
}

const TOO_FAR: &str = "it is in the same group and yet too far from the photo that is kept";
const NO_KEEPER: &str = "the photo that would be kept is gone or was changed";

/// What the scan knows that keeps a copy out of any trash.
pub(in crate::organize) fn objection(
    best: &MemberRecord,
    copy: &MemberRecord,
    kept: &[Place],
) -> Option<&'static str> {
    if kept.contains(&copy.place) {
        Some("you chose to keep it")
    } else if copy.set != best.set {
        Some("it is no copy of the photo that is kept, it only looks like it")
    } else if apart(best, copy).is_none_or(|apart| apart > FARTHEST) {
        Some(TOO_FAR)
    } else if copy.library.is_some() {
        Some("its file lies in an external library; remove the file itself, and Immich follows")
    } else {
        None
    }
}

/// At most how many bits lie between two photos; `None` where nobody compared them. Members of a group are near its
/// representative, which need not be the one that is kept.
fn apart(best: &MemberRecord, copy: &MemberRecord) -> Option<u16> {
    if best.sha1.is_some() && best.sha1 == copy.sha1 {
        return Some(0);
    }
    // Distances are those to the keeper of the group, which says 0 by saying nothing.
    Some(best.distance.unwrap_or(0).saturating_add(copy.distance?))
}

/// Hands over what the copies have, reads it back, and lets them go.
fn replace(
    best: &MemberRecord,
    copies: Vec<(&MemberRecord, Photo)>,
    (beside, now): (&Beside, Timestamp),
    orders: &mut Orders<'_>,
) -> Result<(), SyncError> {
    let members = std::iter::once(best).chain(copies.iter().map(|(member, _)| *member));
    let ids = members.filter_map(|member| member.place.asset().cloned()).collect();
    let mut found = orders.hand.looker().each(ids)?.into_iter();
    let keeper = found.next().flatten().filter(|asset| is_still(asset, best));
    let mut going = Vec::new();
    let Some(keeper) = keeper else {
        for (_, photo) in copies {
            orders.skip(photo, SkipReason::NotForTheTrash(NO_KEEPER.to_owned()));
        }
        return Ok(());
    };
    let reader = orders.hand.reader();
    let keeper = Owner::of(&keeper, reader.faces(&keeper.id)?);
    for ((member, photo), asset) in copies.into_iter().zip(found) {
        let Some(asset) = asset else {
            orders.skip(photo, SkipReason::Vanished);
            continue;
        };
        if !is_still(&asset, member) {
            orders.skip(photo, SkipReason::ChangedSince);
            continue;
        }
        let is_of_group =
            |tag: &str| beside.reviewed.get(tag).is_some_and(|bearers| bearers.contains(&asset.id));
        let copy = Owner::of(&asset, reader.faces(&asset.id)?).without_tags(is_of_group);
        match copy.objection(&keeper) {
            Some(why) => orders.skip(photo, SkipReason::NotForTheTrash(why)),
            None => going.push((copy, photo)),
        }
    }
    let owners: Vec<&Owner> = going.iter().map(|(copy, _)| copy).collect();
    let deeds = deeds(&keeper, &owners, &beside.albums, now);
    let lacking = hand_over(&deeds, orders)?;
    for (_, photo) in going {
        match &lacking {
            None => orders.trash(photo, keeper.asset.clone())?,
            Some(why) => orders.skip(photo, SkipReason::NotForTheTrash(why.clone())),
        }
    }
    Ok(())
}

/// What the keeper gets, as deeds.
fn deeds(keeper: &Owner, copies: &[&Owner], albums: &Albums, now: Timestamp) -> Vec<What> {
    let Gifts { settings, tags, faces } = gifts(keeper, copies, now);
    let assets = vec![keeper.asset.clone()];
    let none = Vec::new();
    let of = |owner: &Owner| albums.get(&owner.asset.as_u128()).unwrap_or(&none).iter();
    let mut deeds: Vec<What> =
        tags.into_iter().map(|tag| What::Tag { tag, assets: assets.clone() }).collect();
    let mut joined: Vec<&AlbumRef> = of(keeper).collect();
    for album in copies.iter().flat_map(|copy| of(copy)) {
        if !joined.contains(&album) {
            joined.push(album);
            deeds.push(What::AddToAlbum { album: album.clone(), assets: assets.clone() });
        }
    }
    deeds.extend(settings.into_iter().map(|setting| What::Set { settings: vec![setting] }));
    deeds.extend(faces.into_iter().map(|face| What::MakeFaces { faces: vec![face] }));
    deeds
}

/// Does the deeds, and looks whether the server has it so; what is lacking, in words.
fn hand_over(deeds: &[What], orders: &mut Orders<'_>) -> Result<Option<String>, SyncError> {
    for what in deeds {
        let (standings, _) = orders.hand.looker().standings(what)?;
        let is_there = standings.iter().all(|standing| *standing == Standing::After);
        let is_done = is_there || orders.at_once(what, &[])?;
        if !is_done {
            return Ok(Some(not_handed_over(what)));
        }
    }
    if orders.hand.is_idle() {
        return Ok(None);
    }
    for what in deeds {
        let (standings, _) = orders.hand.looker().standings(what)?;
        if standings.iter().any(|standing| *standing != Standing::After) {
            return Ok(Some(not_handed_over(what)));
        }
    }
    Ok(None)
}

fn not_handed_over(what: &What) -> String {
    let (kind, subject) = (what.kind(), what.subject());
    format!("what it has could not be handed over to the keeper ({kind} {subject})").replace(" )", ")")
}

impl Work for Trash {
    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        if !chosen {
            return Ok(());
        }
        let kept = desk.chosen(group)?;
        let accounts: Vec<String> = desk.accounts.keys().cloned().collect();
        accounts.iter().try_for_each(|account| self.of_account(group, account, &kept, desk))
    }

    fn question(&self, desk: &Desk<'_>, counted: u64) -> Result<Option<String>, SyncError> {
        too_much(desk, counted, "go to the trash")
    }
}
