//! The programs and folders of this machine.

use std::fs::OpenOptions;
use std::path::Path;

use photo_metadata::EngineChoice;
use photo_metadata::exiftool::{ExifToolPool, PoolOptions};
use rustix::fs::{Access, access};

use super::super::facts::MachineFacts;
use super::library::room;
use super::{PATIENCE, in_one_line, within};
use crate::engines::EngineSettings;
use crate::environment::own_variables;
use crate::folders::Folders;
use crate::output::clean;
use crate::settings::{Sources, catalogue};

pub(super) fn look(sources: &Sources<'_>, folders: &Folders) -> MachineFacts {
    let engine = EngineSettings::resolve(sources);
    let program = engine.as_ref().map(|engine| engine.exiftool.clone());
    let exiftool = match program {
        Ok(program) => within(PATIENCE, move || {
            let options =
                PoolOptions { workers: 1, hidden_variables: own_variables(), ..PoolOptions::new(&program) };
            let pool = ExifToolPool::start(options).map_err(|error| clean(&in_one_line(&error.into())))?;
            Ok(pool.version())
        }),
        Err(error) => Some(Err(clean(&in_one_line(error)))),
    };
    let cache = folders.cache.as_ref().and_then(|cache| Some((cache.clone(), room(existing(cache))?)));
    let log = sources.path(&catalogue::LOG_FILE).ok().flatten();
    MachineFacts {
        exiftool,
        needs_exiftool: engine.is_ok_and(|engine| engine.choice == EngineChoice::ExifTool),
        heif: cfg!(feature = "heif"),
        cache,
        log: log.map(|path| {
            let trouble = unwritable(&path).map(|error| error.to_string());
            (path, trouble)
        }),
    }
}

/// A folder, or the closest one above it that exists.
pub(super) fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|above| above.is_dir()).unwrap_or(Path::new("/"))
}

/// Why a file cannot be appended to; nothing is made.
fn unwritable(path: &Path) -> Option<std::io::Error> {
    if path.exists() {
        return OpenOptions::new().append(true).open(path).err();
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    access(existing(folder), Access::WRITE_OK).err().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_writable_where_its_folder_is_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/a.log");

        assert!(unwritable(&path).is_none());
        assert!(unwritable(folder.path()).is_some(), "a folder is no file");
        assert!(!folder.path().join("logs").exists());
    }
}
