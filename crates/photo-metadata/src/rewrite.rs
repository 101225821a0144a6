//! One file, written and proved: the new version says what was asked for, and everything else is as before.
//!
//! The proof does not trust the writer. It lists both versions in full, compares ExifTool's hash of the image
//! data, and compares our own digest of every byte that is not metadata, which also covers what ExifTool does
//! not look at: trailers, motion photos, second pictures, unknown boxes.

use std::path::Path;

use crate::edits::TagEdit;
use crate::engine::{Change, Engine};
use crate::error::MetadataError;
use crate::inventory::Inventory;
use crate::replace::Workspace;
use crate::structure::{Container, examine};

/// How many findings a message names.
const NAMED_FINDINGS: usize = 3;

/// Writes the new version into the workspace and proves it; the original is only read.
///
/// Fails with [`MetadataError::Conflict`] when the file no longer holds the old values of the change, and with
/// that or [`MetadataError::Missing`] when somebody changed or took it while it was read: what a writer says of a
/// file that moves under its hands is no judgement of the file.
pub fn write_verified(
    engine: &dyn Engine,
    workspace: &Workspace,
    change: &Change,
    original: &Path,
) -> Result<(), MetadataError> {
    write_and_prove(engine, workspace, change, original).map_err(|error| {
        if error.is_disk_full() { error } else { workspace.unchanged().err().unwrap_or(error) }
    })
}

fn write_and_prove(
    engine: &dyn Engine,
    workspace: &Workspace,
    change: &Change,
    original: &Path,
) -> Result<(), MetadataError> {
    let (source, target) = (workspace.source(), workspace.target());
    let before = engine.inventory(source, change.container)?;
    if before.has_moved_on(&change.edits) {
        return Err(MetadataError::Conflict { path: original.to_path_buf(), change: "its tags" });
    }
    engine.write_copy(source, target, change).map_err(|error| without_room(error, workspace))?;

    let after = engine.inventory(target, change.container)?;
    let mut findings = findings_between(&before, &after, &change.edits);
    findings.extend(pictures(source, target, before.image_hash.as_deref(), after.image_hash.as_deref())?);
    if findings.is_empty() {
        return Ok(());
    }
    Err(MetadataError::NotVerified { path: original.to_path_buf(), finding: sentence(&findings) })
}

/// What is not as it was asked for, or not as it was, in words.
pub(crate) fn findings_between(before: &Inventory, after: &Inventory, edits: &[TagEdit]) -> Vec<String> {
    let unmet = after.unmet(edits);
    let unmet = unmet.iter().map(|edit| format!("{} did not read back as written", edit.tag));
    unmet.chain(after.foreign_changes(before, edits)).collect()
}

/// A full disk reaches us in the words of the writer; the room that is left says what it was.
fn without_room(error: MetadataError, workspace: &Workspace) -> MetadataError {
    match (&error, workspace.has_room()) {
        (MetadataError::WriteFailed { .. } | MetadataError::WriteRefused { .. }, Err(full))
            if full.is_disk_full() =>
        {
            full
        }
        _ => error,
    }
}

fn pictures(
    source: &Path,
    target: &Path,
    hash_before: Option<&str>,
    hash_after: Option<&str>,
) -> Result<Vec<String>, MetadataError> {
    let (old, new) = (examine(source)?, examine(target)?);
    let mut findings = Vec::new();
    if old.container != new.container {
        findings.push(format!("a {} would become a {}", old.container.label(), new.container.label()));
    }
    if hash_before != hash_after {
        findings.push("the image data would change".to_owned());
    }
    match old.payload.same_as(&new.payload) {
        Some(true) => {}
        Some(false) if new.container == Container::Xmp => {
            findings.push("what other programs wrote into it would change".to_owned());
        }
        Some(false) => findings.push("bytes that are not metadata would change".to_owned()),
        None if hash_before.is_some() => {}
        None => findings.push("nothing could prove that the image data are the same".to_owned()),
    }
    Ok(findings)
}

pub(crate) fn sentence(findings: &[String]) -> String {
    let named = findings.iter().take(NAMED_FINDINGS).cloned().collect::<Vec<_>>().join("; ");
    match findings.len().saturating_sub(NAMED_FINDINGS) {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
}
