//! Taking over to another asset what belongs to a photo and not to its file.
//!
//! Read in the server's source: where both assets are in stacks, the source's stack goes into the target's, and is
//! deleted then. Ordered twice, or for two assets of one stack, the stack that is deleted is the only one there is.

use super::{Route, assets::all_own, needs};
use crate::{
    AssetId,
    call::{Call, Reply},
    problem::Problem,
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    matches!((method, path), ("PUT", ["assets", "copy"])).then(|| needs("asset.copy", copy))
}

fn copy(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let source = call.body_id("sourceId", AssetId::parse)?;
    let target = call.body_id("targetId", AssetId::parse)?;
    all_own(world, call, &[source, target], "asset.copy")?;
    if source == target {
        return Err(Problem::bad_request("Source and target id must be distinct"));
    }
    let wants = |what| call.flag(what).map(|wish| wish.unwrap_or(true));
    if wants("albums")? {
        let of = |album: &&crate::Album| album.assets.contains(&source);
        let albums: Vec<_> = world.albums().values().filter(of).map(|album| album.id).collect();
        for album in albums {
            world.add_to_album(album, target);
        }
    }
    if wants("stack")? {
        copy_stack(world, source, target);
    }
    if wants("favorite")? {
        let on = world.asset(source).is_some_and(|asset| asset.is_favorite);
        world.edit(target, |asset| asset.is_favorite = on).map_err(|_| Problem::no_access("asset.copy"))?;
    }
    let refresh = if wants("sidecar")? { copy_sidecar(world, source, target)? } else { Vec::new() };
    Ok(Reply { refresh, ..Reply::empty(204) })
}

fn copy_stack(world: &mut World, source: AssetId, target: AssetId) {
    let Some(from) = world.stacks().of(source).map(|stack| stack.id) else { return };
    let Some(into) = world.stacks().of(target).map(|stack| stack.id) else {
        return world.stacks_mut().join(from, target);
    };
    let members = world.stacks().get(from).map(|stack| stack.assets.clone()).unwrap_or_default();
    for member in members {
        world.stacks_mut().join(into, member);
    }
    world.stacks_mut().remove(from);
}

/// Puts a copy of the sidecar next to the target, which is read again then.
fn copy_sidecar(world: &mut World, source: AssetId, target: AssetId) -> Result<Vec<AssetId>, Problem> {
    let from = world.asset(source).and_then(|asset| asset.sidecar.clone());
    let beside = world.asset(target).and_then(|asset| asset.disk_path.clone());
    let (Some(from), Some(beside)) = (from, beside) else { return Ok(Vec::new()) };
    let into = beside.with_added_extension("xmp");
    std::fs::copy(from, &into).map_err(|_| Problem::text(500, "Internal server error"))?;
    if let Some(asset) = world.asset_mut(target) {
        asset.sidecar = Some(into);
    }
    Ok(if world.exiftool.is_some() { vec![target] } else { Vec::new() })
}
