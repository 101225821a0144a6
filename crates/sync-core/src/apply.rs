//! The one function that changes the world: a step becomes a new version of a file, journalled on the way.
//!
//! Announce, write aside, prove, seal, note the hashes, rename, note that it is done. A crash between any two
//! of these leaves the old file or the new one, and enough in the journal to tell which.

use std::path::Path;

use jiff::Timestamp;
use photo_metadata::replace::{
    Digest, FileIdentity, ReplaceOptions, Workspace, remove_sidecar, remove_work_dir, work_dir_name,
};
use photo_metadata::{
    Engine, MetadataError, Piece, Recipe, Refusal, new_sidecar_bytes, write_content, write_recipe,
    write_verified,
};

use crate::error::{SyncError, chain};
use crate::paths::sha1_of_file;
use crate::plan::Step;
use crate::state::{Intent, JournalId, Role, RunId, Seal, Sha1s, Store, Verdict};

/// A sidecar longer than this is no sidecar that anybody made on purpose; its bytes are kept for an undo.
const LONGEST_SIDECAR: u64 = 32 << 20;

/// A checksum that is still to be computed.
pub(crate) const UNKNOWN: [u8; 20] = [0; 20];

/// What applying needs.
#[derive(Clone, Copy)]
pub(crate) struct Hands<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) engine: &'a dyn Engine,
    pub(crate) replace: ReplaceOptions,
    pub(crate) now: &'a (dyn Fn() -> Timestamp + Sync),
    /// Whether the server has to be told of what is done.
    pub(crate) owes: bool,
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

/// What is done to the file of a step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Work {
    /// Its tags change.
    Tags,
    /// It gets exactly this content; one that is not there is made.
    Content(Vec<u8>),
    /// It becomes the version that it was, made of the one that it is.
    Restore {
        /// How.
        back: Recipe,
        /// The version that it is.
        from: Digest,
        /// The version that it was.
        to: Digest,
    },
    /// It is taken away.
    Removal,
}

/// A step that takes back an earlier change.
#[derive(Debug, Clone)]
pub(crate) struct Reversal {
    /// The change.
    pub(crate) of: JournalId,
    /// What is done.
    pub(crate) work: Work,
    /// What is to be remembered as the outcome.
    pub(crate) verdict: Verdict,
}

/// Applies one step. An error means that the rest of the run is pointless.
pub(crate) fn apply(run: RunId, step: &Step, hands: &Hands<'_>) -> Result<Applied, SyncError> {
    carry_out(run, step, None, hands)
}

/// Applies one step that takes back an earlier change.
pub(crate) fn take_back(
    run: RunId,
    step: &Step,
    reversal: &Reversal,
    hands: &Hands<'_>,
) -> Result<Applied, SyncError> {
    carry_out(run, step, Some(reversal), hands)
}

