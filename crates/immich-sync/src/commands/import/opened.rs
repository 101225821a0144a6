//! What is imported, ready to be listed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sync_core::import::Source;
use sync_core::import::SourceError;
use sync_core::import::sources::apple::{AppleOptions, AppleSource, LibraryError, Totals};
use sync_core::import::sources::folder::FolderSource;
use sync_core::import::sources::takeout::{TakeoutReport, TakeoutSource};
use sync_core::{Event, Reporter, StopFlag};

use crate::exit::usage;
use crate::settings::ImportFrom;

/// How the private copies of databases begin.
const COPY: &str = "apple-photos-";

/// What is imported, ready to be listed.
pub(super) enum Opened {
    Folder(Box<FolderSource>),
    Takeout(TakeoutSource),
    Apple(Box<AppleSource>),
}

impl Opened {
    /// Opens it. `scratch` is a folder for what is needed for as long as it is open.
    pub(super) fn of(
        from: &ImportFrom,
        scratch: &Path,
        stop: &StopFlag,
        reporter: &dyn Reporter,
    ) -> Result<Self> {
        Ok(match from {
            ImportFrom::Folder(options) => {
                let source = FolderSource::new(options.clone());
                Self::Folder(Box::new(
                    source.map_err(|error| usage(format!("{:#}", anyhow::Error::new(error))))?,
                ))
            }
            ImportFrom::Takeout(options) => Self::Takeout(TakeoutSource::new(options.clone())),
            ImportFrom::Apple(options) => {
                let source = library(options, scratch, stop)?;
                for warning in source.warnings() {
                    reporter.report(&Event::Warning(&warning));
                }
                Self::Apple(Box::new(source))
            }
        })
    }

    /// What is in archives is kept beside the state; a dry run only looks there.
    pub(super) fn remember_archives(&mut self, state: &Path, may_write: bool) {
        match self {
            Self::Takeout(source) => source.keep_lists_in(state.join("archives"), may_write),
            Self::Folder(_) | Self::Apple(_) => {}
        }
    }

    pub(super) fn source(&self) -> &dyn Source {
        match self {
            Self::Folder(source) => source.as_ref(),
            Self::Takeout(source) => source,
            Self::Apple(source) => source.as_ref(),
        }
    }

    /// What was found out about an export of Google Photos.
    pub(super) fn takeout(&self) -> Option<TakeoutReport> {
        match self {
            Self::Takeout(source) => Some(source.report()),
            Self::Folder(_) | Self::Apple(_) => None,
        }
    }

    /// What a library of Apple Photos holds.
    pub(super) fn library(&self) -> Option<Totals> {
        match self {
            Self::Apple(source) => Some(source.totals()),
            Self::Folder(_) | Self::Takeout(_) => None,
        }
    }
}

fn library(options: &AppleOptions, scratch: &Path, stop: &StopFlag) -> Result<AppleSource> {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("immich-sync"));
    let options = AppleOptions { scratch: scratch.to_owned(), program, ..options.clone() };
    AppleSource::open(options, &|| stop.is_raised()).map_err(|error| match &error {
        SourceError::Apple(
            LibraryError::NotALibrary { .. } | LibraryError::TooOld { .. } | LibraryError::IPhoto { .. },
        ) => usage(error.to_string()),
        _ => error.into(),
    })
}

/// Removes what runs that were killed left in a folder that no other run works in.
pub(super) fn clear(scratch: &Path) -> Result<()> {
    let unusable = || format!("`{}` cannot be read", scratch.display());
    for entry in std::fs::read_dir(scratch).with_context(unusable)? {
        let entry = entry.with_context(unusable)?;
        let is_copy = entry.file_name().to_string_lossy().starts_with(COPY);
        if is_copy && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            std::fs::remove_dir_all(entry.path())
                .with_context(|| format!("`{}` cannot be removed", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_goes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["apple-photos-a1B2c3", "other"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("apple-photos-a1B2c3/Photos.sqlite"), "copy").unwrap();
        std::fs::write(folder.path().join("apple-photos-file"), "no folder").unwrap();

        clear(folder.path()).unwrap();

        assert!(!folder.path().join("apple-photos-a1B2c3").exists());
        assert!(folder.path().join("other").exists() && folder.path().join("apple-photos-file").exists());
    }
}
