//! External libraries, for admins.

use serde_json::{Value, json};

use super::{Route, admin};
use crate::{
    AssetKind, LibraryId, Version,
    answer::{Style, at},
    call::{Call, Reply},
    model::ExternalLibrary,
    problem::Problem,
    reread,
    world::World,
};

pub(super) fn route<'p>(_: Version, method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["libraries"]) => admin("library.read", |world, _| {
            Ok(Reply::ok(&world.libraries.iter().map(|each| shown(world, each)).collect::<Value>()))
        }),
        ("GET", ["libraries", id]) => admin("library.read", move |world, _| {
            let at = find(world, id)?;
            Ok(Reply::ok(&shown(world, &world.libraries[at])))
        }),
        ("POST", ["libraries", id, "scan"]) => admin("library.update", move |world, _| scan(world, id)),
        ("GET", ["libraries", id, "statistics"]) => {
            admin("library.statistics", move |world, _| statistics(world, id))
        }
        _ => return None,
    })
}

fn find(world: &World, id: &str) -> Result<usize, Problem> {
    let id = Call::id("id", id, LibraryId::parse)?;
    let at = world.libraries.iter().position(|library| library.id == id);
    at.ok_or_else(|| Problem::bad_request("Library not found"))
}

fn shown(world: &World, library: &ExternalLibrary) -> Value {
    let count = world.assets().iter().filter(|asset| asset.library == Some(library.id)).count();
    json!({
        "id": library.id.to_string(),
        "ownerId": library.owner.to_string(),
        "name": library.name,
        "createdAt": at(library.created_at, Style::Zulu),
        "updatedAt": at(library.refreshed_at.unwrap_or(library.created_at), Style::Zulu),
        "refreshedAt": library.refreshed_at.map(|instant| at(instant, Style::Zulu)),
        "assetCount": count,
        "importPaths": [library.server_root],
        "exclusionPatterns": ["**/@eaDir/**", "**/._*", "**/#recycle/**", "**/#snapshot/**"],
    })
}

/// Files that changed are read again, those that are gone go offline and to the trash, and those that came
/// back return. New files become assets.
fn scan(world: &mut World, id: &str) -> Result<Reply, Problem> {
    let at = find(world, id)?;
    let refresh = reread::scan(world, at);
    let now = world.now();
    world.libraries[at].refreshed_at = Some(now);
    let refresh = if world.exiftool.is_some() { refresh } else { Vec::new() };
    Ok(Reply { refresh, ..Reply::empty(204) })
}

fn statistics(world: &mut World, id: &str) -> Result<Reply, Problem> {
    let library = world.libraries[find(world, id)?].id;
    let of = |kind| {
        world.assets().iter().filter(move |asset| asset.library == Some(library) && asset.kind == kind)
    };
    let (photos, videos) = (of(AssetKind::Image).count(), of(AssetKind::Video).count());
    let usage: u64 = of(AssetKind::Image).chain(of(AssetKind::Video)).filter_map(|asset| asset.size).sum();
    Ok(Reply::ok(&json!({ "photos": photos, "videos": videos, "total": photos + videos, "usage": usage })))
}
