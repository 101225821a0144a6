//! What is remembered of assets, accounts and runs, in the words of the program.
//!
//! An asset may have up to three files that can hold its data: the original and two ways to name a sidecar. Each has
//! its own record, because each changes at its own time and holds its own share of what we wrote.

use std::collections::BTreeSet;
use std::path::PathBuf;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::Base;
use photo_metadata::replace::FileIdentity;
use serde::{Deserialize, Serialize};

use crate::summary::Summary;

/// A hash over exactly what would be written for an asset and how: equal means nothing new from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 32]);

/// Which file of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The photo or video itself.
    Original,
    /// The sidecar with the whole name of the original in front: `IMG.jpg.xmp`.
    Sidecar,
    /// The sidecar without the extension of the original: `IMG.xmp`.
    StemSidecar,
}

/// How the last look at a file ended.
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
    /// The user took back what we wrote; the file is left alone until the server's data change.
    Undone,
    /// Nothing is written here: the data of the asset go into another file.
    Elsewhere,
}

/// SHA-1 of an original that Immich manages. Immich never updates its checksum, so a file that we wrote would look
/// new to any uploader that compares checksums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sha1s {
    /// Before our first write: what the server calls the checksum.
    pub before: [u8; 20],
    /// Of the file as we left it.
    pub after: [u8; 20],
}

impl Sha1s {
    /// The pair, unless the file is to the bit what the server has: then there is nothing to remember.
    #[must_use]
    pub fn of_changed(self) -> Option<Self> {
        (self.before != self.after).then_some(self)
    }
}

/// What is remembered of a file of an asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetRecord {
    /// Which asset; paths may change between runs, ids do not.
    pub asset: AssetId,
    /// Which of its files.
    pub role: Role,
    /// Where the file was.
    pub path: PathBuf,
    /// What was wanted.
    pub fingerprint: Fingerprint,
    /// What the file was afterwards; `None` when there was none.
    pub file: Option<FileIdentity>,
    /// How it ended.
    pub verdict: Verdict,
    /// What we wrote.
    pub base: Base,
    /// Only of a managed original that we wrote.
    pub sha1: Option<Sha1s>,
}

/// How much is remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Assets with a record.
    pub assets: u64,
    /// Assets with something in one of their files that we wrote.
    pub written: u64,
}

/// Which server and which of its users a state belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerIdentity {
    /// The base address, without key.
    pub url: String,
    /// The ids of the users on it.
    pub users: BTreeSet<String>,
}

impl ServerIdentity {
    /// Whether both are about the same server. Its address may change; the id of a user on it does not, so one
    /// user in common is enough.
    pub fn shares_a_user_with(&self, other: &Self) -> bool {
        !self.users.is_disjoint(&other.users)
    }
}

/// The address and the users, for messages.
impl std::fmt::Display for ServerIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, users) = (if self.users.len() == 1 { "user" } else { "users" }, &self.users);
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        write!(f, "{} ({word} {})", self.url, users.join(", "))
    }
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
