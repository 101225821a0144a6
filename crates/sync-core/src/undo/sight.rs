//! A file as it is now; or as it would be, where a preview looks past steps that it does not do.

use std::path::{Path, PathBuf};

use photo_metadata::replace::{FileIdentity, identity};
use photo_metadata::{Container, Engine, FileTags, MetadataError, Refusal, TagEdit, identify};

use crate::apply::{Work, hash_of};
use crate::state::Role;

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Sight {
    pub(super) path: PathBuf,
    role: Role,
    /// What is there; `None` when nothing is.
    pub(super) file: Option<FileIdentity>,
    /// BLAKE3 of a sidecar, in hexadecimal digits.
    hash: Option<String>,
    /// What a preview would have done up to here.
    foreseen: Vec<TagEdit>,
}

impl Sight {
    /// Looks at what is at a path.
    pub(super) fn of(path: &Path, role: Role) -> Result<Self, MetadataError> {
        let file = match identity(path) {
            Ok(file) => Some(file),
            Err(MetadataError::Missing { .. }) => None,
            Err(error) => return Err(error),
        };
        let hash = match (role, file) {
            (Role::Sidecar | Role::StemSidecar, Some(_)) => {
                Some(hash_of(path).map_err(|error| MetadataError::from_io(path, "read", error))?)
            }
            _ => None,
        };
        Ok(Self { path: path.to_path_buf(), role, file, hash, foreseen: Vec::new() })
    }

    /// Whether it is, to the bit, the content with this hash. Only sidecars are compared this way.
    pub(super) fn is(&self, hash: Option<&str>) -> bool {
        self.hash.is_some() && self.hash.as_deref() == hash
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

    /// The same file after a step that is not done.
    pub(super) fn foresee(&mut self, work: &Work, edits: &[TagEdit]) {
        self.foreseen.extend_from_slice(edits);
        self.hash = match work {
            Work::Content(bytes) => Some(blake3::hash(bytes).to_hex().to_string()),
            // No file has this hash.
            Work::Tags => self.hash.as_ref().map(|_| String::new()),
            Work::Removal => None,
        };
        if *work == Work::Removal {
            self.file = None;
        }
    }
}

/// What a sidecar is, for a step that does not look into it.
pub(super) const SIDECAR: Container = Container::Xmp;
