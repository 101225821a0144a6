//! Tags.

use serde_json::{Value, json};

use super::{Style, at};
use crate::model::Tag;

/// A tag; `parentId` and `color` are there only when there is one.
pub(crate) fn tag(tag: &Tag, style: Style) -> Value {
    let mut body = json!({
        "id": tag.id.to_string(),
        "name": tag.value.rsplit('/').next().unwrap_or_default(),
        "value": tag.value,
        "createdAt": at(tag.created_at, style),
        "updatedAt": at(tag.updated_at, style),
    });
    if let Some(parent) = tag.parent {
        body["parentId"] = json!(parent.to_string());
    }
    if let Some(color) = &tag.color {
        body["color"] = json!(color);
    }
    body
}
