//! Notes: what a program keeps with an asset on the server, under a key of its own.
//!
//! They survive a new reading of the file, do not count as a change of the asset, and go with it when it is deleted;
//! `PUT /assets/copy` leaves them behind. The server cannot be searched by them.

use serde_json::{Value, json};
use ureq::http::Method;

use crate::error::ApiError;
use crate::ids::AssetId;
use crate::json::Json;
use crate::lenient::{member, text};
use crate::new_asset::Note;
use crate::orders::{Ordered, halving_of};
use crate::reader::Reader;
use crate::version::Trait;
use crate::writer::Writer;

/// Notes per order; each may have kilobytes.
const BATCH: usize = 500;

impl Reader<'_> {
    /// All notes of an asset, those of others too; [`ApiError::NoSuchAsset`] when the key may not see it,
    /// [`ApiError::NotSupported`] before 2.5.
    pub fn notes(self, asset: &AssetId) -> Result<Vec<Note>, ApiError> {
        self.client.needs_notes()?;
        let read = |answer: &Json<'_>| crate::reader::list(answer, note);
        let notes = self.client.get("GET /assets/{id}/metadata", &format!("/assets/{asset}/metadata"), read);
        notes.map_err(
            |error| {
                if error.is_unknown_id() { ApiError::NoSuchAsset { id: asset.clone() } } else { error }
            },
        )
    }
}

impl Writer<'_> {
    /// Keeps notes with an asset; of a key that it has, the value is replaced. May be repeated.
    pub fn set_notes(self, asset: &AssetId, notes: &[Note]) -> Result<(), ApiError> {
        self.client.needs_notes()?;
        let items: Value = notes.iter().map(|note| json!({ "key": note.key, "value": note.value })).collect();
        let path = format!("/assets/{asset}/metadata");
        let done =
            self.client.order("PUT /assets/{id}/metadata", Method::PUT, &path, &json!({ "items": items }));
        done.map_err(
            |error| {
                if error.is_unknown_id() { ApiError::NoSuchAsset { id: asset.clone() } } else { error }
            },
        )
    }

    /// Keeps one note each with many assets, [`Self::set_notes`] in bulk. May be repeated.
    pub fn set_many_notes(self, notes: &[(AssetId, Note)]) -> Result<Ordered, ApiError> {
        self.client.needs_notes()?;
        halving_of(
            notes,
            BATCH,
            |(asset, _)| asset,
            |batch| {
                let item = |(asset, note): &(AssetId, Note)| json!({ "assetId": asset, "key": note.key, "value": note.value });
                self.tell_notes(Method::PUT, "PUT /assets/metadata", batch.iter().map(item).collect())
            },
        )
    }

    /// Takes the note under this key away from assets, whether they have one or not. May be repeated.
    pub fn remove_notes(self, assets: &[AssetId], key: &str) -> Result<Ordered, ApiError> {
        self.client.needs_notes()?;
        halving_of(
            assets,
            BATCH,
            |asset| asset,
            |batch| {
                let item = |asset: &AssetId| json!({ "assetId": asset, "key": key });
                self.tell_notes(Method::DELETE, "DELETE /assets/metadata", batch.iter().map(item).collect())
            },
        )
    }

    fn tell_notes(self, method: Method, endpoint: &'static str, items: Value) -> Result<(), ApiError> {
        let mut order = serde_json::Map::new();
        order.insert("items".to_owned(), items);
        self.client.order(endpoint, method, "/assets/metadata", &Value::Object(order))
    }
}

impl crate::client::Client {
    fn needs_notes(&self) -> Result<(), ApiError> {
        if self.has(Trait::Notes) {
            return Ok(());
        }
        Err(ApiError::NotSupported { what: "notes of assets", since: Trait::Notes.since() })
    }
}

fn note(item: &Json<'_>) -> Option<Note> {
    Some(Note { key: text(member(item, "key"))?, value: item.get("value").map_or(Value::Null, value) })
}

/// A value of its own.
fn value(json: &Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(switch) => Value::Bool(*switch),
        Json::Number(number) => Value::Number(number.clone()),
        Json::Text(text) => Value::String(text.clone().into_owned()),
        Json::List(items) => Value::Array(items.iter().map(value).collect()),
        Json::Object(members) => Value::Object(
            members.iter().map(|(name, item)| (name.clone().into_owned(), value(item))).collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::answer;

    #[test]
    fn a_note_is_read_with_all_that_is_in_it() {
        let said = answer!({ "key": "immich-sync", "updatedAt": "2026-01-01T00:00:00.000Z",
                             "value": { "a": [1, 2.5, null, true, "ä"], "b": {} } });

        let read = note(&said).unwrap();

        assert_eq!(
            (read.key.as_str(), read.value),
            ("immich-sync", json!({"a": [1, 2.5, null, true, "ä"], "b": {}}))
        );
        assert_eq!(note(&answer!({ "value": {} })), None);
    }
}
