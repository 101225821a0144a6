//! From paths of the server to paths here: the rule, not the files.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use sync_core::paths::{PathMapping, PathRule, PrefixMap};

use super::{Origin, Sources, catalogue, to_usize};
use crate::exit::usage;

/// The library folder and the rule.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<PathMapping> {
    let root = root(sources)?;
    let maps = if segments_come_first(sources)? { Vec::new() } else { maps(sources)? };
    let segments = sources.number(&catalogue::PATH_SEGMENTS, 1..=10)?;
    let rule = match segments {
        _ if !maps.is_empty() => {
            let prefixes = maps.into_iter().map(|map| prefix(map, &root));
            PathRule::Prefixes(prefixes.collect::<Result<_>>()?)
        }
        Some(segments) => PathRule::LastSegments(to_usize(segments)),
        None => PathRule::Search,
    };
    Ok(PathMapping { root, rule })
}

fn root(sources: &Sources<'_>) -> Result<PathBuf> {
    let root = sources.path(&catalogue::LIBRARY)?.filter(|root| !root.as_os_str().is_empty());
    let root = root.ok_or_else(|| {
        usage("no library folder; name the folder that holds the original files with --library or IMMICH_PHOTO_DIR")
    })?;
    std::path::absolute(&root).map_err(|error| usage(format!("--library `{}`: {error}", root.display())))
}

/// There are two rules. The source that comes first decides, also about which of them.
fn segments_come_first(sources: &Sources<'_>) -> Result<bool> {
    let (segments, map) = (&catalogue::PATH_SEGMENTS, &catalogue::PATH_MAP);
    if sources.typed(map).is_some() || sources.typed(segments).is_some() {
        return Ok(sources.typed(map).is_none());
    }
    let in_environment = |setting| sources.environment.find(setting).map(|given| given.is_some());
    Ok(!in_environment(map)? && in_environment(segments)?)
}

/// Folders of the server, each with the folder here.
fn maps(sources: &Sources<'_>) -> Result<Vec<(String, PathBuf)>> {
    let Some(given) = sources.find(&catalogue::PATH_MAP)? else { return Ok(Vec::new()) };
    if matches!(given.origin, Origin::Config { .. })
        && let Some(entry) = sources.config.entry(&catalogue::PATH_MAP)
        && !entry.pairs.is_empty()
    {
        return Ok(entry.pairs.iter().map(|(server, local)| (server.clone(), local.into())).collect());
    }
    given.texts()?.iter().map(|text| split(text)).collect()
}

fn split(text: &str) -> Result<(String, PathBuf)> {
    match text.trim().split_once('=') {
        Some((server, local)) if !server.is_empty() && !local.is_empty() => {
            Ok((server.to_owned(), local.into()))
        }
        _ => Err(usage(format!("--path-map `{text}` is not SERVER=LOCAL, such as /data/library=/photos"))),
    }
}

/// A local folder is at or below the library folder; a relative one starts there.
fn prefix((server, local): (String, PathBuf), root: &Path) -> Result<PrefixMap> {
    let found = root.join(&local);
    let is_plain = !found.components().any(|part| part == Component::ParentDir);
    if is_plain && found.starts_with(root) {
        return Ok(PrefixMap { server, local: found });
    }
    Err(usage(format!(
        "--path-map leads to `{}`, which is not below the library folder `{}`; \
         name a folder in it, or a library folder that holds both",
        local.display(),
        root.display()
    )))
}
