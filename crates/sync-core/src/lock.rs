//! One run at a time per state folder, and one per library folder.
//!
//! The locks are those of the kernel (`flock`): they vanish with the process however it ends, so there is no
//! stale lock to be explained to anybody, and no process id to be believed. What stands in the lock file is
//! only for the message to the other run.
//!
//! A library is locked through a handle of the folder itself, so nothing is made in it. A network file
//! system often cannot do that (NFS needs a handle open for writing, which a folder never is); this is told,
//! and no obstacle: the lock of the state folder still stands.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;

use crate::error::SyncError;
use crate::state::folder;

/// The name of the lock file in the state folder.
const FILE_NAME: &str = "lock";

/// A note of the holder is one line; anything longer is none of ours.
const LONGEST_NOTE: u64 = 400;

/// The right to write the state, until it is dropped or the process ends.
#[derive(Debug)]
#[must_use = "the lock is gone as soon as this is dropped"]
pub struct RunLock {
    file: File,
}

impl RunLock {
    /// Takes the state folder, which is made (0700) when missing, without waiting. `holder` says who that
    /// is ("pid 4711 on nas, since 12:30"), for the message that another run shows: [`SyncError::Locked`].
    pub fn acquire(path: &Path, holder: &str) -> Result<Self, SyncError> {
        let path = folder::prepare(path)?.join(FILE_NAME);
        let mut file = open_private(&path).map_err(|error| unusable(&path, error))?;
        match try_lock(&file) {
            Ok(true) => {}
            Ok(false) => return Err(SyncError::Locked { holder: note(&mut file), path }),
            Err(errno) => return Err(unusable(&path, errno.into())),
        }
        write_note(&mut file, holder).map_err(|error| unusable(&path, error))?;
        Ok(Self { file })
    }
}

impl Drop for RunLock {
    /// The file stays: to remove it would let two others lock two files of the same name.
    fn drop(&mut self) {
        if let Err(error) = self.file.set_len(0) {
            tracing::debug!(%error, "the note in the lock file stays");
        }
    }
}

/// Who works with a state folder now; `None` where nobody does, or where that cannot be told. Makes nothing.
///
/// The lock is tried for a moment, shared, so that two who look do not see each other.
pub fn holder_of(state: &Path) -> Option<String> {
    let mut file = File::open(state.join(FILE_NAME)).ok()?;
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Err(Errno::WOULDBLOCK) => Some(note(&mut file)),
        // Released with the file.
        Ok(()) | Err(_) => None,
    }
}

/// The right to write below a library folder.
#[derive(Debug)]
#[must_use = "the lock is gone as soon as this is dropped"]
pub enum LibraryLock {
    /// Taken, until it is dropped or the process ends.
    Held(HeldFolder),
    /// The file system has no locks for folders; whether another run works here is not known.
    Unsupported,
}

/// The handle that a lock hangs on.
#[derive(Debug)]
pub struct HeldFolder {
    _handle: OwnedFd,
}

impl LibraryLock {
    /// Takes a library folder without waiting, by whatever path; makes nothing in it. Folders below or above
    /// it have locks of their own.
    pub fn acquire(root: &Path) -> Result<Self, SyncError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = openat(CWD, root, flags, Mode::empty()).map_err(|errno| SyncError::Library {
            path: root.to_path_buf(),
            message: format!(
                "it cannot be opened ({}); check the path, and who may read it",
                in_words(errno)
            ),
        })?;
        match try_lock(&handle) {
            Ok(true) => Ok(Self::Held(HeldFolder { _handle: handle })),
            Ok(false) => Err(SyncError::Locked { path: root.to_path_buf(), holder: holder::of(&handle) }),
            Err(errno) if is_unsupported(errno) => Ok(Self::Unsupported),
            Err(errno) => Err(SyncError::Library {
                path: root.to_path_buf(),
                message: format!("it cannot be locked ({})", in_words(errno)),
            }),
        }
    }

    /// Whether no other run can work on this folder now.
    pub fn is_held(&self) -> bool {
        match self {
            Self::Held(_) => true,
            Self::Unsupported => false,
        }
    }
}

