//! Why the native code does not do something. It is never a judgement of the file: another writer may do it.

use std::io;

/// Why a file is not read or written natively.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The bytes cannot be had.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    /// It is built in a way that is not edited here; the reason is for people, and starts in the manner of
    /// `its EXIF block …`.
    #[error("{0}")]
    Beyond(String),
}

impl Fault {
    pub(crate) fn beyond(reason: impl Into<String>) -> Self {
        Self::Beyond(reason.into())
    }
}
