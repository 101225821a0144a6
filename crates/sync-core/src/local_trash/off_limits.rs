//! Folders of which no file goes to a trash.

use std::path::Path;

/// Whether a file lies in a trash, where somebody may empty it.
pub(crate) fn is_in_a_trash(path: &Path) -> bool {
    let holds = |above: &Path| {
        above.file_name().is_some_and(|name| name == "files") && above.with_file_name("info").is_dir()
    };
    path.ancestors().skip(1).any(holds)
}

/// Whether a folder belongs to the storage of an Immich server, which marks it; what lies there are its originals.
pub(crate) fn is_in_a_storage(folder: &Path) -> bool {
    folder.ancestors().any(|folder| folder.join(".immich").symlink_metadata().is_ok())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn storages_of_immich_and_trashes_are_known() {
        let here = tempfile::tempdir().unwrap();
        fs::create_dir_all(here.path().join("library/admin/2024")).unwrap();
        fs::write(here.path().join("library/.immich"), "").unwrap();
        fs::create_dir_all(here.path().join("trash/files/sub")).unwrap();
        fs::create_dir_all(here.path().join("trash/info")).unwrap();

        assert!(is_in_a_storage(&here.path().join("library/admin/2024")));
        assert!(!is_in_a_storage(here.path()));
        assert!(is_in_a_trash(&here.path().join("trash/files/sub/a.jpg")));
        assert!(!is_in_a_trash(&here.path().join("library/files/a.jpg")));
    }
}
