//! Tags. `PUT /tags` makes the parents too and answers the leaves; assigning replaces nothing.

use serde_json::{Value, json};

use super::{Route, assets, needs};
use crate::{
    AssetId, Question, TagId, Version,
    answer::{Style, tag},
    call::{Call, Reply},
    edited::Field,
    problem::{Issue, Problem},
    world::World,
};

pub(super) fn route<'p>(version: Version, method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["tags"]) => needs("tag.read", list),
        ("POST", ["tags"]) => needs("tag.create", create),
        ("PUT", ["tags"]) => needs("tag.create", upsert),
        ("PUT", ["tags", "assets"]) => needs("tag.asset", assign_many),
        ("GET", ["tags", id]) => needs("tag.read", move |world, call| get(world, call, id)),
        ("PUT", ["tags", id]) => needs("tag.update", move |world, call| update(world, call, id)),
        ("PATCH", ["tags", id]) if version.is_v3() => {
            needs("tag.update", move |world, call| update(world, call, id))
        }
        ("DELETE", ["tags", id]) => needs("tag.delete", move |world, call| delete(world, call, id)),
        ("PUT", ["tags", id, "assets"]) => {
            needs("tag.asset", move |world, call| assign(world, call, id, true))
        }
        ("DELETE", ["tags", id, "assets"]) => {
            needs("tag.asset", move |world, call| assign(world, call, id, false))
        }
        _ => return None,
    })
}

fn own(world: &World, call: &Call, id: &str, permission: &str) -> Result<TagId, Problem> {
    let id = Call::id("id", id, TagId::parse)?;
    let mine = world.tags().get(&id).filter(|tag| tag.owner == call.user);
    mine.map(|tag| tag.id).ok_or_else(|| Problem::no_access(permission))
}

fn shown(world: &World, id: TagId) -> Value {
    world.tags().get(&id).map_or(Value::Null, |found| tag(found, Style::Zulu))
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every route")]
fn list(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let silent = world.answers_nothing(Question::Tags);
    let mut tags: Vec<_> = world.tags().values().filter(|tag| !silent && tag.owner == call.user).collect();
    tags.sort_by(|a, b| a.value.cmp(&b.value));
    Ok(Reply::ok(&tags.into_iter().map(|each| tag(each, Style::Zulu)).collect::<Value>()))
}

fn get(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "tag.read")?;
    Ok(Reply::ok(&shown(world, id)))
}

fn create(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let name = call.text("name")?;
    let parent = match call.json.get("parentId").and_then(Value::as_str) {
        Some(id) => Some(own(world, call, id, "tag.read")?),
        None => None,
    };
    let value = match parent.and_then(|id| world.tags().get(&id)) {
        Some(parent) => format!("{}/{name}", parent.value),
        None => name.to_owned(),
    };
    if world.tag_by_value(call.user, &value).is_some() {
        return Err(Problem::bad_request("A tag with that name already exists"));
    }
    let id = world.upsert_tag(call.user, &value).ok_or_else(|| Issue::wrong_type("name", "string", None))?;
    if let Some(color) = call.json.get("color").and_then(Value::as_str) {
        world.color_tag(id, Some(color.to_owned()));
    }
    Ok(Reply::created(&shown(world, id)))
}

fn upsert(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let values = call.json.get("tags").and_then(Value::as_array);
    let values = values.ok_or_else(|| Issue::wrong_type("tags", "array", call.json.get("tags")))?;
    let mut leaves = Vec::new();
    for value in values.iter().filter_map(Value::as_str) {
        leaves.extend(world.upsert_tag(call.user, value).map(|id| shown(world, id)));
    }
    Ok(Reply::ok(&Value::Array(leaves)))
}

fn update(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "tag.update")?;
    if let Some(color) = call.json.get("color") {
        world.color_tag(id, color.as_str().map(str::to_owned));
    }
    Ok(Reply::ok(&shown(world, id)))
}

/// With everything below it.
fn delete(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "tag.delete")?;
    world.delete_tag(id);
    Ok(Reply::empty(204))
}

fn assign(world: &mut World, call: &Call, id: &str, on: bool) -> Result<Reply, Problem> {
    let tag = own(world, call, id, "tag.asset")?;
    let ids = call.asset_ids("ids")?;
    let mut settle = Vec::new();
    let results = ids.into_iter().map(|id| {
        let has = world.asset(id).is_some_and(|asset| asset.tags.contains(&tag));
        let error = if has == on {
            Some(if on { "duplicate" } else { "not_found" })
        } else if !assets::may_share(world, call, id) {
            Some("no_permission")
        } else {
            set(world, id, tag, on);
            settle.push(id);
            None
        };
        super::albums::result(id, error)
    });
    let body = results.collect::<Value>();
    Ok(Reply { settle, ..Reply::ok(&body) })
}

/// Puts a tag on an asset or takes it off; `false` when nothing changed.
fn set(world: &mut World, id: AssetId, tag: TagId, on: bool) -> bool {
    let changes = world.asset(id).is_some_and(|asset| asset.tags.contains(&tag) != on);
    let change = |asset: &mut crate::Asset| {
        if on {
            asset.tags.push(tag);
        } else {
            asset.tags.retain(|other| *other != tag);
        }
    };
    let changed = changes && world.edit(id, change).is_ok();
    if changed {
        world.lock(id, Field::Tags.into());
    }
    changed
}

/// Counts what is new; assets that are not the caller's are left out silently, as on the server.
fn assign_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let (tags, ids) = (call.ids("tagIds", TagId::parse)?, call.asset_ids("assetIds")?);
    let (mut count, mut settle) = (0, Vec::new());
    for tag in tags {
        if own(world, call, &tag.to_string(), "tag.asset").is_err() {
            continue;
        }
        for id in &ids {
            if assets::all_own(world, call, &[*id], "asset.update").is_ok() && set(world, *id, tag, true) {
                count += 1;
                settle.push(*id);
            }
        }
    }
    settle.sort_unstable();
    settle.dedup();
    Ok(Reply { settle, ..Reply::ok(&json!({ "count": count })) })
}
