//! Making and undoing stacks.
//!
//! What surprises: an asset that is the primary one of another stack brings all of that stack along, and the
//! other stack is gone; an asset that is another member of it leaves it, and the rest of it stays a stack, be
//! it of one. Whoever wants to undo this has to note the stacks first.

use serde_json::json;
use ureq::http::Method;

use crate::error::ApiError;
use crate::ids::{AssetId, StackId};
use crate::stack::StackMembers;
use crate::version::Trait;
use crate::writer::Writer;

impl Writer<'_> {
    /// Makes a stack of two or more assets; the first one is shown for all of them.
    ///
    /// May be repeated: a second order moves the same assets into a stack of another name, and the first one
    /// is gone. One unknown or foreign id refuses the whole stack ([`ApiError::Status`] 400).
    pub fn make_stack(self, assets: &[AssetId]) -> Result<StackMembers, ApiError> {
        let order = json!({ "assetIds": assets });
        self.client.tell("POST /stacks", Method::POST, "/stacks", &order, StackMembers::from_json)
    }

    /// Shows another asset of a stack for all of them. May be repeated.
    pub fn set_primary(self, stack: &StackId, primary: &AssetId) -> Result<(), ApiError> {
        let path = format!("/stacks/{stack}");
        self.client.order("PUT /stacks/{id}", Method::PUT, &path, &json!({ "primaryAssetId": primary }))
    }

    /// Takes an asset that is not the primary one out of its stack; `false` when it is not in it, also because
    /// an order before, whose answer was lost, took it out.
    ///
    /// [`ApiError::NotSupported`] before 1.144. The last one that is left stays a stack of one.
    pub fn remove_from_stack(self, stack: &StackId, asset: &AssetId) -> Result<bool, ApiError> {
        if !self.client.has(Trait::LeavesStack) {
            let what = "one asset out of a stack";
            return Err(ApiError::NotSupported { what, since: Trait::LeavesStack.since() });
        }
        let path = format!("/stacks/{stack}/assets/{asset}");
        let answer = self.client.delete("DELETE /stacks/{id}/assets/{assetId}", &path, &json!({}));
        match answer {
            Err(ApiError::Status { status: 400, message, .. }) if message == "Asset not in stack" => {
                Ok(false)
            }
            answer => answer,
        }
    }

    /// Dissolves a stack; its assets stay. `false` when there is no such stack; after a lost answer also when it
    /// went just then.
    pub fn delete_stack(self, stack: &StackId) -> Result<bool, ApiError> {
        self.client.delete("DELETE /stacks/{id}", &format!("/stacks/{stack}"), &json!({}))
    }
}
