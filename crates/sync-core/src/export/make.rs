//! Makes one file in the private folder of the export, complete and proved, before it gets its name.
//!
//! Where the file system can, the copy shares the blocks of the library's file. Either way it is read back and compared,
//! and the library's file is looked at again: one that Photos changed meanwhile is a failure, and the next run has it.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use photo_metadata::replace::{FileIdentity, identity, share_blocks};
use photo_metadata::{Engine, PhotoFields};

use super::embed::embed;
use super::said::sidecar;
use super::step::{Content, Step};
use crate::deeds::files::digest_bytes;
use crate::error::{SyncError, chain};

/// The private folder, at the top of the destination.
pub(crate) const WORK_FOLDER: &str = ".immich-sync-export";
/// What a file is called there until it is complete.
const ENDING: &str = ".part";
/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

/// The private folder of an export.
pub(super) struct Workshop<'a> {
    folder: PathBuf,
    next: AtomicU64,
    engine: &'a dyn Engine,
}

/// A file that is complete and on the disk.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) at: PathBuf,
    pub(super) identity: FileIdentity,
    pub(super) digest: [u8; 32],
    /// Why nothing was written into it although that was wanted.
    pub(super) without: Option<String>,
}

/// Why a file could not be made.
#[derive(Debug)]
pub(super) struct NotMade {
    pub(super) message: String,
    /// Whether the same may work the next time.
    pub(super) transient: bool,
    /// Whether there is no room left.
    pub(super) is_full: bool,
}

impl From<io::Error> for NotMade {
    fn from(error: io::Error) -> Self {
        let is_full = matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem
        );
        let transient =
            is_full || matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::TimedOut);
        Self { message: error.to_string(), transient, is_full }
    }
}

impl NotMade {
    pub(super) fn because(message: impl Into<String>) -> Self {
        Self { message: message.into(), transient: false, is_full: false }
    }

    fn moved() -> Self {
        let message = "the library's file changed while it was copied".to_owned();
        Self { message, transient: true, is_full: false }
    }
}

impl<'a> Workshop<'a> {
    /// Makes the folder, and takes away what a killed run left in it.
    pub(super) fn open(root: &Path, engine: &'a dyn Engine) -> Result<Self, SyncError> {
        let folder = root.join(WORK_FOLDER);
        let unusable = |error: io::Error| SyncError::Named {
            what: "the folder of the export",
            path: folder.clone(),
            message: error.to_string(),
        };
        std::fs::create_dir_all(root).map_err(unusable)?;
        match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(unusable(error)),
            _ => {}
        }
        if !folder.symlink_metadata().map_err(unusable)?.is_dir() {
            return Err(unusable(io::Error::other("it is a link or a file; move it away")));
        }
        for entry in std::fs::read_dir(&folder).map_err(unusable)? {
            let path = entry.map_err(unusable)?.path();
            remove_leftover(&path).map_err(unusable)?;
        }
        Ok(Self { folder, next: AtomicU64::new(0), engine })
    }

    /// Takes the folder away when nothing is in it.
    pub(super) fn close(&self) {
        if let Err(error) = std::fs::remove_dir(&self.folder) {
            tracing::debug!(%error, "the folder of the export stays");
        }
    }

    /// Makes what a step wants.
    pub(super) fn make(&self, step: &Step) -> Result<Made, NotMade> {
        let at = self.place(&step.path);
        let made = self.make_at(step, &at);
        if made.is_err() {
            discard(&at);
        }
        made
    }

    /// With the ending of the file: some writers of metadata go by it.
    fn place(&self, path: &Path) -> PathBuf {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        self.folder.join(format!("{number}{ENDING}.{ending}"))
    }

    fn make_at(&self, step: &Step, at: &Path) -> Result<Made, NotMade> {
        match &step.content {
            Content::File(file) => {
                let (copy, digest) = copied(file, at, step.mtime_ns)?;
                finished(copy, at, digest)
            }
            Content::Embedded { file, fields } => self.embedded(file, fields, at, step.mtime_ns),
            Content::Sidecar { fields, beside } => {
                let xmp = sidecar(fields, beside, self.engine).map_err(NotMade::because)?;
                let mut copy = create(at)?;
                copy.write_all(&xmp)?;
                copy.set_permissions(std::fs::Permissions::from_mode(0o644))?;
                let about = beside.metadata()?;
                set_time(&copy, step.mtime_ns, &about)?;
                finished(copy, at, *blake3::hash(&xmp).as_bytes())
            }
        }
    }

    fn embedded(
        &self,
        file: &Path,
        fields: &PhotoFields,
        at: &Path,
        time: Option<i64>,
    ) -> Result<Made, NotMade> {
        let (copy, _) = copied(file, at, time)?;
        drop(copy);
        let without = embed(at, fields, self.engine)?;
        let mut copy = File::open(at)?;
        set_time(&copy, time, &file.metadata()?)?;
        let digest = digest_bytes(&mut copy)?;
        Ok(Made { without, ..finished(copy, at, digest)? })
    }
}

