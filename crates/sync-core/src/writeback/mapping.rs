//! How paths on the server lead to files here, when the user did not say: found once, and remembered.
//!
//! What was found is proved by samples whose size and time, or whose content, are the same on both sides. It is
//! used again without a request as long as its folders are there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::paths::{Evidence, Found, PathMapping, PathRule, PrefixMap, Sample, find_mapping};
use crate::plan::SkipReason;
use crate::state::Store;
use crate::stop::StopFlag;
use crate::summary::Summary;

/// Assets of each library, oldest and newest, that are looked for.
const SAMPLES: u32 = 24;

/// The note that keeps what was found.
const FOUND: &str = "path-mapping";

/// What was found in an earlier run.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    root: PathBuf,
    folders: Vec<(String, PathBuf)>,
    /// The users whose photos were looked for.
    #[serde(default)]
    users: BTreeSet<String>,
    /// Photos of the last run lie in none of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_incomplete: bool,
}

/// Finds the folders of the server below `root`, from a few assets of each account and library.
///
/// `remembers` is false in a preview, which writes nothing down. An error when nothing fits, or when a folder
/// of the server may be in several places.
pub fn find_paths(
    accounts: &[Account<'_>],
    root: &Path,
    store: &dyn Store,
    reporter: &dyn Reporter,
    stop: &StopFlag,
    remembers: bool,
) -> Result<PathMapping, SyncError> {
    let known = remembered(root, store)?;
    let users: BTreeSet<String> = accounts.iter().map(|account| account.server.user.id.to_string()).collect();
    match &known {
        Some(note) if !note.is_incomplete && users.is_subset(&note.users) => {
            return Ok(mapping(root, note.prefixes()));
        }
        _ => {}
    }
    let mut samples = Vec::new();
    for account in accounts {
        let libraries = if account.server.user.is_admin {
            account.reader.libraries().unwrap_or_default().into_iter().map(|library| library.id).collect()
        } else {
            Vec::new()
        };
        for asset in account.reader.sample_assets(SAMPLES, &libraries)? {
            let managed = asset.library_id.is_none();
            let evidence = Evidence::of(&asset);
            samples.push(Sample { server_path: asset.original_path, evidence, managed });
        }
    }
    if samples.is_empty() {
        let rule = PathRule::LastSegments(3);
        return Ok(PathMapping { root: root.to_path_buf(), rule });
    }
    let found = find_mapping(root, &samples, stop)?;
    let known = known.map(|note| note.prefixes()).unwrap_or_default();
    match judge(root, &found) {
        Ok(()) => {}
        // What was proved before holds, although files that were written since are not known again.
        Err(_) if !known.is_empty() => return Ok(mapping(root, known)),
        Err(error) => return Err(error),
    }
    reporter.report(&Event::Mapped { folders: &found.prefixes, agreed: found.agreed, of: found.of });
    let is_known = |folder: &&String| known.iter().any(|prefix| prefix.server == **folder);
    for folder in found.unmatched.iter().filter(|folder| !is_known(folder)) {
        let text = format!(
            "no file of the server's folder `{folder}` was found below `{}`; its photos are left out (name their \
             folder with --path-map)",
            root.display()
        );
        reporter.report(&Event::Warning(&text));
    }
    let mut prefixes = found.prefixes;
    let left = known.into_iter().filter(|known| !prefixes.iter().any(|found| found.server == known.server));
    let left: Vec<PrefixMap> = left.collect();
    prefixes.extend(left);
    // The first that fits is taken, so the longest come first.
    prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.server.matches('/').count()));
    if remembers {
        let folders = prefixes.iter().map(|prefix| (prefix.server.clone(), prefix.local.clone())).collect();
        note_down(&Note { root: root.to_path_buf(), folders, users, is_incomplete: false }, store)?;
    }
    Ok(mapping(root, prefixes))
}

fn mapping(root: &Path, prefixes: Vec<PrefixMap>) -> PathMapping {
    PathMapping { root: root.to_path_buf(), rule: PathRule::Prefixes(prefixes) }
}

/// Has the next run look for folders again, when photos of this one lie in none of those that are remembered: a
/// library may have come since, or its folder may not have been there.
pub fn review_paths(summary: &Summary, store: &dyn Store) -> Result<(), SyncError> {
    let unmapped = SkipReason::Unmapped(String::new()).code();
    let is_incomplete = summary.skipped.get(unmapped).is_some_and(|photos| *photos > 0);
    match noted(store)? {
        Some(note) if note.is_incomplete != is_incomplete => {
            note_down(&Note { is_incomplete, ..note }, store)
        }
        _ => Ok(()),
    }
}

fn judge(root: &Path, found: &Found) -> Result<(), SyncError> {
    let unusable = |message: String| Err(SyncError::Library { path: root.to_path_buf(), message });
    if let Some((server, places)) = found.ambiguous.first() {
        let places: Vec<String> = places.iter().map(|place| format!("`{}`", place.display())).collect();
        return unusable(format!(
            "the server's folder `{server}` may be any of {}; say which with --path-map {server}=FOLDER",
            places.join(", ")
        ));
    }
    if found.prefixes.is_empty() {
        let example = found.unmatched.first().map_or("/data/library", String::as_str);
        return unusable(format!(
            "none of {} photos of the server was found in it by size and time or by content; name the folder that \
             holds the originals with --library, or say where a folder of the server is with --path-map, such as \
             --path-map {example}={}",
            found.of,
            root.display()
        ));
    }
    Ok(())
}

impl Note {
    fn prefixes(&self) -> Vec<PrefixMap> {
        let folders = self.folders.iter().cloned();
        folders.map(|(server, local)| PrefixMap { server, local }).collect()
    }
}

/// What was found before, if it was for this folder and all its parts are still there.
fn remembered(root: &Path, store: &dyn Store) -> Result<Option<Note>, SyncError> {
    let here = |note: &Note| {
        note.root == root && !note.folders.is_empty() && note.folders.iter().all(|(_, local)| local.is_dir())
    };
    Ok(noted(store)?.filter(here))
}

fn noted(store: &dyn Store) -> Result<Option<Note>, SyncError> {
    Ok(store.note(FOUND)?.and_then(|text| serde_json::from_str(&text).ok()))
}

fn note_down(note: &Note, store: &dyn Store) -> Result<(), SyncError> {
    // A path that is no Unicode has no place in the note, and is found again each time.
    match serde_json::to_string(note) {
        Ok(text) => store.set_note(FOUND, &text),
        Err(_) => Ok(()),
    }
}
