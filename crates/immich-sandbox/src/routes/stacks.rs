//! Stacks.

use serde_json::{Value, json};

use super::{Route, assets, needs};
use crate::{
    AssetId, StackId, Version,
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
        ("DELETE", ["stacks", id]) => needs("stack.delete", move |world, call| delete(world, call, id)),
        _ => return None,
    })
}

fn shown(world: &World, stack: &Stack, detail: Detail) -> Value {
    let mut members: Vec<AssetId> = stack.assets.clone();
    members.sort_by_key(|id| *id != stack.primary);
    let members = members.iter().filter_map(|id| world.asset(*id)).map(|member| asset(world, member, detail));
    json!({
        "id": stack.id.to_string(),
        "primaryAssetId": stack.primary.to_string(),
        "assets": members.collect::<Value>(),
    })
}

fn own(world: &World, call: &Call, id: &str, permission: &str) -> Result<StackId, Problem> {
    let id = Call::id("id", id, StackId::parse)?;
    let mine = world.stacks().get(&id).filter(|stack| stack.owner == call.user);
    mine.map(|stack| stack.id).ok_or_else(|| Problem::no_access(permission))
}

fn reply(world: &World, status: u16, id: StackId, detail: Detail) -> Reply {
    Reply::json(status, &world.stacks().get(&id).map_or(Value::Null, |stack| shown(world, stack, detail)))
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

/// Whoever is in another stack moves with all of that stack, as on the server.
fn create(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let ids = call.asset_ids("assetIds")?;
    if ids.len() < 2 {
        return Err(Issue::too_small("assetIds", 2).into());
    }
    assets::all_own(world, call, &ids, "asset.update")?;
    let mut members = ids.clone();
    for id in &ids {
        members.extend(world.stack_of(*id).map(|stack| stack.assets.clone()).unwrap_or_default());
    }
    let mut seen = Vec::new();
    members.retain(|id| {
        !seen.contains(id) && {
            seen.push(*id);
            true
        }
    });
    let id = world.add_stack(call.user, &members).ok_or_else(|| Problem::no_access("asset.update"))?;
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
        let Some(stack) = world.stacks_mut().get_mut(&id) else {
            return Err(Problem::no_access("stack.update"));
        };
        if !stack.assets.contains(&primary) {
            return Err(Problem::bad_request("Primary asset must be in the stack"));
        }
        stack.primary = primary;
    }
    Ok(reply(world, 200, id, Detail::NESTED_WITH_TAGS))
}

fn dissolve(world: &mut World, id: StackId) {
    for member in world.stacks_mut().remove(&id).map(|stack| stack.assets).unwrap_or_default() {
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
