//! External libraries, which only administrators may list.

use crate::ids::{LibraryId, UserId};
use crate::json::Json;
use crate::lenient::{member, text};

/// An external library: folders that Immich shows and does not manage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Its name on the server.
    pub id: LibraryId,
    /// Whose assets it holds; `None` when the server does not say.
    pub owner_id: Option<UserId>,
    /// As the administrator named it.
    pub name: String,
    /// The folders, as the server sees them.
    pub import_paths: Vec<String>,
}

impl Library {
    /// Reads one library; `None` without an id.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        let paths = member(value, "importPaths").and_then(Json::as_list).into_iter().flatten();
        Some(Self {
            id: LibraryId::parse(&text(member(value, "id"))?).ok()?,
            owner_id: text(member(value, "ownerId")).and_then(|owner| UserId::parse(&owner).ok()),
            name: text(member(value, "name")).unwrap_or_default(),
            import_paths: paths.filter_map(|path| text(Some(path))).collect(),
        })
    }
}
