//! Why a picture could not be made: nearly always a wish that its container cannot hold.

use std::io;
use std::path::PathBuf;

use crate::Kind;

/// Why a picture could not be made or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The container has no place for this kind of data.
    #[error("{kind:?} cannot hold {what}")]
    CannotHold {
        /// The container asked for.
        kind: Kind,
        /// What it has no place for.
        what: &'static str,
    },

    /// The data has a place, but is longer than its length field can say.
    #[error("{what} of {bytes} bytes is too long for its place")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Its length in bytes.
        bytes: usize,
    },

    /// The pixel encoder refused.
    #[error("cannot encode the pixels")]
    Encode(#[from] image::ImageError),

    /// The file system refused.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl PictureError {
    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Write { source, .. } => {
                matches!(source.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
            }
            Self::CannotHold { .. } | Self::TooLong { .. } | Self::Encode(_) => false,
        }
    }
}
