//! The one thread that decides. It hears what the others did, and gives them the next thing to do.
//!
//! Nothing waits for the last file: what is hashed is asked about, what the server does not have is announced and sent,
//! while the listing goes on. A question leaves when the senders have little left to do; where the server has nearly
//! everything, it waits until it is worth asking.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use immich_api::{ApiError, Client};
use jiff::Timestamp;

use super::batches::Batch;
use super::faces::Namesake;
use super::finish::Finishing;
use super::lanes::Lanes;
use super::run::Import;
use super::send::Halves;
use super::stacked::Waiting;
use super::stacks::{Relative, Relatives};
use super::work::{News, Owner, There, Work, Works};
use super::{
    AlbumKey, ImportAlbum, ImportEvent, ImportSummary, Item, Listing, Outline, Progress, SkipKind, listing,
};
use crate::account::Account;
use crate::deeds::hand::Hand;
use crate::error::SyncError;
use crate::state::RunId;

/// Files that are read at a time.
pub(super) const READERS: usize = 2;

/// Items that wait to be sent before no more are read: their bytes wait in memory.
const AHEAD: usize = 128;

/// Items per question.
const MOST_ASKED: usize = 5000;

/// Items of a question where most of what is asked about is new.
const A_FEW: usize = 64;

/// Bytes that are worth a question, however few items they are.
const MUCH: u64 = 64 << 20;

/// The longest wait for news: while a large file leaves, nothing else happens that could be told.
const SILENCE: Duration = Duration::from_millis(250);

/// An import under way.
pub(super) struct Flow<'a> {
    pub(super) import: &'a Import<'a>,
    pub(super) account: Account<'a>,
    pub(super) owner: Owner<'a>,
    /// `None` in a preview.
    pub(super) client: Option<&'a Client>,
    pub(super) command: &'a str,
    pub(super) hand: Option<Hand<'a>>,
    pub(super) run: Option<RunId>,
    pub(super) lanes: &'a Lanes,
    pub(super) outline: &'a Mutex<Outline>,
    pub(super) summary: ImportSummary,
    pub(super) options: Option<[u8; 16]>,
    pub(super) arrivals: Vec<(Box<Item>, bool)>,
    pub(super) to_hash: VecDeque<Box<Work>>,
    hashing: usize,
    pub(super) to_check: Works,
    checking: usize,
    /// Fewer are not worth a question.
    least: usize,
    pub(super) accepted: VecDeque<(Box<Work>, Halves)>,
    pub(super) sending: usize,
    looking: usize,
    pub(super) batches: HashMap<u64, Batch>,
    pub(super) next_batch: u64,
    /// Items that wait for one with the same bytes.
    pub(super) flying: HashMap<[u8; 20], Works>,
    pub(super) finishing: Vec<Finishing>,
    pub(super) albums: Option<BTreeMap<AlbumKey, ImportAlbum>>,
    pub(super) albums_seen: BTreeSet<AlbumKey>,
    pub(super) tagged: BTreeMap<String, Vec<immich_api::AssetId>>,
    /// Whom a name means.
    pub(super) people: BTreeMap<String, Namesake>,
    pub(super) relatives: Relatives,
    pub(super) stacked: Waiting,
    pub(super) unchanged_relatives: Vec<Relative>,
    pub(super) listing: Option<Listing>,
    /// Items that were come across and have not ended.
    pub(super) under_way: u64,
    pub(super) bad_batches: usize,
    pub(super) last_error: Option<ApiError>,
    /// What makes the rest pointless.
    pub(super) fatal: Option<SyncError>,
    has_given_up: bool,
    /// What was told last of how far it is, and when.
    pub(super) told: Progress,
    pub(super) told_at: Option<Timestamp>,
    /// Bytes that the client had sent before.
    pub(super) sent_before: u64,
}

