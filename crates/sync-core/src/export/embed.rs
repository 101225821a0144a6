//! Writes what is known of a photo into its exported copy, with the proof that every write has: the picture stays as it is,
//! bit for bit. The file of the library is never opened for writing.
//!
//! A copy that cannot hold it (a raw file, one that is not what its name says, one with a signature) is exported as it is,
//! and the reason is told: the picture matters more than the words.

use std::path::Path;

use photo_metadata::replace::{ReplaceOptions, Workspace, identity, remove_work_dir, work_dir_name};
use photo_metadata::structure::examine_header;
use photo_metadata::{
    Allowances, Base, Change, Engine, MetadataError, PhotoFields, Rules, identify, plan_edits, refuse,
    write_verified,
};

use super::make::NotMade;
use crate::error::chain;

/// Writes into the copy at `path`, which nobody else has; why it holds nothing of it, if so.
pub(super) fn embed(
    path: &Path,
    fields: &PhotoFields,
    engine: &dyn Engine,
) -> Result<Option<String>, NotMade> {
    match written(path, fields, engine) {
        Ok(refused) => Ok(refused),
        Err(error) if error.is_disk_full() || error.is_transient() => {
            Err(NotMade { message: chain(&error), transient: true, is_full: error.is_disk_full() })
        }
        Err(error) => Ok(Some(chain(&error))),
    }
}

fn written(path: &Path, fields: &PhotoFields, engine: &dyn Engine) -> Result<Option<String>, MetadataError> {
    let container = match identify(path)? {
        Ok(container) => container,
        Err(refusal) => return Ok(Some(refusal.to_string())),
    };
    let structure = examine_header(path)?;
    if let Some(refusal) = refuse(path, &structure, Allowances::default()) {
        return Ok(Some(refusal.to_string()));
    }
    if let Some(blocked) = engine.blocked(container) {
        return Ok(Some(blocked));
    }
    let tags = engine.read(path, container)?;
    let plan = plan_edits(fields, &tags, &Base::default(), &Rules::default());
    if plan.edits.is_empty() {
        return Ok(None);
    }
    let change = Change { container, edits: plan.edits, iptc: tags.iptc().cloned() };
    let name = work_dir_name(fastrand::u64(..));
    let options = ReplaceOptions { inside_from: None, ..ReplaceOptions::default() };
    let ended = Workspace::create(path, &identity(path)?, &name, options).and_then(|workspace| {
        let written = write_verified(engine, &workspace, &change, path)?;
        written.seal(workspace)?.commit().map(drop)
    });
    if let Err(error) = remove_work_dir(&path.with_file_name(name)) {
        tracing::debug!(error = chain(&error), "a folder stays in the folder of the export");
    }
    ended.map(|()| None)
}
