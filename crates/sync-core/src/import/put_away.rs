//! Files whose photos are on the server go to a trash of this machine, where that was asked for.
//!
//! ```text
//! list again ─► all of it sent, says the ledger ─► count, brake ─► ask the server ─► read again ─► announce ─► rename
//! ```
//!
//! A file goes only when three agree at this moment: the ledger that everything the source says of it was sent, the server
//! (asked anew) that it has an asset with this SHA-1 out of the trash, and the file, read again, that this is its SHA-1.
//! What belongs to a photo goes with it or not at all: both halves of a live photo, and its sidecars. Nothing that lies in
//! an archive goes.
//!
//! That it is gone from the source means nothing afterwards, so it is noted in the ledger before.

use std::collections::HashMap;
use std::ops::ControlFlow;

use immich_api::{Checked, Client, Reader};
use jiff::tz::TimeZone;

use super::{Entry, Found, Import, Item, ItemId, Locator, Media, Outline, Standing, listing};
use crate::account::Account;
use crate::deeds::moving;
use crate::deeds::{Hex, What, settle_here};
use crate::error::SyncError;
use crate::event::Event;
use crate::local_trash::{Going, Mover, Sites, TrashPlace, is_in_a_storage, is_in_a_trash, items, real};
use crate::plan::SkipReason;
use crate::state::RunId;
use crate::summary::Summary;

/// How the action is called.
const NAME: &str = "put-away";

/// Items that the server is asked about at a time; it is asked shortly before they go.
const BATCH: usize = 100;

/// Of the files of a source, this many percent go without a question.
const PERCENT: u64 = 20;

/// So many files are a wish in any source.
const A_WISH: u64 = 20;

/// Files of a source go to a trash, told by the caller.
pub struct PutAway<'a> {
    /// The import that sent them, with the options that it had.
    pub import: &'a Import<'a>,
    /// Where files go.
    pub place: &'a TrashPlace,
    /// The clock of the user, for the notes of the trash.
    pub zone: TimeZone,
}

/// What is done with files that may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Count,
    Show,
    Move(RunId),
}

/// An item with what the ledger says of it and of its moving half.
struct Candidate {
    item: Item,
    entry: Entry,
    motion: Option<Entry>,
}

impl PutAway<'_> {
    /// Shows what would go: asks the server and reads the files. Changes nothing.
    pub fn preview(&self, account: Account<'_>) -> Result<Summary, SyncError> {
        Ok(Pass::new(self, account, How::Show)?.through()?.0)
    }

    /// Puts them away, in a run of its own, which is named with the numbers; `None` where nothing was to go. What an
    /// earlier run left open is settled first. `command` is what is remembered of it.
    pub fn run(&self, client: &Client, command: &str) -> Result<(Summary, Option<RunId>), SyncError> {
        let import = self.import;
        settle_here(import.store, import.reporter)?;
        let account = Account::of(client);
        let (counted, of) = Pass::new(self, account, How::Count)?.through()?;
        let going = counted.done;
        if going == 0 {
            return Ok((counted, None));
        }
        if !import.options.confirmed && going > A_WISH && going * 100 > of * PERCENT {
            return Err(SyncError::Brake(format!(
                "{going} of {of} files of this machine would go to its trash, since the server has them"
            )));
        }
        import.reporter.report(&Event::ActionPlanned { action: NAME, changes: going, seconds: None });
        let run = import.store.begin_run(command, (import.now)())?;
        let mut pass = Pass::new(self, account, How::Move(run))?;
        pass.total = going;
        let (summary, _) = pass.through()?;
        import.store.end_run(run, &summary, (import.now)())?;
        Ok((summary, Some(run)))
    }
}

/// One way through the source: counting, showing or moving.
struct Pass<'a> {
    of: &'a PutAway<'a>,
    reader: Reader<'a>,
    user: String,
    how: How,
    outline: Outline,
    sites: Sites<'a>,
    waiting: Vec<Item>,
    summary: Summary,
    /// Items of the source.
    listed: u64,
    total: u64,
}

impl<'a> Pass<'a> {
    fn new(of: &'a PutAway<'a>, account: Account<'a>, how: How) -> Result<Self, SyncError> {
        let (user, import) = (account.user(), of.import);
        let outline = import.store.outline(&user, import.source.kind())?;
        let summary = Summary { listing_complete: true, ..Summary::default() };
        let (sites, waiting) = (Sites::new(of.place), Vec::new());
        let (reader, listed, total) = (account.reader, 0, 0);
        Ok(Self { of, reader, user, how, outline, sites, waiting, summary, listed, total })
    }

