//! Who is asking, what their key may do, and what is shared with them.

use serde_json::{Value, json};

use super::{Route, needs, with_identity};
use crate::{
    Visibility,
    answer::{Style, at, user, user_with_rights},
    call::{Call, Reply},
    problem::{Issue, Problem},
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["api-keys", "me"]) => with_identity(api_key),
        ("GET", ["users", "me"]) => needs("user.read", me),
        ("GET", ["users", "me", "preferences"]) => needs("userPreference.read", preferences),
        ("GET", ["partners"]) => needs("partner.read", partners),
        ("GET", ["view", "folder", "unique-paths"]) => needs("folder.read", unique_paths),
        _ => return None,
    })
}

fn api_key(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let key = world.keys.iter().find(|key| Some(key.id) == call.key);
    let key = key.ok_or_else(|| Problem::text(403, "Not authenticated with API Key"))?;
    Ok(Reply::ok(&json!({
        "id": key.id.to_string(),
        "name": key.name,
        "createdAt": at(key.created_at, Style::Zulu),
        "updatedAt": at(key.created_at, Style::Zulu),
        "permissions": key.permissions,
    })))
}

fn me(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let who = world.user(call.user).ok_or_else(|| Problem::text(401, "Authentication required"))?;
    Ok(Reply::ok(&user_with_rights(world, who)))
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every route")]
fn preferences(world: &mut World, _: &Call) -> Result<Reply, Problem> {
    let mut body = json!({
        "albums": { "defaultAssetOrder": "desc" },
        "folders": { "enabled": false, "sidebarWeb": false },
        "memories": { "enabled": true, "duration": 5 },
        "people": { "enabled": true, "sidebarWeb": false },
        "sharedLinks": { "enabled": true, "sidebarWeb": false },
        "ratings": { "enabled": false },
        "tags": { "enabled": false, "sidebarWeb": false },
        "emailNotifications": { "enabled": true, "albumInvite": true, "albumUpdate": true },
        "download": { "archiveSize": 4_294_967_296_u64, "includeEmbeddedVideos": false },
        "purchase": { "showSupportBadge": true, "hideBuyButtonUntil": "2022-02-12T00:00:00.000Z" },
        "cast": { "gCastEnabled": false },
    });
    if world.version.is_v3() {
        body["people"]["minimumFaces"] = json!(super::people::LEAST_FACES);
        body["recentlyAdded"] = json!({ "sidebarWeb": false });
    }
    Ok(Reply::ok(&body))
}

fn partners(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let outward = match call.param("direction") {
        Some("shared-by") => true,
        Some("shared-with") => false,
        _ => {
            return Err(Problem::invalid(vec![Issue::unknown_word(
                "direction",
                &["shared-by", "shared-with"],
            )]));
        }
    };
    let pairs = world.partners.iter().filter_map(|pair| {
        let (own, other) =
            if outward { (pair.shared_by, pair.shared_with) } else { (pair.shared_with, pair.shared_by) };
        let mut body = user(world.user(other).filter(|_| own == call.user)?, Style::Database);
        body["inTimeline"] = json!(pair.in_timeline && !outward);
        Some(body)
    });
    Ok(Reply::ok(&pairs.collect::<Value>()))
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every route")]
fn unique_paths(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let own = world.assets().iter().filter(|asset| {
        asset.owner == call.user && !asset.is_trashed() && asset.visibility == Visibility::Timeline
    });
    let mut folders: Vec<&str> =
        own.filter_map(|asset| asset.original_path.rsplit_once('/').map(|(folder, _)| folder)).collect();
    folders.sort_unstable();
    folders.dedup();
    Ok(Reply::ok(&json!(folders)))
}
