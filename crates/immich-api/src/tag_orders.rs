//! Making tags, and putting them on assets.
//!
//! Tagging is the slow order: for each asset that gets a tag the server writes a sidecar and reads the file
//! again, some 50 ms inside the request and as much afterwards (measured on 3.0.3 with 377 assets). So few
//! assets go into one order, or its answer would not come before the patience of a proxy ends.

use serde_json::json;
use ureq::http::Method;

use crate::error::{ApiError, BodyProblem};
use crate::ids::{AssetId, TagId};
use crate::orders::{ByIds, Ordered};
use crate::tag::Tag;
use crate::writer::Writer;

/// Assets per order: less than three seconds.
const BATCH: usize = 50;

impl Writer<'_> {
    /// The tags with these paths, such as `review/duplicate`, in the same order; those that do not exist are
    /// made, with the tags above them.
    ///
    /// Slashes at the ends and twice in a row count as nothing. May be repeated: a tag is made once.
    pub fn make_tags(self, paths: &[&str]) -> Result<Vec<Tag>, ApiError> {
        const ENDPOINT: &str = "PUT /tags";
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let tags = self.client.tell(
            ENDPOINT,
            Method::PUT,
            "/tags",
            &json!({ "tags": paths }),
            Tag::list_from_json,
        )?;
        let with_path = |path: &&str| {
            let wanted = path.split('/').filter(|name| !name.is_empty()).collect::<Vec<_>>().join("/");
            tags.iter().find(|tag| tag.value == wanted).cloned()
        };
        let missing = || ApiError::Unexpected {
            endpoint: ENDPOINT,
            problem: BodyProblem::Shape,
            excerpt: "a tag that was ordered is not among those that came".to_owned(),
        };
        paths.iter().map(with_path).collect::<Option<_>>().ok_or_else(missing)
    }

    /// Puts a tag on assets. `already` are those that have it, and after a lost answer also those that got it
    /// just then; `refused` are unknown and foreign ones. What partners show the server tags, too: never ask
    /// for that.
    pub fn tag(self, tag: &TagId, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        let path = format!("/tags/{tag}/assets");
        let order = ByIds {
            endpoint: "PUT /tags/{id}/assets",
            method: Method::PUT,
            path: &path,
            batch: BATCH,
            already: "duplicate",
        };
        self.by_ids(&order, assets)
    }

    /// Takes a tag off assets. `already` are those that do not have it, also because the server does not know
    /// them, and after a lost answer those that lost it just then.
    pub fn untag(self, tag: &TagId, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        let path = format!("/tags/{tag}/assets");
        let order = ByIds {
            endpoint: "DELETE /tags/{id}/assets",
            method: Method::DELETE,
            path: &path,
            batch: BATCH,
            already: "not_found",
        };
        self.by_ids(&order, assets)
    }

    /// Removes a tag, the tags below it, and all of them from the assets.
    ///
    /// `false` when there is no such tag; after a lost answer also when it went just then. The server does not
    /// take the tag out of sidecars: take it off the assets first.
    pub fn delete_tag(self, tag: &TagId) -> Result<bool, ApiError> {
        self.client.delete("DELETE /tags/{id}", &format!("/tags/{tag}"), &json!({}))
    }
}
