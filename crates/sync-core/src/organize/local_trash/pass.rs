//! One way through the groups: counting, showing or moving.

use std::path::Path;

use super::beside::{Beside, missing_part};
use super::proof::{self, Keeper, is_exact};
use super::{LocalTrash, NAME, rules};
use crate::deeds::What;
use crate::error::SyncError;
use crate::event::Event;
use crate::local_trash::{Going, Mover, Sites, items, real};
use crate::organize::{Decision, GroupRecord, MemberRecord, Place};
use crate::plan::SkipReason;
use crate::state::{PictureKey, RunId};
use crate::summary::Summary;

/// Files that are forgotten in one commit.
const BATCH: usize = 256;

/// What is done with a copy that may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Count,
    Show,
    Move(RunId),
}

/// One way through the groups.
pub(super) struct Pass<'a> {
    of: &'a LocalTrash<'a>,
    how: How,
    pub(super) summary: Summary,
    total: u64,
    beside: Beside,
    sites: Sites<'a>,
    /// Photos that are where they were no more.
    gone: Vec<PictureKey>,
    moved: u64,
}

/// How one copy ended.
enum Ended {
    Done,
    Stays(String),
    Failed(String),
}

impl<'a> Pass<'a> {
    pub(super) fn counting(of: &'a LocalTrash<'a>) -> Self {
        Self::new(of, How::Count, 0)
    }

    pub(super) fn looking(of: &'a LocalTrash<'a>) -> Self {
        Self::new(of, How::Show, 0)
    }

    pub(super) fn moving(of: &'a LocalTrash<'a>, run: RunId, total: u64) -> Self {
        Self::new(of, How::Move(run), total)
    }

    fn new(of: &'a LocalTrash<'a>, how: How, total: u64) -> Self {
        Self {
            of,
            how,
            summary: Summary { listing_complete: true, ..Summary::default() },
            total,
            beside: Beside::default(),
            sites: Sites::new(of.place),
            gone: Vec::new(),
            moved: 0,
        }
    }

    /// The copies of one group.
    pub(super) fn group(&mut self, group: &GroupRecord) -> Result<(), SyncError> {
        let Some(best) = group.keeper().filter(|best| best.is_own) else { return Ok(()) };
        let is_here = |member: &&MemberRecord| member.is_own && member.place.file().is_some();
        let copies: Vec<&MemberRecord> = group.others().iter().filter(is_here).collect();
        if copies.is_empty() {
            return Ok(());
        }
        let kept = match self.of.store.decision(group.id)? {
            Some(Decision::Keep(places)) => places,
            Some(Decision::NotDuplicates) | None => Vec::new(),
        };
        // What is kept is read once for all its copies, again where only decoding tells, and looked at before each.
        let mut keepers: [Option<Result<Keeper, String>>; 2] = [None, None];
        for copy in copies {
            if self.of.stop.is_raised() {
                break;
            }
            if let Some(reason) = rules::objection(group, best, copy, &kept, &mut self.beside) {
                self.skip(copy, &reason);
                continue;
            }
            if self.how == How::Count {
                self.done();
                continue;
            }
            let decodes = !is_exact(best, copy);
            let keeper = match keepers[usize::from(decodes)].take() {
                Some(keeper) => keeper,
                None => self.keeper(best, decodes)?,
            };
            let ended = match &keeper {
                Ok(keeper) => self.copy(best, copy, keeper)?,
                Err(why) => Ended::Stays(why.clone()),
            };
            // The server is asked at once before each.
            keepers[usize::from(decodes)] = Some(keeper).filter(|_| best.place.asset().is_none());
            self.count(copy, ended);
        }
        Ok(())
    }

    fn keeper(&self, best: &MemberRecord, decodes: bool) -> Result<Result<Keeper, String>, SyncError> {
        match &best.place {
            Place::Asset(_) => proof::asset(self.of.readers.get(&best.account), best),
            Place::File(path) => {
                let seen = proof::file(path.path(), best, decodes);
                Ok(seen
                    .map(|seen| Keeper::File(Box::new(seen)))
                    .map_err(|why| format!("of the photo that would be kept: {why}")))
            }
        }
    }

