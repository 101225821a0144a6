//! What the owner of a library should know although it can be read.

use std::fmt;
use std::path::PathBuf;

use crate::Version;

/// Something that the owner should know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The library was written by a version of Photos that this crate was not checked against.
    UnknownVersion(Version),
    /// The database does not say which version wrote it.
    NoVersion,
    /// A link in the library leads out of it. It was not followed.
    LeadsOut(PathBuf),
    /// A folder of the library cannot be listed: what is in it counts as not here.
    FolderUnreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// The database lacks a table; what it would say is missing from all assets.
    NoTable(&'static str),
    /// A folder or an album is in a folder that does not exist, or is in itself. It is told as if it were at the top.
    FolderLost {
        /// The UUID of the folder or album.
        uuid: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownVersion(version) => write!(
                formatter,
                "this library was written by a version of Photos that is not known here (model {}); everything that \
                 was found is told, look at it before you rely on it",
                version.model
            ),
            Self::NoVersion => {
                write!(formatter, "the database does not say which version of Photos wrote it")
            }
            Self::LeadsOut(path) => {
                write!(
                    formatter,
                    "`{}` is a link that leads out of the library; it is not followed",
                    path.display()
                )
            }
            Self::FolderUnreadable { path, problem } => {
                write!(
                    formatter,
                    "`{}` cannot be listed ({problem}); its files count as missing",
                    path.display()
                )
            }
            Self::NoTable(table) => {
                write!(formatter, "the database has no table {table}; what it would say is not told")
            }
            Self::FolderLost { uuid } => {
                write!(
                    formatter,
                    "`{uuid}` is in a folder that does not exist or is in itself; told as if at the top"
                )
            }
        }
    }
}
