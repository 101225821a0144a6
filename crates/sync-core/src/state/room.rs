//! Room on the disk of the state, asked for before the database is opened.
//!
//! SQLite keeps the index of its write-ahead log in a file that is mapped into memory. It reserves that file by
//! writing one byte for every 4,096; where the blocks of a file system are smaller, most of it is still without a
//! place. A page of it that finds none on a full disk is no error but the signal `SIGBUS`, which ends the program
//! in the middle of everything without a word (seen on ext4 with blocks of 1 KiB). The photos and the state survive
//! that like any other kill, but nobody learns why. So a run starts only with some room, and takes what the index
//! needs at once.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{StatVfs, statvfs};

use super::trouble::Trouble;

/// What a new state takes with everything beside it, and some photos.
const BYTES: u64 = 512 << 10;

/// The lock, the database, its log, the index of that, and one to spare.
const INODES: u64 = 5;

/// Refuses to start on a disk that is as good as full.
pub(super) fn require(folder: &Path) -> Result<(), Trouble> {
    let disk = match statvfs(folder) {
        Ok(disk) => disk,
        // What the system does not tell is no reason to stop.
        Err(error) => {
            tracing::debug!(%error, folder = ?folder, "the room on the disk is not known");
            return Ok(());
        }
    };
    lack(&disk).map_or(Ok(()), |lack| Err(Trouble::Told(lack)))
}

fn lack(disk: &StatVfs) -> Option<String> {
    let bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
    if bytes < BYTES {
        return Some(format!(
            "the disk is full ({} KiB are left, and {} are needed to start); make room, and run again",
            bytes >> 10,
            BYTES >> 10
        ));
    }
    // Some file systems make inodes as they need them, and say that there are none at all.
    if disk.f_files > 0 && disk.f_favail < INODES {
        return Some("the disk is full (it has no inodes left); remove some files, and run again".to_owned());
    }
    None
}

/// Gives the index of the write-ahead log its place on the disk, if it has holes.
///
/// Closing a handle of a file gives up all locks that this process has on it, those of SQLite too. So the handle
/// stays open until the program ends; on nearly all disks there are no holes, and none is opened.
pub(super) fn occupy(index: &Path) -> Result<(), Trouble> {
    match place(index) {
        Err(error) if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
            Err(Trouble::Io("make its index", error))
        }
        Err(error) => {
            tracing::debug!(%error, index = ?index, "the index of the log may have holes");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn place(index: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(index)?;
    if !found.is_file() || found.blocks() * 512 >= found.len() {
        return Ok(());
    }
    let file = OpenOptions::new().read(true).write(true).open(index)?;
    let placed = allocate(&file, found.len());
    std::mem::forget(file);
    placed
}

#[cfg(target_os = "linux")]
fn allocate(file: &fs::File, length: u64) -> io::Result<()> {
    Ok(rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, 0, length)?)
}

#[cfg(not(target_os = "linux"))]
fn allocate(_: &fs::File, _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(free: u64, inodes: u64, free_inodes: u64) -> StatVfs {
        let mut disk = statvfs("/").unwrap();
        (disk.f_frsize, disk.f_bavail) = (1024, free);
        (disk.f_files, disk.f_favail) = (inodes, free_inodes);
        disk
    }

    #[test]
    fn a_disk_with_room_is_taken_and_a_full_one_is_told_with_what_to_do() {
        assert_eq!(lack(&disk(512, 100, 5)), None);
        assert_eq!(lack(&disk(512, 0, 0)), None, "inodes are made as needed");
        assert!(lack(&disk(511, 100, 5)).unwrap().contains("511 KiB are left"));
        assert!(lack(&disk(512, 100, 4)).unwrap().contains("inodes"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn holes_of_the_index_are_filled_and_its_content_stays() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("state.db-shm");
        fs::write(&index, b"head").unwrap();
        fs::File::options().write(true).open(&index).unwrap().set_len(32 << 10).unwrap();

        occupy(&index).unwrap();

        let found = fs::metadata(&index).unwrap();
        assert!(found.len() == 32 << 10 && found.blocks() * 512 >= found.len(), "{found:?}");
        assert!(fs::read(&index).unwrap().starts_with(b"head\0"));
    }

    #[test]
    fn an_index_that_is_not_there_needs_no_place() {
        assert!(occupy(Path::new("/nowhere/state.db-shm")).is_ok());
    }
}
