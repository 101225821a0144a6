//! Notes: free JSON that programs keep with assets, under keys of their own.

use serde_json::{Value, json};

use super::{Route, assets, needs};
use crate::{
    AssetId,
    answer::{Style, at},
    call::{Call, Reply},
    problem::{Issue, Problem},
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("PUT", ["assets", "metadata"]) => needs("asset.update", put_many),
        ("DELETE", ["assets", "metadata"]) => needs("asset.update", delete_many),
        ("GET", ["assets", id, "metadata"]) => needs("asset.read", move |world, call| list(world, call, id)),
        ("PUT", ["assets", id, "metadata"]) => needs("asset.update", move |world, call| put(world, call, id)),
        ("GET", ["assets", id, "metadata", key]) => {
            needs("asset.read", move |world, call| get(world, call, id, key))
        }
        ("DELETE", ["assets", id, "metadata", key]) => {
            needs("asset.update", move |world, call| delete(world, call, id, key))
        }
        _ => return None,
    })
}

fn shown(key: &str, (value, written): &(Value, jiff::Timestamp)) -> Value {
    json!({ "key": key, "value": value, "updatedAt": at(*written, Style::Zulu) })
}

fn list(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = assets::readable(world, call, id, "asset.read")?;
    let notes = world.asset(id).map(|asset| &asset.notes);
    let body: Value = notes.into_iter().flatten().map(|(key, note)| shown(key, note)).collect();
    Ok(Reply::ok(&body))
}

fn get(world: &mut World, call: &Call, id: &str, key: &str) -> Result<Reply, Problem> {
    let id = assets::readable(world, call, id, "asset.read")?;
    let note = world.asset(id).and_then(|asset| asset.notes.get(key));
    let missing =
        || Problem::bad_request(format!("Metadata with key \"{key}\" not found for asset with id \"{id}\""));
    Ok(Reply::ok(&shown(key, note.ok_or_else(missing)?)))
}

/// One note of an order.
struct Item {
    asset: AssetId,
    key: String,
    value: Value,
}

/// The notes of an order for one asset, or for those that they name; each key of an asset once.
fn items(call: &Call, of: Option<AssetId>) -> Result<Vec<Item>, Problem> {
    let list = call.json.get("items").and_then(Value::as_array);
    let list = list.ok_or_else(|| Issue::wrong_type("items", "array", call.json.get("items")))?;
    let mut items: Vec<Item> = Vec::with_capacity(list.len());
    let mut seen = std::collections::HashSet::new();
    for item in list {
        let key = item.get("key").and_then(Value::as_str);
        let key = key.ok_or_else(|| Issue::wrong_type("key", "string", item.get("key")))?.to_owned();
        let asset = match of {
            Some(asset) => asset,
            None => {
                let id = item.get("assetId").and_then(Value::as_str).unwrap_or_default();
                Call::id("assetId", id, AssetId::parse)?
            }
        };
        if !seen.insert((asset, key.clone())) {
            let twice = if of.is_some() { key } else { format!("({asset}, {key})") };
            return Err(Problem::bad_request(format!("Duplicate items are not allowed: \"{twice}\"")));
        }
        items.push(Item { asset, key, value: item.get("value").cloned().unwrap_or(json!({})) });
    }
    Ok(items)
}

/// Writes a note and answers it.
fn write(world: &mut World, item: Item) -> Value {
    let note = (item.value, world.now());
    let body = shown(&item.key, &note);
    if let Some(asset) = world.asset_mut(item.asset) {
        asset.notes.insert(item.key, note);
    }
    body
}

fn put(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = assets::own(world, call, id, "asset.update")?;
    let items = items(call, Some(id))?;
    Ok(Reply::ok(&items.into_iter().map(|item| write(world, item)).collect()))
}

fn put_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let items = own_items(world, call)?;
    let written = items.into_iter().map(|item| {
        let asset = item.asset.to_string();
        let mut body = write(world, item);
        body["assetId"] = json!(asset);
        body
    });
    Ok(Reply::ok(&written.collect()))
}

fn own_items(world: &World, call: &Call) -> Result<Vec<Item>, Problem> {
    let items = items(call, None)?;
    let ids: Vec<AssetId> = items.iter().map(|item| item.asset).collect();
    assets::all_own(world, call, &ids, "asset.update").map(|()| items)
}

fn delete(world: &mut World, call: &Call, id: &str, key: &str) -> Result<Reply, Problem> {
    let id = assets::own(world, call, id, "asset.update")?;
    if let Some(asset) = world.asset_mut(id) {
        asset.notes.remove(key);
    }
    Ok(Reply::empty(204))
}

fn delete_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    for item in own_items(world, call)? {
        if let Some(asset) = world.asset_mut(item.asset) {
            asset.notes.remove(&item.key);
        }
    }
    Ok(Reply::empty(204))
}
