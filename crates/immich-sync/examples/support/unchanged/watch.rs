//! What happens to the files of a library, as the kernel tells it.
//!
//! Being told costs the watched program nothing, unlike tracing its calls. The kernel keeps 16,384 unread events by
//! default; what comes after that is told as one, and then counts as one more.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// Room for some hundreds of events.
const ROOM: usize = 32 * 1024;

/// Everything that a program can do to a file without having it already.
const ALL: WatchFlags = WatchFlags::OPEN
    .union(WatchFlags::ACCESS)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE);

/// Eyes on all folders of a library.
pub(crate) struct Watch {
    events: OwnedFd,
    folders: u64,
}

/// What was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Files that were opened.
    pub(crate) opened: u64,
    /// Folders that were opened.
    pub(crate) listed: u64,
    /// Writes, new and removed names, changed attributes.
    pub(crate) changed: u64,
}

impl Watch {
    /// Watches a folder and all below it.
    pub(crate) fn over(root: &Path) -> anyhow::Result<Self> {
        let events = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).context("watch files")?;
        let mut watch = Self { events, folders: 0 };
        let mut left = vec![root.to_path_buf()];
        while let Some(folder) = left.pop() {
            left.extend(folders_in(&folder)?);
            inotify::add_watch(&watch.events, &folder, ALL).with_context(|| {
                format!("watch `{}` (is fs.inotify.max_user_watches large enough?)", folder.display())
            })?;
            watch.folders += 1;
        }
        watch.take()?;
        Ok(watch)
    }

    /// What happened since the last question.
    pub(crate) fn take(&mut self) -> anyhow::Result<Touched> {
        let mut touched = Touched::default();
        let mut room = vec![MaybeUninit::uninit(); ROOM];
        let mut reader = Reader::new(&self.events, &mut room);
        loop {
            match reader.next() {
                Ok(event) => touched.add(event.events()),
                Err(Errno::AGAIN) => return Ok(touched),
                Err(error) => return Err(error).context("read what happened to files"),
            }
        }
    }

    /// That nothing was seen counts only if something would have been: opens the first file and has to see it.
    pub(crate) fn prove(&mut self, root: &Path) -> anyhow::Result<()> {
        let file = first_file(root)?;
        self.take()?;
        drop(std::fs::File::open(&file)?);
        let seen = self.take()?.opened;
        ensure!(seen == 1, "the watch over {} folders saw {seen} of 1 opened file", self.folders);
        Ok(())
    }
}

impl Touched {
    fn add(&mut self, event: ReadFlags) {
        let is_folder = event.contains(ReadFlags::ISDIR);
        let opens = event.intersects(ReadFlags::OPEN | ReadFlags::ACCESS);
        match (opens, is_folder) {
            (true, false) => self.opened += u64::from(event.contains(ReadFlags::OPEN)),
            (true, true) => self.listed += u64::from(event.contains(ReadFlags::OPEN)),
            (false, _) => self.changed += 1,
        }
    }
}

fn folders_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn first_file(root: &Path) -> anyhow::Result<PathBuf> {
    for entry in root.read_dir()? {
        let path = entry?.path();
        if !path.is_dir() {
            return Ok(path);
        }
        if let Ok(found) = first_file(&path) {
            return Ok(found);
        }
    }
    anyhow::bail!("no file below `{}`", root.display())
}
