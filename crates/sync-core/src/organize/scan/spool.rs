//! What only members of groups need, on the disk instead of in memory: a million names, paths and captions.
//!
//! The file has no name any more once it is open, so nothing of it stays behind, whatever becomes of the run.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::SyncError;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 20;

/// More than any entry has.
const LONGEST: u32 = 64 << 20;

/// Where an entry lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(u64);

#[cfg(test)]
impl Slot {
    /// Where the first entry lies.
    pub(super) const START: Self = Self(0);
}

/// Takes entries, one behind the other.
pub(super) struct Spool {
    folder: PathBuf,
    file: Arc<File>,
    buffer: Vec<u8>,
    /// Bytes in the file.
    written: u64,
}

/// Reads entries that are in the file already; may go to another thread.
#[derive(Clone)]
pub(super) struct SpoolReader {
    folder: PathBuf,
    file: Arc<File>,
}

impl Spool {
    /// An empty one, on the disk of this folder.
    pub(super) fn new(folder: &Path) -> Result<Self, SyncError> {
        let file = unnamed(folder).map_err(|error| trouble(folder, &error))?;
        Ok(Self { folder: folder.to_owned(), file: Arc::new(file), buffer: Vec::new(), written: 0 })
    }

    /// Takes an entry.
    pub(super) fn put(&mut self, entry: &impl Serialize) -> Result<Slot, SyncError> {
        let slot = Slot(self.written + self.buffer.len() as u64);
        let start = self.buffer.len();
        self.buffer.extend([0; 4]);
        serde_json::to_writer(&mut self.buffer, entry)
            .map_err(|error| trouble(&self.folder, &io::Error::from(error)))?;
        let length = u32::try_from(self.buffer.len() - start - 4).unwrap_or(u32::MAX);
        self.buffer[start..start + 4].copy_from_slice(&length.to_le_bytes());
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(slot)
    }

    /// Brings everything into the file.
    pub(super) fn flush(&mut self) -> Result<(), SyncError> {
        self.file.write_all_at(&self.buffer, self.written).map_err(|error| trouble(&self.folder, &error))?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Brings everything into the file, and lets somebody read it.
    pub(super) fn reader(&mut self) -> Result<SpoolReader, SyncError> {
        self.flush()?;
        Ok(SpoolReader { folder: self.folder.clone(), file: Arc::clone(&self.file) })
    }
}

impl SpoolReader {
    /// The entry at a place.
    pub(super) fn get<T: DeserializeOwned>(&self, slot: Slot) -> Result<T, SyncError> {
        self.read(slot).map_err(|error| trouble(&self.folder, &error))
    }

    fn read<T: DeserializeOwned>(&self, slot: Slot) -> io::Result<T> {
        let mut length = [0; 4];
        self.file.read_exact_at(&mut length, slot.0)?;
        let length = u32::from_le_bytes(length);
        if length > LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut entry = vec![0; length as usize];
        self.file.read_exact_at(&mut entry, slot.0 + 4)?;
        Ok(serde_json::from_slice(&entry)?)
    }
}

/// A file without a name.
fn unnamed(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!(".scan-{}-{:016x}", std::process::id(), fastrand::u64(..)));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

fn trouble(folder: &Path, error: &io::Error) -> SyncError {
    SyncError::Named {
        what: "the folder for what a scan finds",
        path: folder.to_owned(),
        message: format!("nothing can be kept there ({error}); free some room or choose another --state-dir"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_and_nothing_stays_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path()).unwrap();
        let texts: Vec<String> = (0..50_000).map(|number| format!("entry {number}")).collect();

        let slots: Vec<Slot> = texts.iter().map(|text| spool.put(text).unwrap()).collect();
        let reader = spool.reader().unwrap();

        for (slot, text) in slots.iter().zip(&texts).rev().step_by(997) {
            assert_eq!(&reader.get::<String>(*slot).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
