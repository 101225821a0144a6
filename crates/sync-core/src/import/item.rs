//! What a source has: photos and videos, each with the files that belong to it.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::deeds::LocalPath;

/// Names an item of a source, the same in every run: a digest of what the source knows it by.
///
/// For a folder that is the absolute path of the file; for an export of Google Photos the address of the photo there. It
/// is never made of a name, a date and a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemId(pub [u8; 16]);

impl ItemId {
    /// The id of what a source of this kind knows by these bytes.
    pub fn of(kind: &str, known_by: &[u8]) -> Self {
        let mut id = [0; 16];
        let mut digest = blake3::Hasher::new_derive_key("immich-sync 2026 item of a source");
        digest.update(kind.as_bytes()).update(&[0]).update(known_by).finalize_xof().fill(&mut id);
        Self(id)
    }

    /// The id of the moving half of this item, which is an asset of its own on the server.
    #[must_use]
    pub fn of_motion(self) -> Self {
        Self::of("motion", &self.0)
    }
}

/// A digest that changes whenever something may have changed: of sizes, times and numbers of files, of what an export
/// says, of options. Made without reading a photo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stamp(pub [u8; 16]);

impl Stamp {
    /// The stamp of these parts, in this order.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut digest = blake3::Hasher::new_derive_key("immich-sync 2026 stamp of an item");
        for part in parts {
            digest.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        let mut stamp = [0; 16];
        digest.finalize_xof().fill(&mut stamp);
        Self(stamp)
    }
}

/// A photo or video with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name, the same in every run.
    pub id: ItemId,
    /// The picture, or the video.
    pub media: Media,
    /// The video of a live or motion photo: uploaded first, hidden, and in no album.
    pub motion: Option<Media>,
    /// Whatever else of it the source looks at: sidecars, JSON. Its stamp is part of [`Item::stamp`].
    pub about: Vec<Media>,
    /// Changes when the item, its companions or what the source says of it may have changed.
    pub stamp: Stamp,
    /// What it has to do with other items, for stacks.
    pub relations: Vec<Relation>,
    /// The stack that the source itself has it in, what is on top first; it is one of them. Unlike [`Item::relations`] no
    /// guess, so nothing is compared; which items these are is part of [`Item::stamp`].
    pub stack: Option<Arc<[ItemId]>>,
}

/// A file, wherever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Where, for messages: the path, or the path of an archive followed by the path in it.
    pub path: LocalPath,
    /// Its name on the server.
    pub name: String,
    /// Picture or video, by its name.
    pub kind: MediaKind,
    /// In bytes.
    pub size: u64,
    /// When it was last changed.
    pub modified: Timestamp,
    /// Changes when its bytes may have changed: of size, time, inode and change time of a file; of the sum and place of
    /// what is in an archive.
    pub stamp: Stamp,
    /// How the source finds it.
    pub locator: Locator,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A raw picture of a camera.
    Raw,
    /// A video.
    Video,
    /// Something about a photo.
    Sidecar,
}

/// How a source finds a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Locator {
    /// By its path.
    File(PathBuf),
    /// In an archive: its number in the source, and a number that the source gave to what is in it.
    Inside {
        /// Which archive.
        archive: u32,
        /// Which of its entries.
        entry: u32,
    },
    /// Nowhere on this machine at the moment. What was sent of it earlier is followed, and nothing of it is read.
    Away {
        /// A number that the source gave to what the file is of.
        entry: u32,
        /// Another one.
        part: u32,
    },
}

/// What an item has to do with others, as the names and identifiers say. Whether they are stacked is for the options to
/// say, and only when they were taken at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Relation {
    /// How they belong together.
    pub kin: Kin,
    /// The same for all that belong together.
    pub key: ItemId,
    /// The smallest comes first in a stack.
    pub rank: u32,
}

/// How items belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kin {
    /// A raw picture and what the camera made of it.
    RawJpeg,
    /// HEIC and JPEG of one exposure.
    HeicJpeg,
    /// Pictures of a burst.
    Burst,
    /// A picture and an edited version of it.
    Edited,
}
