//! The rows of the journal: every change of a file, announced before it happens, with what was there before.

use std::path::PathBuf;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;
use photo_metadata::{Base, TagEdit};
use serde::{Deserialize, Serialize};

use super::record::{AssetRecord, Fingerprint, Role, RunId, Sha1s, Verdict};
use super::way_back::{WayBack, WaysBack};

/// Names a row of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JournalId(pub i64);

/// What is about to be done to a file; on the disk before anything happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// In which run.
    pub run: RunId,
    /// Whose file.
    pub asset: AssetId,
    /// The id of the user who owns the asset.
    pub account: String,
    /// Which of its files.
    pub role: Role,
    /// The file.
    pub path: PathBuf,
    /// The private work folder that will be made next to it.
    pub work_dir: PathBuf,
    /// What the file is; `None` when it is made.
    pub before: Option<FileIdentity>,
    /// What changes, with the old values.
    pub edits: Vec<TagEdit>,
    /// What was wanted, to be remembered once this is done.
    pub fingerprint: Fingerprint,
    /// What we will have written, to be remembered once this is done.
    pub base: Base,
    /// Checksums, to be remembered once this is done. A run that was killed could not compute the second yet.
    pub sha1: Option<Sha1s>,
    /// Whether the server has to be told once this is done.
    pub owes: bool,
    /// The change that this one takes back.
    pub undoes: Option<JournalId>,
    /// When.
    pub at: Timestamp,
}

impl Intent {
    /// What is to be remembered of the file once the new version, now `after`, is in place; `None` for a file
    /// that was taken away.
    pub fn record(&self, after: Option<FileIdentity>) -> AssetRecord {
        AssetRecord {
            asset: self.asset.clone(),
            role: self.role,
            path: self.path.clone(),
            fingerprint: self.fingerprint,
            file: after,
            verdict: if self.undoes.is_some() { Verdict::Undone } else { Verdict::InStep },
            base: self.base.clone(),
            sha1: self.sha1,
        }
    }
}

/// How far a change got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JournalState {
    /// Announced; the original is untouched.
    Intent,
    /// The new version is complete and verified; it may already stand in place of the original.
    Sealed,
    /// The new version stands in place of the original.
    Done,
    /// Nothing happened to the original.
    RolledBack,
}

/// A row of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalRow {
    /// Its name.
    pub id: JournalId,
    /// What was announced.
    pub intent: Intent,
    /// How far it got.
    pub state: JournalState,
    /// The digest of the file before, once sealed; `None` for a file that is made.
    pub old_hash: Option<String>,
    /// The digest of the new version, once sealed; `None` for a file that is taken away.
    pub new_hash: Option<String>,
    /// What the new version is in its place, once done; `None` for a file that was taken away.
    pub after: Option<FileIdentity>,
    /// How the old version comes back byte for byte, once sealed and as long as that is kept.
    pub way_back: Option<WayBack>,
    /// The run that took this change back, as long as nobody took back the taking back.
    pub undone_by: Option<RunId>,
}

/// A row of the journal without what makes it long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalMark {
    /// Its name.
    pub id: JournalId,
    /// In which run.
    pub run: RunId,
    /// Whose file.
    pub asset: AssetId,
    /// Which of its files.
    pub role: Role,
    /// How far it got.
    pub state: JournalState,
    /// The change that it takes back.
    pub undoes: Option<JournalId>,
    /// The run that took it back.
    pub undone_by: Option<RunId>,
}

impl JournalMark {
    /// Whether it happened and was not taken back.
    pub fn counts(&self) -> bool {
        self.state == JournalState::Done && self.undone_by.is_none()
    }
}

/// What became of the changes of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeCounts {
    /// Changes that happened.
    pub done: u64,
    /// Of these, taken back since.
    pub undone: u64,
    /// Announced and never closed: at work, or left by a killed run.
    pub open: u64,
    /// What is kept so that they can be taken back byte for byte.
    pub kept: WaysBack,
}
