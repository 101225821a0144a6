//! Thumbnails of the server on this disk, within a limit; the ones that were not used for longest go first.
//!
//! A convenience and nothing more: whatever is wrong with it, the picture is fetched again. So every file is checked by
//! its digest when it is read, a new one is written aside and renamed, nothing is synced, and two runs may use the same
//! folder. The time of a file's last modification says when it was used last.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use immich_api::{AssetId, Thumbnail};
use rustix::fs::{CWD, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, futimens, renameat};

use crate::error::SyncError;

/// A file was used just now, by the clock of the system that keeps it.
const USED_NOW: Timestamps = Timestamps {
    last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
    last_modification: Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
};

/// How a file of the cache begins.
const MAGIC: &[u8; 8] = b"ISthumb1";

/// Magic, stamp, length, digest.
const HEADER: usize = 8 + 16 + 8 + 32;

/// The largest thumbnail that is kept.
const LARGEST: u64 = 32 << 20;

/// When the limit is reached, so much is made room for at once, in per cent of it.
const ROOM: u64 = 10;

/// Keeps thumbnails in a folder.
#[derive(Debug)]
pub struct ThumbnailCache {
    folder: PathBuf,
    limit: u64,
    /// Bytes in the folder, as far as this run knows.
    held: Mutex<u64>,
}

impl ThumbnailCache {
    /// Opens or makes the folder (0700); at most `limit` bytes are kept in it.
    pub fn open(folder: &Path, limit: u64) -> Result<Self, SyncError> {
        let trouble = |error: io::Error| SyncError::Named {
            what: "the folder of thumbnails",
            path: folder.to_owned(),
            message: format!("thumbnails cannot be kept there ({error}); choose another --cache-dir"),
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(trouble)?;
        let cache = Self { folder: folder.to_owned(), limit, held: Mutex::new(0) };
        let held = cache.files().iter().map(|file| file.size).sum();
        *cache.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
        cache.make_room();
        Ok(cache)
    }

    /// The thumbnail of an asset, if it is kept and whole. With a stamp, only the one that was put with the same.
    pub fn get(&self, asset: &AssetId, size: Thumbnail, stamp: Option<[u8; 16]>) -> Option<Vec<u8>> {
        let path = self.path(asset, size);
        let mut file = File::open(&path).ok()?;
        let about = file.metadata().ok().filter(|about| about.is_file() && about.len() <= LARGEST)?;
        let mut content = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
        io::Read::by_ref(&mut file).take(LARGEST).read_to_end(&mut content).ok()?;
        let Some(picture) = checked(&content, stamp) else {
            // It was cut off, or is of another version of the picture.
            self.forget(&path, about.len());
            return None;
        };
        let picture = picture.to_vec();
        if let Err(error) = futimens(&file, &USED_NOW) {
            tracing::trace!(%error, "the use of a thumbnail cannot be noted");
        }
        Some(picture)
    }

    /// Keeps a thumbnail. What cannot be written is not kept, and that is all.
    pub fn put(&self, asset: &AssetId, size: Thumbnail, stamp: [u8; 16], picture: &[u8]) {
        if picture.len() as u64 + HEADER as u64 > LARGEST.min(self.limit) {
            return;
        }
        let path = self.path(asset, size);
        match self.write(&path, stamp, picture) {
            Ok(added) => {
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                *held = held.saturating_add(added);
                let is_full = *held > self.limit;
                drop(held);
                if is_full {
                    self.make_room();
                }
            }
            Err(error) => tracing::debug!(%error, "a thumbnail cannot be kept"),
        }
    }

    fn write(&self, path: &Path, stamp: [u8; 16], picture: &[u8]) -> io::Result<u64> {
        let folder = path.parent().unwrap_or(&self.folder);
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let before = fs::symlink_metadata(path).map_or(0, |about| about.len());
        let aside = folder.join(format!(".{}-{:016x}", std::process::id(), fastrand::u64(..)));
        let written =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside).and_then(|mut file| {
                file.write_all(&header(stamp, picture))?;
                file.write_all(picture)?;
                renameat(CWD, &aside, CWD, path).map_err(io::Error::from)
            });
        if let Err(error) = written {
            let _ = fs::remove_file(&aside);
            return Err(error);
        }
        Ok((HEADER as u64 + picture.len() as u64).saturating_sub(before))
    }

