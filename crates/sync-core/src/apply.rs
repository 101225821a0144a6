//! The one function that changes the world: a step becomes a new version of a file, journalled on the way.
//!
//! Announce, write aside, prove, seal, note the hashes, rename, note that it is done. A crash between any two
//! of these leaves the old file or the new one, and enough in the journal to tell which.

use std::path::Path;

use jiff::Timestamp;
use photo_metadata::replace::{FileIdentity, ReplaceOptions, Workspace, remove_work_dir, work_dir_name};
use photo_metadata::{Engine, MetadataError, Refusal, write_verified};

use crate::error::{SyncError, chain};
use crate::plan::Step;
use crate::state::{Intent, JournalId, Role, RunId, Store};

/// What applying needs.
pub(crate) struct Hands<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) engine: &'a dyn Engine,
    pub(crate) replace: ReplaceOptions,
    pub(crate) now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// How a step ended.
pub(crate) enum Applied {
    /// The new version is in place.
    Done,
    /// The original is as it was.
    Refused(Refusal),
    /// The original is as it was, unless the message says that this is not sure.
    Failed { message: String, transient: bool },
}

/// Applies one step. An error means that the rest of the run is pointless.
pub(crate) fn apply(run: RunId, step: &Step, hands: &Hands<'_>) -> Result<Applied, SyncError> {
    let name = work_dir_name(fastrand::u64(..));
    let intent = Intent {
        run,
        asset: step.asset.clone(),
        account: String::new(),
        role: Role::Original,
        path: step.path.clone(),
        work_dir: step.path.with_file_name(&name),
        before: Some(step.expects),
        edits: step.change.edits.clone(),
        old_bytes: None,
        fingerprint: step.fingerprint,
        base: step.base.clone(),
        sha1: None,
        owes: false,
        undoes: None,
        at: (hands.now)(),
    };
    let id = hands.store.intend(&intent)?;
    let ended = replace(id, step, &name, hands);
    // What is not settled here stays open in the journal, and the next start settles it by the hashes.
    let settled = remove_work_dir(&intent.work_dir);
    match (ended, settled) {
        (Ok(after), Ok(_)) => {
            hands.store.done(id, Some(&after), Some(&intent.record(Some(after))))?;
            Ok(Applied::Done)
        }
        (Ok(_), Err(error)) => Ok(Applied::Failed { message: chain(&error), transient: true }),
        (Err(Trouble::Fatal(error)), _) => Err(error),
        (Err(Trouble::File(error @ MetadataError::Unconfirmed { .. })), _) => {
            Ok(Applied::Failed { message: chain(&error), transient: true })
        }
        (Err(Trouble::File(error)), Ok(_)) => {
            hands.store.rolled_back(id)?;
            settle(error)
        }
        (Err(Trouble::File(error)), Err(_)) => settle(error),
    }
}

enum Trouble {
    /// Of this file.
    File(MetadataError),
    /// Of the run.
    Fatal(SyncError),
}

impl From<MetadataError> for Trouble {
    fn from(error: MetadataError) -> Self {
        Self::File(error)
    }
}

/// Puts the new version in place; its workspace is gone afterwards, whatever happened.
fn replace(id: JournalId, step: &Step, name: &str, hands: &Hands<'_>) -> Result<FileIdentity, Trouble> {
    let workspace = Workspace::create(&step.path, &step.expects, name, hands.replace)?;
    write_verified(hands.engine, &workspace, &step.change, &step.path)?;
    let old_hash = workspace.original_hash();
    let sealed = workspace.seal()?;
    hands.store.sealed(id, Some(&old_hash), Some(&sealed.new_hash)).map_err(Trouble::Fatal)?;
    Ok(sealed.commit()?)
}

/// Sorts what happened: a refusal, a failure of this file, or the end of the run.
fn settle(error: MetadataError) -> Result<Applied, SyncError> {
    if error.is_disk_full() {
        return Err(SyncError::Metadata(error));
    }
    Ok(match &error {
        MetadataError::WriteRefused { message, .. } => Applied::Refused(Refusal::Writer(message.clone())),
        MetadataError::NotVerified { finding, .. } => Applied::Refused(Refusal::Unproven(finding.clone())),
        MetadataError::HardLinked { links, .. } => Applied::Refused(Refusal::HardLinked(*links)),
        MetadataError::ReadOnly { .. }
        | MetadataError::Immutable { .. }
        | MetadataError::NoPermission { .. } => Applied::Refused(Refusal::Place(chain(&error))),
        _ => Applied::Failed { message: chain(&error), transient: error.is_transient() },
    })
}

/// BLAKE3 of a file, in hexadecimal digits. A link is not followed.
pub(crate) fn hash_of(path: &Path) -> std::io::Result<String> {
    use rustix::fs::{Mode, OFlags, open};
    let mut hasher = blake3::Hasher::new();
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = std::fs::File::from(open(path, flags, Mode::empty())?);
    hasher.update_reader(file)?;
    Ok(hasher.finalize().to_hex().to_string())
}
