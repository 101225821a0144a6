//! Faces that a person draws, not the machine.

use serde::{Deserialize, Serialize};
use serde_json::json;
use ureq::http::Method;

use crate::error::ApiError;
use crate::ids::{AssetId, FaceId, PersonId};
use crate::version::Trait;
use crate::writer::Writer;

/// A box around a face, in whole pixels of an upright picture of `image_width` by `image_height`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaceArea {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width of the box.
    pub width: u32,
    /// Height of the box.
    pub height: u32,
    /// Width of the picture.
    pub image_width: u32,
    /// Height of the picture.
    pub image_height: u32,
}

impl Writer<'_> {
    /// Says that a person is on an asset, and where. The server does not tell the id of the new face.
    ///
    /// Not repeatable: [`ApiError::Unanswered`] when nobody knows whether it was made; then look at the faces
    /// of the asset. [`ApiError::NotSupported`] before 1.127.
    pub fn make_face(self, asset: &AssetId, person: &PersonId, area: FaceArea) -> Result<(), ApiError> {
        self.need_faces()?;
        let order = json!({
            "assetId": asset,
            "personId": person,
            "x": area.x,
            "y": area.y,
            "width": area.width,
            "height": area.height,
            "imageWidth": area.image_width,
            "imageHeight": area.image_height,
        });
        self.client.order_once("POST /faces", Method::POST, "/faces", &order)
    }

    /// Takes a face off its asset. It is hidden, not forgotten, so that the server does not find it again.
    ///
    /// `false` when there is no such face; after a lost answer also when it went just then.
    pub fn delete_face(self, face: &FaceId) -> Result<bool, ApiError> {
        self.need_faces()?;
        self.client.delete("DELETE /faces/{id}", &format!("/faces/{face}"), &json!({ "force": false }))
    }

    fn need_faces(self) -> Result<(), ApiError> {
        if self.client.has(Trait::FaceOrders) {
            return Ok(());
        }
        Err(ApiError::NotSupported { what: "faces by hand", since: Trait::FaceOrders.since() })
    }
}
