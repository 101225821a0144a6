//! What a user decides about a write-back, with nothing left open.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use immich_api::{AssetId, LibraryId};
use jiff::Timestamp;
use photo_metadata::replace::ReplaceOptions;
use photo_metadata::{Allowances, Datum, Rules};
use serde::{Deserialize, Serialize};

use crate::paths::PathMapping;

/// How a write-back runs.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// Which kinds of data are written; the others are not touched.
    pub data: BTreeSet<Datum>,
    /// Characters of the longest caption.
    pub caption_limit: usize,
    /// How data are laid out in tags, and who wins.
    pub rules: Rules,
    /// Into which files.
    pub targets: Targets,
    /// What is allowed beyond the careful default.
    pub allowed: Allowances,
    /// How originals are replaced.
    pub replace: ReplaceOptions,
    /// From paths on the server to files on this machine.
    pub mapping: PathMapping,
    /// How sure it has to be that a file is the asset's.
    pub identity: IdentityCheck,
    /// What to do with files that Immich manages; `None` while the user has not said.
    pub managed: Option<ManagedPolicy>,
    /// Which albums count, and how long what is known of them is good.
    pub albums: AlbumOptions,
    /// Which faces count, and how often they are asked for.
    pub faces: FaceOptions,
    /// When a run has to ask first.
    pub brake: Brake,
    /// What the server is told afterwards.
    pub after: AfterWrite,
    /// Which assets.
    pub selection: Selection,
    /// Look into every file again, whatever is remembered.
    pub recheck: bool,
    /// How many files are read or written at the same time, at least one.
    pub workers: usize,
}

/// Into which files data go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// For photos and videos in general.
    pub target: Target,
    /// For the files of single external libraries.
    pub by_library: BTreeMap<LibraryId, Target>,
    /// How new sidecars are named.
    pub form: SidecarForm,
    /// A file that must not be written gets a sidecar instead.
    pub sidecar_when_refused: bool,
}

/// The original, a sidecar beside it, or both. A sidecar that exists is always kept in step, since its values win
/// in Immich.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The file itself; raw files get a sidecar unless they are allowed to be written.
    #[default]
    Original,
    /// A sidecar only.
    Sidecar,
    /// Both.
    Both,
}

/// How a sidecar is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SidecarForm {
    /// `IMG_1.jpg.xmp`, as Immich and digiKam name it.
    #[default]
    Immich,
    /// `IMG_1.xmp`, as Lightroom names it.
    Lightroom,
}

/// How sure it has to be that the file at a path is the asset's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityCheck {
    /// Before a file is written for the first time, its size and time, or its SHA-1, have to be what the server
    /// knows of it.
    #[default]
    Strict,
    /// The path alone decides.
    TrustPaths,
}

/// Which albums count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlbumOptions {
    /// Also albums that others share with the user.
    pub shared: bool,
    /// How long the members of an album that did not change are not asked for again.
    pub fresh_for: Duration,
    /// How long what is known may be used while the server does not answer.
    pub stale_for: Duration,
}

impl Default for AlbumOptions {
    fn default() -> Self {
        Self { shared: false, fresh_for: Duration::from_hours(24), stale_for: Duration::from_hours(7 * 24) }
    }
}

/// Which faces count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceOptions {
    /// Write face regions although the server imports them from files, which would double its faces.
    pub even_if_imported: bool,
    /// One of so many assets whose people did not change is asked for its faces again in each run, where each
    /// costs a request.
    pub recheck_one_in: u32,
}

impl Default for FaceOptions {
    fn default() -> Self {
        Self { even_if_imported: false, recheck_one_in: 7 }
    }
}

/// When a run stops before the first write and asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brake {
    /// Percent of the photos we wrote that may lose or change what we wrote.
    pub percent: u8,
    /// The user knows and wants it.
    pub confirmed: bool,
}

impl Default for Brake {
    fn default() -> Self {
        Self { percent: 20, confirmed: false }
    }
}

/// What the server is told after files were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AfterWrite {
    /// To read the metadata of the touched assets again, and to look for sidecars that were made.
    #[default]
    Refresh,
    /// That, and to look through the external libraries that were touched; for administrators.
    Scan,
    /// Nothing.
    Nothing,
}

/// Which assets a run looks at; all conditions have to hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Only these, if any are named.
    pub assets: Vec<AssetId>,
    /// Only those that the server changed since.
    pub since: Option<Timestamp>,
    /// Only those whose path on the server or on this machine starts with this folder or is this file.
    pub path: Option<String>,
    /// At most so many photos are changed; those that are unchanged do not count.
    pub limit: Option<u64>,
}

impl Selection {
    /// Whether all assets are looked at.
    pub(super) fn is_everything(&self) -> bool {
        self.assets.is_empty() && self.since.is_none() && self.path.is_none()
    }
}

/// What to do with files that Immich manages itself (uploads).
///
/// Immich never updates the checksum that it stored at upload, and from 3.0 on its integrity check reports
/// such files (measured).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ManagedPolicy {
    /// Write into them.
    Original,
    /// Write sidecars beside them, and leave them alone.
    Sidecar,
    /// Leave them alone.
    Skip,
}

impl ManagedPolicy {
    /// As it is typed and remembered.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Sidecar => "sidecar",
            Self::Skip => "skip",
        }
    }

    /// The policy of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Original, Self::Sidecar, Self::Skip].into_iter().find(|policy| policy.name() == name)
    }
}
