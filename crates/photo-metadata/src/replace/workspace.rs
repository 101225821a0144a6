//! The stages of a replacement: a private folder, the sealed new version in it, the rename.
//!
//! The folder stands next to the original, because a rename is atomic within a file system only, and because
//! ExifTool opens its target without looking whether a link was planted there (measured): in a folder of mode
//! 0700 that was created a moment ago there is nobody to plant one. Its name is chosen by the caller, who
//! writes it into its journal before the folder exists.
//!
//! The order of the two syncs is what keeps a photo over a power cut: without the first, 107 of 400 originals
//! were empty on XFS after ten cuts; with both, none on any file system.

use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, Stat, fstat, mkdirat, openat, renameat, symlinkat, unlinkat};
use rustix::io::Errno;

use super::attributes;
use super::cleanup::{WORK_DIR_PREFIX, is_work_dir_name, remove_contents_and_folder};
use super::identity::{FileIdentity, identity_at, open_folder, require_regular};
use crate::error::MetadataError;

/// What to do with an original that has further names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HardLinkPolicy {
    /// Leave it alone: the other names would keep the old content.
    #[default]
    Refuse,
    /// Replace this name; the others keep the old content.
    Break,
}

/// How an original is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReplaceOptions {
    /// What to do with an original that has further names.
    pub hard_links: HardLinkPolicy,
    /// Whether the new version gets the present time; else it keeps the times of the original.
    pub touch: bool,
}

/// The name of a work folder, from a number that is used once.
pub fn work_dir_name(token: u64) -> String {
    format!("{WORK_DIR_PREFIX}{token:016x}")
}

/// A private folder next to an original, in which its new version is written.
#[derive(Debug)]
pub struct Workspace {
    parts: Parts,
    source: PathBuf,
    target: PathBuf,
    original_hash: blake3::Hash,
}

/// What every stage needs; removes the folder when it is dropped.
#[derive(Debug)]
struct Parts {
    original: PathBuf,
    name: OsString,
    parent: OwnedFd,
    /// The original itself, so that its attributes come from the file that was looked at.
    file: OwnedFd,
    stat: Stat,
    before: FileIdentity,
    options: ReplaceOptions,
    work_name: String,
    work: OwnedFd,
    target_name: String,
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Err(error) = remove_contents_and_folder(&self.parent, &self.work, &self.work_name) {
            let folder = self.original.with_file_name(&self.work_name);
            tracing::warn!(folder = %folder.display(), %error, "a work folder is left behind");
        }
    }
}

impl Workspace {
    /// Makes the folder `name` next to the original, after a look whether that is still what is expected.
    ///
    /// The original is read once, for its hash. `name` comes from [`work_dir_name`]; it must not exist yet.
    pub fn create(
        original: &Path,
        expected: &FileIdentity,
        name: &str,
        options: ReplaceOptions,
    ) -> Result<Self, MetadataError> {
        let unsupported = |reason| MetadataError::UnsupportedName { path: original.to_path_buf(), reason };
        if !original.is_absolute() {
            return Err(unsupported("the path is not absolute"));
        }
        let (Some(parent_path), Some(file_name)) = (original.parent(), original.file_name()) else {
            return Err(unsupported("it has no file name"));
        };
        let folder = parent_path.join(name);
        if !is_work_dir_name(name.as_bytes()) {
            return Err(MetadataError::NotOurWorkFolder {
                path: folder,
                reason: "its name is not of our form",
            });
        }
        let parent = open_folder(parent_path)?;
        let file = open_original(&parent, file_name, original)?;
        let stat = fstat(&file).map_err(|errno| MetadataError::from_errno(original, "look at", errno))?;
        require_regular(original, &stat)?;
        let before = FileIdentity::from_stat(&stat);
        require_unchanged(original, expected, &before)?;
        require_replaceable(original, &file, &before, options)?;

        let work = make_work_dir(&parent, name, &folder)?;
        let extension = plain_extension(file_name);
        let parts = Parts {
            original: original.to_path_buf(),
            name: file_name.to_os_string(),
            parent,
            file,
            stat,
            before,
            options,
            work_name: name.to_owned(),
            work,
            target_name: format!("new.{extension}"),
        };
        let source = parts.make_source(&folder, &extension)?;
        let original_hash = parts.hash(&parts.file, "read")?;
        let target = folder.join(&parts.target_name);
        Ok(Self { parts, source, target, original_hash })
    }

