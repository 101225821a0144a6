//! Taking over to another asset what belongs to a photo and not to its file, as when an edited file takes the place
//! of an older one.
//!
//! Dangerous: where both are in stacks, the server puts all into the stack of the second and deletes that of the
//! first. Given twice, or for two assets of one stack, the order deletes the only stack there is.
//!
//! Not taken over by the server (measured on 3.0.3): faces and people, archive, notes, tags and whatever else is read
//! from the file.

use serde_json::json;
use ureq::http::Method;

use crate::error::ApiError;
use crate::ids::AssetId;
use crate::version::Trait;
use crate::writer::Writer;

/// What to take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the server has five switches that know nothing of each other"
)]
pub struct CopyWhat {
    /// The albums it is in.
    pub albums: bool,
    /// The heart.
    pub favourite: bool,
    /// The links that it is shared by.
    pub shared_links: bool,
    /// The sidecar, with caption, rating, tags, date and place, as far as those were edited.
    pub sidecar: bool,
    /// The stack it is in. Never for two assets of one stack: the server would dissolve it.
    pub stack: bool,
}

impl CopyWhat {
    /// Everything that the server can.
    pub const ALL: Self =
        Self { albums: true, favourite: true, shared_links: true, sidecar: true, stack: true };
}

impl Writer<'_> {
    /// Takes over from one asset to another; of the sidecar the server reads the second one again, after it has
    /// answered.
    ///
    /// May be repeated, but not with the stack, see above: then a lost answer is [`ApiError::Unanswered`].
    /// [`ApiError::NotSupported`] before 2.2; two ids that are the same, an unknown or a foreign one are
    /// [`ApiError::Status`] 400.
    pub fn copy_asset(self, from: &AssetId, to: &AssetId, what: CopyWhat) -> Result<(), ApiError> {
        const ENDPOINT: &str = "PUT /assets/copy";
        if !self.client.has(Trait::Copy) {
            let what = "what belongs to one asset over to another";
            return Err(ApiError::NotSupported { what, since: Trait::Copy.since() });
        }
        let order = json!({
            "sourceId": from,
            "targetId": to,
            "albums": what.albums,
            "favorite": what.favourite,
            "sharedLinks": what.shared_links,
            "sidecar": what.sidecar,
            "stack": what.stack,
        });
        if what.stack {
            self.client.order_once(ENDPOINT, Method::PUT, "/assets/copy", &order)
        } else {
            self.client.order(ENDPOINT, Method::PUT, "/assets/copy", &order)
        }
    }
}
