//! What the user asks of a scan, with nothing left open.

use std::path::PathBuf;

use immich_api::{AlbumId, LibraryId, PersonId};
use jiff::Timestamp;
use photo_similarity::{Forms, HashKind, Limits, Preference, Rules};

/// Where photos are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceChoice {
    /// On the server.
    Immich,
    /// In folders of this machine, searched with all folders below; absolute.
    Local(Vec<PathBuf>),
    /// In both, compared with each other.
    Both(Vec<PathBuf>),
}

/// Everything about a scan.
#[derive(Debug, Clone)]
pub struct OrganizeOptions {
    /// Where.
    pub source: SourceChoice,
    /// What belongs together.
    pub rules: Rules,
    /// How pictures are looked at.
    pub look: LookOptions,
    /// Which photos count.
    pub filters: Filters,
    /// What comes before the usual order when the best is chosen.
    pub prefer: Vec<Preference>,
    /// Places that the user prefers, the best first: folders, or libraries of the server by name or id.
    pub prefer_places: Vec<String>,
    /// Threads that decode and compare.
    pub workers: usize,
    /// Files with hashes of other machines, whose photos are compared with too.
    pub load_hashes: Vec<PathBuf>,
    /// Where the hashes of all photos of this scan are written, for another machine.
    pub save_hashes: Option<PathBuf>,
    /// Whether every local file is looked at and hashed again, whatever is remembered.
    pub rehash: bool,
}

/// How pictures are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookOptions {
    /// Which hash.
    pub kind: HashKind,
    /// Whether previews (1440 pixels) are fetched instead of thumbnails (250).
    pub detail: bool,
    /// Whether pictures are compared in all 8 orientations.
    pub rotations: bool,
    /// Whether pictures are compared without their borders and bars too.
    pub trims: bool,
    /// What a picture may cost.
    pub limits: Limits,
}

impl LookOptions {
    /// In which forms pictures are compared.
    pub(super) fn forms(&self) -> Forms {
        Forms { rotations: self.rotations, trims: self.trims }
    }
}

/// Which photos count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Only those in one of these albums.
    pub albums: Vec<AlbumId>,
    /// Only those with all of these people.
    pub people: Vec<PersonId>,
    /// Only those in one of these external libraries.
    pub libraries: Vec<LibraryId>,
    /// Only those taken at or after this moment.
    pub since: Option<Timestamp>,
    /// What the filters mean for the other side of a pair.
    pub scope: Scope,
    /// Whether partners' and shared albums' photos are compared too; they are never acted on.
    pub include_shared: bool,
    /// Whether archived photos count; on unless the user says otherwise.
    pub archived: bool,
}

/// Whether what the filters leave out may still be the other half of a pair.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// Groups hold only what the filters let through.
    #[default]
    Inside,
    /// A group counts when one of its photos passes the filters.
    Touching,
}
