//! The stages of a replacement: a private folder, the sealed new version in it, the rename.
//!
//! The folder stands next to the original, because a rename is atomic within a file system only, and because
//! ExifTool opens its target without looking whether a link was planted there (measured): in a folder of mode
//! 0700 that was created a moment ago there is nobody to plant one. Its name is chosen by the caller, who
//! writes it into its journal before the folder exists.
//!
//! The order of the two syncs is what keeps a photo over a power cut: without the first, 107 of 400 originals
//! were empty on XFS after ten cuts; with both, none on any file system.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{fstat, renameat};

use super::attributes;
use super::cleanup::{WORK_DIR_PREFIX, is_work_dir_name};
use super::identity::{FileIdentity, identity, identity_at, open_folder, require_regular};
use super::inside::{Inside, open_for_writing};
use super::parts::{
    Parts, make_work_dir, open_original, plain_extension, require_absent, require_replaceable,
    require_unchanged, sync, sync_folder,
};
use super::pieces::{Depth, Pair};
use super::versions::{Place, Versions};
use crate::error::MetadataError;
use crate::recipe::Recipe;
use crate::source::{FileSource, Source, read_up_to};
use crate::structure::{Container, sniff};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplaceOptions {
    /// What to do with an original that has further names.
    pub hard_links: HardLinkPolicy,
    /// Whether the new version gets the present time; else it keeps the times of the original.
    pub touch: bool,
    /// How much of a new version is read back before it replaces the original.
    pub depth: Depth,
    /// From which length on, in bytes, a change of a video that moves nothing is written into the file itself, where the
    /// file system cannot share what stays between two files; `None` for never.
    pub inside_from: Option<u64>,
}

impl Default for ReplaceOptions {
    fn default() -> Self {
        Self {
            hard_links: HardLinkPolicy::default(),
            touch: false,
            depth: Depth::default(),
            inside_from: Some(32 << 20),
        }
    }
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
    /// What a writer reads, open.
    old: FileSource,
    handle: OwnedFd,
}

/// Enough of a file to tell what it is, in bytes.
const HEAD: usize = 4096;

/// The name that a writer reads when there is no original.
const SEED: &str = "source.xmp";

