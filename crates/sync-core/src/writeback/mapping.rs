//! How paths on the server lead to files here, when the user did not say: found once, and remembered.
//!
//! What was found is proved by samples whose size and time, or whose content, are the same on both sides. It is
//! used again without a request as long as its folders are there.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::account::Account;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::paths::{Evidence, Found, PathMapping, PathRule, PrefixMap, Sample, find_mapping};
use crate::state::Store;
use crate::stop::StopFlag;

/// Assets of each library, oldest and newest, that are looked for.
const SAMPLES: u32 = 24;

/// The note that keeps what was found.
const FOUND: &str = "path-mapping";

/// What was found in an earlier run.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    root: PathBuf,
    folders: Vec<(String, PathBuf)>,
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
    if let Some(mapping) = remembered(root, store)? {
        return Ok(mapping);
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
    let mapping = judge(root, &found)?;
    reporter.report(&Event::Mapped { folders: &found.prefixes, agreed: found.agreed, of: found.of });
    for folder in &found.unmatched {
        let text = format!(
            "no file of the server's folder `{folder}` was found below `{}`; its photos are left out (name their \
             folder with --path-map)",
            root.display()
        );
        reporter.report(&Event::Warning(&text));
    }
    if remembers {
        remember(root, &found.prefixes, store)?;
    }
    Ok(mapping)
}

fn judge(root: &Path, found: &Found) -> Result<PathMapping, SyncError> {
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
    Ok(PathMapping { root: root.to_path_buf(), rule: PathRule::Prefixes(found.prefixes.clone()) })
}

/// What was found before, if it was for this folder and all its parts are still there.
fn remembered(root: &Path, store: &dyn Store) -> Result<Option<PathMapping>, SyncError> {
    let Some(text) = store.note(FOUND)? else { return Ok(None) };
    let Ok(Remembered { root: known, folders }) = serde_json::from_str(&text) else { return Ok(None) };
    if known != root || folders.is_empty() || !folders.iter().all(|(_, local)| local.is_dir()) {
        return Ok(None);
    }
    let prefixes = folders.into_iter().map(|(server, local)| PrefixMap { server, local }).collect();
    Ok(Some(PathMapping { root: root.to_path_buf(), rule: PathRule::Prefixes(prefixes) }))
}

fn remember(root: &Path, prefixes: &[PrefixMap], store: &dyn Store) -> Result<(), SyncError> {
    let folders = prefixes.iter().map(|prefix| (prefix.server.clone(), prefix.local.clone())).collect();
    let note = Remembered { root: root.to_path_buf(), folders };
    // A path that is no Unicode has no place in the note, and is found again each time.
    match serde_json::to_string(&note) {
        Ok(text) => store.set_note(FOUND, &text),
        Err(_) => Ok(()),
    }
}
