//! Stacks.

use serde_json::{Value, json};

use super::{Route, assets, needs};
use crate::{
    Asset, AssetId, StackId, Version, Visibility,
    answer::{Detail, asset},
    call::{Call, Reply},
    model::Stack,
    problem::{Issue, Problem},
    world::World,
};

pub(super) fn route<'p>(version: Version, method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["stacks"]) => needs("stack.read", list),
        ("POST", ["stacks"]) => needs("stack.create", create),
        ("DELETE", ["stacks"]) => needs("stack.delete", delete_many),
        ("GET", ["stacks", id]) => needs("stack.read", move |world, call| get(world, call, id)),
        ("PUT", ["stacks", id]) => needs("stack.update", move |world, call| update(world, call, id)),
        ("PATCH", ["stacks", id]) if version.is_v3() => {
            needs("stack.update", move |world, call| update(world, call, id))
        }
        ("DELETE", ["stacks", id, "assets", asset]) => {
            needs("stack.update", move |world, call| take_out(world, call, id, asset))
        }
        ("DELETE", ["stacks", id]) => needs("stack.delete", move |world, call| delete(world, call, id)),
        _ => return None,
    })
}

fn shown(world: &World, stack: &Stack, detail: Detail) -> Value {
    let mut members: Vec<AssetId> = stack.assets.clone();
    members.sort_by_key(|id| *id != stack.primary);
    // Members in the trash stay, and are not shown.
    let members = members.iter().filter_map(|id| world.asset(*id));
    let members = members.filter(|member| !member.is_trashed() && is_shown(member));
    let members = members.map(|member| asset(world, member, detail));
    json!({
        "id": stack.id.to_string(),
        "primaryAssetId": stack.primary.to_string(),
        "assets": members.collect::<Value>(),
    })
}

fn is_shown(member: &Asset) -> bool {
    matches!(member.visibility, Visibility::Timeline | Visibility::Archive)
}

fn own(world: &World, call: &Call, id: &str, permission: &str) -> Result<StackId, Problem> {
    let id = Call::id("id", id, StackId::parse)?;
    let mine = world.stacks().get(id).filter(|stack| stack.owner == call.user);
    mine.map(|stack| stack.id).ok_or_else(|| Problem::no_access(permission))
}

fn reply(world: &World, status: u16, id: StackId, detail: Detail) -> Reply {
    Reply::json(status, &world.stacks().get(id).map_or(Value::Null, |stack| shown(world, stack, detail)))
}

fn list(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let primary = call.param("primaryAssetId");
    let primary = primary.map(|id| Call::id("primaryAssetId", id, AssetId::parse)).transpose()?;
    let mine = world
        .stacks()
        .values()
        .filter(|stack| stack.owner == call.user && primary.is_none_or(|primary| stack.primary == primary));
    Ok(Reply::ok(&mine.map(|stack| shown(world, stack, Detail::NESTED)).collect::<Value>()))
}

fn get(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "stack.read")?;
    Ok(reply(world, 200, id, Detail::NESTED_WITH_TAGS))
}

/// Whoever is shown for another stack brings all of that stack along, as on the server.
fn create(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let ids = call.asset_ids("assetIds")?;
    if ids.len() < 2 {
        return Err(Issue::too_small("assetIds", 2).into());
    }
    assets::all_own(world, call, &ids, "asset.update")?;
    let (id, members) = world.add_stack(call.user, &ids);
    for member in members {
        touch(world, member);
    }
    Ok(reply(world, 201, id, Detail::NESTED))
}

fn touch(world: &mut World, id: AssetId) {
    let now = world.now();
    if let Some(asset) = world.asset_mut(id) {
        asset.updated_at = now;
    }
}

fn update(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "stack.update")?;
    if call.json.get("primaryAssetId").is_some() {
        let primary = call.body_id("primaryAssetId", AssetId::parse)?;
        let is_seen = world.asset(primary).is_some_and(|asset| !asset.is_trashed() && is_shown(asset));
        if !is_seen || !world.stacks_mut().set_primary(id, primary) {
            return Err(Problem::bad_request("Primary asset must be in the stack"));
        }
    }
    Ok(reply(world, 200, id, Detail::NESTED_WITH_TAGS))
}

fn take_out(world: &mut World, call: &Call, id: &str, asset: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "stack.update")?;
    let asset = Call::id("assetId", asset, AssetId::parse)?;
    match world.stacks().of(asset).filter(|stack| stack.id == id) {
        None => Err(Problem::bad_request("Asset not in stack")),
        Some(stack) if stack.primary == asset => {
            Err(Problem::bad_request("Cannot remove stack's primary asset"))
        }
        Some(_) => {
            world.stacks_mut().leave(asset);
            touch(world, asset);
            Ok(Reply::empty(204))
        }
    }
}

fn dissolve(world: &mut World, id: StackId) {
    for member in world.stacks_mut().remove(id) {
        touch(world, member);
    }
}

fn delete(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "stack.delete")?;
    dissolve(world, id);
    Ok(Reply::empty(204))
}

fn delete_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let ids = call.ids("ids", StackId::parse)?;
    for id in &ids {
        own(world, call, &id.to_string(), "stack.delete")?;
    }
    for id in ids {
        dissolve(world, id);
    }
    Ok(Reply::empty(204))
}
