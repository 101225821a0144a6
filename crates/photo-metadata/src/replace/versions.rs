//! A change of one file as its journal sees it: what the two versions are, and the way back.

use super::digest::Digest;
use super::inside::Inside;
use super::workspace::{Sealed, Workspace};
use crate::error::MetadataError;
use crate::recipe::Recipe;

/// Which version is the old one and which the new one, and how the one becomes the other again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Versions {
    pub(crate) old: Option<Digest>,
    pub(crate) new: Digest,
    pub(crate) back: Option<Recipe>,
}

/// Where a new version stands until it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the work folder.
    Beside,
    /// Nowhere yet: it will be written into the original.
    Inside(Inside),
}

/// A new version that is proved, before it has the attributes of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The version that goes; `None` for a file that is made.
    pub old: Option<Digest>,
    /// The version that comes.
    pub new: Digest,
    /// How the old version is made of the new one, if that is known.
    pub back: Option<Recipe>,
    place: Place,
}

impl Written {
    pub(crate) fn new(versions: Versions, place: Place) -> Self {
        let Versions { old, new, back } = versions;
        Self { old, new, back, place }
    }

    /// Whether the commit writes into the original itself.
    ///
    /// Then [`Workspace::target`] holds nothing, and before the commit the caller has both digests and the way back on
    /// the disk, together with this fact: after a crash [`settle_inside`](super::settle_inside) needs them.
    pub fn is_inside(&self) -> bool {
        matches!(self.place, Place::Inside(_))
    }

    /// Makes the version that was written in this workspace ready to be committed.
    pub fn seal(&self, workspace: Workspace) -> Result<Sealed, MetadataError> {
        match &self.place {
            Place::Beside => workspace.seal(),
            Place::Inside(inside) => Ok(workspace.seal_inside(inside.clone())),
        }
    }
}
