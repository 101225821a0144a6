//! Where files of this machine go that an action puts away.

use std::path::{Path, PathBuf};

use anyhow::Result;
use sync_core::local_trash::TrashPlace;

use crate::exit::usage;
use crate::folders::Folders;

/// The trash that was named, or that of the system. In a folder that is looked through its photos would be found again,
/// unless it is hidden.
pub(crate) fn trash_place(
    given: Option<PathBuf>,
    folders: &Folders,
    looked_through: &[PathBuf],
) -> Result<TrashPlace> {
    let Some(given) = given else {
        // The trash of macOS has another layout, which is known to its Finder only.
        if cfg!(target_os = "macos") {
            return Ok(TrashPlace::Nowhere);
        }
        let user = rustix::process::geteuid().as_raw();
        return Ok(TrashPlace::System { home: folders.trash.clone(), user });
    };
    let given = std::path::absolute(&given).unwrap_or(given);
    let found = real(&given);
    let is_hidden =
        |below: &Path| below.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."));
    let is_in = |folder: &&PathBuf| found.strip_prefix(real(folder)).is_ok_and(|below| !is_hidden(below));
    if let Some(folder) = looked_through.iter().find(is_in) {
        return Err(usage(format!(
            "--local-trash `{}` lies in `{}`, whose photos are looked through, and the next run would find them again; \
             choose a folder outside of it, or one whose name begins with a dot",
            given.display(),
            folder.display()
        )));
    }
    Ok(TrashPlace::Folder(given))
}

/// A path without links, as far as it is there already.
pub(super) fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match there {
        Some((above, real)) => path.strip_prefix(above).map_or_else(|_| path.clone(), |rest| real.join(rest)),
        None => path,
    }
}
