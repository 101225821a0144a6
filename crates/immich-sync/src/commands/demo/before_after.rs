//! What was true before and is looked at again afterwards: files, pixels, and the server's own view.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use immich_sandbox::AssetView;
use messages_macros::word;
use photo_metadata::structure::{PayloadDigest, Structure, examine};
use photo_metadata::{Engine, FileTags, Tag, identify};

use crate::output::clean;

/// Most files whose image data are compared: each is read in full.
const MOST_HASHED: usize = 60;
/// Degrees: 1 m. A file holds arc seconds as fractions, so a position does not come back to the last digit.
const SAME_PLACE: f64 = 1e-5;

/// Our tags of a file; `None` for a file that is no photo.
pub(super) fn tags(engine: &dyn Engine, path: &Path) -> Result<Option<FileTags>> {
    let Ok(container) = identify(path)? else { return Ok(None) };
    Ok(Some(engine.read(path, container)?))
}

/// A short line for each tag that a file holds of what people care for.
pub(super) fn tag_lines(tags: &FileTags) -> Vec<String> {
    const SHOWN: [Tag; 9] = [
        Tag::PersonInImage,
        Tag::Subject,
        Tag::Description,
        Tag::ImageDescription,
        Tag::Rating,
        Tag::GpsLatitude,
        Tag::DateTimeOriginal,
        Tag::OffsetTimeOriginal,
        Tag::KeysCreationDate,
    ];
    let said = SHOWN.iter().filter_map(|tag| tags.get(*tag).map(|value| (tag, value.items().join(" | "))));
    said.map(|(tag, value)| format!("{tag}: {}", clean(&value))).collect()
}

/// `old → new` for each tag that differs.
pub(super) fn differences(before: &FileTags, after: &FileTags) -> Vec<String> {
    let shown = |tags: &FileTags, tag: Tag| {
        tags.get(tag).map_or_else(|| "–".to_owned(), |value| clean(&value.items().join(" | ")))
    };
    let lines = Tag::ALL.iter().map(|&tag| (tag, shown(before, tag), shown(after, tag)));
    lines.filter(|(_, old, new)| old != new).map(|(tag, old, new)| format!("{tag}: {old} → {new}")).collect()
}

/// A hash of the content of every file.
pub(super) fn contents(paths: &[PathBuf]) -> Result<BTreeMap<PathBuf, blake3::Hash>> {
    let hash = |path: &PathBuf| -> Result<_> {
        let bytes = std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        Ok((path.clone(), blake3::hash(&bytes)))
    };
    paths.iter().map(hash).collect()
}

/// A digest of the image data, and of all else that a change of metadata must leave alone, of the first files that
/// have one.
pub(super) fn pictures(paths: &[PathBuf]) -> BTreeMap<PathBuf, [u8; 32]> {
    let mut digests = BTreeMap::new();
    for path in paths.iter().take(MOST_HASHED) {
        if let Ok(Structure { payload: PayloadDigest::Covered(digest), .. }) = examine(path) {
            digests.insert(path.clone(), digest);
        }
    }
    digests
}

/// What a server says differently of a photo after it read the file again, by name.
///
/// One thing changes, and is said beforehand: a favourite without stars has five now, because a file has no place
/// for a heart.
pub(super) fn changed_view(before: &AssetView, after: &AssetView) -> Vec<&'static str> {
    let stars = before.rating.or(before.is_favorite.then_some(5));
    let text = |view: &AssetView| view.description.clone().unwrap_or_default();
    let held = [
        (word!("caption"), text(before) == text(after)),
        (word!("stars"), after.rating == stars),
        (word!("favourite"), after.is_favorite == before.is_favorite),
        (word!("latitude"), same_place(before.latitude, after.latitude)),
        (word!("longitude"), same_place(before.longitude, after.longitude)),
        (word!("moment"), after.instant == before.instant),
        (word!("time on the clock"), after.local_date_time == before.local_date_time),
        (word!("people"), after.people == before.people),
        (word!("tags"), after.tags == before.tags),
    ];
    held.into_iter().filter(|(_, held)| !held).map(|(name, _)| name).collect()
}

fn same_place(before: Option<f64>, after: Option<f64>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => (before - after).abs() < SAME_PLACE,
        (before, after) => before.is_none() && after.is_none(),
    }
}
