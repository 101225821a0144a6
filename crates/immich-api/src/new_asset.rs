//! What an upload says of a file, and what the server makes of it.

use jiff::Timestamp;
use serde_json::Value;

use crate::asset::Visibility;
use crate::ids::AssetId;
use crate::json::Json;
use crate::lenient::{boolean, member, text};

/// A file to upload, without its bytes.
#[derive(Debug, Clone, Copy)]
pub struct NewAsset<'a> {
    /// The name that the server shows. Its extension decides whether the server takes it, and as what. What
    /// stands before a slash or a backslash is dropped by the server; a control character becomes `_`.
    pub file_name: &'a str,
    /// Bytes; exactly so many have to come.
    pub size: u64,
    /// SHA-1 of the bytes, where it is known. The server believes it: of a file that it has, it takes no byte.
    pub checksum: Option<[u8; 20]>,
    /// When it was taken, for a file that does not say so itself.
    pub created: Timestamp,
    /// When the file was changed last; becomes the time of the stored file.
    pub modified: Timestamp,
    /// The heart.
    pub is_favourite: bool,
    /// Where to show it; `None` leaves it to the server (the timeline).
    pub visibility: Option<Visibility>,
    /// The moving part, uploaded before; the server hides it then.
    pub live_photo_video: Option<&'a AssetId>,
    /// An XMP sidecar, whose values win over those of the file.
    pub sidecar: Option<&'a [u8]>,
    /// Notes to keep with it. Left out before 2.5, where the server takes none of ours.
    pub notes: &'a [Note],
    /// What the uploading device calls it, and the device; demanded up to 2.x, ignored by 3.x.
    pub device: (&'a str, &'a str),
}

impl<'a> NewAsset<'a> {
    /// A file and nothing else about it.
    pub fn new(file_name: &'a str, size: u64, created: Timestamp, modified: Timestamp) -> Self {
        Self {
            file_name,
            size,
            checksum: None,
            created,
            modified,
            is_favourite: false,
            visibility: None,
            live_photo_video: None,
            sidecar: None,
            notes: &[],
            device: (file_name, "immich-sync"),
        }
    }
}

/// A value that the server keeps with an asset, under a key that its owner chooses. Nobody sees it in the web page,
/// and no job of the server touches it.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Whose note it is, such as `immich-sync`.
    pub key: String,
    /// Must be an object.
    pub value: Value,
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The asset that has these bytes now.
    pub id: AssetId,
    /// Whether it is new.
    pub status: UploadStatus,
    /// Whether it is in the trash; `None` when the server did not say, as none does up to 3.0.
    pub is_trashed: Option<bool>,
}

/// Whether an upload made a new asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadStatus {
    /// It did.
    Created,
    /// The user had these bytes already, perhaps in the trash. Nothing of the form was used.
    Duplicate {
        /// An earlier try of the same call was sent to its end and its answer got lost, so that the asset may well
        /// be the one that it made, with all of the form.
        maybe_ours: bool,
    },
}

impl Uploaded {
    /// Reads the answer to an upload; whose duplicate it is, the caller knows.
    pub(crate) fn from_json(answer: &Json<'_>) -> Option<Self> {
        let status = match text(member(answer, "status"))?.as_str() {
            "created" => UploadStatus::Created,
            "duplicate" => UploadStatus::Duplicate { maybe_ours: false },
            _ => return None,
        };
        let id = AssetId::parse(&text(member(answer, "id"))?).ok()?;
        Some(Self { id, status, is_trashed: boolean(member(answer, "isTrashed")) })
    }
}
