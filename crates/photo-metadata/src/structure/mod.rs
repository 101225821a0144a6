//! What a photo or video file is made of: read only, in bounded memory, whatever the bytes are.
//!
//! Three questions are answered here and not by the writer, because a second pair of eyes is the point: what
//! the file is by its content, whether it is whole, and a digest of all that a change of metadata must leave
//! alone. The digest is taken before and after a write, and a difference means that the write is refused.

mod container;

use std::path::Path;

pub use container::{Container, expected_containers};

use crate::error::MetadataError;

/// What an examination found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    /// What the file is by its content.
    pub container: Container,
    /// The digest of everything that a change of metadata must not touch.
    pub payload: PayloadDigest,
    /// What is broken, missing or unexpected, in the order of the file.
    pub problems: Vec<Problem>,
    /// Whether the file carries a signed manifest (C2PA in JUMBF), which any change makes invalid.
    pub signed: bool,
    /// Whether the file has an IPTC record (looked for in JPEG, PNG and TIFF).
    pub has_iptc: bool,
    /// Whether and how a short video is part of the photo.
    pub motion_photo: Option<MotionPhoto>,
    /// Whether the file holds an image sequence with its own timeline (HEIC and AVIF bursts, animations).
    pub image_sequence: bool,
}

/// The digest of all that a change of metadata must not touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadDigest {
    /// BLAKE3 over the protected parts.
    Covered([u8; 32]),
    /// Not computed for this kind of file, or not possible for this one: ask ExifTool's ImageDataHash.
    None,
}

impl PayloadDigest {
    /// Whether the two prove equal or different; `None` when one of them covers nothing.
    pub fn same_as(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Covered(a), Self::Covered(b)) => Some(a == b),
            _ => None,
        }
    }
}

/// How a short video is part of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MotionPhoto {
    /// Samsung's HEIC: an `mpvd` box, with offsets in `sefd` that a rewrite makes stale.
    SamsungHeic,
    /// A video behind the end of the image.
    Trailer,
}

/// What is wrong with a file, or unexpected in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The file has no bytes.
    Empty,
    /// A part says that it is longer than what is left of the file.
    Truncated {
        /// The part: `segment APP1`, `chunk IDAT`, `box mdat`.
        part: String,
        /// How many bytes are missing.
        missing: u64,
    },
    /// The image data end without the mark that ends them: a cut JPEG, PNG or GIF.
    NoEndOfImage,
    /// The bytes at an offset are not what the format asks for.
    Malformed {
        /// What was expected.
        part: String,
        /// Where, in bytes from the start.
        offset: u64,
    },
    /// More parts than a sound file has; the examination stopped there.
    TooComplex,
    /// Bytes behind the end that belong to no trailer that is known. Harmless, and kept.
    TrailingUnknown {
        /// Where they start.
        offset: u64,
        /// How many there are.
        length: u64,
    },
}

impl Problem {
    /// Whether a file with this problem is broken and must not be written.
    pub fn is_damage(&self) -> bool {
        !matches!(self, Self::TrailingUnknown { .. })
    }
}

/// Tells by the first bytes what a file is; 4096 bytes are enough. Never looks at a name.
///
/// The raw formats that are plain TIFF at the start are [`Container::Tiff`] here; [`examine`] knows better.
pub fn sniff(head: &[u8]) -> Option<Container> {
    let _ = head;
    None
}

/// Walks through a file, all of it, and says what it is made of.
pub fn examine(path: &Path) -> Result<Structure, MetadataError> {
    Err(MetadataError::UnknownContainer { path: path.to_path_buf() })
}
