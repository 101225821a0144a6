//! What of a library of Apple Photos is taken.

use std::path::{Path, PathBuf};

use anyhow::Result;
use sync_core::import::HiddenRule;
use sync_core::import::sources::apple::{AppleOptions, BurstRule, EditedRule, PeopleRule};

use super::super::words::{BurstWord, EditedWord, KinWord, PeopleWord};
use super::super::{Sources, catalogue};
use crate::exit::usage;
use crate::folders::Folders;

/// Where Photos keeps the library of its user, below the home folder.
const OF_USER: &str = "Pictures/Photos Library.photoslibrary";

/// Decides what is taken of it. The folder for the copy of its database is decided when the state is known.
pub(super) fn resolve(
    sources: &Sources<'_>,
    typed: Option<&Path>,
    hidden: HiddenRule,
) -> Result<AppleOptions> {
    let library = library(sources, typed)?;
    let usual = AppleOptions::new(library, PathBuf::new(), PathBuf::new());
    let edited = sources.word::<EditedWord>(&catalogue::IMPORT_APPLE_EDITED)?;
    let burst = sources.word::<BurstWord>(&catalogue::IMPORT_APPLE_BURST)?;
    let people = sources.word::<PeopleWord>(&catalogue::IMPORT_APPLE_PEOPLE)?;
    let stack = match sources.find(&catalogue::IMPORT_STACK)? {
        Some(_) => {
            let words = sources.words::<KinWord>(&catalogue::IMPORT_STACK)?;
            words.into_iter().filter_map(KinWord::kin).collect()
        }
        None => usual.stack.clone(),
    };
    let mut options = AppleOptions {
        edited: edited.map_or(EditedRule::Stack, Into::into),
        burst: burst.map_or(BurstRule::Selected, Into::into),
        stack,
        hidden,
        shared_albums: sources.flag(&catalogue::IMPORT_APPLE_SHARED)?,
        albums: sources.flag(&catalogue::IMPORT_APPLE_ALBUMS)?,
        people: people.map_or(PeopleRule::Names, Into::into),
        type_tags: sources.flag(&catalogue::IMPORT_APPLE_TYPE_TAGS)?,
        ..usual
    };
    options.map.folders = volumes(sources)?;
    Ok(options)
}

fn library(sources: &Sources<'_>, typed: Option<&Path>) -> Result<PathBuf> {
    let said = match typed {
        Some(typed) => Some(typed.to_owned()),
        None => sources.path(&catalogue::IMPORT_APPLE_LIBRARY)?,
    };
    let of_user =
        || Folders::of_user().home.map(|home| home.join(OF_USER)).filter(|_| cfg!(target_os = "macos"));
    let Some(library) = said.or_else(of_user) else {
        return Err(usage(
            "no library to import from; name it, as in `immich-sync import apple-photos \"Photos Library.photoslibrary\"`",
        ));
    };
    super::absolute(&library)
}

/// Where files outside of the library are.
fn volumes(sources: &Sources<'_>) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut folders = Vec::new();
    for text in sources.texts(&catalogue::IMPORT_APPLE_MAP)? {
        let wrong = || usage(format!("--volume is `{text}`, expected such as /Volumes/Disk=/mnt/disk"));
        let (there, here) = text.split_once('=').ok_or_else(wrong)?;
        let (there, here) = (Path::new(there.trim()), Path::new(here.trim()));
        if !there.is_absolute() || here.as_os_str().is_empty() {
            return Err(wrong());
        }
        folders.push((there.to_owned(), super::absolute(here)?));
    }
    Ok(folders)
}
