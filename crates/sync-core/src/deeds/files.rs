//! Files that were made in group folders or by an export, later: whether they are still what they were, and taking them away again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use jiff::Timestamp;
use rustix::fs::OFlags;
use sha1::{Digest as _, Sha1};

use super::{Deed, DeedRow, Hex, MadeFile, What};
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::plan::SkipReason;
use crate::state::{DeedStore, RunId};
use crate::summary::Summary;

/// What stands for no account: the disks of this machine.
pub(crate) const HERE: &str = "";
/// Bytes that are read at once.
const PIECE: usize = 256 * 1024;

/// Closes a deed that a killed run left open: a file that has its name is complete. Whether something of it happened.
pub(super) fn settle_made(row: &DeedRow, store: &dyn DeedStore) -> Result<bool, SyncError> {
    let happened = match &row.deed.what {
        What::MakeFiles { files } => {
            let there = files.iter().filter_map(|file| {
                let digest = open(file.path.path()).and_then(|mut found| digest(&mut found)).ok()?;
                // Where it was known before what would be made, anything else is not that.
                let is_it = file.digest.as_ref().is_none_or(|announced| *announced == digest);
                is_it.then(|| MadeFile { digest: Some(digest), ..file.clone() })
            });
            Some(What::MakeFiles { files: there.collect() }).filter(|what| !what.is_empty())
        }
        what => what.only(|item| match what {
            What::DropFiles { files } => files[item].path.path().symlink_metadata().is_err(),
            _ => false,
        }),
    };
    store.close_deed(row.id, happened.as_ref())?;
    Ok(happened.is_some())
}

/// Takes away what a deed made, where nobody changed it; `run` is `None` for a preview.
pub(super) fn take_back_made(
    row: &DeedRow,
    run: Option<RunId>,
    (store, reporter): (&dyn DeedStore, &dyn Reporter),
    now: Timestamp,
    summary: &mut Summary,
) -> Result<(), SyncError> {
    let What::MakeFiles { files } = &row.deed.what else {
        // Files that were taken away are made again by the next run that is asked for them.
        let what = "files are made again by the command that made them";
        let reason = SkipReason::TouchedSince(what.to_owned());
        (0..row.deed.what.len()).for_each(|_| summary.skip(&reason));
        return Ok(());
    };
    let mut going = Vec::new();
    for file in files {
        match standing(file) {
            Standing::Ours if file.replaced => {
                let path = file.path.path().display();
                let reason = format!("`{path}` took the place of an older version, which was not kept");
                let reason = SkipReason::TouchedSince(reason);
                reporter.report(&Event::Warning(&reason.to_string()));
                summary.skip(&reason);
            }
            Standing::Ours => going.push(file.clone()),
            Standing::Gone => summary.skip(&SkipReason::NothingLeft),
            Standing::Changed => {
                let reason =
                    SkipReason::TouchedSince(format!("`{}` was changed since", file.path.path().display()));
                reporter.report(&Event::Warning(&reason.to_string()));
                summary.skip(&reason);
            }
        }
    }
    let what = What::DropFiles { files: going };
    let Some(run) = run else {
        summary.seen += what.len() as u64;
        summary.done += what.len() as u64;
        reporter.report(&Event::WouldChange(&what));
        return Ok(());
    };
    if what.is_empty() {
        return Ok(());
    }
    let deed = Deed { run, account: HERE.to_owned(), undoes: Some(row.id), at: now, what: what.clone() };
    let id = store.announce(&deed)?;
    let mut gone = Vec::new();
    if let What::DropFiles { files } = what {
        for file in files {
            summary.seen += 1;
            match remove(file.path.path()) {
                Ok(()) => {
                    summary.done += 1;
                    gone.push(file);
                }
                Err(error) => {
                    summary.failed += 1;
                    let text = format!("`{}` cannot be removed: {error}", file.path.path().display());
                    reporter.report(&Event::Warning(&text));
                }
            }
        }
    }
    let what = What::DropFiles { files: gone };
    store.close_deed(id, Some(&what).filter(|what| !what.is_empty()))?;
    reporter.report(&Event::Changed(&what));
    Ok(())
}

enum Standing {
    Ours,
    Gone,
    Changed,
}

fn standing(file: &MadeFile) -> Standing {
    let path = file.path.path();
    let Ok(mut found) = open(path) else {
        return if path.symlink_metadata().is_err() { Standing::Gone } else { Standing::Changed };
    };
    let same = digest(&mut found).ok().is_some_and(|digest| Some(digest) == file.digest);
    if same && is_same_file(path, &found) { Standing::Ours } else { Standing::Changed }
}

/// Removes a file, and its folder when nothing else is in it.
fn remove(path: &Path) -> std::io::Result<()> {
    std::fs::remove_file(path)?;
    if let Some(folder) = path.parent() {
        // It stays as long as something is in it.
        let _: std::io::Result<()> = std::fs::remove_dir(folder);
    }
    Ok(())
}

/// A file, not what a link leads to, and nothing that waits for somebody.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"))
}

/// A digest of all bytes, in hexadecimal digits.
pub(crate) fn digest(file: &mut File) -> io::Result<String> {
    digest_bytes(file).map(|digest| Hex(digest).to_string())
}

/// A digest of all bytes from where the file is read on.
pub(crate) fn digest_bytes(file: &mut File) -> io::Result<[u8; 32]> {
    let (mut hasher, mut piece) = (blake3::Hasher::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(*hasher.finalize().as_bytes()),
            Ok(read) => _ = hasher.update(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// SHA-1 of all bytes in hexadecimal digits.
pub(crate) fn sha1(file: &mut File) -> io::Result<String> {
    let (mut hasher, mut piece) = (Sha1::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => hasher.update(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hasher.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

/// Whether a path leads to exactly this file, by number.
pub(crate) fn is_same_file(path: &Path, file: &File) -> bool {
    let at = path.symlink_metadata().map(|about| (about.dev(), about.ino()));
    let here = file.metadata().map(|about| (about.dev(), about.ino()));
    matches!((at, here), (Ok(at), Ok(here)) if at == here)
}
