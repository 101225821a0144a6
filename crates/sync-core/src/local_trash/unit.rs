//! A photo and its sidecars on their way into a trash: all of them or none.
//!
//! Sidecars go first and the photo last, so that where the photo is tells how an interrupted move is to be settled: in the
//! trash, and all is done; where it was, and the sidecars come back to it.

use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use photo_metadata::replace::{FileIdentity, identity};

use super::Site;
use super::note;
use crate::deeds::moving::{self, Whereabouts, bring_back, whereabouts};
use crate::deeds::{Deed, HERE, TrashedFile, What};
use crate::error::{SyncError, chain};
use crate::event::{Event, Reporter};
use crate::state::{DeedStore, RunId};

/// Names that are tried at most.
const MOST_NAMES: u32 = 200;

/// A file that goes, as it was looked at.
#[derive(Debug)]
pub(crate) struct Going {
    /// Its path without links.
    pub(crate) path: PathBuf,
    pub(crate) identity: FileIdentity,
    pub(crate) sha1: String,
}

impl Going {
    /// A sidecar as it is now.
    pub(crate) fn sidecar(path: PathBuf) -> Result<Self, String> {
        let named = |what: &str| format!("its sidecar `{}` {what}", path.display());
        let before = identity(&path).map_err(|error| named(&chain(&error)))?;
        if before.links > 1 {
            return Err(named("has several names (hard links)"));
        }
        let sha1 = moving::sha1(&path).map_err(|error| named(&format!("cannot be read: {error}")))?;
        match identity(&path) {
            Ok(after) if after == before => Ok(Self { path, identity: after, sha1 }),
            _ => Err(named("was changed at this moment")),
        }
    }
}

/// Everything that a move needs.
pub(crate) struct Mover<'a> {
    pub(crate) store: &'a dyn DeedStore,
    pub(crate) reporter: &'a dyn Reporter,
    pub(crate) run: RunId,
    pub(crate) zone: &'a TimeZone,
}

impl Mover<'_> {
    /// Moves these files, the photo last; what it came to in words where it failed, with everything back in its place.
    pub(crate) fn go(
        &self,
        going: &[Going],
        site: &Site,
        at: Timestamp,
    ) -> Result<Result<(), String>, SyncError> {
        for attempt in 0..MOST_NAMES {
            let items = items(going, site, attempt, (at, self.zone));
            if !items.iter().all(moving::is_free) {
                continue;
            }
            let what = What::TrashFiles { files: items.clone() };
            let deed = Deed { run: self.run, account: HERE.to_owned(), undoes: None, at, what: what.clone() };
            let id = self.store.announce(&deed)?;
            let ended = place(&items);
            // What could not be brought back counts as moved, so that an undo knows of it.
            let moved = what.only(|item| whereabouts(&items[item]) == Whereabouts::Trash);
            self.store.close_deed(id, moved.as_ref())?;
            match ended {
                Ok(()) => {
                    self.reporter.report(&Event::Changed(&what));
                    return Ok(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Ok(Err(chain(&error))),
            }
        }
        Ok(Err("no name is free in its trash".to_owned()))
    }
}

/// The same files as they will be in the trash.
pub(crate) fn items(
    going: &[Going],
    site: &Site,
    attempt: u32,
    (at, zone): (Timestamp, &TimeZone),
) -> Vec<TrashedFile> {
    let item = |file: &Going| TrashedFile {
        from: file.path.clone().into(),
        trash: site.root.clone().into(),
        name: PathBuf::from(note::name(file.path.file_name().unwrap_or_default(), attempt)).into(),
        note: note::text(site.named(&file.path), at, zone),
        identity: file.identity,
        sha1: file.sha1.clone(),
    };
    going.iter().map(item).collect()
}

/// Notes first, then the files; everything back in its place when one of them cannot go.
fn place(items: &[TrashedFile]) -> io::Result<()> {
    let mut ended = items.iter().try_for_each(moving::write_note);
    if ended.is_ok() {
        ended = items.iter().try_for_each(|item| match moving::go(item) {
            // It is there, and only the sync failed.
            Err(error) if whereabouts(item) == Whereabouts::Trash => {
                tracing::warn!(%error, "a folder cannot be brought to the disk");
                Ok(())
            }
            ended => ended,
        });
    }
    if ended.is_err() {
        items.iter().for_each(bring_back);
    }
    ended
}
