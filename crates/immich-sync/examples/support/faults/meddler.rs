//! Somebody who changes, replaces, removes or moves a photo just while a new version of it is made, or fills a disk.
//!
//! The work folder next to an original tells that its turn has come; from there to the last look before the rename
//! there is at least one sync, which is slowed down, and the meddler looks some thousand times a second.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use anyhow::Context as _;

use super::super::program::pause;

/// What somebody does to a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Writes something at its end.
    Change,
    /// Puts another photo in its place.
    Replace,
    /// Removes it.
    Remove,
    /// Gives its folder another name.
    MoveFolder,
}

/// What is at the end of a photo that was changed.
pub(super) const MARK: &[u8] = b"changed by somebody";

/// What replaces a photo.
pub(super) const OTHER: &[u8] = b"another photo";

/// What a folder is called after it was moved.
pub(super) const MOVED: &str = "moved-";

/// Works on every other photo as long as `work` runs; which ones, and what `work` came to.
pub(super) fn meddle<T>(
    deed: Deed,
    root: &Path,
    aside: &Path,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<(BTreeSet<PathBuf>, T)> {
    let victims = victims(root)?;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let meddler = scope.spawn(|| watch(deed, root, aside, &victims, &is_over));
        let outcome = work();
        is_over.store(true, Ordering::SeqCst);
        let done = join(meddler)?;
        Ok((done, outcome?))
    })
}

/// Does something as soon as the first photo is worked on; whether it came to that, and what `work` came to.
pub(super) fn when_at_work<T>(
    root: &Path,
    deed: impl FnOnce() -> anyhow::Result<()> + Send,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<(bool, T)> {
    let folders: Vec<PathBuf> =
        fs::read_dir(root)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                if folders.iter().any(|folder| is_being_worked_on(folder)) {
                    return deed().map(|()| true);
                }
                pause(Duration::from_micros(200));
            }
            Ok(false)
        });
        let outcome = work();
        is_over.store(true, Ordering::SeqCst);
        Ok((join(watcher)?, outcome?))
    })
}

fn join<T>(thread: ScopedJoinHandle<'_, anyhow::Result<T>>) -> anyhow::Result<T> {
    thread.join().map_err(|_| anyhow::anyhow!("the meddler failed"))?
}

/// Every other photo, by the folder that it has for itself.
fn victims(root: &Path) -> anyhow::Result<BTreeMap<PathBuf, PathBuf>> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    folders.sort();
    let mut victims = BTreeMap::new();
    for folder in folders.into_iter().step_by(2) {
        let file = fs::read_dir(&folder)?.next().context("a photo in its folder")??;
        victims.insert(folder, file.path());
    }
    Ok(victims)
}

fn watch(
    deed: Deed,
    root: &Path,
    aside: &Path,
    victims: &BTreeMap<PathBuf, PathBuf>,
    is_over: &AtomicBool,
) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut done = BTreeSet::new();
    while !is_over.load(Ordering::SeqCst) {
        for (folder, file) in victims {
            let relative = file.strip_prefix(root)?.to_owned();
            if !done.contains(&relative) && is_being_worked_on(folder) {
                act(deed, folder, file, aside).with_context(|| file.display().to_string())?;
                done.insert(relative);
            }
        }
        pause(Duration::from_micros(200));
    }
    Ok(done)
}

fn is_being_worked_on(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".immich-sync-"))
}

fn act(deed: Deed, folder: &Path, file: &Path, aside: &Path) -> anyhow::Result<()> {
    match deed {
        Deed::Change => fs::File::options().append(true).open(file)?.write_all(MARK)?,
        Deed::Replace => {
            let other = aside.join("other");
            fs::write(&other, OTHER)?;
            rustix::fs::rename(&other, file)?;
        }
        Deed::Remove => fs::remove_file(file)?,
        Deed::MoveFolder => rustix::fs::rename(folder, moved(folder))?,
    }
    Ok(())
}

/// Where a folder is after it was moved.
pub(super) fn moved(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    folder.with_file_name(format!("{MOVED}{name}"))
}
