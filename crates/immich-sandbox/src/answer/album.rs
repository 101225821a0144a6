//! Albums. 2.x names the owner apart and lists the assets; 3.x has the owner among the users and no assets.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Detail, Style, asset, at, user};
use crate::{Asset, Question, model::Album, world::World};

/// Which parts of an album an answer has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlbumDetail {
    /// 2.x: the assets in full.
    pub(crate) assets: bool,
    /// Freshly made: the dates come from the database, and the last change is not counted yet.
    pub(crate) fresh: bool,
}

/// The album as JSON.
pub(crate) fn album(world: &World, album: &Album, detail: AlbumDetail) -> Value {
    let in_order = album.assets.as_slice();
    let members: Vec<&Asset> =
        in_order.iter().filter_map(|id| world.asset(*id)).filter(|asset| !asset.is_trashed()).collect();
    let mut body = json!({
        "albumName": album.name,
        "description": album.description,
        "albumThumbnailAssetId": album.cover.map(String::from),
        "createdAt": at(album.created_at, Style::Zulu),
        "updatedAt": at(album.updated_at, Style::Zulu),
        "id": album.id.to_string(),
        "albumUsers": album_users(world, album),
        "shared": !album.shared_with.is_empty(),
        "hasSharedLink": false,
        "assetCount": members.len(),
        "isActivityEnabled": album.is_activity_enabled,
        "order": album.order,
    });
    if !world.version.is_v3() {
        body["ownerId"] = json!(album.owner.to_string());
        body["owner"] = json!(world.user(album.owner).map(|owner| user(owner, Style::Database)));
        let whole = |member: &&Asset| asset(world, member, Detail::NESTED);
        let listed = detail.assets && !world.answers_nothing(Question::AlbumMembers);
        body["assets"] = if listed { members.iter().map(whole).collect() } else { json!([]) };
    }
    add_dates(&mut body, &members, detail);
    body
}

fn album_users(world: &World, album: &Album) -> Value {
    let owner = world.version.is_v3().then_some((album.owner, "owner"));
    let others = album.shared_with.iter().map(|(id, role)| (*id, role.as_str()));
    let all = owner.into_iter().chain(others).filter_map(|(id, role)| {
        world.user(id).map(|found| json!({ "user": user(found, Style::Database), "role": role }))
    });
    all.collect()
}

fn add_dates(body: &mut Value, members: &[&Asset], detail: AlbumDetail) {
    let days = members.iter().map(|asset| asset.local_date_time);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return };
    let shown = |instant: Timestamp| {
        if detail.fresh { at(instant, Style::Database) } else { at(start_of_day(instant), Style::Zulu) }
    };
    body["startDate"] = json!(shown(first));
    body["endDate"] = json!(shown(last));
    let changed = members.iter().map(|asset| asset.updated_at).max();
    if let Some(changed) = changed.filter(|_| !detail.fresh) {
        body["lastModifiedAssetTimestamp"] = json!(at(changed, Style::Zulu));
    }
}

fn start_of_day(instant: Timestamp) -> Timestamp {
    let day = instant.as_second().div_euclid(86_400) * 86_400;
    Timestamp::from_second(day).unwrap_or(instant)
}
