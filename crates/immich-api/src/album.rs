//! Albums, as `GET /albums` lists them.
//!
//! Up to 2.x an album names its owner; from 3.0 on the owner is the one of its users with that role. And up
//! to 2.x shared albums come only when asked for, while 3.0 lists all and ignores the question.

use crate::ids::{AlbumId, UserId};
use crate::json::Json;
use crate::lenient::{boolean, instant, integer, member, text};
use jiff::Timestamp;

/// An album; names are not unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Album {
    /// Its name on the server.
    pub id: AlbumId,
    /// As the user named it.
    pub name: String,
    /// What the user wrote about it.
    pub description: String,
    /// Whose it is; `None` when the server does not say.
    pub owner_id: Option<UserId>,
    /// Others see it too.
    pub is_shared: bool,
    /// How many assets are in it.
    pub asset_count: Option<u64>,
    /// When the album, or what is in it, last changed.
    pub updated_at: Option<Timestamp>,
    /// When an asset of it last changed.
    pub last_modified_asset: Option<Timestamp>,
}

/// Whose albums are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AlbumScope {
    /// Those of the user, shared with others or not.
    #[default]
    Own,
    /// Also those that others share with the user.
    OwnAndShared,
}

impl Album {
    /// Reads one album; `None` without an id.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        Some(Self {
            id: AlbumId::parse(&text(member(value, "id"))?).ok()?,
            name: text(member(value, "albumName")).unwrap_or_default(),
            description: text(member(value, "description")).unwrap_or_default(),
            owner_id: owner(value),
            is_shared: boolean(member(value, "shared")).unwrap_or(false),
            asset_count: integer(member(value, "assetCount")).and_then(|count| u64::try_from(count).ok()),
            updated_at: instant(member(value, "updatedAt")),
            last_modified_asset: instant(member(value, "lastModifiedAssetTimestamp")),
        })
    }
}

fn owner(value: &Json<'_>) -> Option<UserId> {
    let named = member(value, "ownerId").and_then(Json::as_str);
    let in_role = || {
        let users = member(value, "albumUsers")?.as_list()?;
        let owner = users.iter().find(|user| user.get("role").and_then(Json::as_str) == Some("owner"))?;
        owner.get("user")?.get("id")?.as_str()
    };
    named.or_else(in_role).and_then(|id| UserId::parse(id).ok())
}