    fn forget(&self, path: &Path, size: u64) {
        if fs::remove_file(path).is_ok() {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            *held = held.saturating_sub(size);
        }
    }

    /// Removes what was not used for longest, as long as there is more than the limit. Looks at the folder anew, since
    /// another run may have changed it.
    fn make_room(&self) {
        let mut files = self.files();
        let mut held: u64 = files.iter().map(|file| file.size).sum();
        if held > self.limit {
            let goal = self.limit - self.limit / 100 * ROOM;
            files.sort_by(|one, other| (one.used, &one.path).cmp(&(other.used, &other.path)));
            for file in &files {
                if held <= goal {
                    break;
                }
                if fs::remove_file(&file.path).is_ok() {
                    held -= file.size;
                }
            }
        }
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }

    /// Our files in the folder; nothing else in it is touched.
    fn files(&self) -> Vec<Kept> {
        let mut files = Vec::new();
        let Ok(folders) = fs::read_dir(&self.folder) else { return files };
        for folder in folders.flatten().filter(|folder| is_ours(&folder.file_name(), 2)) {
            let Ok(entries) = fs::read_dir(folder.path()) else { continue };
            for entry in entries.flatten() {
                let name = entry.file_name();
                let is_kept = is_ours(&name, 32);
                // What a killed run left aside goes when it is old.
                let is_aside = name.to_string_lossy().starts_with('.');
                let Some(about) = entry.metadata().ok().filter(fs::Metadata::is_file) else { continue };
                if is_kept || is_aside {
                    let used = if is_aside { i64::MIN } else { about.mtime() };
                    files.push(Kept { path: entry.path(), size: about.len(), used });
                }
            }
        }
        files
    }

    fn path(&self, asset: &AssetId, size: Thumbnail) -> PathBuf {
        let size: &[u8] = match size {
            Thumbnail::Small => b"small",
            Thumbnail::Preview => b"preview",
        };
        let digest = super::scan::digest16("thumbnail", &[&asset.as_u128().to_be_bytes(), size]);
        let name = super::hexadecimal(&digest);
        self.folder.join(&name[..2]).join(&name)
    }
}

/// A file of the cache.
struct Kept {
    path: PathBuf,
    size: u64,
    used: i64,
}

