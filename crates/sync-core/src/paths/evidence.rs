//! Whether a file is the one that an asset stands for: what Immich read from it, against what is here.
//!
//! A path is no proof. Two users have a `2024/07/IMG_1.jpg` each, and a rule that keeps the last segments leads
//! both to one file. Immich tells the size and the modification time of a file as it read it last, and of a file
//! that it manages the SHA-1 of what was uploaded. That SHA-1 never follows a change on disk, so a file that
//! another program changed and Immich read again has size and time that fit and a SHA-1 that does not: then
//! size and time are right. The checksum of a file in an external library is one of its path and says nothing.
//!
//! Modification times are the same within two seconds: FAT keeps even seconds only, exFAT and SSHFS whole ones,
//! and programs that keep a time often cut it there, while Immich remembers milliseconds.

use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use immich_api::Asset;
use jiff::Timestamp;
use photo_metadata::MetadataError;
use photo_metadata::replace::FileIdentity;
use rustix::fs::{Mode, OFlags, open};
use sha1::{Digest as _, Sha1};

/// How far modification times of one file may lie apart, in nanoseconds.
const TIME_TOLERANCE: u64 = 2_000_000_000;

/// What a server knows about the file of an asset; `None` where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Bytes, when it was last read.
    pub size: Option<u64>,
    /// Modification time, when it was last read.
    pub modified: Option<Timestamp>,
    /// SHA-1 of what was uploaded; only of files that Immich manages.
    pub sha1: Option<[u8; 20]>,
}

/// How sure one wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Size and modification time are enough; the content is read only where they leave it open.
    Stat,
    /// The content is read where its SHA-1 is known.
    Sha1,
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// The content is what was uploaded.
    Sha1,
    /// Size and modification time are what Immich read.
    Stat,
    /// It is another file, or this one in another state; why, in words.
    Unlike(String),
    /// Too little is known to say: nothing, or only one of size and time, and that is the same.
    Unknown,
}

impl Fit {
    /// Whether the file is the one.
    pub fn is_same(&self) -> bool {
        match self {
            Self::Sha1 | Self::Stat => true,
            Self::Unlike(_) | Self::Unknown => false,
        }
    }
}

impl Evidence {
    /// What the server says of the file of an asset.
    pub fn of(asset: &Asset) -> Self {
        let is_managed = asset.library_id.is_none();
        Self {
            size: asset.exif.as_ref().and_then(|exif| exif.file_size),
            modified: asset.file_modified_at,
            sha1: asset.checksum.as_ref().filter(|_| is_managed).and_then(immich_api::Checksum::bytes),
        }
    }
}

/// Compares a file with what a server knows about it.
///
/// `file` is what was seen at `path` a moment ago; when something else is there by the time that the content is
/// read, the answer is [`MetadataError::Conflict`]. A link as the last part is not followed.
pub fn fit(
    path: &Path,
    file: &FileIdentity,
    evidence: &Evidence,
    proof: Proof,
) -> Result<Fit, MetadataError> {
    let size = evidence.size.map(|size| size == file.size);
    let time = evidence.modified.map(|modified| is_same_time(modified, file.mtime_ns));
    let stat_fits = (size, time) == (Some(true), Some(true));
    let reads = match proof {
        Proof::Stat => !stat_fits && size != Some(false),
        Proof::Sha1 => true,
    };
    if let Some(sha1) = evidence.sha1.filter(|_| reads) {
        if sha1_of(path, file)? == sha1 {
            return Ok(Fit::Sha1);
        }
        if !stat_fits && size != Some(false) {
            return Ok(Fit::Unlike(other_content(evidence, file)));
        }
    }
    Ok(match (size, time) {
        (Some(true), Some(true)) => Fit::Stat,
        (Some(false), _) => Fit::Unlike(other_size(evidence, file)),
        (_, Some(false)) => Fit::Unlike(other_time(evidence, file)),
        (None, _) | (_, None) => Fit::Unknown,
    })
}

fn is_same_time(modified: Timestamp, mtime_ns: i64) -> bool {
    modified.as_nanosecond().abs_diff(i128::from(mtime_ns)) <= u128::from(TIME_TOLERANCE)
}

fn other_size(evidence: &Evidence, file: &FileIdentity) -> String {
    let read = evidence.size.unwrap_or_default();
    format!("the file here has {} bytes, Immich read {read}; {REMEDY}", file.size)
}

