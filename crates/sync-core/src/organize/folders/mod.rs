//! A folder for each group, to look at with any program: copies of local files, originals of assets. Nothing is moved, and
//! nothing that is there is overwritten.
//!
//! A file appears under its name only when it is complete and checked, so a run that was broken off goes on where it was.
//! What was made is announced and closed like any other deed, and an undo removes just that, where nobody changed it.

mod fetch;
mod local;
mod name;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use immich_api::Reader;
use jiff::Timestamp;
use photo_similarity::{Class, GroupId};

use super::pages::each_group;
use super::{GroupRecord, MemberRecord, Place};
use crate::deeds::{Deed, DeedId, HERE, LocalPath, MadeFile, What, settle_here};
use crate::error::{SyncError, chain};
use crate::event::{Event, Reporter};
use crate::organize::{ActStore, ActSummary};
use crate::plan::SkipReason;
use crate::state::RunId;
use crate::stop::StopFlag;
use crate::summary::Summary;

pub use local::Link;

/// How the action is called.
const NAME: &str = "output";

/// Group folders, told by the caller.
pub struct Folders<'a> {
    /// What is remembered: groups, decisions, deeds.
    pub store: &'a dyn ActStore,
    /// Where the folders are made; absolute. It is made when missing.
    pub root: &'a Path,
    /// How local files come into them.
    pub link: Link,
    /// Only groups of these classes; `None` for all.
    pub classes: Option<BTreeSet<Class>>,
    /// Only these groups; `None` for all.
    pub groups: Option<BTreeSet<GroupId>>,
    /// Who can fetch originals, by the id of the user. An asset of another user is asked of each.
    pub readers: BTreeMap<String, Reader<'a>>,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current file.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// How one file ended.
enum Ended {
    Made(MadeFile),
    /// It is there, and right.
    There,
    Failed(String),
}

