//! What a user names to look back at, or to take back: a run, an asset, a file or a folder.

use std::fmt;
use std::path::{Path, PathBuf};

use immich_api::AssetId;

use crate::error::SyncError;
use crate::state::{JournalMark, Role, RunId, Store};

/// Some of the changes of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndoTarget {
    /// All changes of a run.
    Run(RunId),
    /// All changes of all files of an asset.
    Asset(AssetId),
    /// All changes of a file, absolute, and of its sidecars; of all files in a folder.
    Path(PathBuf),
}

impl UndoTarget {
    /// A number names a run, the id of an asset an asset; everything else is a path, made absolute by the caller.
    pub fn parse(text: &str, absolute: impl FnOnce(&str) -> PathBuf) -> Self {
        if let Ok(number) = text.parse() {
            return Self::Run(RunId(number));
        }
        AssetId::parse(text).map_or_else(|_| Self::Path(absolute(text)), Self::Asset)
    }

    /// The changes, oldest first; an error when there is no such thing.
    pub(crate) fn marks(&self, store: &dyn Store) -> Result<Vec<JournalMark>, SyncError> {
        let marks = match self {
            Self::Run(run) => store.marks_of_run(*run)?,
            Self::Asset(asset) => store.marks_of_asset(asset)?,
            Self::Path(path) => marks_at(store, path)?,
        };
        if marks.is_empty() && !self.is_known(store)? {
            return Err(SyncError::NothingKnown(self.to_string()));
        }
        Ok(marks)
    }

    /// Whether there is such a thing, although it changed nothing.
    fn is_known(&self, store: &dyn Store) -> Result<bool, SyncError> {
        match self {
            Self::Run(run) => Ok(store.runs()?.iter().any(|known| known.id == *run)),
            Self::Asset(asset) => Ok(!store.records(std::slice::from_ref(asset))?.is_empty()),
            Self::Path(path) => Ok(!files_at(store, path)?.is_empty()),
        }
    }
}

/// As a user would write it.
impl fmt::Display for UndoTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(run) => write!(f, "run {}", run.0),
            Self::Asset(asset) => write!(f, "asset {asset}"),
            Self::Path(path) => write!(f, "`{}`", path.display()),
        }
    }
}

/// An original stands for its sidecars too: they hold the same data.
fn marks_at(store: &dyn Store, path: &Path) -> Result<Vec<JournalMark>, SyncError> {
    let mut marks: Vec<JournalMark> = Vec::new();
    let files = files_at(store, path)?;
    for of_asset in files.chunk_by(|one, other| one.0 == other.0) {
        let roles: Vec<Role> = of_asset.iter().map(|(_, role)| *role).collect();
        let all = roles.contains(&Role::Original);
        let of_asset = store.marks_of_asset(&of_asset[0].0)?;
        marks.extend(of_asset.into_iter().filter(|mark| all || roles.contains(&mark.role)));
    }
    marks.sort_by_key(|mark| mark.id);
    Ok(marks)
}

/// The path as it was given, or as it is without links on the way.
fn files_at(store: &dyn Store, path: &Path) -> Result<Vec<(immich_api::AssetId, Role)>, SyncError> {
    let files = store.files_at(path)?;
    match without_links(path) {
        Some(other) if files.is_empty() && other != path => store.files_at(&other),
        _ => Ok(files),
    }
}

/// A file may be gone by now; then its folder decides.
fn without_links(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_run_an_id_an_asset_and_anything_else_a_path() {
        let id = "289c7edf-4d4e-4ad7-a74e-4029b8dc94cd";
        let parse = |text: &str| UndoTarget::parse(text, |text| Path::new("/here").join(text));

        assert_eq!(parse("12"), UndoTarget::Run(RunId(12)));
        assert_eq!(parse(id), UndoTarget::Asset(AssetId::parse(id).unwrap()));
        assert_eq!(parse("12.jpg"), UndoTarget::Path("/here/12.jpg".into()));
        assert_eq!(parse("/a/b"), UndoTarget::Path("/a/b".into()));
        assert_eq!(parse("./12"), UndoTarget::Path("/here/./12".into()));
    }
}
