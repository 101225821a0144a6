//! What the disk of the library can do, tried in a private folder that goes away again.
//!
//! File systems say little about themselves, and what they say of a network or a FUSE mount is not what it does. So each
//! ability is tried. The folder has the name of the work folders, which every other part of the program leaves out.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use photo_metadata::replace::{share_blocks, work_dir_name};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, XattrFlags, renameat, setxattr, utimensat};
use sync_core::lock::LibraryLock;

use super::super::facts::Abilities;

/// A time with digits down to a nanosecond.
const ODD: Timespec = Timespec { tv_sec: 1_700_000_001, tv_nsec: 123_456_789 };

/// Tries everything below `root`.
pub(super) fn probe(root: &Path) -> std::io::Result<Abilities> {
    let place = Place::make(root)?;
    let (one, two) = (place.name("a"), place.name("b"));
    let sync = written(&one, b"one").and_then(|()| File::open(&place.0)?.sync_all()).is_ok();
    let reflink = shared(&one, &place.name("c")).unwrap_or(false);
    written(&two, b"two")?;
    let hard_link = std::fs::hard_link(&two, place.name("d")).is_ok();
    Ok(Abilities {
        rename: renameat(CWD, &two, CWD, &one).is_ok()
            && std::fs::read(&one).is_ok_and(|text| text == b"two"),
        hard_link,
        reflink,
        xattr: setxattr(&one, "user.immich-sync", b"1", XattrFlags::empty()).is_ok(),
        sync,
        case_sensitive: !place.name("A").exists(),
        modes: moded(&one).unwrap_or(false),
        locks: LibraryLock::acquire(&place.0).is_ok_and(|lock| lock.is_held()),
        mtime_step: step(&one).unwrap_or(u64::MAX),
    })
}

fn written(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// Shared blocks are whole ones, so the source is one.
fn shared(small: &Path, target: &Path) -> std::io::Result<bool> {
    let source = small.with_file_name("e");
    written(&source, &vec![7; 65536])?;
    let source: OwnedFd = File::open(source)?.into();
    let target = OpenOptions::new().read(true).write(true).create_new(true).open(target)?;
    Ok(share_blocks(&source, &target.into()))
}

fn moded(path: &Path) -> std::io::Result<bool> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o640))?;
    Ok(path.metadata()?.permissions().mode() & 0o777 == 0o640)
}

/// The smallest step of a modification time, in nanoseconds, as a power of ten and a second or more.
fn step(path: &Path) -> std::io::Result<u64> {
    let times = Timestamps { last_access: ODD, last_modification: ODD };
    utimensat(CWD, path, &times, AtFlags::empty())?;
    let found = path.metadata()?;
    if found.mtime() != ODD.tv_sec {
        return Ok(u64::from(found.mtime().abs_diff(ODD.tv_sec) > 2) * 1_000_000_000 + 2_000_000_000);
    }
    let kept = u64::try_from(found.mtime_nsec()).unwrap_or(0);
    Ok(if kept == 0 {
        1_000_000_000
    } else {
        (0..9).map(|power| 10_u64.pow(power)).take_while(|step| kept % step == 0).last().unwrap_or(1)
    })
}

/// A private folder that goes away with what is in it.
struct Place(PathBuf);

impl Place {
    fn make(root: &Path) -> std::io::Result<Self> {
        let name = tempfile::Builder::new().rand_bytes(1).tempfile()?;
        let seed = blake3::hash(name.path().as_os_str().as_encoded_bytes());
        let token = u64::from_le_bytes(seed.as_bytes()[..8].try_into().unwrap_or_default())
            ^ u64::from(std::process::id());
        let path = root.join(work_dir_name(token));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    fn name(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(path = ?self.0, %error, "the folder of the check stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_of_this_machine_can_what_is_needed_and_nothing_stays() {
        let root = tempfile::tempdir().unwrap();

        let abilities = probe(root.path()).unwrap();

        assert!(
            abilities.rename && abilities.sync && abilities.hard_link && abilities.modes,
            "{abilities:?}"
        );
        assert!(abilities.mtime_step <= 1_000_000_000, "{abilities:?}");
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn where_no_folder_can_be_made_that_is_the_answer() {
        assert!(probe(Path::new("/proc")).is_err());
    }
}
