//! The rows of the store, in the words of the program.

use std::path::PathBuf;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;
use photo_metadata::{Base, TagEdit};
use serde::{Deserialize, Serialize};

use crate::summary::Summary;

/// A hash over exactly what would be written for an asset and how: equal means nothing new from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 32]);

/// How the last look at an asset ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The file says what the server knew.
    InStep,
    /// The file must not be written.
    Refused {
        /// Why.
        refusal: photo_metadata::Refusal,
        /// Which writer and which version of this program said so; another one may think otherwise.
        by: String,
    },
}

/// What is remembered of an asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetRecord {
    /// Which asset; paths may change between runs, ids do not.
    pub asset: AssetId,
    /// Where its original was.
    pub path: PathBuf,
    /// What was wanted.
    pub fingerprint: Fingerprint,
    /// What the file was afterwards.
    pub file: FileIdentity,
    /// How it ended.
    pub verdict: Verdict,
    /// What we wrote.
    pub base: Base,
}

/// Which server and which user a state belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerIdentity {
    /// The base address, without key.
    pub url: String,
    /// The user's id on it.
    pub user: String,
}

/// Names a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub i64);

/// A run, as `history` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Its name.
    pub id: RunId,
    /// What was asked for.
    pub command: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it is at work, and for ever when it was killed.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub summary: Option<Summary>,
}

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
    /// The original.
    pub path: PathBuf,
    /// The private work folder that will be made next to it.
    pub work_dir: PathBuf,
    /// What the original is.
    pub before: FileIdentity,
    /// What changes, with the old values.
    pub edits: Vec<TagEdit>,
    /// What was wanted, to be remembered once this is done.
    pub fingerprint: Fingerprint,
    /// What we will have written, to be remembered once this is done.
    pub base: Base,
    /// When.
    pub at: Timestamp,
}

impl Intent {
    /// What is to be remembered of the asset once the new version, now `after`, is in place.
    pub fn record(&self, after: FileIdentity) -> AssetRecord {
        AssetRecord {
            asset: self.asset.clone(),
            path: self.path.clone(),
            fingerprint: self.fingerprint,
            file: after,
            verdict: Verdict::InStep,
            base: self.base.clone(),
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
    /// BLAKE3 of the original in hexadecimal digits, once sealed.
    pub old_hash: Option<String>,
    /// BLAKE3 of the new version in hexadecimal digits, once sealed.
    pub new_hash: Option<String>,
    /// What the new version is in its place, once done.
    pub after: Option<FileIdentity>,
}