impl Workspace {
    /// Makes the folder `name` next to the original, after a look whether that is still what is expected.
    ///
    /// `name` comes from [`work_dir_name`]; it must not exist yet.
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
            before: Some(before),
            options,
            work_name: name.to_owned(),
            work,
            target_name: format!("new.{extension}"),
        };
        let source = parts.make_source(&folder, &extension)?;
        let handle =
            parts.file.try_clone().map_err(|error| MetadataError::from_io(original, "open", error))?;
        Self::with(parts, &folder, source, handle)
    }

    /// Makes the folder `name` for a sidecar at `path`, where nothing may be yet.
    ///
    /// `seed` is what a writer reads as the original, `beside` the photo or video whose owner and mode the sidecar
    /// gets.
    pub fn create_new(path: &Path, beside: &Path, name: &str, seed: &[u8]) -> Result<Self, MetadataError> {
        let unsupported = |reason| MetadataError::UnsupportedName { path: path.to_path_buf(), reason };
        let (Some(parent_path), Some(file_name)) = (path.parent(), path.file_name()) else {
            return Err(unsupported("it has no file name"));
        };
        let Some(beside_name) = beside.file_name().filter(|_| beside.parent() == Some(parent_path)) else {
            return Err(unsupported("a sidecar lies beside its photo"));
        };
        let folder = parent_path.join(name);
        if !path.is_absolute() || !is_work_dir_name(name.as_bytes()) {
            return Err(unsupported("the path is not absolute"));
        }
        let parent = open_folder(parent_path)?;
        let file = open_original(&parent, beside_name, beside)?;
        let stat = fstat(&file).map_err(|errno| MetadataError::from_errno(beside, "look at", errno))?;
        require_regular(beside, &stat)?;
        require_absent(&parent, file_name, path)?;
        let work = make_work_dir(&parent, name, &folder)?;
        let parts = Parts {
            original: path.to_path_buf(),
            name: file_name.to_os_string(),
            parent,
            file,
            stat,
            before: None,
            options: ReplaceOptions::default(),
            work_name: name.to_owned(),
            work,
            target_name: "new.xmp".to_owned(),
        };
        parts.plant(SEED, seed)?;
        let seed = open_original(&parts.work, OsStr::new(SEED), path)?;
        Self::with(parts, &folder, folder.join(SEED), seed)
    }

    fn with(parts: Parts, folder: &Path, source: PathBuf, handle: OwnedFd) -> Result<Self, MetadataError> {
        let old = handle.try_clone().and_then(|old| FileSource::new(old.into()));
        let old = old.map_err(|error| MetadataError::from_io(&parts.original, "read", error))?;
        Ok(Self { source, target: folder.join(&parts.target_name), old, handle, parts })
    }

    /// Where a writer reads the original: its own path, or a link in the work folder when that is not plain.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// Where a writer puts the new version. Nothing is there yet.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// What is at [`Workspace::source`], open.
    pub(crate) fn old(&self) -> &dyn Source {
        &self.old
    }

    /// Whether there is an original; else the file is made.
    pub(crate) fn has_original(&self) -> bool {
        self.parts.before.is_some()
    }

    /// The original, for messages.
    pub(crate) fn original(&self) -> &Path {
        &self.parts.original
    }

    /// Writes the new version from its pieces and reads it back; or leaves that to the commit, where it is to be
    /// written into the original itself.
    pub(crate) fn write(&self, forward: &Recipe, versions: &Versions) -> Result<Place, MetadataError> {
        self.write_or(forward, || self.may_write_inside(forward, versions))
    }

    /// Writes the new version from its pieces beside the original, whatever it is, and reads it back.
    pub(crate) fn write_beside(&self, forward: &Recipe) -> Result<(), MetadataError> {
        self.write_or(forward, || None).map(drop)
    }

    /// Takes a new version away that is not wanted after all.
    pub(crate) fn clear(&self) -> Result<(), MetadataError> {
        self.parts.remove_target()
    }

    fn write_or(
        &self,
        forward: &Recipe,
        inside: impl FnOnce() -> Option<Inside>,
    ) -> Result<Place, MetadataError> {
        let failed = |error| self.parts.failed("write a new version of", error);
        let target = self.parts.make_target()?;
        let pair =
            Pair { old: &self.old, source: &self.handle, target: target.try_clone().map_err(failed)?.into() };
        let shared = pair.share(forward, &target);
        if !shared && let Some(inside) = inside() {
            self.parts.remove_target()?;
            return Ok(Place::Inside(inside));
        }
        let written = if shared { pair.patch(forward) } else { pair.write(forward, &target) };
        written.map_err(failed)?;
        if pair.is_as_made(forward, self.parts.options.depth).map_err(failed)? {
            return Ok(Place::Beside);
        }
        Err(self.parts.not_as_written())
    }

    /// A photo is never written in place, however long it is.
    fn is_video(&self) -> bool {
        let head = read_up_to(&self.old, 0, HEAD).unwrap_or_default();
        matches!(sniff(&head), Some(Container::Mp4 | Container::Mov))
    }

    /// A change of a long video, in which nothing moves, by somebody who may write into it.
    fn may_write_inside(&self, forward: &Recipe, versions: &Versions) -> Option<Inside> {
        let (before, least) = (self.parts.before?, self.parts.options.inside_from?);
        let (old, back) = (versions.old.as_ref()?, versions.back.as_ref()?);
        if before.size < least || before.links != 1 || !self.is_video() {
            return None;
        }
        let inside = Inside::new(forward, back, old, &versions.new)?;
        open_for_writing(&self.parts.parent, &self.parts.name, &self.parts.original).is_ok().then_some(inside)
    }

    /// Whether the disk has room for another file of the original's size, asked after a writer failed for a
    /// reason it does not name.
    pub fn has_room(&self) -> Result<(), MetadataError> {
        self.parts.probe_room()
    }

    /// Whether the original is still at its path and as it was when the folder was made; for a new file, whether
    /// nothing has come to be there.
    pub fn unchanged(&self) -> Result<(), MetadataError> {
        let path = &self.parts.original;
        let Some(before) = &self.parts.before else {
            require_absent(&self.parts.parent, &self.parts.name, path)?;
            return match path.parent().map(std::fs::symlink_metadata) {
                Some(Err(error)) => Err(MetadataError::from_io(path, "look at", error)),
                Some(Ok(_)) | None => Ok(()),
            };
        };
        match identity(path) {
            Ok(now) => require_unchanged(path, before, &now),
            Err(MetadataError::NotRegular { .. }) => {
                let change = "another file is at its place";
                Err(MetadataError::Conflict { path: path.clone(), change })
            }
            Err(error) => Err(error),
        }
    }

    /// Gives the new version the attributes of the original, and brings it to the disk.
    pub fn seal(self) -> Result<Sealed, MetadataError> {
        let Self { parts, .. } = self;
        let target = parts.open_target()?;
        match parts.before {
            Some(_) => {
                attributes::copy(&parts.original, &parts.file, &parts.stat, &target, parts.options.touch)?;
            }
            None => attributes::copy_owner_and_mode(&parts.original, &parts.stat, &target)?,
        }
        sync(&target).map_err(|error| parts.failed("sync a new version of", error))?;
        let stat = fstat(&target).map_err(|errno| parts.errno("look at", errno))?;
        let staged = Staged::Beside { identity: FileIdentity::from_stat(&stat), target };
        Ok(Sealed { staged, parts })
    }

    /// Makes ready to write a new version into the original.
    pub(crate) fn seal_inside(self, inside: Inside) -> Sealed {
        Sealed { staged: Staged::Inside(inside), parts: self.parts }
    }
}

