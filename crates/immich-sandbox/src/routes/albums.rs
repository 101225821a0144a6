//! Albums. 3.x lists own and shared ones together and never their assets; 2.x lists own ones unless
//! `shared=true` asks for the others (read in the source; the recorded server had none).

use serde_json::{Value, json};

use super::{Route, assets, needs};
use crate::{
    Album, AlbumId, AssetId, Question, UserId,
    answer::{AlbumDetail, album},
    call::{Call, Reply},
    problem::{Issue, Problem},
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["albums"]) => needs("album.read", list),
        ("POST", ["albums"]) => needs("album.create", create),
        ("PUT", ["albums", "assets"]) => needs("albumAsset.create", add_many),
        ("GET", ["albums", id]) => needs("album.read", move |world, call| get(world, call, id)),
        ("PATCH", ["albums", id]) => needs("album.update", move |world, call| update(world, call, id)),
        ("DELETE", ["albums", id]) => needs("album.delete", move |world, call| delete(world, call, id)),
        ("PUT", ["albums", id, "assets"]) => {
            needs("albumAsset.create", move |world, call| add(world, call, id))
        }
        ("DELETE", ["albums", id, "assets"]) => {
            needs("albumAsset.delete", move |world, call| remove(world, call, id))
        }
        _ => return None,
    })
}

const BARE: AlbumDetail = AlbumDetail { assets: false, fresh: false };

/// What became of one id of many.
pub(super) fn result(id: AssetId, error: Option<&str>) -> Value {
    match error {
        None => json!({ "id": id.to_string(), "success": true }),
        Some(error) => json!({ "id": id.to_string(), "success": false, "error": error }),
    }
}

fn visible(world: &World, call: &Call, id: &str, permission: &str) -> Result<AlbumId, Problem> {
    let id = Call::id("id", id, AlbumId::parse)?;
    let seen = world.albums().get(&id).filter(|album| album.is_seen_by(call.user));
    seen.map(|album| album.id).ok_or_else(|| Problem::no_access(permission))
}

/// Whoever only looks at an album may not change what is in it.
fn editable(world: &World, call: &Call, id: &str, permission: &str) -> Result<AlbumId, Problem> {
    let id = visible(world, call, id, permission)?;
    let may = world.albums().get(&id).is_some_and(|album| {
        let role = album.shared_with.iter().find(|(user, _)| *user == call.user).map(|(_, role)| role);
        album.owner == call.user || role.is_some_and(|role| role == "editor")
    });
    if may { Ok(id) } else { Err(Problem::no_access(permission)) }
}

fn own(world: &World, call: &Call, id: &str, permission: &str) -> Result<AlbumId, Problem> {
    let id = visible(world, call, id, permission)?;
    let mine = world.albums().get(&id).is_some_and(|album| album.owner == call.user);
    if mine { Ok(id) } else { Err(Problem::no_access(permission)) }
}

fn reply(world: &World, status: u16, id: AlbumId, detail: AlbumDetail) -> Reply {
    Reply::json(status, &world.albums().get(&id).map_or(Value::Null, |found| album(world, found, detail)))
}

fn list(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let holding = call.param("assetId").map(|id| Call::id("assetId", id, AssetId::parse)).transpose()?;
    let flag = |name: &str| call.param(name).map(|text| text == "true");
    let v3 = call.version.is_v3();
    let wanted = |album: &&Album| {
        let (own, shared) = (album.owner == call.user, !album.shared_with.is_empty());
        let listed = match (v3, flag("shared")) {
            (true, _) => {
                flag("isOwned").is_none_or(|on| on == own)
                    && flag("isShared").is_none_or(|on| on == shared)
                    && call.param("name").is_none_or(|name| album.name == name)
                    && call.param("id").is_none_or(|id| album.id == *id)
            }
            (false, _) if holding.is_some() => true,
            (false, None) => own,
            (false, Some(true)) => shared,
            (false, Some(false)) => own && !shared,
        };
        listed && album.is_seen_by(call.user) && holding.is_none_or(|asset| album.assets.contains(&asset))
    };
    let silent = world.answers_nothing(Question::Albums);
    let mut albums: Vec<&Album> = world.albums().values().filter(|_| !silent).filter(wanted).collect();
    albums.sort_by_key(|album| std::cmp::Reverse(album.created_at));
    Ok(Reply::ok(&albums.into_iter().map(|found| album(world, found, BARE)).collect::<Value>()))
}

