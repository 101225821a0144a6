//! Tags, as `GET /tags` lists them and the detail of an asset names them.
//!
//! A tag knows its whole path. A list of tags is read whole or not at all: a tag left out because one
//! member was strange would look like a tag removed on the server, and be removed from the file.

use crate::ids::TagId;
use crate::json::Json;
use crate::lenient::{instant, member, optional_id, text};
use jiff::Timestamp;

/// A tag of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name on the server.
    pub id: TagId,
    /// The whole path from the root, such as `Places/France/Paris`; never empty.
    pub value: String,
    /// The tag above it; `None` at the root.
    pub parent: Option<TagId>,
    /// When the tag itself was last changed; tagging an asset does not count.
    pub updated_at: Option<Timestamp>,
}

impl Tag {
    /// Reads one tag; `None` without an id or a path.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        Some(Self {
            id: TagId::parse(&text(member(value, "id"))?).ok()?,
            value: text(member(value, "value")).filter(|path| !path.is_empty())?,
            parent: optional_id(value, "parentId", TagId::parse).ok()?,
            updated_at: instant(member(value, "updatedAt")),
        })
    }

    /// Reads a list of tags, whole or not at all.
    pub(crate) fn list_from_json(value: &Json<'_>) -> Option<Vec<Self>> {
        value.as_list()?.iter().map(Self::from_json).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json::answer;

    const ID: &str = "c497f729-9b84-4452-8eb9-d5a186e1e4b5";

    #[test]
    fn a_tag_is_its_whole_path() {
        let tag =
            Tag::from_json(&answer!({"id": ID, "name": "Paris", "value": "Places/Paris", "parentId": ID}));

        let tag = tag.unwrap();
        assert_eq!((tag.value.as_str(), tag.parent), ("Places/Paris", Some(tag.id)));
    }

    #[test]
    fn a_list_with_one_strange_tag_is_unknown_not_shorter() {
        let good = json!({"id": ID, "value": "Places"});

        assert_eq!(Tag::list_from_json(&answer!([good])).map(|tags| tags.len()), Some(1));
        for strange in [json!({"id": ID}), json!({"id": ID, "value": ""}), json!({"value": "x"}), json!("x")]
        {
            assert_eq!(Tag::list_from_json(&answer!([good, strange])), None, "{strange}");
        }
        assert_eq!(Tag::list_from_json(&answer!([{"id": ID, "value": "x", "parentId": "../x"}])), None);
    }
}
