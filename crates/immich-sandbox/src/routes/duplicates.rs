//! Groups of duplicates. They come from `duplicateId` of assets, which a client may set itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Route, assets, needs};
use crate::{
    Asset, AssetId, DuplicateId,
    answer::{Detail, asset},
    call::{Call, Reply},
    problem::{Issue, Problem},
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["duplicates"]) => needs("duplicate.read", list),
        ("DELETE", ["duplicates"]) => needs("duplicate.delete", delete_many),
        ("POST", ["duplicates", "resolve"]) => needs("duplicate.delete", resolve),
        ("DELETE", ["duplicates", id]) => needs("duplicate.delete", move |world, call| {
            let id = Call::id("id", id, DuplicateId::parse)?;
            dissolve(world, call, id);
            Ok(Reply::empty(204))
        }),
        _ => return None,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every route")]
fn list(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let mut groups: BTreeMap<DuplicateId, Vec<&Asset>> = BTreeMap::new();
    let own = world.assets().iter().filter(|asset| asset.owner == call.user && !asset.is_trashed());
    for (group, member) in own.filter_map(|asset| asset.duplicate.map(|group| (group, asset))) {
        groups.entry(group).or_default().push(member);
    }
    let groups = groups.into_iter().filter(|(_, members)| members.len() > 1).map(|(id, members)| {
        // The server proposes to keep the largest file.
        let best = members.iter().max_by_key(|asset| asset.size);
        json!({
            "duplicateId": id.to_string(),
            "assets": members.iter().map(|each| asset(world, each, Detail::NESTED_WITH_TAGS)).collect::<Value>(),
            "suggestedKeepAssetIds": best.map(|asset| asset.id.to_string()).into_iter().collect::<Vec<_>>(),
        })
    });
    Ok(Reply::ok(&groups.collect::<Value>()))
}

fn dissolve(world: &mut World, call: &Call, group: DuplicateId) {
    let mine = world.each_asset_mut().filter(|asset| asset.owner == call.user);
    for asset in mine.filter(|asset| asset.duplicate == Some(group)) {
        asset.duplicate = None;
    }
}

fn delete_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    for id in call.ids("ids", DuplicateId::parse)? {
        dissolve(world, call, id);
    }
    Ok(Reply::empty(204))
}

fn resolve(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let groups = call.json.get("groups").and_then(Value::as_array);
    let groups = groups.ok_or_else(|| Issue::wrong_type("groups", "array", call.json.get("groups")))?;
    let mut results = Vec::new();
    for group in groups {
        let id = group.get("duplicateId").and_then(Value::as_str).unwrap_or_default();
        let id = Call::id("duplicateId", id, DuplicateId::parse)?;
        let (keep, trash) = (ids(group, "keepAssetIds")?, ids(group, "trashAssetIds")?);
        let all: Vec<AssetId> = keep.iter().chain(&trash).copied().collect();
        if assets::all_own(world, call, &all, "asset.update").is_err() {
            results.push(json!({ "id": id.to_string(), "success": false, "error": "no_permission" }));
            continue;
        }
        if let [kept] = keep.as_slice() {
            hand_over(world, *kept, &trash);
        }
        dissolve(world, call, id);
        for gone in trash {
            world.trash(gone);
        }
        results.push(json!({ "id": id.to_string(), "success": true }));
    }
    Ok(Reply::ok(&Value::Array(results)))
}

fn ids(group: &Value, field: &str) -> Result<Vec<AssetId>, Problem> {
    let list = group.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
    let parse = |(index, item): (usize, &Value)| {
        item.as_str().and_then(AssetId::parse).ok_or_else(|| Issue::uuid(field, Some(index)).into())
    };
    list.iter().enumerate().map(parse).collect()
}

/// The one that stays takes over albums, favourite, tags, and what it lacks of rating, text and position.
fn hand_over(world: &mut World, kept: AssetId, gone: &[AssetId]) {
    for id in gone {
        let Some(from) = world.asset(*id).cloned() else { continue };
        let albums: Vec<_> =
            world.albums().values().filter(|album| album.assets.contains(id)).map(|album| album.id).collect();
        for album in albums {
            world.add_to_album(album, kept);
        }
        if let Some(into) = world.asset_mut(kept) {
            into.is_favorite |= from.is_favorite;
            into.rating = into.rating.max(from.rating);
            if into.description.as_deref().unwrap_or_default().is_empty() {
                into.description = from.description;
            }
            if into.latitude.is_none() {
                (into.latitude, into.longitude) = (from.latitude, from.longitude);
            }
            let new: Vec<_> = from.tags.into_iter().filter(|tag| !into.tags.contains(tag)).collect();
            into.tags.extend(new);
        }
    }
}