impl Folders<'_> {
    /// Counts what would be made; only reads.
    pub fn preview(&self) -> Result<ActSummary, SyncError> {
        let summary = self.count()?;
        self.reporter.report(&Event::Finished(&summary));
        Ok(ended(summary, None))
    }

    /// Makes them. What an earlier run left open is settled first. `command` is what is remembered of it.
    pub fn run(&self, command: &str) -> Result<ActSummary, SyncError> {
        settle_here(self.store, self.reporter)?;
        let counted = self.count()?;
        if counted.done == 0 {
            self.reporter.report(&Event::Finished(&counted));
            return Ok(ended(counted, None));
        }
        let unusable = |error: io::Error| SyncError::Named {
            what: "the folder for groups",
            path: self.root.to_owned(),
            message: format!("{}; choose another folder for --output", chain(&error)),
        };
        make_folder(self.root).map_err(unusable)?;
        let run = self.store.begin_run(command, (self.now)())?;
        let (mut summary, total) = (complete(), counted.seen);
        self.each(|group| {
            self.group(group, run, &mut summary)?;
            let done = summary.seen;
            self.reporter.report(&Event::Acting { action: NAME, done, total });
            summary.stopped = self.stop.is_raised();
            Ok(!summary.stopped)
        })?;
        self.store.end_run(run, &summary, (self.now)())?;
        summary.require_sum()?;
        self.reporter.report(&Event::Finished(&summary));
        Ok(ended(summary, Some(run)))
    }

    fn count(&self) -> Result<Summary, SyncError> {
        let mut summary = complete();
        self.each(|group| {
            for (_, path) in self.places(group) {
                summary.seen += 1;
                if path.symlink_metadata().is_ok() {
                    up_to_date(&mut summary);
                } else {
                    summary.done += 1;
                }
            }
            Ok(!self.stop.is_raised())
        })?;
        Ok(summary)
    }

    fn each(&self, mut take: impl FnMut(&GroupRecord) -> Result<bool, SyncError>) -> Result<(), SyncError> {
        each_group(self.store, |group| {
            let is_asked = self.classes.as_ref().is_none_or(|classes| classes.contains(&group.class))
                && self.groups.as_ref().is_none_or(|groups| groups.contains(&group.id));
            if is_asked { take(group) } else { Ok(true) }
        })
    }

    /// Where each photo of a group goes: `duplicate-3f2a91bc04d1/1-keep-IMG_1.jpg`.
    fn places<'g>(&self, group: &'g GroupRecord) -> Vec<(&'g MemberRecord, PathBuf)> {
        let id = group.id.to_string();
        let folder = self.root.join(format!("{}-{}", group.class, &id[..12]));
        let place = |(rank, member): (usize, &'g MemberRecord)| {
            (member, folder.join(name::in_folder(rank, &member.name)))
        };
        group.members.iter().enumerate().map(place).collect()
    }

    fn group(&self, group: &GroupRecord, run: RunId, summary: &mut Summary) -> Result<(), SyncError> {
        let places = self.places(group);
        let missing: Vec<PathBuf> = places
            .iter()
            .filter(|(_, path)| path.symlink_metadata().is_err())
            .map(|(_, path)| path.clone())
            .collect();
        let announced = if missing.is_empty() { None } else { Some(self.announce(run, &missing)?) };
        let mut made = Vec::new();
        for (member, path) in &places {
            if self.stop.is_raised() {
                break;
            }
            summary.seen += 1;
            match self.file(member, path) {
                Ended::Made(file) => {
                    summary.done += 1;
                    made.push(file);
                }
                Ended::There => up_to_date(summary),
                Ended::Failed(message) => {
                    summary.failed += 1;
                    self.reporter.report(&Event::Warning(&format!("{}: {message}", member.place)));
                }
            }
        }
        if let Some(id) = announced {
            let what = What::MakeFiles { files: made };
            let happened = Some(&what).filter(|what| !what.is_empty());
            self.store.close_deed(id, happened)?;
            if let Some(what) = happened {
                self.reporter.report(&Event::Changed(what));
            }
        }
        Ok(())
    }

    fn announce(&self, run: RunId, paths: &[PathBuf]) -> Result<DeedId, SyncError> {
        let file =
            |path: &PathBuf| MadeFile { path: LocalPath::from(path.clone()), digest: None, replaced: false };
        let what = What::MakeFiles { files: paths.iter().map(file).collect() };
        let deed = Deed { run, account: HERE.to_owned(), undoes: None, at: (self.now)(), what };
        self.store.announce(&deed)
    }

    fn file(&self, member: &MemberRecord, path: &Path) -> Ended {
        let made = path.parent().map_or(Ok(()), make_folder).map_err(|error| error.to_string());
        let made = made.and_then(|()| match &member.place {
            Place::File(from) => local::place(from.path(), path, member, self.link),
            Place::Asset(id) => self.fetch(id, path, member),
        });
        match made {
            Ok(Some(digest)) => Ended::Made(MadeFile {
                path: LocalPath::from(path.to_owned()),
                digest: Some(digest),
                replaced: false,
            }),
            Ok(None) => Ended::There,
            Err(message) => Ended::Failed(message),
        }
    }

    fn fetch(
        &self,
        id: &immich_api::AssetId,
        path: &Path,
        member: &MemberRecord,
    ) -> Result<Option<String>, String> {
        let own = self.readers.get(&member.account);
        let readers = own.into_iter().chain(self.readers.values().filter(|_| own.is_none()));
        let mut last = "no account can fetch it".to_owned();
        for reader in readers {
            match fetch::original(*reader, id, path, member) {
                Ok(done) => return Ok(done),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn complete() -> Summary {
    Summary { listing_complete: true, ..Summary::default() }
}

fn up_to_date(summary: &mut Summary) {
    *summary.skipped.entry(SkipReason::UpToDate.code().to_owned()).or_default() += 1;
}

fn ended(summary: Summary, run: Option<RunId>) -> ActSummary {
    ActSummary { by_action: vec![(NAME, summary.clone())], total: summary, run, more_runs: Vec::new() }
}

/// A folder that is there, and no link to one.
fn make_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)?;
    if path.symlink_metadata()?.is_dir() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::NotADirectory, format!("`{}` is a link or no folder", path.display())))
}

/// An error of the system with what was tried.
fn failed(what: &str) -> impl Fn(io::Error) -> String + '_ {
    move |error| format!("{what}: {}", chain(&error))
}