/// Takes a file away that is not needed.
pub(super) fn discard(at: &Path) {
    if let Err(error) = std::fs::remove_file(at)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, at = %at.display(), "a part of a file stays");
    }
}

/// Only what we make there ourselves: numbered parts, and folders of the writer of metadata.
fn remove_leftover(path: &Path) -> io::Result<()> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_part =
        name.split_once(ENDING).is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_part && path.symlink_metadata()?.is_file() {
        return std::fs::remove_file(path);
    }
    if let Err(error) = photo_metadata::replace::remove_work_dir(path) {
        tracing::debug!(error = chain(&error), "something else is in the folder of the export");
    }
    Ok(())
}

fn create(at: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(at)
}

/// A copy that was read back, with the digest of both.
fn copied(from: &Path, at: &Path, time: Option<i64>) -> Result<(File, [u8; 32]), NotMade> {
    let source = File::open(from)?;
    let before = source.metadata()?;
    if !before.is_file() {
        return Err(NotMade::because("it is no file"));
    }
    let target = create(at)?;
    let (source, target) = (OwnedFd::from(source), OwnedFd::from(target));
    let is_shared = share_blocks(&source, &target);
    let (mut source, mut target) = (File::from(source), File::from(target));
    let digest = if is_shared { digest_bytes(&mut source)? } else { copy_hashing(&mut source, &mut target)? };
    let after = source.metadata()?;
    if !is_same(&before, &after) || target.metadata()?.len() != before.len() {
        return Err(NotMade::moved());
    }
    target.seek(SeekFrom::Start(0))?;
    if digest_bytes(&mut target)? != digest {
        return Err(NotMade::because(
            "its copy is not the same when it is read back; the disk may be failing",
        ));
    }
    target.set_permissions(std::fs::Permissions::from_mode(before.mode() & 0o666 | 0o600))?;
    set_time(&target, time, &before)?;
    Ok((target, digest))
}

fn is_same(before: &Metadata, after: &Metadata) -> bool {
    let of = |about: &Metadata| {
        (about.len(), about.mtime(), about.mtime_nsec(), about.ctime(), about.ctime_nsec())
    };
    of(before) == of(after)
}

fn copy_hashing(source: &mut File, target: &mut File) -> io::Result<[u8; 32]> {
    let (mut hasher, mut piece) = (blake3::Hasher::new(), vec![0; PIECE]);
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(*hasher.finalize().as_bytes()),
            Ok(read) => {
                hasher.update(&piece[..read]);
                target.write_all(&piece[..read])?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn set_time(file: &File, time: Option<i64>, like: &Metadata) -> io::Result<()> {
    let time = match time {
        Some(time) => moment(time),
        None => like.modified()?,
    };
    file.set_modified(time)
}

fn moment(nanoseconds: i64) -> SystemTime {
    let long = Duration::from_nanos(nanoseconds.unsigned_abs());
    let moment = if nanoseconds < 0 { UNIX_EPOCH.checked_sub(long) } else { UNIX_EPOCH.checked_add(long) };
    moment.unwrap_or(UNIX_EPOCH)
}

fn finished(file: File, at: &Path, digest: [u8; 32]) -> Result<Made, NotMade> {
    file.sync_all()?;
    drop(file);
    let identity = identity(at).map_err(|error| NotMade::because(chain(&error)))?;
    Ok(Made { at: at.to_owned(), identity, digest, without: None })
}