    /// What it came to, and how many items the source has.
    fn through(mut self) -> Result<(Summary, u64), SyncError> {
        let (source, stop) = (self.of.import.source, self.of.import.stop);
        let known: std::collections::BTreeSet<ItemId> = self.outline.unseen().collect();
        let mut failure = None;
        // A listing that is not complete hides files, and what is not seen stays.
        source.list_knowing(&|item| known.contains(&item), &mut |found| {
            if stop.is_raised() {
                self.summary.stopped = true;
                return ControlFlow::Break(());
            }
            let Found::Item(item) = found else { return ControlFlow::Continue(()) };
            self.waiting.push(*item);
            if self.waiting.len() < BATCH {
                return ControlFlow::Continue(());
            }
            match self.batch() {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        if let Some(error) = failure {
            return Err(error);
        }
        if !self.summary.stopped {
            self.batch()?;
        }
        self.summary.require_sum()?;
        Ok((self.summary, self.listed))
    }

    /// Those that wait, from the ledger to the trash.
    fn batch(&mut self) -> Result<(), SyncError> {
        let candidates = self.candidates()?;
        if self.how == How::Count {
            self.summary.seen += candidates.len() as u64;
            self.summary.done += candidates.len() as u64;
            return Ok(());
        }
        let sums: Vec<[u8; 20]> = candidates.iter().flat_map(Candidate::sums).collect();
        let answers = if sums.is_empty() { Vec::new() } else { self.reader.upload_check(&sums)? };
        let mut answers = answers.into_iter();
        let mut going = Vec::new();
        for candidate in candidates {
            let answers: Vec<Checked> = candidate.sums().iter().filter_map(|_| answers.next()).collect();
            if candidate.is_there(&answers) {
                going.push(candidate);
            } else {
                self.stays(
                    &candidate,
                    "the server does not have it any more, or has it in its trash".to_owned(),
                );
            }
        }
        if let How::Move(_) = self.how {
            self.note(&going)?;
        }
        for candidate in &going {
            if self.of.import.stop.is_raised() {
                self.summary.stopped = true;
                break;
            }
            self.one(candidate)?;
        }
        Ok(())
    }

    /// Items of which all was sent, as far as the ledger and the listing tell. The others are no part of this.
    fn candidates(&mut self) -> Result<Vec<Candidate>, SyncError> {
        let import = self.of.import;
        let digest = listing::digest(import.options);
        let mut items = std::mem::take(&mut self.waiting);
        self.listed += items.len() as u64;
        items.retain(|item| self.outline.see(item.id, listing::stamp(item, digest)) == Some(true));
        let halves = items.iter().flat_map(|item| [item.id, item.id.of_motion()]);
        let halves: Vec<ItemId> = halves.collect();
        let entries = import.store.entries(&self.user, import.source.kind(), &halves)?;
        let mut entries: HashMap<ItemId, Entry> =
            entries.into_iter().map(|entry| (entry.item, entry)).collect();
        let candidate = |item: Item| {
            let entry = entries.remove(&item.id)?;
            let motion = entries.remove(&item.id.of_motion());
            Candidate::of(item, entry, motion)
        };
        Ok(items.into_iter().filter_map(candidate).collect())
    }

    /// Notes that these are gone on purpose, before they go: a kill in between must not make the next run believe that
    /// the user deleted them.
    fn note(&self, going: &[Candidate]) -> Result<(), SyncError> {
        let entries = going.iter().flat_map(|candidate| [Some(&candidate.entry), candidate.motion.as_ref()]);
        let entries: Vec<Entry> = entries
            .flatten()
            .map(|entry| {
                let mut entry = entry.clone();
                entry.sent.is_put_away = true;
                entry
            })
            .collect();
        self.of.import.store.put_entries(&entries)
    }

    fn one(&mut self, candidate: &Candidate) -> Result<(), SyncError> {
        let path = candidate.item.media.path.path();
        let looked = candidate.files().and_then(|files| Ok((files, self.sites.of(path)?)));
        let (files, (site, device)) = match looked {
            Ok(looked) => looked,
            Err(why) => {
                self.stays(candidate, why);
                return Ok(());
            }
        };
        let (import, zone) = (self.of.import, &self.of.zone);
        let at = (import.now)();
        let How::Move(run) = self.how else {
            let what = What::TrashFiles { files: items(&files, &site, 0, (at, zone)) };
            import.reporter.report(&Event::WouldChange(&what));
            self.done();
            return Ok(());
        };
        let mover = Mover { store: import.store, reporter: import.reporter, run, zone };
        let ended = match self.sites.prepare(&site, device) {
            Ok(()) => mover.go(&files, &site, at)?,
            Err(why) => Err(why),
        };
        match ended {
            Ok(()) => self.done(),
            Err(why) => {
                self.summary.seen += 1;
                self.summary.failed += 1;
                let message = format!("it cannot be put into the trash: {why}");
                import.reporter.report(&Event::FileFailed { path, message: &message });
            }
        }
        Ok(())
    }

    fn done(&mut self) {
        self.summary.seen += 1;
        self.summary.done += 1;
        if let How::Move(_) = self.how {
            let done = self.summary.seen;
            let acting = Event::Acting { action: NAME, done, total: self.total.max(done) };
            self.of.import.reporter.report(&acting);
        }
    }

    fn stays(&mut self, candidate: &Candidate, why: String) {
        let reason = SkipReason::NotForTheTrash(why);
        self.summary.skip(&reason);
        let path = candidate.item.media.path.path();
        self.of.import.reporter.report(&Event::FileSkipped { path, reason: &reason });
    }
}

impl Candidate {
    /// An item whose halves are both on the server, by the ledger.
    fn of(item: Item, entry: Entry, motion: Option<Entry>) -> Option<Self> {
        let is_file = |media: &Media| matches!(media.locator, Locator::File(_));
        let is_sent = |entry: &Entry, media: &Media| {
            matches!(entry.standing, Standing::There { .. }) && entry.bytes == media.stamp
        };
        let motion = match (&item.motion, motion) {
            (Some(media), Some(motion)) if is_sent(&motion, media) && is_file(media) => Some(motion),
            (Some(_), _) => return None,
            (None, _) => None,
        };
        let all_files = is_file(&item.media) && item.about.iter().all(is_file);
        (all_files && is_sent(&entry, &item.media)).then_some(Self { item, entry, motion })
    }

    fn sums(&self) -> Vec<[u8; 20]> {
        [Some(&self.entry), self.motion.as_ref()].into_iter().flatten().map(|entry| entry.sha1).collect()
    }

    /// Whether the server has both halves, as the assets that the ledger knows, and not in its trash.
    fn is_there(&self, answers: &[Checked]) -> bool {
        let halves = [Some(&self.entry), self.motion.as_ref()].into_iter().flatten();
        let has = |(entry, answer): (&Entry, &Checked)| matches!(answer, Checked::Duplicate { asset, is_trashed: false } if entry.standing.asset() == Some(asset));
        answers.len() == self.sums().len() && halves.zip(answers).all(has)
    }

    /// The files as they are now, proved to be what the server has, the photo last; why they stay.
    fn files(&self) -> Result<Vec<Going>, String> {
        let mut files = self.item.about.iter().map(sidecar).collect::<Result<Vec<_>, _>>()?;
        if let (Some(media), Some(entry)) = (&self.item.motion, &self.motion) {
            files.push(proved(media, entry)?);
        }
        files.push(proved(&self.item.media, &self.entry)?);
        Ok(files)
    }
}

fn sidecar(about: &Media) -> Result<Going, String> {
    let path = real(about.path.path()).map_err(|error| error.to_string())?;
    Going::sidecar(path)
}

/// A file that has the bytes of its asset, read again.
fn proved(media: &Media, entry: &Entry) -> Result<Going, String> {
    let path = real(media.path.path()).map_err(|error| error.to_string())?;
    let look = || photo_metadata::replace::identity(&path).map_err(|error| crate::error::chain(&error));
    let identity = look()?;
    if identity.links > 1 {
        return Err("it has several names (hard links), and one of them less wins nothing".to_owned());
    }
    if is_in_a_trash(&path) {
        return Err("it is in a trash already".to_owned());
    }
    if path.parent().is_some_and(is_in_a_storage) {
        return Err(
            "it lies in the storage of an Immich server, and may be the original of its asset".to_owned()
        );
    }
    let sha1 = moving::sha1(&path).map_err(|error| format!("it cannot be read: {error}"))?;
    if look()? != identity {
        return Err("it was changed at this moment".to_owned());
    }
    if sha1 != Hex(entry.sha1).to_string() {
        return Err("it has other bytes than its asset".to_owned());
    }
    Ok(Going { path, identity, sha1 })
}
