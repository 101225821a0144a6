//! One run of an import, from the listing to the summary, and the threads that it takes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use immich_api::{BEST_IN_FLIGHT, Client, Reader};
use jiff::Timestamp;

use super::flow::{Flow, READERS};
use super::hashing::{Room, hash};
use super::lanes::Lanes;
use super::listing::Lister;
use super::send::{Sending, look, room};
use super::work::{News, Owner, Work};
use super::{ImportOptions, ImportSummary, Outline, Source, SourceError};
use crate::account::{Account, identity};
use crate::error::SyncError;
use crate::event::Reporter;
use crate::state::ImportStore;
use crate::stop::StopFlag;
use crate::summary::Summary;

/// Everything that an import needs, told by the caller.
pub struct Import<'a> {
    /// Where photos come from.
    pub source: &'a dyn Source,
    /// What is remembered: the ledger, deeds, runs.
    pub store: &'a dyn ImportStore,
    /// What is wanted.
    pub options: &'a ImportOptions,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop. The client should look at the same flag, so that a long upload ends, too.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// The ledger keeps what was uploaded and is no newest version of an item under a source of its own.
pub(super) fn versions_of(source: &str) -> String {
    format!("{source}/versions")
}

impl<'a> Import<'a> {
    /// Counts and tells what would be done. Reads files and asks the server; changes nothing, here or there.
    pub fn preview(&self, account: Account<'a>) -> Result<ImportSummary, SyncError> {
        identity(&[account], self.store)?;
        let (summary, ended) = self.go(account, None, "")?;
        ended?;
        summary.require_sum()?;
        Ok(summary)
    }

    /// Does it. What an earlier run left open is settled first. `command` is what is remembered of it.
    ///
    /// A photo that fails is told and counted. An error is the end of the run: the server or the state cannot be used, or
    /// every single upload failed.
    pub fn run(&self, client: &'a Client, command: &str) -> Result<ImportSummary, SyncError> {
        let account = Account::of(client);
        self.store.set_identity(&identity(&[account], self.store)?)?;
        crate::deeds::settle(self.store, &[account], std::slice::from_ref(client), self.reporter)?;
        let (summary, ended) = self.go(account, Some(client), command)?;
        if let Some(run) = summary.run {
            self.store.end_run(run, &as_summary(&summary), (self.now)())?;
        }
        ended?;
        summary.require_sum()?;
        Ok(summary)
    }

    /// The summary, and what ended the run before its time.
    fn go(
        &self,
        account: Account<'a>,
        client: Option<&'a Client>,
        command: &str,
    ) -> Result<(ImportSummary, Result<(), SyncError>), SyncError> {
        let user = account.user();
        let owner = Owner { account: &user, source: self.source.kind() };
        let outline = self.store.outline(owner.account, owner.source)?;
        let is_recovering = outline.is_empty();
        let outline = Mutex::new(outline);
        let lanes = Lanes::new();
        let (to_flow, news) = mpsc::channel();
        let mut flow = Flow::new(self, account, owner, (client, command), (&lanes, &outline));
        let driven = thread::scope(|scope| {
            let threads = Threads { import: self, lanes: &lanes, account, client, is_recovering };
            let lister = self.lister(&lanes, &outline, &to_flow);
            scope.spawn(move || guard(&lister.news, || lister.list()));
            threads.spawn(scope, &to_flow);
            // Whatever happens, the others have to be let go.
            let driven = catch_unwind(AssertUnwindSafe(|| {
                let driven = flow.drive(&news);
                drop(news);
                driven
            }));
            lanes.close();
            driven
        });
        match driven {
            Ok(driven) => driven?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        let ended = flow.end_of_run();
        flow.summary.run = flow.run;
        Ok((flow.summary, ended))
    }

    fn lister<'b>(
        &'b self,
        lanes: &'b Lanes,
        outline: &'b Mutex<Outline>,
        news: &Sender<News>,
    ) -> Lister<'b> {
        let (source, options, stop) = (self.source, self.options, self.stop);
        Lister { source, options, outline, gate: &lanes.gate, stop, news: news.clone() }
    }
}

/// The threads beside the one that decides and the one that lists.
#[derive(Clone, Copy)]
struct Threads<'b, 'a> {
    import: &'b Import<'a>,
    lanes: &'b Lanes,
    account: Account<'a>,
    client: Option<&'a Client>,
    /// Nothing is remembered of this source: what was lost is read from the notes on the server.
    is_recovering: bool,
}