    /// Where a writer reads the original: its own path, or a link in the work folder when that is not plain.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// Where a writer puts the new version. Nothing is there yet.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// BLAKE3 of the original in hexadecimal digits, as it was when the folder was made.
    pub fn original_hash(&self) -> String {
        self.original_hash.to_hex().to_string()
    }

    /// Gives the new version the attributes of the original, and brings it to the disk.
    pub fn seal(self) -> Result<Sealed, MetadataError> {
        let Self { parts, .. } = self;
        let target = parts.open_target()?;
        attributes::copy(&parts.original, &parts.file, &parts.stat, &target, parts.options.touch)?;
        sync(&target)
            .map_err(|error| MetadataError::from_io(&parts.original, "sync a new version of", error))?;
        let hash = parts.hash(&target, "read back the new version of")?;
        let stat =
            fstat(&target).map_err(|errno| MetadataError::from_errno(&parts.original, "look at", errno))?;
        let identity = FileIdentity::from_stat(&stat);
        Ok(Sealed { new_hash: hash.to_hex().to_string(), new_size: identity.size, identity, target, parts })
    }
}

/// A new version that is complete, has all attributes, and is on the disk.
#[derive(Debug)]
pub struct Sealed {
    /// BLAKE3 of the new version in hexadecimal digits.
    pub new_hash: String,
    /// Its length in bytes.
    pub new_size: u64,
    identity: FileIdentity,
    target: OwnedFd,
    parts: Parts,
}

impl Sealed {
    /// Puts the new version in the place of the original, if that is still the same; returns what it is now.
    ///
    /// When the folder cannot be synced the new version is in place already, but may not survive a power cut:
    /// an error, after which the hash tells which version is there.
    pub fn commit(self) -> Result<FileIdentity, MetadataError> {
        let Self { identity, target, parts, .. } = self;
        let path = &parts.original;
        let staged = identity_at(&parts.work, OsStr::new(&parts.target_name), path)?;
        if identity.difference(&staged).is_some() {
            return Err(parts.refused("it changed after it was sealed"));
        }
        let now = match identity_at(&parts.parent, &parts.name, path) {
            Err(MetadataError::NotRegular { .. }) => {
                let change = "another file is at its place";
                return Err(MetadataError::Conflict { path: path.clone(), change });
            }
            now => now?,
        };
        require_unchanged(path, &parts.before, &now)?;
        renameat(&parts.work, parts.target_name.as_str(), &parts.parent, parts.name.as_os_str())
            .map_err(|errno| MetadataError::from_errno(path, "replace", errno))?;
        sync_folder(&parts.parent, path)?;
        let stat = fstat(&target).map_err(|errno| MetadataError::from_errno(path, "look at", errno))?;
        Ok(FileIdentity::from_stat(&stat))
    }
}

impl Parts {
    /// A writer gets the real path unless that could be taken for something else; the link then has a plain one.
    fn make_source(&self, folder: &Path, extension: &str) -> Result<PathBuf, MetadataError> {
        let plain = |byte: &u8| !matches!(byte, 0..=31 | 127 | b'%');
        if self.original.as_os_str().as_bytes().iter().all(plain) {
            return Ok(self.original.clone());
        }
        let link = format!("source.{extension}");
        symlinkat(&self.original, &self.work, link.as_str())
            .map_err(|errno| MetadataError::from_errno(folder, "make a link in", errno))?;
        Ok(folder.join(link))
    }

