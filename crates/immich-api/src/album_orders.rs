//! Making, filling and removing albums.
//!
//! Names of albums are not unique: making one is the order that must not be given twice. What an album was
//! made for belongs into its description, so that it can be found again when the answer was lost.

use serde_json::{Map, Value, json};
use ureq::http::Method;

use crate::error::ApiError;
use crate::ids::{AlbumId, AssetId};
use crate::json::Json;
use crate::lenient::{member, text};
use crate::orders::{BATCH, ByIds, Ordered};
use crate::writer::Writer;

impl Writer<'_> {
    /// Makes an album with these assets in it; those of others, unless they are partners, are left out by the server
    /// without a word.
    ///
    /// Not repeatable: [`ApiError::Unanswered`] when nobody knows whether it was made, or when it was and not all
    /// assets could be put into it. Then look for an album of that name and description before making it again,
    /// and add what is missing.
    pub fn make_album(self, name: &str, description: &str, assets: &[AssetId]) -> Result<AlbumId, ApiError> {
        const ENDPOINT: &str = "POST /albums";
        let (first, rest) = assets.split_at(assets.len().min(BATCH));
        let order = json!({ "albumName": name, "description": description, "assetIds": first });
        let id = |answer: &Json<'_>| AlbumId::parse(&text(member(answer, "id"))?).ok();
        let album = self.client.tell_once(ENDPOINT, "/albums", &order, id)?;
        // The album is there now, if not with all assets: for the caller that is the same as not to know.
        let added = self.add_to_album(&album, rest);
        added.map_err(|error| ApiError::Unanswered { endpoint: ENDPOINT, source: Box::new(error) })?;
        Ok(album)
    }

    /// Puts assets into an album. `already` are those that are in it, and after a lost answer also those that
    /// came into it just then; `refused` are unknown ones and those that the key may not share.
    pub fn add_to_album(self, album: &AlbumId, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        let path = format!("/albums/{album}/assets");
        let order = ByIds {
            endpoint: "PUT /albums/{id}/assets",
            method: Method::PUT,
            path: &path,
            batch: BATCH,
            already: "duplicate",
        };
        self.by_ids(&order, assets)
    }

    /// Takes assets out of an album. `already` are those that are not in it, and after a lost answer also those
    /// that left it just then.
    pub fn remove_from_album(self, album: &AlbumId, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        let path = format!("/albums/{album}/assets");
        let order = ByIds {
            endpoint: "DELETE /albums/{id}/assets",
            method: Method::DELETE,
            path: &path,
            batch: BATCH,
            already: "not_found",
        };
        self.by_ids(&order, assets)
    }

    /// Gives an album another name or description; `None` leaves it. May be repeated.
    pub fn change_album(
        self,
        album: &AlbumId,
        name: Option<&str>,
        description: Option<&str>,
    ) -> Result<(), ApiError> {
        let mut order = Map::new();
        order.extend(name.map(|name| ("albumName".to_owned(), json!(name))));
        order.extend(description.map(|text| ("description".to_owned(), json!(text))));
        if order.is_empty() {
            return Ok(());
        }
        let path = format!("/albums/{album}");
        self.client.order("PATCH /albums/{id}", Method::PATCH, &path, &Value::Object(order))
    }

    /// Shows an album by this asset, which should be in it. May be repeated.
    pub fn set_cover(self, album: &AlbumId, asset: &AssetId) -> Result<(), ApiError> {
        let order = json!({ "albumThumbnailAssetId": asset });
        self.client.order("PATCH /albums/{id}", Method::PATCH, &format!("/albums/{album}"), &order)
    }

    /// Removes an album; its assets stay. `false` when there is no such album of the user; after a lost answer
    /// also when it went just then.
    pub fn delete_album(self, album: &AlbumId) -> Result<bool, ApiError> {
        self.client.delete("DELETE /albums/{id}", &format!("/albums/{album}"), &json!({}))
    }
}