fn other_time(evidence: &Evidence, file: &FileIdentity) -> String {
    format!("the file here was changed on {}, Immich read {}; {REMEDY}", here(file), there(evidence))
}

fn other_content(evidence: &Evidence, file: &FileIdentity) -> String {
    match evidence.modified {
        Some(_) => format!(
            "the content of the file here is not what was uploaded (SHA-1), and it was changed on {}, Immich read {}; \
             {REMEDY}",
            here(file),
            there(evidence)
        ),
        None => format!("the content of the file here is not what was uploaded (SHA-1); {REMEDY}"),
    }
}

const REMEDY: &str = "it is another photo, or it was changed since and Immich has to read it again";

fn here(file: &FileIdentity) -> String {
    let time = Timestamp::from_nanosecond(i128::from(file.mtime_ns));
    time.map_or_else(|_| "an unknown day".to_owned(), whole_seconds)
}

fn there(evidence: &Evidence) -> String {
    evidence.modified.map_or_else(|| "nothing".to_owned(), whole_seconds)
}

fn whole_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// SHA-1 of a file that still is what was seen. A pipe that took its name does not hold us up.
fn sha1_of(path: &Path, seen: &FileIdentity) -> Result<[u8; 20], MetadataError> {
    let failed = |source| MetadataError::from_io(path, "read", source);
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file =
        std::fs::File::from(open(path, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?);
    require_same(path, seen, &file)?;
    let mut hasher = Sha1::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => hasher.update(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    require_same(path, seen, &file)?;
    Ok(hasher.finalize().into())
}

/// SHA-1 of a file that nobody else works on.
pub(crate) fn sha1_of_file(path: &Path) -> Result<[u8; 20], MetadataError> {
    sha1_of(path, &photo_metadata::replace::identity(path)?)
}

fn require_same(path: &Path, seen: &FileIdentity, file: &std::fs::File) -> Result<(), MetadataError> {
    let now = file.metadata().map_err(|source| MetadataError::from_io(path, "look at", source))?;
    let modified = i128::from(now.mtime()) * 1_000_000_000 + i128::from(now.mtime_nsec());
    let change = match () {
        () if (now.dev(), now.ino()) != (seen.device, seen.inode) => "another file is at its place",
        () if now.size() != seen.size => "its size",
        () if modified != i128::from(seen.mtime_ns) => "its modification time",
        () => return Ok(()),
    };
    Err(MetadataError::Conflict { path: path.to_path_buf(), change })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use photo_metadata::replace::identity;

    use super::*;

    const SECOND: i64 = 1_720_000_000;

    /// A file of three bytes, changed at [`SECOND`].
    fn photo(content: &str) -> (tempfile::NamedTempFile, FileIdentity) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(SECOND.unsigned_abs());
        file.as_file().set_modified(time).unwrap();
        let identity = identity(file.path()).unwrap();
        (file, identity)
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(SECOND * 1000 + milliseconds).unwrap()
    }

    fn sha1(content: &str) -> [u8; 20] {
        Sha1::digest(content).into()
    }

    fn fit_of(size: Option<u64>, modified: Option<Timestamp>, sha1: Option<[u8; 20]>, proof: Proof) -> Fit {
        let (file, identity) = photo("abc");
        fit(file.path(), &identity, &Evidence { size, modified, sha1 }, proof).unwrap()
    }

    #[test]
    fn size_and_time_are_enough_for_a_file_of_an_external_library() {
        assert_eq!(fit_of(Some(3), Some(at(0)), None, Proof::Stat), Fit::Stat);
        assert_eq!(fit_of(Some(3), Some(at(0)), None, Proof::Sha1), Fit::Stat);
    }

    #[test]
    fn times_are_the_same_within_what_the_coarsest_file_system_keeps() {
        for milliseconds in [-2000, -789, 1, 999, 2000] {
            assert_eq!(
                fit_of(Some(3), Some(at(milliseconds)), None, Proof::Stat),
                Fit::Stat,
                "{milliseconds}"
            );
        }
        for milliseconds in [-2001, 2001, 3_600_000] {
            assert!(matches!(fit_of(Some(3), Some(at(milliseconds)), None, Proof::Stat), Fit::Unlike(_)));
        }
    }

    #[test]
    fn another_size_is_told_with_both_numbers() {
        let Fit::Unlike(reason) = fit_of(Some(4), Some(at(0)), None, Proof::Stat) else { panic!("it fits") };

        assert!(reason.contains("has 3 bytes") && reason.contains("read 4"), "{reason}");
    }

    #[test]
    fn another_time_is_told_with_both_days() {
        let Fit::Unlike(reason) = fit_of(Some(3), Some(at(86_400_000)), None, Proof::Stat) else {
            panic!("it fits")
        };

        assert!(reason.contains("2024-07-03 09:46:40") && reason.contains("2024-07-04 09:46:40"), "{reason}");
    }

    #[test]
    fn a_copy_with_another_time_is_proved_by_its_content() {
        assert_eq!(fit_of(Some(3), Some(at(-500_000)), Some(sha1("abc")), Proof::Stat), Fit::Sha1);
        assert_eq!(fit_of(Some(3), None, Some(sha1("abc")), Proof::Stat), Fit::Sha1);
        assert_eq!(fit_of(None, None, Some(sha1("abc")), Proof::Stat), Fit::Sha1);
    }

    #[test]
    fn a_managed_file_that_was_changed_and_read_again_fits_by_size_and_time() {
        assert_eq!(fit_of(Some(3), Some(at(0)), Some(sha1("as uploaded")), Proof::Sha1), Fit::Stat);
        assert_eq!(fit_of(Some(3), Some(at(0)), Some(sha1("as uploaded")), Proof::Stat), Fit::Stat);
    }

    #[test]
    fn a_file_of_the_same_size_and_another_content_is_another() {
        let Fit::Unlike(reason) = fit_of(Some(3), Some(at(-500_000)), Some(sha1("xyz")), Proof::Stat) else {
            panic!("it fits")
        };

        assert!(reason.contains("not what was uploaded"), "{reason}");
    }

    #[test]
    fn a_file_that_was_put_back_as_it_was_uploaded_is_the_one_for_who_asks_for_proof() {
        assert_eq!(fit_of(Some(9), Some(at(500_000)), Some(sha1("abc")), Proof::Sha1), Fit::Sha1);
        assert!(matches!(fit_of(Some(9), Some(at(500_000)), Some(sha1("abc")), Proof::Stat), Fit::Unlike(_)));
    }

    #[test]
    fn too_little_is_no_proof() {
        assert_eq!(fit_of(None, None, None, Proof::Sha1), Fit::Unknown);
        assert_eq!(fit_of(Some(3), None, None, Proof::Stat), Fit::Unknown);
        assert_eq!(fit_of(None, Some(at(0)), None, Proof::Stat), Fit::Unknown);
        assert!(matches!(fit_of(None, Some(at(9000)), None, Proof::Stat), Fit::Unlike(_)));
    }

    #[test]
    fn the_content_is_not_read_when_size_and_time_say_it_all() {
        let nowhere = Path::new("/nowhere/a.jpg");
        let (_file, identity) = photo("abc");
        let evidence = Evidence { size: Some(3), modified: Some(at(0)), sha1: Some(sha1("abc")) };
        let other = Evidence { size: Some(4), ..evidence };

        assert_eq!(fit(nowhere, &identity, &evidence, Proof::Stat).unwrap(), Fit::Stat);
        assert!(matches!(fit(nowhere, &identity, &other, Proof::Stat).unwrap(), Fit::Unlike(_)));
        assert!(matches!(
            fit(nowhere, &identity, &evidence, Proof::Sha1),
            Err(MetadataError::Missing { .. })
        ));
    }

    #[test]
    fn a_file_that_changed_since_it_was_seen_is_a_conflict() {
        let (file, identity) = photo("abc");
        std::fs::write(file.path(), "abcd").unwrap();
        let evidence = Evidence { size: Some(3), modified: None, sha1: Some(sha1("abc")) };

        let compared = fit(file.path(), &identity, &evidence, Proof::Stat);

        assert!(matches!(compared, Err(MetadataError::Conflict { .. })), "{compared:?}");
    }

    #[test]
    fn a_link_is_not_followed() {
        let (file, identity) = photo("abc");
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.jpg");
        std::os::unix::fs::symlink(file.path(), &link).unwrap();
        let evidence = Evidence { size: Some(3), modified: None, sha1: Some(sha1("abc")) };

        let compared = fit(&link, &identity, &evidence, Proof::Stat);

        assert!(matches!(compared, Err(MetadataError::NotRegular { .. })), "{compared:?}");
    }
}
