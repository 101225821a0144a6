//! Why reading or writing a file's metadata failed, in words for the person who owns the file.
//!
//! A disk that is full ends a run, a file that changed meanwhile is looked at again later, and a hard link is
//! a question of policy: so each of these has a variant of its own, and callers never parse a message.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// Why a file could not be read, examined or replaced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The ExifTool program could not be started at all.
    #[error("cannot start ExifTool as `{}`; install it (https://exiftool.org) or set its path", program.display())]
    ExifToolMissing {
        /// What was started.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// ExifTool starts but is not usable: it ended at once, or did not tell a version.
    #[error("`{}` does not work as ExifTool: {message}", program.display())]
    ExifToolUnusable {
        /// What was started.
        program: PathBuf,
        /// What it said, or what was wrong with its answer.
        message: String,
    },

    /// ExifTool is older than the oldest version that is safe to run.
    #[error("ExifTool {found} is too old; install {needed} or newer (https://exiftool.org)")]
    ExifToolTooOld {
        /// The version that answered.
        found: String,
        /// The oldest version that is accepted.
        needed: String,
    },

    /// ExifTool ended in the middle of a command.
    #[error("ExifTool stopped in the middle of a command: {message}")]
    ExifToolStopped {
        /// The end of what it wrote to stderr.
        message: String,
    },

    /// A command took longer than it may; the process was ended.
    #[error("ExifTool did not finish within {seconds} s and was ended")]
    ExifToolTimeout {
        /// The time the command had, in seconds.
        seconds: u64,
    },

    /// A command printed more than any answer of ours can be.
    #[error("ExifTool printed more than {limit} bytes and was ended")]
    ExifToolOutput {
        /// The most that is accepted, in bytes.
        limit: usize,
    },

    /// A path that cannot be handed to ExifTool literally.
    #[error("`{}` cannot be given to ExifTool: {reason}", path.display())]
    UnsupportedName {
        /// The path as it is.
        path: PathBuf,
        /// What is in the way.
        reason: &'static str,
    },

    /// Nothing is at the path (any more).
    #[error("`{}` does not exist", path.display())]
    Missing {
        /// The path that was asked for.
        path: PathBuf,
    },

    /// A folder, a symbolic link, a device, anything but a regular file.
    #[error("`{}` is {what}, not a regular file", path.display())]
    NotRegular {
        /// The path that was asked for.
        path: PathBuf,
        /// What it is instead.
        what: &'static str,
    },

    /// Somebody else changed the file since it was looked at; their version stays.
    #[error("`{}` changed meanwhile ({change}); left as it is", path.display())]
    Conflict {
        /// The file.
        path: PathBuf,
        /// Which of the properties changed.
        change: &'static str,
    },

    /// The file has further names; replacing it would separate them.
    #[error("`{}` has {links} hard links; replacing it would leave the other names with the old content", path.display())]
    HardLinked {
        /// The file.
        path: PathBuf,
        /// How many names it has.
        links: u64,
    },

    /// The file system is mounted read-only.
    #[error("`{}` is on a read-only file system; mount it for writing", path.display())]
    ReadOnly {
        /// The file or folder.
        path: PathBuf,
    },

    /// The immutable or append-only attribute is set.
    #[error("`{}` is marked immutable or append-only; `chattr -i -a` takes that away", path.display())]
    Immutable {
        /// The file.
        path: PathBuf,
    },

    /// Not allowed to do this.
    #[error("no permission to {action} `{}`; check its owner and mode", path.display())]
    NoPermission {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },

    /// No space, no inodes, or over quota: the rest of the run would fail as well.
    #[error("no space left for `{}`, or no inodes; make room, and run again", path.display())]
    DiskFull {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// Another program holds the file; typical for network shares.
    #[error("`{}` is in use by another program", path.display())]
    Busy {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// The name does not fit the file system.
    #[error("the name of `{}` is too long for its file system", path.display())]
    NameTooLong {
        /// The path.
        path: PathBuf,
    },

    /// What the writer left in the work folder is not a new version that may replace an original.
    #[error("the new version of `{}` is refused: {reason}", path.display())]
    NewVersionRefused {
        /// The original, which is untouched.
        path: PathBuf,
        /// What is wrong with the new version.
        reason: &'static str,
    },

    /// An attribute of the original could not be given to the new version.
    #[error("cannot keep {attribute} of `{}`", path.display())]
    AttributeNotKept {
        /// The original, which is untouched.
        path: PathBuf,
        /// Owner, mode, times, or the name of an extended attribute.
        attribute: String,
        /// What the system said.
        source: io::Error,
    },

    /// A work folder whose name is not one of ours, or that holds what we never put there.
    #[error("`{}` is not a work folder of this program: {reason}", path.display())]
    NotOurWorkFolder {
        /// The folder.
        path: PathBuf,
        /// Why it is not one of ours.
        reason: &'static str,
    },

    /// By its content no kind of file that we know.
    #[error("`{}` is no kind of photo or video that is known", path.display())]
    UnknownContainer {
        /// The file.
        path: PathBuf,
    },

    /// ExifTool could not make sense of the file.
    #[error("cannot read the metadata of `{}`: {message}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// In ExifTool's words.
        message: String,
    },

    /// The writer would not write the file, or not these values.
    #[error("`{}` cannot be written: {message}", path.display())]
    WriteRefused {
        /// The file, which is untouched.
        path: PathBuf,
        /// Why, in the writer's words.
        message: String,
    },

    /// The native code does not read or write a file that is built like this; another writer may.
    #[error("`{}` needs ExifTool: {reason}", path.display())]
    Beyond {
        /// The file, which is untouched.
        path: PathBuf,
        /// Why.
        reason: String,
    },

    /// The writer broke off, for a reason of the machine and not of the file.
    #[error("writing a new version of `{}` failed: {message}", path.display())]
    WriteFailed {
        /// The file, which is untouched.
        path: PathBuf,
        /// Why, in the writer's words.
        message: String,
    },

    /// The new version was renamed into place, but whether that lasts could not be made sure.
    #[error("the new version of `{}` may not be safe on the disk yet", path.display())]
    Unconfirmed {
        /// The file, which holds the new version as far as can be seen.
        path: PathBuf,
        /// What the system said.
        source: Box<MetadataError>,
    },

    /// Writing into the file itself broke off, and the old bytes could not be brought back yet.
    #[error("`{}` is written in part; the next start brings its old content back", path.display())]
    HalfWritten {
        /// The file, which is neither the old version nor the new one.
        path: PathBuf,
        /// Why the old bytes are not back.
        source: Box<MetadataError>,
    },

    /// The new version is not the original with the wanted changes and nothing else.
    #[error("the new version of `{}` was not right and was thrown away: {finding}", path.display())]
    NotVerified {
        /// The original, which is untouched.
        path: PathBuf,
        /// What was wrong.
        finding: String,
    },

    /// Any other answer of the file system.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as a verb: `read`, `sync`.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl MetadataError {
    /// Whether the same call may succeed later without anybody's help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::ExifToolStopped { .. }
            | Self::WriteFailed { .. }
            | Self::Unconfirmed { .. }
            | Self::HalfWritten { .. }
            | Self::ExifToolTimeout { .. }
            | Self::Conflict { .. }
            | Self::Busy { .. } => true,
            Self::ExifToolMissing { .. }
            | Self::ExifToolUnusable { .. }
            | Self::ExifToolTooOld { .. }
            | Self::ExifToolOutput { .. }
            | Self::UnsupportedName { .. }
            | Self::Missing { .. }
            | Self::NotRegular { .. }
            | Self::HardLinked { .. }
            | Self::ReadOnly { .. }
            | Self::Immutable { .. }
            | Self::NoPermission { .. }
            | Self::DiskFull { .. }
            | Self::NameTooLong { .. }
            | Self::NewVersionRefused { .. }
            | Self::AttributeNotKept { .. }
            | Self::NotOurWorkFolder { .. }
            | Self::Unreadable { .. }
            | Self::WriteRefused { .. }
            | Self::Beyond { .. }
            | Self::NotVerified { .. }
            | Self::UnknownContainer { .. } => false,
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::Interrupted | io::ErrorKind::TimedOut)
            }
        }
    }

    /// Whether the file may hold the new version, or a part of it, all the same: the next start finds out.
    pub fn is_unsettled(&self) -> bool {
        matches!(self, Self::Unconfirmed { .. } | Self::HalfWritten { .. })
    }

    /// Whether the disk is full, which makes the rest of a run pointless.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::DiskFull { .. })
    }

    /// Sorts an answer of the file system into the reason it stands for.
    pub fn from_io(path: &Path, action: &'static str, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOENT) => Self::Missing { path },
            Some(Errno::ROFS) => Self::ReadOnly { path },
            Some(Errno::ACCESS | Errno::PERM) => Self::NoPermission { path, action, source },
            Some(Errno::NOSPC | Errno::DQUOT) => Self::DiskFull { path, source },
            Some(Errno::BUSY | Errno::TXTBSY | Errno::STALE) => Self::Busy { path, source },
            Some(Errno::NAMETOOLONG) => Self::NameTooLong { path },
            Some(Errno::LOOP) => Self::NotRegular { path, what: "a symbolic link" },
            _ => Self::Io { path, action, source },
        }
    }

    /// The same for the calls that answer with a bare error number.
    pub(crate) fn from_errno(path: &Path, action: &'static str, errno: Errno) -> Self {
        Self::from_io(path, action, errno.into())
    }
}
