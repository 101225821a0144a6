//! The trash.

use serde_json::json;

use super::{Route, assets, needs};
use crate::{
    Asset, AssetId,
    call::{Call, Reply},
    problem::Problem,
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("POST", ["trash", "restore", "assets"]) => needs("asset.delete", restore_some),
        ("POST", ["trash", "restore"]) => needs("asset.delete", |world, call| {
            let ids = trashed(world, call);
            Ok(restore(world, &ids))
        }),
        ("POST", ["trash", "empty"]) => needs("asset.delete", |world, call| {
            let ids = trashed(world, call);
            for id in &ids {
                delete(world, *id);
            }
            Ok(Reply::ok(&json!({ "count": ids.len() })))
        }),
        _ => return None,
    })
}

/// Removes an asset for good: a managed file and its sidecar go too, an external one stays.
pub(super) fn delete(world: &mut World, id: AssetId) {
    let Some(asset) = world.remove_asset(id) else { return };
    if asset.library.is_none() {
        for path in asset.disk_path.iter().chain(&asset.sidecar) {
            // A file that is gone already is as good as removed.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn trashed(world: &World, call: &Call) -> Vec<AssetId> {
    let own = world.assets().iter().filter(|asset| asset.owner == call.user && asset.is_trashed());
    own.map(|asset| asset.id).collect()
}

fn restore(world: &mut World, ids: &[AssetId]) -> Reply {
    let back: Vec<AssetId> =
        ids.iter().copied().filter(|id| world.asset(*id).is_some_and(Asset::is_trashed)).collect();
    for id in &back {
        world.restore(*id);
    }
    Reply::ok(&json!({ "count": back.len() }))
}

fn restore_some(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let ids = call.asset_ids("ids")?;
    assets::all_own(world, call, &ids, "asset.delete")?;
    Ok(restore(world, &ids))
}
