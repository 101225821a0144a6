//! Why a sandbox could not start or could not do what a test asked of it.

use std::{io, path::PathBuf};

/// Why the sandbox failed. What an HTTP client gets as an answer is not an error here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// No port, no thread, or no runtime.
    #[error("cannot start the sandbox server")]
    Start {
        /// What the system said.
        source: io::Error,
    },

    /// A file of the scenario cannot be read.
    #[error("cannot read `{}` of the scenario", path.display())]
    File {
        /// The file on disk.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// ExifTool is needed to read metadata, and no path to it was given.
    #[error("reading metadata again needs ExifTool; tell the scenario with `Scenario::exiftool`")]
    NoExifTool,

    /// ExifTool could not be run.
    #[error("cannot run ExifTool at `{}`", path.display())]
    ExifTool {
        /// The program.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// ExifTool ran, and what it said makes no sense.
    #[error("ExifTool answered nonsense: {message}")]
    ExifToolAnswer {
        /// What is wrong, with the end of its standard error.
        message: String,
    },

    /// The text is no version-4 UUID.
    #[error("`{text}` is no id of the server")]
    BadId {
        /// The text.
        text: String,
    },

    /// The file of the asset is not the server's to move, or the path is not in its storage.
    #[error("the sandbox cannot move asset {id} to `{path}`")]
    CannotMove {
        /// The asset.
        id: crate::AssetId,
        /// Where it was to go.
        path: String,
    },

    /// The sandbox has no such asset.
    #[error("the sandbox has no asset {id}")]
    NoAsset {
        /// The id asked for.
        id: crate::AssetId,
    },
}

impl SandboxError {
    /// Whether the same call may succeed later. Only the system's answers may change.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Start { .. } => true,
            Self::File { .. }
            | Self::NoExifTool
            | Self::ExifTool { .. }
            | Self::ExifToolAnswer { .. }
            | Self::BadId { .. }
            | Self::CannotMove { .. }
            | Self::NoAsset { .. } => false,
        }
    }
}