/// A new version that is complete, has all attributes, and is on the disk; or one that is all known and is about to be
/// written into the original.
#[derive(Debug)]
pub struct Sealed {
    staged: Staged,
    parts: Parts,
}

#[derive(Debug)]
enum Staged {
    Beside { identity: FileIdentity, target: OwnedFd },
    Inside(Inside),
}

impl Sealed {
    /// Puts the new version in the place of the original, if that is still the same; returns what it is now.
    ///
    /// [`MetadataError::Unconfirmed`] means that the new version is in place already, but may not survive a
    /// power cut; [`MetadataError::HalfWritten`], that a version that is written into the original is neither complete
    /// nor taken back. The digests tell which version is there.
    pub fn commit(self) -> Result<FileIdentity, MetadataError> {
        let Self { staged, parts } = self;
        match staged {
            Staged::Beside { identity, target } => rename_over(&parts, identity, &target),
            Staged::Inside(inside) => {
                let before = parts.before.ok_or_else(|| parts.refused("there is no original"))?;
                inside.write(&parts, &before)
            }
        }
    }
}

fn rename_over(
    parts: &Parts,
    identity: FileIdentity,
    target: &OwnedFd,
) -> Result<FileIdentity, MetadataError> {
    let path = &parts.original;
    let staged = identity_at(&parts.work, OsStr::new(&parts.target_name), path)?;
    if identity.difference(&staged).is_some() {
        return Err(parts.refused("it changed after it was sealed"));
    }
    let renamed = match &parts.before {
        Some(before) => {
            let now = match identity_at(&parts.parent, &parts.name, path) {
                Err(MetadataError::NotRegular { .. }) => {
                    let change = "another file is at its place";
                    return Err(MetadataError::Conflict { path: path.clone(), change });
                }
                now => now?,
            };
            require_unchanged(path, before, &now)?;
            renameat(&parts.work, parts.target_name.as_str(), &parts.parent, parts.name.as_os_str())
                .map_err(|errno| MetadataError::from_errno(path, "replace", errno))
        }
        None => {
            require_absent(&parts.parent, &parts.name, path)?;
            parts.place_new()
        }
    };
    if let Err(error) = renamed {
        // A network share may answer with an error to a rename that it did.
        let in_place = identity_at(&parts.parent, &parts.name, path)
            .is_ok_and(|found| (found.device, found.inode) == (staged.device, staged.inode));
        return Err(if in_place { unconfirmed(path, error) } else { error });
    }
    sync_folder(&parts.parent, path).map_err(|error| unconfirmed(path, error))?;
    let stat = fstat(target).map_err(|errno| MetadataError::from_errno(path, "look at", errno));
    stat.map(|stat| FileIdentity::from_stat(&stat)).map_err(|error| unconfirmed(path, error))
}

fn unconfirmed(path: &Path, error: MetadataError) -> MetadataError {
    MetadataError::Unconfirmed { path: path.to_path_buf(), source: Box::new(error) }
}
