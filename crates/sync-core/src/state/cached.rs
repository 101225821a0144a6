//! Answers of the server that are kept because asking again costs too many requests.

use immich_api::{AlbumId, AssetId};
use jiff::Timestamp;

/// An album with the assets that were in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedAlbum {
    /// Which album.
    pub id: AlbumId,
    /// Its name.
    pub name: String,
    /// When the server says it changed last.
    pub updated_at: Option<Timestamp>,
    /// How many assets the server says it has.
    pub asset_count: Option<u64>,
    /// The assets in it, as [`AssetId::as_u128`] makes them numbers.
    pub members: Vec<u128>,
    /// When its members were asked for.
    pub fetched: Timestamp,
}

/// The faces of an asset. From 3.0 on each asset costs a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceRecord {
    /// Which asset.
    pub asset: AssetId,
    /// A hash of the named people that it was asked for; others, and it has to be asked for again.
    pub people: [u8; 32],
    /// The faces, as JSON of [`photo_metadata::Faces`].
    pub faces: String,
    /// The round of re-checks in which it was asked for last.
    pub checked: i64,
}