impl<'a> Flow<'a> {
    pub(super) fn new(
        import: &'a Import<'a>,
        account: Account<'a>,
        owner: Owner<'a>,
        work: (Option<&'a Client>, &'a str),
        (lanes, outline): (&'a Lanes, &'a Mutex<Outline>),
    ) -> Self {
        Self {
            import,
            account,
            owner,
            client: work.0,
            command: work.1,
            hand: None,
            run: None,
            lanes,
            outline,
            summary: ImportSummary::default(),
            options: listing::digest(import.options),
            arrivals: Vec::new(),
            to_hash: VecDeque::new(),
            hashing: 0,
            to_check: Vec::new(),
            checking: 0,
            least: 1,
            accepted: VecDeque::new(),
            sending: 0,
            looking: 0,
            batches: HashMap::new(),
            next_batch: 0,
            flying: HashMap::new(),
            finishing: Vec::new(),
            albums: None,
            albums_seen: BTreeSet::new(),
            tagged: BTreeMap::new(),
            people: BTreeMap::new(),
            relatives: Relatives::new(),
            stacked: Waiting::default(),
            unchanged_relatives: Vec::new(),
            listing: None,
            under_way: 0,
            bad_batches: 0,
            last_error: None,
            fatal: None,
            has_given_up: false,
            told: Progress::default(),
            told_at: None,
            sent_before: work.0.map_or(0, |client| client.stats().bytes_sent),
        }
    }