    /// One copy, up to its move.
    fn copy(
        &mut self,
        best: &MemberRecord,
        copy: &MemberRecord,
        keeper: &Keeper,
    ) -> Result<Ended, SyncError> {
        let Some(path) = copy.place.file() else { return Ok(Ended::Stays("it is no file here".to_owned())) };
        let looked = proof::file(path, copy, !is_exact(best, copy)).and_then(|seen| {
            if let Some(why) = proof::objection(keeper, &seen) {
                return Err(why);
            }
            let going = self.unit(path, best, seen)?;
            let (site, device) = self.sites.of(path)?;
            // The last look at what is kept.
            if let (Keeper::File(kept), Some(kept_path)) = (keeper, best.place.file())
                && photo_metadata::replace::identity(kept_path).ok() != Some(kept.identity)
            {
                return Err(proof::NO_KEEPER.to_owned());
            }
            Ok((going, site, device))
        });
        let (going, site, device) = match looked {
            Ok(looked) => looked,
            Err(why) => return Ok(Ended::Stays(why)),
        };
        let (at, zone) = ((self.of.now)(), &self.of.zone);
        let How::Move(run) = self.how else {
            let what = What::TrashFiles { files: items(&going, &site, 0, (at, zone)) };
            self.of.reporter.report(&Event::WouldChange(&what));
            return Ok(Ended::Done);
        };
        if let Err(why) = self.sites.prepare(&site, device) {
            return Ok(Ended::Failed(why));
        }
        let mover = Mover { store: self.of.store, reporter: self.of.reporter, run, zone };
        Ok(match mover.go(&going, &site, at)? {
            Ok(()) => {
                self.gone.push(PictureKey(copy.place.photo().0));
                self.moved += 1;
                if self.gone.len() >= BATCH {
                    self.forget()?;
                }
                Ended::Done
            }
            Err(why) => Ended::Failed(format!("it cannot be put into the trash: {why}")),
        })
    }

    /// The files that go together, the photo last; why it stays where a part of its shot would be torn off.
    fn unit(&mut self, path: &Path, best: &MemberRecord, seen: proof::Seen) -> Result<Vec<Going>, String> {
        let unreadable = |error: std::io::Error| format!("what lies beside it cannot be looked at: {error}");
        let company = self.beside.of(path).map_err(unreadable)?;
        if !company.parts.is_empty() {
            let of_keeper = match best.place.file() {
                Some(kept) => self.beside.of(kept).map_err(unreadable)?,
                None => super::beside::Company::default(),
            };
            if let Some(part) = missing_part(&company, &of_keeper).map_err(unreadable)? {
                let name = part.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Err(format!(
                    "it belongs to `{name}` beside it, of which there is no copy beside the photo that is kept"
                ));
            }
        }
        let mut going = company.sidecars.into_iter().map(Going::sidecar).collect::<Result<Vec<_>, _>>()?;
        going.push(Going { path: path.to_owned(), identity: seen.identity, sha1: seen.sha1 });
        for file in &mut going {
            file.path = real(&file.path).map_err(unreadable)?;
        }
        Ok(going)
    }

    fn count(&mut self, copy: &MemberRecord, ended: Ended) {
        match ended {
            Ended::Done => self.done(),
            Ended::Stays(why) => self.skip(copy, &SkipReason::NotForTheTrash(why)),
            Ended::Failed(message) => {
                self.summary.seen += 1;
                self.summary.failed += 1;
                if let Some(path) = copy.place.file() {
                    self.of.reporter.report(&Event::FileFailed { path, message: &message });
                }
                self.tell();
            }
        }
    }

    fn done(&mut self) {
        self.summary.seen += 1;
        self.summary.done += 1;
        self.tell();
    }

    fn skip(&mut self, copy: &MemberRecord, reason: &SkipReason) {
        self.summary.skip(reason);
        if let Some(path) = copy.place.file().filter(|_| self.how != How::Count) {
            self.of.reporter.report(&Event::FileSkipped { path, reason });
        }
        self.tell();
    }

    fn tell(&self) {
        if let How::Move(_) = self.how {
            let done = self.summary.seen;
            self.of.reporter.report(&Event::Acting { action: NAME, done, total: self.total.max(done) });
        }
    }

    /// Forgets the looks of what is gone, and that it was ever listed: the next scan must not miss it.
    pub(super) fn forget(&mut self) -> Result<(), SyncError> {
        self.of.store.forget_these(&self.gone)?;
        self.gone.clear();
        let key = self.of.scan.note();
        let before: Option<u64> = self.of.store.note(&key)?.and_then(|text| text.parse().ok());
        if let Some(before) = before {
            self.of.store.set_note(&key, &before.saturating_sub(self.moved).to_string())?;
        }
        self.moved = 0;
        Ok(())
    }
}
