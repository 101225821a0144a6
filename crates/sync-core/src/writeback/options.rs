//! What a user decides about a write-back, with nothing left open.

use std::collections::BTreeSet;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::replace::ReplaceOptions;
use photo_metadata::{Allowances, Datum, TagChoices};
use serde::{Deserialize, Serialize};

use crate::paths::PathMapping;

/// How a write-back runs.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// Which kinds of data are written; the others are not touched.
    pub data: BTreeSet<Datum>,
    /// Characters of the longest caption.
    pub caption_limit: usize,
    /// How data are laid out in tags.
    pub choices: TagChoices,
    /// What is allowed beyond the careful default.
    pub allowed: Allowances,
    /// How originals are replaced.
    pub replace: ReplaceOptions,
    /// From paths on the server to files on this machine.
    pub mapping: PathMapping,
    /// What to do with files that Immich manages; `None` while the user has not said.
    pub managed: Option<ManagedPolicy>,
    /// Which assets.
    pub selection: Selection,
    /// Look into every file again, whatever is remembered.
    pub recheck: bool,
    /// How many files are read or written at the same time, at least one.
    pub workers: usize,
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

/// What to do with files that Immich manages itself (uploads).
///
/// Immich never updates the checksum that it stored at upload, and from 3.0 on its integrity check reports
/// such files (measured).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ManagedPolicy {
    /// Write into them.
    Original,
    /// Leave them alone.
    Skip,
}