/// `false` when somebody else has it.
fn try_lock(handle: impl AsFd) -> Result<bool, Errno> {
    match flock(handle, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// What file systems answer that cannot lock, or not through a handle that is open for reading.
fn is_unsupported(errno: Errno) -> bool {
    [Errno::INVAL, Errno::BADF, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOLCK, Errno::NOSYS].contains(&errno)
}

/// A link in the place of the file would make us write into another one. The standard library opens all
/// files so that programs we start do not inherit them.
fn open_private(path: &Path) -> io::Result<File> {
    let no_links = i32::try_from(OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(no_links)
        .open(path)
}

fn write_note(file: &mut File, holder: &str) -> io::Result<()> {
    let line: String = holder.chars().filter(|letter| !letter.is_control()).collect();
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(line.as_bytes())
}

/// What the holder wrote; it may not have come to that yet.
fn note(file: &mut File) -> String {
    let mut bytes = Vec::new();
    if file.take(LONGEST_NOTE).read_to_end(&mut bytes).is_err() || bytes.is_empty() {
        return "a run that has just begun or is just ending".to_owned();
    }
    String::from_utf8_lossy(&bytes).chars().filter(|letter| !letter.is_control()).collect()
}

fn unusable(path: &Path, error: io::Error) -> SyncError {
    SyncError::State {
        path: PathBuf::from(path),
        message: "the folder cannot be locked; check who owns it, or choose another with --state-dir"
            .to_owned(),
        source: Some(Box::new(error)),
    }
}

fn in_words(errno: Errno) -> io::Error {
    errno.into()
}

/// Who has a lock on a folder, which has no place for a note.
mod holder {
    use std::os::fd::AsFd;

    const UNKNOWN: &str = "the kernel does not tell which process";

    /// The kernel's list of locks, where there is one, has the process id.
    pub(super) fn of(folder: impl AsFd) -> String {
        process(folder).map_or_else(|| UNKNOWN.to_owned(), |id| format!("pid {id}"))
    }

    #[cfg(target_os = "linux")]
    fn process(folder: impl AsFd) -> Option<u32> {
        let found = rustix::fs::fstat(folder).ok()?;
        let (major, minor) = (rustix::fs::major(found.st_dev), rustix::fs::minor(found.st_dev));
        let file = format!("{major:02x}:{minor:02x}:{}", found.st_ino);
        find(&std::fs::read_to_string("/proc/locks").ok()?, &file)
    }

    #[cfg(not(target_os = "linux"))]
    fn process(_: impl AsFd) -> Option<u32> {
        None
    }

    /// Finds `1: FLOCK  ADVISORY  WRITE 4711 fe:00:131 0 EOF`. A process of another container is 0 there.
    #[cfg(target_os = "linux")]
    pub(super) fn find(locks: &str, file: &str) -> Option<u32> {
        locks.lines().find_map(|line| {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match words[..] {
                [_, "FLOCK", _, "WRITE", process, place, ..] if place == file => {
                    process.parse().ok().filter(|id| *id > 0)
                }
                _ => None,
            }
        })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_locks_names_the_process() {
        let locks = "\
1: POSIX  ADVISORY  WRITE 11 fe:00:131 0 EOF
2: -> FLOCK  ADVISORY  WRITE 12 fe:00:131 0 EOF
3: FLOCK  ADVISORY  WRITE 13 fe:00:131 0 EOF
4: FLOCK  ADVISORY  WRITE 0 fe:00:132 0 EOF
";

        assert_eq!(holder::find(locks, "fe:00:131"), Some(13));
        assert_eq!(holder::find(locks, "fe:00:132"), None);
        assert_eq!(holder::find(locks, "fe:00:13"), None);
    }

    #[test]
    fn an_answer_that_means_no_locks_is_told_from_one_that_means_trouble() {
        assert!(is_unsupported(Errno::BADF) && is_unsupported(Errno::OPNOTSUPP));
        assert!(!is_unsupported(Errno::IO) && !is_unsupported(Errno::WOULDBLOCK));
    }
}
