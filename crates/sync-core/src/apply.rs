//! The one function that changes the world: a step becomes a new version of a file, journalled on the way.
//!
//! Announce, write aside, prove, seal, note the hashes, rename, note that it is done. A crash between any two
//! of these leaves the old file or the new one, and enough in the journal to tell which.

use std::path::Path;

use jiff::Timestamp;
use photo_metadata::replace::{ReplaceOptions, Workspace, work_dir_name};
use photo_metadata::{Engine, MetadataError, Refusal, write_verified};

use crate::error::{SyncError, chain};
use crate::plan::Step;
use crate::state::{AssetRecord, Intent, JournalId, RunId, Store, Verdict};

/// What applying needs.
pub(crate) struct Hands<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) engine: &'a dyn Engine,
    pub(crate) replace: ReplaceOptions,
    pub(crate) now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// How a step ended; the original is as it was unless it is done.
pub(crate) enum Applied {
    Done,
    Refused(Refusal),
    Failed { message: String, transient: bool },
}

/// Applies one step. An error means that the rest of the run is pointless.
pub(crate) fn apply(run: RunId, step: &Step, hands: &Hands<'_>) -> Result<Applied, SyncError> {
    let name = work_dir_name(fastrand::u64(..));
    let intent = Intent {
        run,
        asset: step.asset.clone(),
        path: step.path.clone(),
        work_dir: step.path.with_file_name(&name),
        before: step.expects,
        edits: step.change.edits.clone(),
        at: (hands.now)(),
    };
    let id = hands.store.intend(&intent)?;
    match replace(id, step, &name, hands) {
        Ok(()) => Ok(Applied::Done),
        Err(Trouble::Fatal(error)) => Err(error),
        Err(Trouble::File(error)) => {
            hands.store.rolled_back(id)?;
            settle(error)
        }
    }
}

enum Trouble {
    /// Of this file: its workspace is gone, the original is as it was.
    File(MetadataError),
    /// Of the run.
    Fatal(SyncError),
}

impl From<MetadataError> for Trouble {
    fn from(error: MetadataError) -> Self {
        Self::File(error)
    }
}

fn replace(id: JournalId, step: &Step, name: &str, hands: &Hands<'_>) -> Result<(), Trouble> {
    let workspace = Workspace::create(&step.path, &step.expects, name, hands.replace)?;
    write_verified(hands.engine, &workspace, &step.change, &step.path)?;
    let old_hash = workspace.original_hash();
    let sealed = workspace.seal()?;
    hands.store.sealed(id, &old_hash, &sealed.new_hash).map_err(Trouble::Fatal)?;
    let after = sealed.commit()?;
    let record = AssetRecord {
        asset: step.asset.clone(),
        path: step.path.clone(),
        fingerprint: step.fingerprint,
        file: after,
        verdict: Verdict::InStep,
        base: step.base.clone(),
    };
    hands.store.done(id, &after, Some(&record)).map_err(Trouble::Fatal)
}

/// Sorts what happened: a refusal, a failure of this file, or the end of the run.
fn settle(error: MetadataError) -> Result<Applied, SyncError> {
    if error.is_disk_full() {
        return Err(SyncError::Metadata(error));
    }
    Ok(match &error {
        MetadataError::WriteRefused { message, .. } => Applied::Refused(Refusal::Writer(message.clone())),
        MetadataError::NotVerified { finding, .. } => Applied::Refused(Refusal::Writer(format!(
            "the written copy was not right and was thrown away: {finding}"
        ))),
        MetadataError::HardLinked { links, .. } => Applied::Refused(Refusal::HardLinked(*links)),
        MetadataError::ReadOnly { .. }
        | MetadataError::Immutable { .. }
        | MetadataError::NoPermission { .. } => Applied::Refused(Refusal::Place(chain(&error))),
        _ => Applied::Failed { message: chain(&error), transient: error.is_transient() },
    })
}

/// BLAKE3 of a file, in hexadecimal digits.
pub(crate) fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let file = std::fs::File::open(path)?;
    hasher.update_reader(file)?;
    Ok(hasher.finalize().to_hex().to_string())
}
