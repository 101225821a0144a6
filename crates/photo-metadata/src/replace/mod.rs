//! Replaces an original by a new version of it, so that a power cut leaves the one or the other.
//!
//! Three stages, because the caller writes its journal between them: [`Workspace::create`] makes a private
//! folder next to the original and records what the original is; a writer puts the new version into it;
//! [`Workspace::seal`] gives the new version all attributes of the original and brings it to the disk;
//! [`Sealed::commit`] looks at the original again and renames. Whatever is dropped before that takes its
//! folder with it, and what a crash leaves is taken away by [`remove_work_dir`].
//!
//! Everything goes through handles of folders, never through the last part of a path twice: a link that
//! somebody plants is refused, not followed. There is no way to remove an original. Only a long video in which nothing
//! moves is written in place, and only with the way back on the disk: see [`settle_inside`].

mod attributes;
mod cleanup;
mod digest;
mod identity;
mod inside;
mod kernel;
mod parts;
mod pieces;
mod remove;
mod versions;
mod workspace;

pub use cleanup::remove_work_dir;
pub use digest::Digest;
pub(crate) use identity::require_regular;
pub use identity::{FileIdentity, identity};
pub use inside::{Settled, settle_inside};
pub use kernel::share as share_blocks;
pub use pieces::Depth;
pub use remove::remove_sidecar;
pub use versions::Written;
pub(crate) use versions::{Place, Versions};
pub use workspace::{HardLinkPolicy, ReplaceOptions, Sealed, Workspace, work_dir_name};
