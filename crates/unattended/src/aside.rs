//! Small files that others read at any time: the old one or the new one, never half of one.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{CWD, renameat};

use crate::Error;

/// Files that this process wrote.
static WRITTEN: AtomicU32 = AtomicU32::new(0);

/// Writes a file next to its place, syncs it and renames it. The name aside is hidden and carries our process
/// number and a count, so that two writers never share one; `mode` is that of the file.
pub(crate) fn replace(path: &Path, content: &[u8], mode: u32) -> Result<(), Error> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{}", std::process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed)));
    let aside = folder.join(name);
    let written = write(&aside, content, mode)
        .and_then(|()| Ok(renameat(CWD, &aside, CWD, path)?))
        .map_err(|error| Error::file(path, "written", error));
    if written.is_err() {
        // What is left of it helps nobody; that it may stay is no second error.
        let _ = std::fs::remove_file(&aside);
    }
    written?;
    sync_folder(folder).map_err(|error| Error::file(folder, "synced", error))
}

fn write(aside: &Path, content: &[u8], mode: u32) -> std::io::Result<()> {
    // One that a killed process of the same number left.
    match std::fs::remove_file(aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(aside)?;
    file.write_all(content)?;
    file.sync_all()
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network file systems know no sync of a folder.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_with_its_mode_and_nothing_stays_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("status.json");
        std::fs::write(&path, "old and longer").unwrap();

        replace(&path, b"new", 0o600).unwrap();

        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn where_it_cannot_be_renamed_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();

        let error = replace(&path, b"new", 0o600).unwrap_err();

        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