    /// Goes on until everything that was come across has ended.
    pub(super) fn drive(&mut self, news: &Receiver<News>) -> Result<(), SyncError> {
        loop {
            self.dispatch()?;
            if self.is_done() {
                break;
            }
            match news.recv_timeout(SILENCE) {
                Ok(first) => self.hear(first)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while let Ok(more) = news.try_recv() {
                self.hear(more)?;
            }
            self.tell_progress();
        }
        if !self.has_given_up {
            self.finish_all()?;
        }
        self.summary.seen -= self.under_way;
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.listing.is_some()
            && self.arrivals.is_empty()
            && self.to_hash.is_empty()
            && self.to_check.is_empty()
            && self.accepted.is_empty()
            && self.hashing + self.checking + self.sending + self.looking == 0
    }

    fn dispatch(&mut self) -> Result<(), SyncError> {
        if self.import.stop.is_raised() || self.fatal.is_some() {
            return self.give_up();
        }
        self.admit()?;
        while self.hashing < 2 * READERS && self.accepted.len() + self.sending < AHEAD {
            let Some(work) = self.to_hash.pop_front() else { break };
            self.hashing += 1;
            self.lanes.hash.push(work);
        }
        if self.is_worth_asking() {
            let rest = self.to_check.split_off(self.to_check.len().min(MOST_ASKED));
            self.checking = self.to_check.len();
            self.lanes.check.push(std::mem::replace(&mut self.to_check, rest));
        }
        self.announce()?;
        if self.finishing.len() >= super::finish::AT_ONCE {
            self.finish_all()?;
        }
        Ok(())
    }

    fn is_worth_asking(&self) -> bool {
        if self.checking > 0 || self.to_check.is_empty() {
            return false;
        }
        let nothing_comes = self.hashing == 0
            && self.to_hash.is_empty()
            && (self.listing.is_some() || self.lanes.gate.is_full() || self.least == 1);
        let senders_wait = self.accepted.len() + self.sending < AHEAD / 2;
        self.to_check.len() >= MOST_ASKED
            || nothing_comes
            || (senders_wait && (self.to_check.len() >= self.least || self.is_much()))
    }

    /// Whether the first of what waits are large: nobody waits for many more of these where most are new.
    fn is_much(&self) -> bool {
        let waiting = self.to_check.iter().take(A_FEW).map(|work| work.item.media.size);
        self.least <= A_FEW && waiting.sum::<u64>() >= MUCH
    }

    /// Forgets what was not begun, and waits for what was.
    pub(super) fn give_up(&mut self) -> Result<(), SyncError> {
        self.has_given_up = true;
        self.summary.stopped |= self.import.stop.is_raised();
        self.lanes.gate.shut();
        self.arrivals.clear();
        self.to_hash.clear();
        self.to_check.clear();
        self.accepted.clear();
        self.flying.values_mut().for_each(Vec::clear);
        self.hashing -= self.lanes.hash.withdraw().len();
        self.checking -= self.lanes.check.withdraw().iter().map(Vec::len).sum::<usize>();
        self.looking -= self.lanes.look.withdraw().len();
        for (_, _, batch) in self.lanes.send.withdraw() {
            self.sending -= 1;
            self.one_less(batch)?;
        }
        Ok(())
    }

    fn hear(&mut self, news: News) -> Result<(), SyncError> {
        match news {
            News::Arrived { item, is_known } => {
                let about = item.about.len() as u64;
                self.summary.seen += 1 + about;
                self.under_way += 1;
                self.count(SkipKind::Used, about);
                self.arrivals.push((item, is_known));
            }
            News::Unchanged { items, about } => {
                self.summary.seen += items + about;
                self.count(SkipKind::Unchanged, items);
                self.count(SkipKind::Used, about);
            }
            News::Passed(passed) => {
                self.summary.seen += 1;
                self.count(passed.kind, 1);
                self.tell(&ImportEvent::Passed(&passed));
            }
            News::Trouble(trouble) => {
                self.summary.seen += 1;
                self.summary.failed += 1;
                self.tell(&ImportEvent::Trouble(&trouble));
            }
            News::Relatives(unchanged) => self.unchanged_relatives = unchanged,
            News::Listed(Ok(listing)) => {
                self.summary.listing_complete = listing.is_complete;
                self.listing = Some(listing);
            }
            News::Listed(Err(error)) => {
                self.fatal = Some(SyncError::Source(error));
                self.listing = Some(Listing::default());
            }
            News::Hashed(work, read) => {
                self.hashing -= 1;
                self.hashed(work, read)?;
            }
            News::Checked(works, answers) => {
                self.checking -= works.len();
                self.checked(works, answers)?;
            }
            News::Sent(work, batch, sent) => {
                self.sending -= 1;
                self.sent(work, batch, *sent)?;
            }
            News::Looked(work, there, look) => {
                self.looking -= 1;
                self.looked(work, there, look)?;
            }
            News::Panicked(panic) => {
                self.lanes.close();
                std::panic::resume_unwind(panic);
            }
        }
        Ok(())
    }

    pub(super) fn has_given_up(&self) -> bool {
        self.has_given_up
    }

    pub(super) fn look(&mut self, work: Box<Work>, there: There) {
        self.looking += 1;
        self.lanes.look.push((work, there));
    }

    /// Many of a question were there: the next one can wait for more. The first one is for what was hashed first, so that
    /// something leaves at once, the second for a few.
    pub(super) fn learn(&mut self, asked: usize, accepted: usize) {
        self.least = if accepted * 8 < asked {
            (self.least * 4).min(MOST_ASKED)
        } else if asked < A_FEW / 8 {
            A_FEW / 8
        } else {
            A_FEW
        };
    }

    /// The hand that does things on the server; begins the run when there is the first thing to do.
    pub(super) fn hand(&mut self) -> Result<&mut Hand<'a>, SyncError> {
        let hand = match self.hand.take() {
            Some(hand) => hand,
            None => {
                let (store, reporter, now) = (self.import.store, self.import.reporter, self.import.now);
                match self.client {
                    None => Hand::idle(self.account, store, reporter),
                    Some(client) => Hand::at_work(client, self.begin_run()?, store, reporter, now),
                }
            }
        };
        Ok(self.hand.insert(hand))
    }

    pub(super) fn begin_run(&mut self) -> Result<RunId, SyncError> {
        if let Some(run) = self.run {
            return Ok(run);
        }
        let run = self.import.store.begin_run(self.command, (self.import.now)())?;
        self.run = Some(run);
        Ok(run)
    }
}