    fn open_target(&self) -> Result<OwnedFd, MetadataError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let target = match openat(&self.work, self.target_name.as_str(), flags, Mode::empty()) {
            Ok(target) => target,
            Err(Errno::NOENT) => return Err(self.refused("the writer left none")),
            Err(Errno::LOOP) => return Err(self.refused("it is a symbolic link")),
            Err(errno) => {
                return Err(MetadataError::from_errno(&self.original, "open a new version of", errno));
            }
        };
        let stat = |fd: &OwnedFd| {
            fstat(fd).map_err(|errno| MetadataError::from_errno(&self.original, "look at", errno))
        };
        let (new, work) = (stat(&target)?, stat(&self.work)?);
        if require_regular(&self.original, &new).is_err() {
            return Err(self.refused("it is not a regular file"));
        }
        if new.st_size == 0 {
            return Err(self.refused("it is empty"));
        }
        if new.st_nlink != 1 {
            return Err(self.refused("it has further names"));
        }
        // The folder is ours, and on a share that maps users both carry the mapped one.
        if new.st_uid != work.st_uid || new.st_dev != work.st_dev {
            return Err(self.refused("somebody else made it"));
        }
        Ok(target)
    }

    fn refused(&self, reason: &'static str) -> MetadataError {
        MetadataError::NewVersionRefused { path: self.original.clone(), reason }
    }

    /// Hashes a file from its start through a second handle, so that no position is shared.
    fn hash(&self, file: &OwnedFd, action: &'static str) -> Result<blake3::Hash, MetadataError> {
        let failed = |source| MetadataError::from_io(&self.original, action, source);
        let handle = file.as_fd().try_clone_to_owned().map_err(failed)?;
        let mut file = std::fs::File::from(handle);
        std::io::Seek::rewind(&mut file).map_err(failed)?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 256 << 10];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(hasher.finalize()),
                Ok(length) => {
                    hasher.update(&buffer[..length]);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
}

/// `NONBLOCK` so that a pipe with the name of a photo does not hold us up; it has no effect on files.
fn open_original(parent: &OwnedFd, name: &OsStr, path: &Path) -> Result<OwnedFd, MetadataError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match openat(parent, name, flags, Mode::empty()) {
        Ok(file) => Ok(file),
        // A socket or a device without a driver.
        Err(Errno::NXIO | Errno::NODEV) => {
            Err(MetadataError::NotRegular { path: path.to_path_buf(), what: "a socket or a device" })
        }
        Err(errno) => Err(MetadataError::from_errno(path, "open", errno)),
    }
}

fn require_unchanged(path: &Path, before: &FileIdentity, now: &FileIdentity) -> Result<(), MetadataError> {
    match before.difference(now) {
        None => Ok(()),
        Some(change) => Err(MetadataError::Conflict { path: path.to_path_buf(), change }),
    }
}

fn require_replaceable(
    path: &Path,
    file: &OwnedFd,
    before: &FileIdentity,
    options: ReplaceOptions,
) -> Result<(), MetadataError> {
    if before.links > 1 && options.hard_links == HardLinkPolicy::Refuse {
        return Err(MetadataError::HardLinked { path: path.to_path_buf(), links: before.links });
    }
    if attributes::is_immutable(file) {
        return Err(MetadataError::Immutable { path: path.to_path_buf() });
    }
    Ok(())
}

fn make_work_dir(parent: &OwnedFd, name: &str, folder: &Path) -> Result<OwnedFd, MetadataError> {
    mkdirat(parent, name, Mode::RWXU)
        .map_err(|errno| MetadataError::from_errno(folder, "make the work folder", errno))?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(parent, name, flags, Mode::empty()).map_err(|errno| {
        // It is empty; where it cannot be removed either, the caller's journal knows its name.
        let _ = unlinkat(parent, name, AtFlags::REMOVEDIR);
        MetadataError::from_errno(folder, "open the work folder", errno)
    })
}

/// The extension when it is short and plain, since ExifTool goes by it; else one that stands for nothing.
fn plain_extension(name: &OsStr) -> String {
    Path::new(name)
        .extension()
        .and_then(OsStr::to_str)
        .filter(|text| {
            text.len() <= 8 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
        .unwrap_or("dat")
        .to_owned()
}

/// Brings the rename to the disk. Some file systems cannot sync a folder and say so; that is all they can do.
fn sync_folder(parent: &OwnedFd, path: &Path) -> Result<(), MetadataError> {
    let error = match sync(parent) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        _ => Err(MetadataError::from_io(path, "sync the folder of", error)),
    }
}

/// Through the standard library, which on macOS asks for the flush that reaches the disk.
fn sync(file: &OwnedFd) -> std::io::Result<()> {
    std::fs::File::from(file.try_clone()?).sync_all()
}
