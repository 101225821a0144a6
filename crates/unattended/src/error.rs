//! What can go wrong, and whether it may go better later.

use std::path::PathBuf;

/// Why something unattended could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that is ours could not be read or written.
    #[error("`{path}` cannot be {done}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried, as a participle: `read`.
        done: &'static str,
        /// What the system said.
        source: std::io::Error,
    },

    /// A file of ours holds something else.
    #[error("`{path}` is not what this program wrote: {message}; remove it to begin anew", path = path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

impl Error {
    /// Whether the same may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::File { source, .. } => {
                use std::io::ErrorKind;
                matches!(
                    source.kind(),
                    ErrorKind::Interrupted
                        | ErrorKind::TimedOut
                        | ErrorKind::WouldBlock
                        | ErrorKind::ResourceBusy
                        | ErrorKind::StaleNetworkFileHandle
                )
            }
            Self::Foreign { .. } => false,
        }
    }

    /// Of a file that could not be read, written or renamed.
    pub(crate) fn file(
        path: &std::path::Path,
        done: &'static str,
        source: impl Into<std::io::Error>,
    ) -> Self {
        Self::File { path: path.to_owned(), done, source: source.into() }
    }
}
