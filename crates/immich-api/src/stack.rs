//! Stacks: assets that Immich shows as one, such as a burst, or a raw file and its picture.

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
