//! From paths of the server to paths here: the rule, not the files.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use sync_core::paths::{PathMapping, PathRule, PrefixMap};

use super::{Sources, names, to_usize};
use crate::config::MapEntry;
use crate::exit::usage;

/// Year, month, name: what most libraries look like, and what people know from the tool they come from.
const SEGMENTS: u32 = 3;

/// The library folder and the rule.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<PathMapping> {
    let root = root(sources)?;
    let typed = sources.args.path_segments.map(u32::from);
    let maps = if typed.is_some() { Vec::new() } else { maps(sources)? };
    let in_config = sources.config.path_segments.map(u32::from);
    let segments = sources.number(typed, names::PATH_SEGMENTS, in_config, 1..=10)?;
    let rule = if maps.is_empty() {
        PathRule::LastSegments(to_usize(segments.unwrap_or(SEGMENTS)))
    } else {
        PathRule::Prefixes(maps.into_iter().map(|entry| prefix(entry, &root)).collect::<Result<_>>()?)
    };
    Ok(PathMapping { root, rule })
}

fn root(sources: &Sources<'_>) -> Result<PathBuf> {
    let root = match &sources.args.library {
        Some(root) => Some(root.clone()),
        None => sources.environment.path(names::LIBRARY)?.or_else(|| sources.config.library.clone()),
    };
    let root = root.filter(|root| !root.as_os_str().is_empty()).ok_or_else(|| {
        usage("no library folder; name the folder that holds the original files with --library or IMMICH_PHOTO_DIR")
    })?;
    std::path::absolute(&root).map_err(|error| usage(format!("--library `{}`: {error}", root.display())))
}

fn maps(sources: &Sources<'_>) -> Result<Vec<MapEntry>> {
    if !sources.args.path_map.is_empty() {
        return sources.args.path_map.iter().map(|text| entry(text)).collect();
    }
    match sources.environment.text(names::PATH_MAP)? {
        Some(text) => text.split(';').filter(|part| !part.trim().is_empty()).map(entry).collect(),
        // The environment comes before the config file, also where it names the other rule.
        None if sources.environment.find(names::PATH_SEGMENTS)?.is_some() => Ok(Vec::new()),
        None => Ok(sources.config.path_map.clone()),
    }
}

fn entry(text: &str) -> Result<MapEntry> {
    match text.trim().split_once('=') {
        Some((server, local)) if !server.is_empty() && !local.is_empty() => {
            Ok(MapEntry { server: server.to_owned(), local: local.into() })
        }
        _ => Err(usage(format!("--path-map `{text}` is not SERVER=LOCAL, such as /data/library=/photos"))),
    }
}

/// A local folder is at or below the library folder; a relative one starts there.
fn prefix(entry: MapEntry, root: &Path) -> Result<PrefixMap> {
    let local = root.join(&entry.local);
    let is_plain = !local.components().any(|part| part == Component::ParentDir);
    if is_plain && local.starts_with(root) {
        return Ok(PrefixMap { server: entry.server, local });
    }
    Err(usage(format!(
        "--path-map leads to `{}`, which is not below the library folder `{}`; \
         name a folder in it, or a library folder that holds both",
        entry.local.display(),
        root.display()
    )))
}
