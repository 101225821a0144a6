//! The config file on the disk: whole or not at all, for its owner only, and never over one that is there.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::codes::Code;
use crate::exit::{usage, usage_of};
use crate::output::clean_path;

/// Writes the file. One that is there is kept beside it, and only then gives way; the answer is its new name.
pub(super) fn write(path: &Path, text: &str, may_replace: bool) -> Result<Option<PathBuf>> {
    let failed = |error: std::io::Error| {
        usage_of(Code::Named, format!("the config file `{}` cannot be written: {error}", clean_path(path)))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    // Made for its owner only, under a name of its own.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    let old = if may_replace { put_aside(path).map_err(failed)? } else { None };
    match file.persist_noclobber(path) {
        Ok(_) => Ok(old),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(in_the_way(path)),
        Err(error) => Err(failed(error.error)),
    }
}

/// What to say where there is a config file and nobody said that it may go.
pub(super) fn in_the_way(path: &Path) -> anyhow::Error {
    usage(format!(
        "there is a config file `{}` already; --force writes it anew and keeps the old one beside it, --config names \
         another",
        clean_path(path)
    ))
}

/// Renames a file to the first name that is free: `config.toml.old`, `config.toml.old2` …
#[expect(
    clippy::disallowed_methods,
    reason = "a config file, which nobody else writes, gets a name that is free"
)]
fn put_aside(path: &Path) -> std::io::Result<Option<PathBuf>> {
    if path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Ok(None);
    }
    for number in 1_u32..1000 {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 1 { ".old".to_owned() } else { format!(".old{number}") });
        let aside = PathBuf::from(name);
        if aside.symlink_metadata().is_err() {
            std::fs::rename(path, &aside)?;
            return Ok(Some(aside));
        }
    }
    Err(std::io::Error::other("there are too many old ones beside it"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_file_and_its_folder_are_for_their_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config/immich-sync/config.toml");

        assert_eq!(write(&path, "a = 1\n", false).unwrap(), None);

        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a = 1\n");
    }

    #[test]
    fn a_file_that_is_there_stays_unless_it_may_go_and_is_kept_then() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "old").unwrap();

        let error = write(&path, "new", false).unwrap_err().to_string();
        assert!(error.contains("--force"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");

        let first = write(&path, "new", true).unwrap().unwrap();
        let second = write(&path, "newer", true).unwrap().unwrap();

        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        assert_eq!((read(&path), read(&first), read(&second)), ("newer".into(), "old".into(), "new".into()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "nothing else was left");
    }
}
