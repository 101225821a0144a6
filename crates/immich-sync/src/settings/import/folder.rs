//! What of folders is taken, and what their names become.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use sync_core::import::HiddenRule;
use sync_core::import::sources::folder::{DateRange, FolderAlbums, FolderOptions};

use super::super::setting::Setting;
use super::super::words::{FolderAlbumWord, MediaWord};
use super::super::{Sources, catalogue};
use crate::exit::usage;

/// Decides what is taken of them.
pub(super) fn resolve(sources: &Sources<'_>, typed: &[PathBuf], hidden: HiddenRule) -> Result<FolderOptions> {
    let example = "import folder ~/Pictures";
    let roots = super::paths(sources, typed, &catalogue::IMPORT_FOLDER_PATHS, example)?;
    let albums = sources.word::<FolderAlbumWord>(&catalogue::IMPORT_FOLDER_AS_ALBUM)?;
    let kind = sources.word::<MediaWord>(&catalogue::IMPORT_FOLDER_INCLUDE_TYPE)?;
    let usual = FolderOptions::new(roots);
    Ok(FolderOptions {
        recursive: sources.flag(&catalogue::IMPORT_FOLDER_RECURSIVE)?,
        albums: albums.map_or(FolderAlbums::None, Into::into),
        joiner: joiner(sources)?.unwrap_or_else(|| usual.joiner.clone()),
        folder_tags: sources.flag(&catalogue::IMPORT_FOLDER_AS_TAGS)?,
        include: sources.texts(&catalogue::IMPORT_FOLDER_INCLUDE)?,
        exclude: sources.texts(&catalogue::IMPORT_FOLDER_EXCLUDE)?,
        include_extensions: extensions(sources, &catalogue::IMPORT_FOLDER_INCLUDE_EXTENSIONS)?,
        exclude_extensions: extensions(sources, &catalogue::IMPORT_FOLDER_EXCLUDE_EXTENSIONS)?,
        include_kinds: kind.map(Into::into).into_iter().collect(),
        dates: dates(sources)?,
        dates_in_names: sources.flag(&catalogue::IMPORT_FOLDER_DATE_FROM_NAME)?,
        sidecars: !sources.flag(&catalogue::IMPORT_FOLDER_IGNORE_SIDECARS)?,
        listed_albums: sources.flag(&catalogue::IMPORT_FOLDER_LISTED_ALBUMS)?,
        hidden,
        trashed: sources.flag(&catalogue::IMPORT_FOLDER_TRASHED)?,
        may_be_empty: sources.flag(&catalogue::IMPORT_DELETE_AFTER)?,
        ignore_inode: sources.flag(&catalogue::IMPORT_FOLDER_IGNORE_INODE)?,
        ..usual
    })
}

/// With the blanks around it, which belong to it.
fn joiner(sources: &Sources<'_>) -> Result<Option<String>> {
    let Some(given) = sources.find(&catalogue::IMPORT_FOLDER_JOINER)? else { return Ok(None) };
    let last = given.values.last().and_then(|value| value.to_str());
    last.map(|text| Some(text.to_owned())).ok_or_else(|| given.not("UTF-8 text"))
}

fn dates(sources: &Sources<'_>) -> Result<Option<DateRange>> {
    let Some(text) = sources.text(&catalogue::IMPORT_FOLDER_DATE_RANGE)? else { return Ok(None) };
    text.parse().map(Some).map_err(|error| usage(format!("--date-range: {error}")))
}

/// As immich-go takes them, `.jpg`, and as people write them, `JPG`; commas separate them wherever they stand.
fn extensions(sources: &Sources<'_>, setting: &Setting) -> Result<BTreeSet<String>> {
    let texts = sources.texts(setting)?;
    let words = texts.iter().flat_map(|text| text.split(',')).map(str::trim);
    let plain = words.map(|word| word.trim_start_matches('.').to_lowercase());
    Ok(plain.filter(|word| !word.is_empty()).collect())
}