fn carry_out(
    run: RunId,
    step: &Step,
    reversal: Option<&Reversal>,
    hands: &Hands<'_>,
) -> Result<Applied, SyncError> {
    if hands.store.is_half_written(&step.path)? {
        let message = "an earlier run wrote it in part, and that could not be put in order".to_owned();
        return Ok(Applied::Failed { message, transient: true });
    }
    let name = work_dir_name(fastrand::u64(..));
    let back = match sidecar_as_it_is(step) {
        Ok(back) => back,
        Err(error) => return settle(error),
    };
    let intent = Intent {
        run,
        asset: step.asset.clone(),
        account: step.account.clone(),
        role: step.role,
        path: step.path.clone(),
        work_dir: step.path.with_file_name(&name),
        before: step.expects,
        edits: step.change.edits.clone(),
        fingerprint: step.fingerprint,
        base: step.base.clone(),
        sha1: step.uploaded.map(|before| Sha1s { before, after: UNKNOWN }),
        owes: hands.owes,
        undoes: reversal.map(|reversal| reversal.of),
        at: (hands.now)(),
    };
    let id = hands.store.intend(&intent)?;
    let work = reversal.map_or(&Work::Tags, |reversal| &reversal.work);
    let ended = replace(id, step, work, &name, back.as_ref(), hands);
    // What is not settled here stays open in the journal, and the next start settles it by the hashes.
    let settled = remove_work_dir(&intent.work_dir);
    match (ended, settled) {
        (Ok((after, sha1)), Ok(_)) => {
            let mut record = intent.record(after);
            record.sha1 = sha1;
            if let Some(reversal) = reversal {
                record.verdict = reversal.verdict.clone();
            }
            hands.store.done(id, after.as_ref(), Some(&record))?;
            Ok(Applied::Done)
        }
        (Ok(_), Err(error)) => Ok(Applied::Failed { message: chain(&error), transient: true }),
        (Err(Trouble::File(error)), _) if error.is_unsettled() => {
            Ok(Applied::Failed { message: chain(&error), transient: true })
        }
        (Err(Trouble::Fatal(error)), _) => Err(error),
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

/// The whole content of a sidecar before it changes: small enough to be kept as it is.
fn sidecar_as_it_is(step: &Step) -> Result<Option<Recipe>, MetadataError> {
    let Some(before) = step.expects.filter(|_| step.role != Role::Original) else { return Ok(None) };
    if before.size > LONGEST_SIDECAR {
        let message = format!("it is a sidecar of {} bytes", before.size);
        return Err(MetadataError::WriteRefused { path: step.path.clone(), message });
    }
    let bytes = std::fs::read(&step.path);
    let bytes = bytes.map_err(|error| MetadataError::from_io(&step.path, "read", error))?;
    Ok(Recipe::new(0, vec![Piece::Bytes(bytes)]))
}

/// Puts the new version in place; its workspace is gone afterwards, whatever happened.
fn replace(
    id: JournalId,
    step: &Step,
    work: &Work,
    name: &str,
    back: Option<&Recipe>,
    hands: &Hands<'_>,
) -> Result<(Option<FileIdentity>, Option<Sha1s>), Trouble> {
    if *work == Work::Removal {
        remove(id, step, back, hands)?;
        return Ok((None, None));
    }
    let workspace = match &step.expects {
        Some(before) => Workspace::create(&step.path, before, name, hands.replace)?,
        None => Workspace::create_new(&step.path, &step.original, name, &new_sidecar_bytes())?,
    };
    let written = match work {
        Work::Content(bytes) => write_content(&workspace, bytes)?,
        Work::Restore { back, from, to } => write_recipe(&workspace, back, from, to)?,
        Work::Tags | Work::Removal => write_verified(hands.engine, &workspace, &step.change, &step.path)?,
    };
    let sha1_at = |path: &Path| match step.uploaded {
        Some(before) => sha1_of_file(path).map(|after| Sha1s { before, after }.of_changed()),
        None => Ok(None),
    };
    let staged = if written.is_inside() { None } else { Some(sha1_at(workspace.target())?) };
    let sealed = written.seal(workspace)?;
    let (old, new) = (written.old.as_ref().map(Digest::to_string), written.new.to_string());
    let seal = Seal {
        old: old.as_deref(),
        new: Some(&new),
        back: written.back.as_ref().or(back),
        in_place: written.is_inside(),
    };
    hands.store.sealed(id, &seal).map_err(Trouble::Fatal)?;
    let after = sealed.commit()?;
    let sha1 = match staged {
        Some(sha1) => sha1,
        // The new version is in place by now, so this must not count as if nothing had happened.
        None => sha1_at(&step.path).map_err(|error| MetadataError::Unconfirmed {
            path: step.path.clone(),
            source: Box::new(error),
        })?,
    };
    Ok((Some(after), sha1))
}

/// Takes a sidecar away, whose content is in the journal by now.
fn remove(id: JournalId, step: &Step, back: Option<&Recipe>, hands: &Hands<'_>) -> Result<(), Trouble> {
    let gone = || MetadataError::Missing { path: step.path.clone() };
    let before = step.expects.ok_or_else(gone)?;
    let old =
        Digest::of_file(&step.path).map_err(|error| MetadataError::from_io(&step.path, "read", error))?;
    let seal = Seal { old: Some(&old.to_string()), new: None, back, in_place: false };
    hands.store.sealed(id, &seal).map_err(Trouble::Fatal)?;
    Ok(remove_sidecar(&step.path, &before)?)
}

/// Sorts what happened: a refusal, a failure of this file, or the end of the run.
fn settle(error: MetadataError) -> Result<Applied, SyncError> {
    if error.is_disk_full() {
        return Err(SyncError::Metadata(error));
    }
    Ok(match &error {
        MetadataError::WriteRefused { message, .. } => Applied::Refused(Refusal::Writer(message.clone())),
        MetadataError::Beyond { reason, .. } => Applied::Refused(Refusal::NeedsExifTool(reason.clone())),
        MetadataError::NotVerified { finding, .. } => Applied::Refused(Refusal::Unproven(finding.clone())),
        MetadataError::HardLinked { links, .. } => Applied::Refused(Refusal::HardLinked(*links)),
        MetadataError::ReadOnly { .. }
        | MetadataError::Immutable { .. }
        | MetadataError::NoPermission { .. } => Applied::Refused(Refusal::Place(chain(&error))),
        _ => Applied::Failed { message: chain(&error), transient: error.is_transient() },
    })
}