fn get(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = visible(world, call, id, "album.read")?;
    let assets = call.param("withoutAssets") != Some("true");
    Ok(reply(world, 200, id, AlbumDetail { assets, fresh: false }))
}

fn create(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let name = call.text("albumName")?;
    let members = call.optional_ids("assetIds", AssetId::parse)?;
    let shares = shares(call)?;
    let id = world.add_album(call.user, name);
    for member in members {
        // Foreign assets are left out silently, as on the server.
        if assets::may_share(world, call, member) {
            world.add_to_album(id, member);
        }
    }
    if let Some(album) = world.albums_mut().get_mut(&id) {
        let description = call.json.get("description").and_then(Value::as_str);
        description.unwrap_or_default().clone_into(&mut album.description);
        album.shared_with = shares;
    }
    Ok(reply(world, 201, id, AlbumDetail { assets: true, fresh: true }))
}

fn shares(call: &Call) -> Result<Vec<(UserId, String)>, Problem> {
    let list = call.json.get("albumUsers").and_then(Value::as_array);
    let shares = list.into_iter().flatten().map(|item| {
        let id = item.get("userId").and_then(Value::as_str).and_then(UserId::parse);
        let role = item.get("role").and_then(Value::as_str).unwrap_or("editor");
        id.map(|id| (id, role.to_owned())).ok_or_else(|| Issue::uuid("userId", None).into())
    });
    shares.collect()
}

fn update(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "album.update")?;
    let text = |field: &str| call.json.get(field).map(|_| call.text(field).map(str::to_owned)).transpose();
    let (name, description, order) = (text("albumName")?, text("description")?, text("order")?);
    let activity = call.flag("isActivityEnabled")?;
    let cover =
        call.json.get("albumThumbnailAssetId").map(|_| call.body_id("albumThumbnailAssetId", AssetId::parse));
    let cover = cover.transpose()?;
    let now = world.now();
    if let Some(album) = world.albums_mut().get_mut(&id) {
        album.name = name.unwrap_or_else(|| album.name.clone());
        album.description = description.unwrap_or_else(|| album.description.clone());
        album.order = order.unwrap_or_else(|| album.order.clone());
        album.is_activity_enabled = activity.unwrap_or(album.is_activity_enabled);
        album.cover = cover.or(album.cover);
        album.updated_at = now;
    }
    Ok(reply(world, 200, id, BARE))
}

fn delete(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "album.delete")?;
    world.albums_mut().remove(&id);
    Ok(Reply::empty(204))
}

fn add(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let album = editable(world, call, id, "albumAsset.create")?;
    let ids = call.asset_ids("ids")?;
    let results = ids.into_iter().map(|id| {
        if world.albums().get(&album).is_some_and(|album| album.assets.contains(&id)) {
            return result(id, Some("duplicate"));
        }
        if !assets::may_share(world, call, id) {
            return result(id, Some("no_permission"));
        }
        world.add_to_album(album, id);
        result(id, None)
    });
    Ok(Reply::ok(&results.collect::<Value>()))
}

fn remove(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let album = editable(world, call, id, "albumAsset.delete")?;
    let is_owner = world.albums().get(&album).is_some_and(|album| album.owner == call.user);
    let ids = call.asset_ids("ids")?;
    let results = ids.into_iter().map(|id| {
        let is_in = world.albums().get(&album).is_some_and(|album| album.assets.contains(&id));
        let error = match (is_in, is_owner || assets::may_share(world, call, id)) {
            (false, _) => Some("not_found"),
            (true, false) => Some("no_permission"),
            (true, true) => {
                world.remove_from_album(album, id);
                None
            }
        };
        result(id, error)
    });
    Ok(Reply::ok(&results.collect::<Value>()))
}

fn add_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let (albums, ids) = (call.ids("albumIds", AlbumId::parse)?, call.asset_ids("assetIds")?);
    let mut added = 0;
    let mut allowed = false;
    for album in albums {
        if editable(world, call, &album.to_string(), "albumAsset.create").is_err() {
            continue;
        }
        for id in &ids {
            if assets::may_share(world, call, *id) {
                allowed = true;
                added += usize::from(world.add_to_album(album, *id));
            }
        }
    }
    let body = match (added, allowed) {
        (1.., _) => json!({ "success": true }),
        (0, true) => json!({ "success": false, "error": "duplicate" }),
        (0, false) => json!({ "success": false, "error": "no_permission" }),
    };
    Ok(Reply::ok(&body))
}
