//! What is to be done for one file, as data.

use std::path::PathBuf;

use photo_metadata::PhotoFields;
use photo_metadata::replace::FileIdentity;

use super::{ExportStamp, LeftKind, Part};

/// What was decided about a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decision {
    /// Something to do.
    Do(Box<Step>),
    /// Nothing, and why.
    Leave { path: PathBuf, part: Option<Part>, kind: LeftKind },
}

/// A file to be exported.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) asset: String,
    pub(super) part: Part,
    pub(super) slot: u64,
    pub(super) unit: u64,
    pub(super) number: u32,
    /// Below the destination.
    pub(super) path: PathBuf,
    pub(super) stamp: ExportStamp,
    pub(super) content: Content,
    /// Bytes, about.
    pub(super) bytes: u64,
    /// The time that the file gets, in nanoseconds since 1970; `None` for that of the file in the library.
    pub(super) mtime_ns: Option<i64>,
    pub(super) expects: Expects,
    /// Whether another file has the name that it would have.
    pub(super) is_renamed: bool,
}

/// What a file is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// A file of the library, as it is.
    File(PathBuf),
    /// A file of the library, with what is known written into the copy.
    Embedded { file: PathBuf, fields: Box<PhotoFields> },
    /// What is known, as XMP, of this file of the library.
    Sidecar { fields: Box<PhotoFields>, beside: PathBuf },
}

/// What has to be at the place of a file when it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Expects {
    /// Nothing.
    Nothing,
    /// The file that we exported earlier, as it was, with this digest.
    Ours { identity: FileIdentity, digest: [u8; 32] },
    /// A file with the right bytes already: it is taken as ours. The digest is known once it was compared.
    Same { identity: FileIdentity, digest: [u8; 32] },
}