impl<'b, 'a: 'b> Threads<'b, 'a> {
    fn spawn<'s>(self, scope: &'s thread::Scope<'s, '_>, news: &Sender<News>)
    where
        'b: 's,
    {
        let uploads = self.import.options.uploads.get();
        let room = Room::new(room(uploads));
        for _ in 0..READERS {
            let (news, room) = (news.clone(), Arc::clone(&room));
            scope.spawn(move || guard(&news, || self.read(&room, &news)));
        }
        let of_checker = news.clone();
        scope.spawn(move || guard(&of_checker, || self.check(self.account.reader, &of_checker)));
        for _ in 0..BEST_IN_FLIGHT {
            let news = news.clone();
            scope.spawn(move || guard(&news, || self.look(&news)));
        }
        if let Some(client) = self.client {
            let sending = Sending { source: self.import.source, writer: client.writer() };
            for _ in 0..uploads {
                let news = news.clone();
                scope.spawn(move || guard(&news, || self.send(sending, &news)));
            }
        }
    }

    fn read(self, room: &Arc<Room>, news: &Sender<News>) {
        while let Some(mut work) = self.lanes.hash.next() {
            let read = self.read_one(&mut work, room);
            if news.send(News::Hashed(work, read)).is_err() {
                break;
            }
        }
    }

    /// Reads what of an item is not known yet; how many bytes that were.
    fn read_one(self, work: &mut Work, room: &Arc<Room>) -> Result<u64, SourceError> {
        let mut bytes = 0;
        if work.media.is_none() {
            work.media = Some(hash(self.import.source, &work.item.media, room)?);
            bytes += work.item.media.size;
        }
        if let (Some(motion), None) = (&work.item.motion, &work.motion) {
            work.motion = Some(hash(self.import.source, motion, room)?);
            bytes += motion.size;
        }
        Ok(bytes)
    }

    fn check(self, reader: Reader<'_>, news: &Sender<News>) {
        while let Some(works) = self.lanes.check.next() {
            let sums: Vec<[u8; 20]> = works.iter().flat_map(|work| work.sums()).collect();
            let answers = reader.upload_check(&sums);
            if news.send(News::Checked(works, answers)).is_err() {
                break;
            }
        }
    }

    fn look(self, news: &Sender<News>) {
        while let Some((work, there)) = self.lanes.look.next() {
            let seen = look(self.import.source, self.account.reader, &work, &there, self.is_recovering);
            if news.send(News::Looked(work, there, seen)).is_err() {
                break;
            }
        }
    }

    fn send(self, sending: Sending<'_>, news: &Sender<News>) {
        while let Some((mut work, halves, batch)) = self.lanes.send.next() {
            let sent = sending.send(&work, &halves);
            // The bytes have done their service; others wait for the room.
            work.drop_bytes();
            if news.send(News::Sent(work, batch, Box::new(sent))).is_err() {
                break;
            }
        }
    }
}

/// A panic that ended a thread here would leave the deciding one waiting for ever.
fn guard(news: &Sender<News>, work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        // Nobody to tell means that the run is ending anyway.
        let _ = news.send(News::Panicked(panic));
    }
}

impl Flow<'_> {
    /// What follows when everything has ended; an error is what ended it before its time.
    fn end_of_run(&mut self) -> Result<(), SyncError> {
        if let Some(error) = self.fatal.take() {
            return Err(error);
        }
        if self.has_given_up() {
            return Ok(());
        }
        self.stack_relatives()?;
        self.stack_as_source()?;
        self.follow_albums()?;
        self.tag_again()?;
        self.follow_deletes()?;
        let nothing_arrived = self.summary.uploaded == 0 && self.summary.adopted == 0;
        match self.last_error.take() {
            Some(source) if nothing_arrived => Err(SyncError::UploadsFail { source }),
            _ => Ok(()),
        }
    }
}

/// As the history of runs keeps it.
fn as_summary(import: &ImportSummary) -> Summary {
    let skipped = import.skipped.iter().map(|(kind, count)| (kind.name().to_owned(), *count));
    Summary {
        seen: import.seen,
        done: import.done(),
        files: import.uploaded,
        kept: 0,
        skipped: skipped.collect(),
        troubled: import.troubled(),
        failed: import.failed,
        stopped: import.stopped,
        listing_complete: import.listing_complete,
        unreadable: 0,
    }
}
