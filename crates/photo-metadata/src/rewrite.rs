//! One file, written and proved: the new version says what was asked for, and everything else is as before.
//!
//! The proof does not trust the writer. It lists both versions in full, compares ExifTool's hash of the image
//! data, and compares our own digest of every byte that is not metadata, which also covers what ExifTool does
//! not look at: trailers, motion photos, second pictures, unknown boxes.

use std::path::Path;

use crate::draft::Draft;
use crate::edits::TagEdit;
use crate::engine::{Change, Engine};
use crate::error::MetadataError;
use crate::inventory::Inventory;
use crate::recipe::{Piece, Recipe, View};
use crate::replace::{Digest, Place, Versions, Workspace, Written};
use crate::structure::{Container, examine};

/// How many findings a message names.
const NAMED_FINDINGS: usize = 3;

/// Writes the new version into the workspace and proves it; the original is only read.
///
/// An engine that drafts has proved the new version on paper; what is proved here is that it is on the disk as it was
/// meant. A version that another writer wrote is listed in full, beside the original.
///
/// Fails with [`MetadataError::Conflict`] when the file no longer holds the old values of the change, and with
/// that or [`MetadataError::Missing`] when somebody changed or took it while it was read: what a writer says of a
/// file that moves under its hands is no judgement of the file.
pub fn write_verified(
    engine: &dyn Engine,
    workspace: &Workspace,
    change: &Change,
    original: &Path,
) -> Result<Written, MetadataError> {
    moved_or(draft_or_write(engine, workspace, change, original), workspace)
}

fn draft_or_write(
    engine: &dyn Engine,
    workspace: &Workspace,
    change: &Change,
    original: &Path,
) -> Result<Written, MetadataError> {
    if let Some(draft) = engine.draft(workspace.source(), change)? {
        if let Some(written) = write_draft(engine, workspace, change, &draft)? {
            return Ok(written);
        }
        workspace.clear()?;
        if engine.draft(workspace.source(), change)?.is_some() {
            let finding = "another judge found it wrong".to_owned();
            return Err(MetadataError::NotVerified { path: original.to_path_buf(), finding });
        }
    }
    write_and_prove(engine, workspace, change, original)
}

/// Writes a content that is known to the letter.
pub fn write_content(workspace: &Workspace, bytes: &[u8]) -> Result<Written, MetadataError> {
    let written = old_digest(workspace).and_then(|old| {
        let forward = Recipe::joined(workspace.old().len(), vec![Piece::Bytes(bytes.to_vec())]);
        let versions = Versions { old, new: Digest::of_bytes(bytes), back: None };
        let place = workspace.write(&forward, &versions)?;
        Ok(Written::new(versions, place))
    });
    moved_or(written, workspace)
}

/// Writes a version that is made of the original, such as the one that was there before; `old` and `new` are the
/// digests of both.
///
/// Fails with [`MetadataError::Conflict`] when the original is not the version that `old` names, and with
/// [`MetadataError::NotVerified`] when what is made is not the one that `new` names.
pub fn write_recipe(
    workspace: &Workspace,
    recipe: &Recipe,
    old: &Digest,
    new: &Digest,
) -> Result<Written, MetadataError> {
    moved_or(make(workspace, recipe, old, new), workspace)
}

/// The longest way back that is made of a recipe, in bytes that it keeps.
const LONGEST_WAY_BACK: u64 = 16 << 20;

fn make(
    workspace: &Workspace,
    recipe: &Recipe,
    old: &Digest,
    new: &Digest,
) -> Result<Written, MetadataError> {
    let path = workspace.original();
    let failed = |error| MetadataError::from_io(path, "read", error);
    let source = workspace.old();
    if recipe.from_length() != source.len() || !old.matches_source(source).map_err(failed)? {
        return Err(MetadataError::Conflict { path: path.to_path_buf(), change: "its content" });
    }
    if !new.matches_source(&View::new(source, recipe)).map_err(failed)? {
        let finding = "what was kept does not lead back to the version that it was".to_owned();
        return Err(MetadataError::NotVerified { path: path.to_path_buf(), finding });
    }
    let back = recipe.back(source, LONGEST_WAY_BACK).map_err(failed)?;
    let versions = Versions { old: Some(old.clone()), new: new.clone(), back };
    let place = workspace.write(recipe, &versions)?;
    Ok(Written::new(versions, place))
}

/// What is wrong with the original rather than with the writing of it.
fn moved_or(
    written: Result<Written, MetadataError>,
    workspace: &Workspace,
) -> Result<Written, MetadataError> {
    written.map_err(
        |error| {
            if error.is_disk_full() { error } else { workspace.unchanged().err().unwrap_or(error) }
        },
    )
}

/// `None` when another judge says that it is wrong.
fn write_draft(
    engine: &dyn Engine,
    workspace: &Workspace,
    change: &Change,
    draft: &Draft,
) -> Result<Option<Written>, MetadataError> {
    let failed = |error| MetadataError::from_io(workspace.original(), "read", error);
    let (old, forward) = (workspace.old(), draft.forward());
    let back = draft.back(old).map_err(failed)?;
    let (before, new) = Digest::of_both(old, &forward, &back).map_err(failed)?;
    let has_original = workspace.has_original();
    let versions = Versions { old: has_original.then_some(before), new, back: has_original.then_some(back) };
    if !engine.wants_second_opinion(change.container) {
        let place = workspace.write(&forward, &versions)?;
        return Ok(Some(Written::new(versions, place)));
    }
    // Who judges needs a file of its own.
    workspace.write_beside(&forward)?;
    let findings = engine.second_opinion(workspace.source(), workspace.target(), change)?;
    if findings.is_empty() {
        return Ok(Some(Written::new(versions, Place::Beside)));
    }
    // Of a file that moved under his eyes the judge has seen two versions.
    workspace.unchanged()?;
    engine.heed(workspace.source(), change, &findings);
    Ok(None)
}

fn write_and_prove(
    engine: &dyn Engine,
    workspace: &Workspace,
    change: &Change,
    original: &Path,
) -> Result<Written, MetadataError> {
    let (source, target) = (workspace.source(), workspace.target());
    let before = engine.inventory(source, change.container)?;
    if before.has_moved_on(&change.edits) {
        return Err(MetadataError::Conflict { path: original.to_path_buf(), change: "its tags" });
    }
    let old = old_digest(workspace)?;
    engine.write_copy(source, target, change).map_err(|error| without_room(error, workspace))?;

    let after = engine.inventory(target, change.container)?;
    let mut findings = findings_between(&before, &after, &change.edits);
    findings.extend(pictures(source, target, before.image_hash.as_deref(), after.image_hash.as_deref())?);
    if findings.is_empty() {
        let read_back = Digest::of_file(target);
        let failed = |error| MetadataError::from_io(original, "read back", error);
        let new = read_back.map_err(failed)?;
        let has_original = workspace.has_original();
        let back = has_original.then(|| Recipe::between(target, workspace.old())).transpose();
        let back = back.map_err(failed)?.flatten();
        return Ok(Written::new(Versions { old, new, back }, Place::Beside));
    }
    Err(MetadataError::NotVerified { path: original.to_path_buf(), finding: sentence(&findings) })
}

/// Of all of the original, if there is one.
fn old_digest(workspace: &Workspace) -> Result<Option<Digest>, MetadataError> {
    let digest = workspace.has_original().then(|| Digest::whole(workspace.old())).transpose();
    digest.map_err(|error| MetadataError::from_io(workspace.original(), "read", error))
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