/// Whether a name is one that the cache gives: so many hexadecimal digits.
fn is_ours(name: &std::ffi::OsStr, digits: usize) -> bool {
    name.to_str().is_some_and(|name| {
        name.len() == digits && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn header(stamp: [u8; 16], picture: &[u8]) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend(stamp);
    header.extend((picture.len() as u64).to_le_bytes());
    header.extend(blake3::hash(picture).as_bytes());
    header
}

/// The picture in a file of the cache, if it is whole and the one that is wanted.
fn checked(content: &[u8], stamp: Option<[u8; 16]>) -> Option<&[u8]> {
    let (found, picture) = content.split_at_checked(HEADER)?;
    let of: [u8; 16] = found[8..24].try_into().ok()?;
    let is_wanted = stamp.is_none_or(|stamp| stamp == of);
    (is_wanted && found == header(of, picture)).then_some(picture)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, SystemTime};

    use super::*;

    const STAMP: [u8; 16] = [7; 16];

    fn asset(number: u128) -> AssetId {
        AssetId::from_u128(number)
    }

    fn cache(limit: u64) -> (tempfile::TempDir, ThumbnailCache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = ThumbnailCache::open(&folder.path().join("thumbs"), limit).unwrap();
        (folder, cache)
    }

    #[test]
    fn a_thumbnail_comes_back_as_it_was_put() {
        let (_folder, cache) = cache(1 << 20);

        cache.put(&asset(1), Thumbnail::Small, STAMP, b"picture");

        assert_eq!(cache.get(&asset(1), Thumbnail::Small, Some(STAMP)).unwrap(), b"picture");
        assert_eq!(cache.get(&asset(1), Thumbnail::Small, None).unwrap(), b"picture");
        assert_eq!(cache.get(&asset(1), Thumbnail::Preview, Some(STAMP)), None);
        assert_eq!(cache.get(&asset(2), Thumbnail::Small, None), None);
    }

    #[test]
    fn another_version_of_the_picture_is_not_given_and_goes() {
        let (_folder, cache) = cache(1 << 20);
        cache.put(&asset(1), Thumbnail::Small, STAMP, b"picture");

        assert_eq!(cache.get(&asset(1), Thumbnail::Small, Some([8; 16])), None);

        assert_eq!(cache.files().len(), 0);
    }

    #[test]
    fn a_file_that_somebody_changed_is_no_thumbnail() {
        let (_folder, cache) = cache(1 << 20);
        for damage in 0..HEADER + 7 {
            cache.put(&asset(1), Thumbnail::Small, STAMP, b"picture");
            let path = cache.path(&asset(1), Thumbnail::Small);
            let mut content = fs::read(&path).unwrap();
            if (8..24).contains(&damage) {
                continue;
            }
            content[damage] ^= 1;
            fs::write(&path, content).unwrap();

            assert_eq!(cache.get(&asset(1), Thumbnail::Small, None), None, "byte {damage}");
        }
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let (_folder, cache) = cache(1000);
        let old = SystemTime::now() - Duration::from_secs(10_000);
        for number in 1..=8 {
            cache.put(&asset(number), Thumbnail::Small, STAMP, &[0; 40]);
            let file = File::open(cache.path(&asset(number), Thumbnail::Small)).unwrap();
            file.set_modified(old + Duration::from_secs(u64::try_from(number).unwrap())).unwrap();
        }
        cache.get(&asset(1), Thumbnail::Small, None).unwrap();

        for number in 9..=12 {
            cache.put(&asset(number), Thumbnail::Small, STAMP, &[0; 40]);
        }

        let held: u64 = cache.files().iter().map(|file| file.size).sum();
        assert!(held <= 1000, "{held}");
        assert!(cache.get(&asset(1), Thumbnail::Small, None).is_some(), "it was used a moment ago");
        assert!(cache.get(&asset(2), Thumbnail::Small, None).is_none());
    }

    #[test]
    fn what_others_put_there_is_neither_read_nor_removed() {
        let (_folder, cache) = cache(200);
        let foreign = cache.folder.join("mine.jpg");
        fs::write(&foreign, [0; 500]).unwrap();
        let path = cache.path(&asset(1), Thumbnail::Small);
        fs::create_dir_all(&path).unwrap();

        cache.put(&asset(1), Thumbnail::Small, STAMP, b"picture");
        for number in 2..9 {
            cache.put(&asset(number), Thumbnail::Small, STAMP, &[1; 60]);
        }

        assert!(foreign.exists() && path.is_dir());
        assert_eq!(cache.get(&asset(1), Thumbnail::Small, None), None);
    }

    #[test]
    fn nobody_else_may_look() {
        let (_folder, cache) = cache(1 << 20);
        cache.put(&asset(1), Thumbnail::Small, STAMP, b"picture");

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = cache.path(&asset(1), Thumbnail::Small);
        assert_eq!((mode(&cache.folder), mode(path.parent().unwrap()), mode(&path)), (0o700, 0o700, 0o600));
    }

    #[test]
    fn two_runs_at_once_do_each_other_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let cache = ThumbnailCache::open(folder.path(), 4000).unwrap();
                    for round in 0..200 {
                        let number = round % 40;
                        cache.put(
                            &asset(number),
                            Thumbnail::Small,
                            STAMP,
                            &[u8::try_from(number).unwrap(); 100],
                        );
                        if let Some(found) = cache.get(&asset(number), Thumbnail::Small, Some(STAMP)) {
                            assert_eq!(found, [u8::try_from(number).unwrap(); 100]);
                        }
                    }
                });
            }
        });
        let held: u64 =
            ThumbnailCache::open(folder.path(), 4000).unwrap().files().iter().map(|file| file.size).sum();
        assert!(held <= 4000, "{held}");
    }
}
