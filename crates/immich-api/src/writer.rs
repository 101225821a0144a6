//! The half of the client that changes things on the server.
//!
//! Each order sets a state or starts a job that may run twice, so each may be repeated after a lost answer.

use serde_json::json;
use ureq::http::Method;

use crate::client::Client;
use crate::error::ApiError;
use crate::ids::{AssetId, LibraryId};

/// Ids per order: 40 kB of the 10 MB that the server takes, and a short moment of its time.
const BATCH: usize = 1000;
/// Refused assets after which something else must be wrong than single assets.
const MOST_REFUSED: usize = 100;

/// Gives orders to the server.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    pub(crate) client: &'a Client,
}

/// What became of an order for many assets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ordered {
    /// How many assets the server took the order for.
    pub taken: usize,
    /// Assets that it knows no more, or that the key may not change.
    pub refused: Vec<AssetId>,
}

impl Writer<'_> {
    /// Has the server read the metadata of these assets from their files again.
    ///
    /// It may be asked for assets of the key's user only. The server refuses a whole batch for one unknown
    /// or foreign id, so a refused batch is halved until those stand alone. It answers before it has read
    /// anything.
    pub fn refresh_metadata(self, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        let mut ordered = Ordered::default();
        let mut batches: Vec<&[AssetId]> = assets.chunks(BATCH).rev().collect();
        while let Some(batch) = batches.pop() {
            match self.refresh_batch(batch) {
                Ok(()) => ordered.taken += batch.len(),
                Err(error) if !refuses_an_asset(&error) || ordered.refused.len() == MOST_REFUSED => {
                    return Err(error);
                }
                Err(_) if batch.len() == 1 => ordered.refused.extend_from_slice(batch),
                Err(_) => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    batches.extend([second, first]);
                }
            }
        }
        Ok(ordered)
    }

    fn refresh_batch(self, batch: &[AssetId]) -> Result<(), ApiError> {
        let order = json!({ "assetIds": batch, "name": "refresh-metadata" });
        self.client.order("POST /assets/jobs", Method::POST, "/assets/jobs", &order)
    }

    /// Has the server look for sidecars that were put next to files since; for everybody but
    /// administrators [`ApiError::AdminNeeded`].
    ///
    /// Reading metadata again finds no new sidecar. `false` when such a job runs already.
    pub fn discover_sidecars(self) -> Result<bool, ApiError> {
        let order = json!({ "command": "start", "force": false });
        match self.client.order("PUT /jobs/sidecar", Method::PUT, "/jobs/sidecar", &order) {
            Ok(()) => Ok(true),
            Err(ApiError::Status { status: 400, message, .. }) if message == "Job is already running" => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Has the server look through an external library for changed files; for everybody but
    /// administrators [`ApiError::AdminNeeded`].
    pub fn scan_library(self, library: &LibraryId) -> Result<(), ApiError> {
        let path = format!("/libraries/{library}/scan");
        self.client.order("POST /libraries/{id}/scan", Method::POST, &path, &json!({}))
    }
}

fn refuses_an_asset(error: &ApiError) -> bool {
    matches!(error, ApiError::Status { status: 400, message, .. } if message.starts_with("Not found or no "))
}
