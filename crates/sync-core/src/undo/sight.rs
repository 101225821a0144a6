//! A file as it is now; or as it would be, where a preview looks past steps that it does not do.

use std::path::{Path, PathBuf};

use photo_metadata::replace::{Digest, FileIdentity, identity};
use photo_metadata::{Container, Engine, FileTags, MetadataError, Refusal, TagEdit, identify};

use crate::apply::Work;
use crate::state::{JournalRow, Role};

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Sight {
    pub(super) path: PathBuf,
    role: Role,
    /// What is there; `None` when nothing is.
    pub(super) file: Option<FileIdentity>,
    content: Content,
    /// What a preview would have done up to here.
    foreseen: Vec<TagEdit>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy)]
enum Content {
    /// What is on the disk.
    Real,
    /// What it held when it was this, as far as a preview can tell.
    Earlier(FileIdentity),
    /// Something new.
    Changed,
}

impl Sight {
    /// Looks at what is at a path.
    pub(super) fn of(path: &Path, role: Role) -> Result<Self, MetadataError> {
        let file = match identity(path) {
            Ok(file) => Some(file),
            Err(MetadataError::Missing { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_path_buf(), role, file, content: Content::Real, foreseen: Vec::new() })
    }

    /// Whether it is, to the letter, what a change left. `newest` is what the file was when a change of ours ended
    /// last: taking back a later change gives the file another time.
    ///
    /// A digest that looks at all bytes is enough. One that looks at those that changed does not see what somebody
    /// did elsewhere in the file, so there the time has to be one that we left.
    pub(super) fn is_as_left(
        &self,
        row: &JournalRow,
        newest: Option<FileIdentity>,
    ) -> Result<bool, MetadataError> {
        let (Some(file), Some(after)) = (self.file, row.after) else { return Ok(false) };
        let is_like = |one: &FileIdentity, other: &FileIdentity| {
            (one.size, one.mtime_ns) == (other.size, other.mtime_ns)
        };
        match self.content {
            Content::Changed => return Ok(false),
            Content::Earlier(earlier) => return Ok(is_like(&earlier, &after)),
            Content::Real => {}
        }
        let Some(digest) = row.new_hash.as_deref().and_then(Digest::parse) else { return Ok(false) };
        let has_our_time = [Some(after), newest].iter().flatten().any(|left| is_like(left, &file));
        if file.size != after.size || (digest.is_partial() && !has_our_time) {
            return Ok(false);
        }
        digest.matches(&self.path).map_err(|error| MetadataError::from_io(&self.path, "read", error))
    }

    /// What the file holds, or why it must not be touched.
    pub(super) fn tags(&self, engine: &dyn Engine) -> Result<Result<FileTags, Refusal>, MetadataError> {
        let container = match identify(&self.path)? {
            Ok(container) => container,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(reason) = self.wrong_kind(container) {
            return Ok(Err(Refusal::CannotHold(reason)));
        }
        if let Some(reason) = engine.blocked(container) {
            return Ok(Err(Refusal::Blocked(reason)));
        }
        Ok(Ok(engine.read(&self.path, container)?.after(&self.foreseen)))
    }

    /// A sidecar that is no XMP, or an original that turned into what no original is.
    fn wrong_kind(&self, container: Container) -> Option<String> {
        match (self.role, container) {
            (Role::Original, container) => container.refusal().map(str::to_owned),
            (Role::Sidecar | Role::StemSidecar, Container::Xmp) => None,
            (Role::Sidecar | Role::StemSidecar, other) => {
                Some(format!("it should be an XMP sidecar and is a {} file", other.label()))
            }
        }
    }

    /// The same file after a step that is not done, which takes back this change.
    pub(super) fn foresee(&mut self, work: &Work, edits: &[TagEdit], row: &JournalRow) {
        self.foreseen.extend_from_slice(edits);
        match work {
            Work::Tags => self.content = Content::Changed,
            Work::Content(_) | Work::Restore { .. } => {
                self.content = row.intent.before.map_or(Content::Changed, Content::Earlier);
                self.file = self.file.or(row.intent.before);
            }
            Work::Removal => self.file = None,
        }
    }
}

/// What a sidecar is, for a step that does not look into it.
pub(super) const SIDECAR: Container = Container::Xmp;
