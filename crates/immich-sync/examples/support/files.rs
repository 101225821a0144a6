//! Folders as a judge sees them: what is there, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Every file below a folder with its bytes, by its path from there on; an empty folder stands for itself.
pub(crate) fn contents(folder: &Path) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut all = BTreeMap::new();
    for path in everything(folder)? {
        let about = path.symlink_metadata().with_context(|| path.display().to_string())?;
        let bytes = if about.is_file() {
            fs::read(&path).with_context(|| path.display().to_string())?
        } else {
            Vec::new()
        };
        all.insert(path.strip_prefix(folder)?.to_owned(), bytes);
    }
    Ok(all)
}

/// All files, links and empty folders below a folder.
pub(crate) fn everything(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        if entries.is_empty() {
            found.push(folder);
        }
        for entry in entries {
            let target = if entry.file_type()?.is_dir() { &mut open } else { &mut found };
            target.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Copies all files below a folder, with their times, to another one.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for path in everything(from)? {
        let target = to.join(path.strip_prefix(from)?);
        let failed = || format!("copy `{}`", path.display());
        if path.is_dir() {
            fs::create_dir_all(&target).with_context(failed)?;
            continue;
        }
        fs::create_dir_all(target.parent().unwrap_or(to)).with_context(failed)?;
        fs::copy(&path, &target).with_context(failed)?;
        let modified = path.metadata().and_then(|about| about.modified()).with_context(failed)?;
        fs::File::options().write(true).open(&target)?.set_modified(modified).with_context(failed)?;
    }
    Ok(())
}
