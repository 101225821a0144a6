//! Why a library cannot be read, in words for its owner.

use std::path::PathBuf;

/// Why a library, or something in it, cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No library of Photos stands at this path.
    #[error(
        "`{path}` is not a library of Apple Photos; name the folder whose name ends in `.photoslibrary`",
        path = path.display()
    )]
    NotALibrary {
        /// What was given.
        path: PathBuf,
    },

    /// A library of Photos 4 or older, whose database is another one.
    #[error(
        "`{path}` is a library of {made_by}; open it once with Photos of macOS 10.15 or newer, which upgrades it",
        path = path.display()
    )]
    TooOld {
        /// The library.
        path: PathBuf,
        /// Which program wrote it, such as `Photos 4 (macOS 10.14)`.
        made_by: String,
    },

    /// A library of iPhoto or Aperture.
    #[error(
        "`{path}` is a library of iPhoto or Aperture; Photos on a Mac can migrate it (File, Open With, Photos)",
        path = path.display()
    )]
    IPhoto {
        /// The library.
        path: PathBuf,
    },

    /// The system does not let this program read the library.
    #[error(
        "the system does not let `{program}` read `{path}`; on a Mac allow it in System Settings, Privacy & Security, \
         Full Disk Access (also the program that starts it: Terminal, cron, sshd or launchd); elsewhere give it the \
         right to read the folder",
        path = path.display(),
        program = program.display()
    )]
    NotAllowed {
        /// What could not be read.
        path: PathBuf,
        /// The program that needs the permission.
        program: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// Something of the library cannot be read.
    #[error("`{path}` cannot be read", path = path.display())]
    Unreadable {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// Part of the database is a link that leads out of the library.
    #[error("`{path}` is a link that leads out of the library; it is not followed", path = path.display())]
    LeadsOut {
        /// The link.
        path: PathBuf,
    },

    /// The private copy of the database cannot be made.
    #[error("`{path}`, the private copy of the database, cannot be written", path = path.display())]
    Scratch {
        /// The copy.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// The database changed whenever it was copied.
    #[error(
        "`{path}` changed each of the {tries} times it was copied; close Photos, or run again when it is less busy",
        path = path.display()
    )]
    Busy {
        /// The database.
        path: PathBuf,
        /// How many times.
        tries: u32,
    },

    /// The database is damaged.
    #[error(
        "the database of `{path}` is damaged: {problem}; Photos repairs a library when it is opened with Option and \
         Command held",
        path = path.display()
    )]
    Damaged {
        /// The library.
        path: PathBuf,
        /// In which way.
        problem: String,
    },

    /// The database has not what every database of Photos 5 or newer has.
    #[error("the database of `{path}` has no {what}, so its photos cannot be told", path = path.display())]
    Unknown {
        /// The library.
        path: PathBuf,
        /// What it lacks.
        what: String,
    },

    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
}

impl Error {
    /// Whether the same may work the next time without anybody's help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Stopped => true,
            Self::Unreadable { source, .. } | Self::Scratch { source, .. } => {
                matches!(source.kind(), std::io::ErrorKind::Interrupted | std::io::ErrorKind::TimedOut)
            }
            Self::NotALibrary { .. }
            | Self::TooOld { .. }
            | Self::IPhoto { .. }
            | Self::NotAllowed { .. }
            | Self::LeadsOut { .. }
            | Self::Damaged { .. }
            | Self::Unknown { .. } => false,
        }
    }
}
