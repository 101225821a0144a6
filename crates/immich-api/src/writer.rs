//! The half of the client that changes things on the server.
//!
//! Each order says what becomes of it when its answer gets lost. Nearly all set a state or start a job that may
//! run twice, and are repeated by themselves; so is an upload, as the server knows a file by its bytes. The three
//! that would make a second thing (an album, a person, a face) are not: they end with [`ApiError::Unanswered`], and whoever
//! gave them looks for what they would have made.
//!
//! Nothing here deletes a photo: assets go to the trash at most, and only where the trash keeps them.

use serde_json::json;
use ureq::http::Method;

use crate::client::Client;
use crate::error::ApiError;
use crate::ids::{AssetId, LibraryId};
use crate::orders::Ordered;

/// Gives orders to the server.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    pub(crate) client: &'a Client,
}

impl Writer<'_> {
    /// Has the server read the metadata of these assets from their files again.
    ///
    /// It may be asked for assets of the key's user only. The server refuses a whole batch for one unknown
    /// or foreign id, so a refused batch is halved until those stand alone. It answers before it has read
    /// anything. A lost answer is repeated: reading twice does no harm.
    pub fn refresh_metadata(self, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        self.by_halves(
            "POST /assets/jobs",
            (Method::POST, "/assets/jobs"),
            assets,
            |batch| json!({ "assetIds": batch, "name": "refresh-metadata" }),
        )
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
