//! Stacks: assets that Immich shows as one, such as a burst, or a raw file and its picture.
//!
//! The list of all stacks is one answer with every asset in full, so that it is read item by item while it
//! comes, and only the ids are kept.

use serde::Deserialize;

use crate::ids::{AssetId, StackId};
use crate::json::Json;
use crate::lenient::{integer, member, text};

/// The stack that an asset is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Its name on the server.
    pub id: StackId,
    /// The asset that is shown for all of them.
    pub primary: AssetId,
    /// How many assets are in it.
    pub asset_count: Option<u64>,
}

/// A stack with its assets, as far as they are shown: those in the trash are not named, though they stay in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StackMembers {
    /// Its name on the server.
    pub id: StackId,
    /// The asset that is shown for all of them; may be one in the trash.
    #[serde(rename = "primaryAssetId")]
    pub primary: AssetId,
    /// Its assets in the order of the server, the primary one among them.
    #[serde(deserialize_with = "ids_only")]
    pub assets: Vec<AssetId>,
}

impl Stack {
    /// Reads the member `stack`; `None` without both ids.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        Some(Self {
            id: StackId::parse(&text(member(value, "id"))?).ok()?,
            primary: AssetId::parse(&text(member(value, "primaryAssetId"))?).ok()?,
            asset_count: integer(member(value, "assetCount")).and_then(|count| u64::try_from(count).ok()),
        })
    }
}

impl StackMembers {
    /// Reads one stack, whole or not at all.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        let id = |asset: &Json<'_>| AssetId::parse(&text(member(asset, "id"))?).ok();
        Some(Self {
            id: StackId::parse(&text(member(value, "id"))?).ok()?,
            primary: AssetId::parse(&text(member(value, "primaryAssetId"))?).ok()?,
            assets: member(value, "assets")?.as_list()?.iter().map(id).collect::<Option<_>>()?,
        })
    }
}

/// An asset of which only the name is wanted.
#[derive(Deserialize)]
struct Named {
    id: AssetId,
}

fn ids_only<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<AssetId>, D::Error> {
    let named = Vec::<Named>::deserialize(deserializer)?;
    Ok(named.into_iter().map(|asset| asset.id).collect())
}
