//! The folder of the originals: proposed where the server's own paths exist here, proved by comparing photos.

use std::path::{Path, PathBuf};

use anyhow::Result;
use immich_api::{ApiError, Asset, Client};
use messages_macros::tr;
use sync_core::StopFlag;
use sync_core::paths::{Evidence, Found, Sample, find_mapping};

use crate::exit::usage;
use crate::output::{clean, clean_path};

/// Photos of each end of each library that are looked for.
const SAMPLES: u32 = 24;

/// Some photos of the user, from each place that the server has them in.
pub(crate) fn samples(client: &Client) -> Result<Vec<Asset>, ApiError> {
    let libraries = if client.server().user.is_admin {
        client.reader().libraries().unwrap_or_default().into_iter().map(|library| library.id).collect()
    } else {
        Vec::new()
    };
    client.reader().sample_assets(SAMPLES, &libraries)
}

/// A folder to propose: the one that holds all samples whose paths exist here as they are on the server, as they do
/// where both have the same mounts.
pub(crate) fn proposal(assets: &[Asset]) -> Option<PathBuf> {
    let here = assets.iter().map(|asset| Path::new(&asset.original_path)).filter(|path| path.is_file());
    let folders = here.filter_map(Path::parent).map(Path::to_owned);
    folders.reduce(|one, other| common(&one, &other)).filter(|folder| folder.components().count() > 1)
}

fn common(one: &Path, other: &Path) -> PathBuf {
    one.components()
        .zip(other.components())
        .take_while(|(one, other)| one == other)
        .map(|(part, _)| part)
        .collect()
}

/// Looks for the photos below a folder; an error says why it cannot be the one.
pub(crate) fn compare(folder: &Path, assets: &[Asset], stop: &StopFlag) -> Result<Found> {
    if !folder.is_dir() {
        let shown = clean_path(folder);
        let is_there = folder.exists();
        return Err(usage(if is_there {
            format!("`{shown}` is no folder")
        } else {
            format!("`{shown}` is not there")
        }));
    }
    let samples: Vec<Sample> = assets
        .iter()
        .map(|asset| Sample {
            server_path: asset.original_path.clone(),
            evidence: Evidence::of(asset),
            managed: asset.library_id.is_none(),
        })
        .collect();
    if samples.is_empty() {
        return Ok(Found::default());
    }
    let found = find_mapping(folder, &samples, stop)?;
    if let Some((server, places)) = found.ambiguous.first() {
        let places: Vec<String> = places.iter().map(|place| format!("`{}`", clean_path(place))).collect();
        return Err(usage(format!(
            "the server's folder `{}` may be any of {}; name one of them, or the one that is used",
            clean(server),
            places.join(", ")
        )));
    }
    if found.prefixes.is_empty() {
        let example = samples.first().map_or("", |sample| sample.server_path.as_str());
        return Err(usage(format!(
            "none of {} photos of the server is below `{}`; the server has one of them at `{}`: name the folder of this \
             machine that holds it, or one above",
            found.of,
            clean_path(folder),
            clean(example)
        )));
    }
    Ok(found)
}

/// What was found out, a line for each folder of the server.
pub(crate) fn shown_folders(found: &Found) -> Vec<String> {
    let mut lines: Vec<String> = found
        .prefixes
        .iter()
        .map(|prefix| tr!("{} on the server is {} here", clean(&prefix.server), clean_path(&prefix.local)))
        .collect();
    lines.extend(
        found
            .unmatched
            .iter()
            .map(|folder| tr!("{} on the server was not found here; its photos are left out", clean(folder))),
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_folders_have_in_common_is_the_folder_above() {
        assert_eq!(common(Path::new("/p/2024/07"), Path::new("/p/2023/01")), Path::new("/p"));
        assert_eq!(common(Path::new("/p/2024"), Path::new("/p/2024")), Path::new("/p/2024"));
    }

    #[test]
    fn a_folder_that_is_none_is_said_to_be_none() {
        let error = |path: &str| compare(Path::new(path), &[], &StopFlag::new()).unwrap_err().to_string();

        assert_eq!(error("/nowhere/at/all"), "`/nowhere/at/all` is not there");
        assert_eq!(error("/proc/version"), "`/proc/version` is no folder");
    }
}
