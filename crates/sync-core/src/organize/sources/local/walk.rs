//! The walk through folders: files only, no links, no folder twice, one folder open at a time.

use std::collections::HashSet;
use std::fs::{self, ReadDir};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::names::{is_folder_of_photos, may_be_photo};
use crate::organize::scan::{FileFacts, facts_of};

/// A file that may be a photo.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) facts: FileFacts,
    /// How many names it has.
    pub(super) links: u64,
    device: u64,
}

impl File {
    /// What names the file itself.
    pub(super) fn number(&self) -> (u64, u64) {
        (self.device, self.facts.inode)
    }
}

/// What the walk comes across.
pub(super) enum Walked {
    File(File),
    /// A folder, or something in it, that cannot be read.
    Trouble(PathBuf, io::Error),
}

/// Walks through folders and everything below them.
pub(super) struct Walk {
    waiting: Vec<PathBuf>,
    open: Option<(PathBuf, ReadDir)>,
    /// Folders that were entered: one may be mounted in two places, or lie in another one that was given.
    entered: HashSet<(u64, u64)>,
}

impl Walk {
    pub(super) fn new(folders: &[PathBuf]) -> Self {
        let waiting = folders.iter().rev().cloned().collect();
        Self { waiting, open: None, entered: HashSet::new() }
    }

    /// Opens the next folder; `Ok(false)` for one that was entered before.
    fn enter(&mut self, path: &Path) -> io::Result<bool> {
        let about = fs::metadata(path)?;
        if !about.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        if !self.entered.insert((about.dev(), about.ino())) {
            return Ok(false);
        }
        self.open = Some((path.to_owned(), fs::read_dir(path)?));
        Ok(true)
    }

    /// One entry of a folder; `None` for what has no part in the walk.
    fn entry(&mut self, entry: &fs::DirEntry) -> io::Result<Option<File>> {
        let (kind, name) = (entry.file_type()?, entry.file_name());
        if kind.is_dir() {
            if is_folder_of_photos(&name) {
                self.waiting.push(entry.path());
            }
            return Ok(None);
        }
        if !kind.is_file() || !may_be_photo(&name) {
            return Ok(None);
        }
        let about = entry.metadata()?;
        if !about.is_file() {
            return Ok(None);
        }
        let facts = facts_of(&about);
        Ok(Some(File { path: entry.path(), facts, links: about.nlink(), device: about.dev() }))
    }
}

impl Iterator for Walk {
    type Item = Walked;

    fn next(&mut self) -> Option<Walked> {
        loop {
            let Some((folder, entries)) = &mut self.open else {
                let path = self.waiting.pop()?;
                if let Err(error) = self.enter(&path) {
                    return Some(Walked::Trouble(path, error));
                }
                continue;
            };
            let folder = folder.clone();
            match entries.next() {
                None => self.open = None,
                Some(Err(error)) => {
                    self.open = None;
                    return Some(Walked::Trouble(folder, error));
                }
                Some(Ok(entry)) => match self.entry(&entry) {
                    Ok(None) => {}
                    Ok(Some(file)) => return Some(Walked::File(file)),
                    // It went away meanwhile.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Some(Walked::Trouble(entry.path(), error)),
                },
            }
        }
    }
}
