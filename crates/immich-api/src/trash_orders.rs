//! The trash: in, and out again.
//!
//! An asset in the trash keeps its albums, tags, faces and its stack, and comes back with them. But where the
//! trash is switched off, or keeps for no day, the server takes such an order all the same and deletes the files
//! in its nightly clean-up. So it is asked first, each time.

use serde_json::json;
use ureq::http::Method;

use crate::error::ApiError;
use crate::ids::AssetId;
use crate::orders::Ordered;
use crate::writer::Writer;

impl Writer<'_> {
    /// Moves assets to the trash, never further.
    ///
    /// [`ApiError::TrashOff`], and nothing is sent, unless the server says that its trash is on and for how many
    /// days it keeps. One refused id does not keep the others out. May be repeated.
    pub fn trash(self, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        if assets.is_empty() {
            return Ok(Ordered::default());
        }
        if !self.client.reader().trash_rule()?.keeps() {
            return Err(ApiError::TrashOff);
        }
        self.by_halves(
            "DELETE /assets",
            (Method::DELETE, "/assets"),
            assets,
            |batch| json!({ "ids": batch, "force": false }),
        )
    }

    /// Takes assets out of the trash; those that are not in it count as taken, too. May be repeated.
    pub fn restore(self, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        const PATH: &str = "/trash/restore/assets";
        self.by_halves(
            "POST /trash/restore/assets",
            (Method::POST, PATH),
            assets,
            |batch| json!({ "ids": batch }),
        )
    }
}
