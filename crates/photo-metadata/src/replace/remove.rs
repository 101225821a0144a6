//! Takes a sidecar away that we made ourselves.
//!
//! Originals are never removed; the only caller has the whole content in its journal, on the disk, before it asks.

use std::path::Path;

use rustix::fs::{AtFlags, unlinkat};

use super::identity::{FileIdentity, identity_at, open_folder};
use super::parts::{require_unchanged, sync_folder};
use crate::error::MetadataError;

/// Removes the sidecar at `path`, if it is still what is expected, and brings that to the disk.
///
/// [`MetadataError::Unconfirmed`] means that it is gone, but may be back after a power cut.
pub fn remove_sidecar(path: &Path, expected: &FileIdentity) -> Result<(), MetadataError> {
    let unsupported = |reason| MetadataError::UnsupportedName { path: path.to_path_buf(), reason };
    let (Some(parent_path), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(unsupported("it has no file name"));
    };
    if !path.is_absolute() || !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xmp"))
    {
        return Err(unsupported("it is no sidecar"));
    }
    let parent = open_folder(parent_path)?;
    require_unchanged(path, expected, &identity_at(&parent, name, path)?)?;
    unlinkat(&parent, name, AtFlags::empty())
        .map_err(|errno| MetadataError::from_errno(path, "remove", errno))?;
    sync_folder(&parent, path)
        .map_err(|error| MetadataError::Unconfirmed { path: path.to_path_buf(), source: Box::new(error) })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::replace::identity;

    #[test]
    fn a_sidecar_that_is_still_the_same_is_gone_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg.xmp");
        fs::write(&path, "ours").unwrap();

        remove_sidecar(&path, &identity(&path).unwrap()).unwrap();

        assert!(!path.exists());
    }

    #[test]
    fn a_sidecar_that_changed_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg.xmp");
        fs::write(&path, "ours").unwrap();
        let before = identity(&path).unwrap();
        fs::write(&path, "theirs now").unwrap();

        let error = remove_sidecar(&path, &before).unwrap_err();

        assert!(matches!(error, MetadataError::Conflict { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"theirs now");
    }

    #[test]
    fn nothing_but_a_sidecar_is_ever_removed() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("a.jpg");
        fs::write(&photo, "a photo").unwrap();
        let link = folder.path().join("b.xmp");
        std::os::unix::fs::symlink(&photo, &link).unwrap();
        let before = identity(&photo).unwrap();

        assert!(remove_sidecar(&photo, &before).is_err());
        assert!(remove_sidecar(&link, &before).is_err(), "a link");

        assert!(photo.exists() && link.symlink_metadata().is_ok());
    }
}
