//! Users: what anybody may see of them, and what they see of themselves.

use serde_json::{Value, json};

use super::{Style, at};
use crate::{User, world::World};

/// What anybody may see.
pub(crate) fn user(user: &User, style: Style) -> Value {
    json!({
        "id": user.id.to_string(),
        "email": user.email,
        "name": user.name,
        "profileImagePath": "",
        "avatarColor": if user.is_admin { "red" } else { "gray" },
        "profileChangedAt": at(user.created_at, style),
    })
}

/// `GET /users/me`.
pub(crate) fn user_with_rights(world: &World, who: &User) -> Value {
    let mut body = user(who, Style::Zulu);
    let managed = world.assets().iter().filter(|asset| asset.owner == who.id && asset.library.is_none());
    let usage: u64 = managed.filter_map(|asset| asset.size).sum();
    body["storageLabel"] = json!(who.storage_label);
    body["shouldChangePassword"] = json!(true);
    body["isAdmin"] = json!(who.is_admin);
    body["createdAt"] = json!(at(who.created_at, Style::Zulu));
    body["deletedAt"] = Value::Null;
    body["updatedAt"] = json!(at(who.created_at, Style::Zulu));
    body["oauthId"] = json!("");
    body["quotaSizeInBytes"] = Value::Null;
    body["quotaUsageInBytes"] = json!(usage);
    body["status"] = json!("active");
    body["license"] = Value::Null;
    body
}
