//! Where photos are looked for.

use std::path::PathBuf;

use anyhow::Result;
use sync_core::organize::SourceChoice;

use super::super::words::SourceWord;
use super::super::{Origin, Sources, catalogue};
use crate::exit::usage;

/// The server, folders of this machine, or both.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<SourceChoice> {
    let words = source_words(sources)?;
    let folders = folders(sources)?;
    let has = |word| words.contains(&word);
    match (has(SourceWord::Immich), has(SourceWord::Local)) {
        (true, false) => {
            refuse_typed_folders(sources)?;
            Ok(SourceChoice::Immich)
        }
        (false, false) if folders.is_empty() => Ok(SourceChoice::Immich),
        (both, _) if !folders.is_empty() => {
            Ok(if both { SourceChoice::Both(folders) } else { SourceChoice::Local(folders) })
        }
        _ => Err(usage("--source local needs folders; name them with -s, as in -s ~/Pictures")),
    }
}

/// The words of the setting.
pub(crate) fn source_words(sources: &Sources<'_>) -> Result<Vec<SourceWord>> {
    sources.words::<SourceWord>(&catalogue::ORGANIZE_SOURCE)
}

fn folders(sources: &Sources<'_>) -> Result<Vec<PathBuf>> {
    let absolute = |folder: PathBuf| {
        std::path::absolute(&folder)
            .map_err(|error| usage(format!("--source-dir `{}`: {error}", folder.display())))
    };
    sources.paths(&catalogue::ORGANIZE_SOURCE_DIR)?.into_iter().map(absolute).collect()
}

/// Folders that were typed beside `--source immich` would be left out without a word.
fn refuse_typed_folders(sources: &Sources<'_>) -> Result<()> {
    let given = sources.find(&catalogue::ORGANIZE_SOURCE_DIR)?;
    match given.map(|given| given.origin) {
        Some(Origin::CommandLine(_)) => Err(usage(
            "--source immich looks at no folder; say --source immich,local to compare the server with the \
             folders, or --source local for the folders alone",
        )),
        _ => Ok(()),
    }
}
