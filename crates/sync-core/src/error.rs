//! Why a run could not start or had to end. One photo that fails is not an error of the run.

use std::path::PathBuf;

use immich_api::ApiError;
use photo_metadata::MetadataError;

/// What makes the rest of a run pointless.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The server.
    #[error(transparent)]
    Api(#[from] ApiError),

    /// The writer of metadata, or the disk.
    #[error(transparent)]
    Metadata(#[from] MetadataError),

    /// Uploads, one after the other. What arrived is remembered.
    #[error("no photo can be sent")]
    UploadsFail {
        /// Why the last one failed.
        source: ApiError,
    },

    /// A source of photos.
    #[error(transparent)]
    Source(#[from] crate::import::SourceError),

    /// A library of Apple Photos.
    #[error(transparent)]
    Photos(#[from] apple_photos::Error),

    /// The state database.
    #[error("the state in `{}` cannot be used: {message}", path.display())]
    State {
        /// The database or its folder.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
        /// What the database said.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },

    /// Another run works with the same state or the same library.
    #[error("another run is using `{}` ({holder}); wait for it, or end it", path.display())]
    Locked {
        /// What is locked.
        path: PathBuf,
        /// Who holds it, as far as known.
        holder: String,
    },

    /// The library folder.
    #[error("the library folder `{}` cannot be used: {message}", path.display())]
    Library {
        /// The folder.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },

    /// A file or folder that the user named, other than the library.
    #[error("{what} `{}` cannot be used: {message}", path.display())]
    Named {
        /// What it is for.
        what: &'static str,
        /// Where it is.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },

    /// The state belongs to another server or user.
    #[error("this state belongs to {known}, but the key is for {found}; use another --state-dir")]
    OtherServer {
        /// Server and user that the state was made with.
        known: String,
        /// Server and user that answered now.
        found: String,
    },

    /// The user has to say something first.
    #[error("{0}")]
    NeedsAnswer(String),

    /// The run would take away or change much of what was written before.
    #[error("{0}. Nothing was changed; look at it with --dry-run, and say --yes if it is right")]
    Brake(String),

    /// Much of what was imported is gone from its source. Everything else was done.
    #[error(
        "{gone} of {managed} photos are gone from the source and would go to the trash of the server; none of them did. If that is right, say --yes; what is new or changed was sent"
    )]
    SourceShrank {
        /// Gone.
        gone: u64,
        /// Remembered of this source.
        managed: u64,
    },

    /// Much of what was exported is gone from the library. Everything else was done.
    #[error(
        "{gone} of {managed} exported files are gone from the library, or have other places by now, and would go to the trash; none of them did. If that is right, say --yes; what is new or changed was exported"
    )]
    ExportShrank {
        /// Gone.
        gone: u64,
        /// Remembered of this export.
        managed: u64,
    },

    /// Something that the journal should know, named by a user.
    #[error("nothing is known of {0}; `immich-sync history` lists what was done")]
    NothingKnown(String),

    /// Something was done on the server and can be taken back only there.
    #[error(
        "what {0} did on the server can be taken back only there; name the server and the API key (--server, --api-key-file or the config file)"
    )]
    NeedsServer(String),

    /// Photos do not add up: a fault of the program.
    #[error("a fault of the program: {done} done + {skipped} skipped + {failed} failed is not {seen} seen")]
    DoesNotAddUp {
        /// Changed.
        done: u64,
        /// Skipped.
        skipped: u64,
        /// Failed.
        failed: u64,
        /// Looked at.
        seen: u64,
    },
}

impl SyncError {
    /// Whether the same run may succeed later without anybody's help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Api(error) | Self::UploadsFail { source: error } => error.is_transient(),
            Self::Metadata(error) => error.is_transient(),
            Self::Source(error) => error.is_transient(),
            Self::Photos(error) => error.is_transient(),
            Self::Locked { .. } => true,
            Self::State { .. }
            | Self::Library { .. }
            | Self::Named { .. }
            | Self::OtherServer { .. }
            | Self::NeedsAnswer(_)
            | Self::Brake(_)
            | Self::SourceShrank { .. }
            | Self::ExportShrank { .. }
            | Self::NothingKnown(_)
            | Self::NeedsServer(_)
            | Self::DoesNotAddUp { .. } => false,
        }
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}
