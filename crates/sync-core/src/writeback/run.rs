//! One run, from the listing to the summary.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use immich_api::Client;
use jiff::Timestamp;
use photo_metadata::Engine;
use photo_metadata::replace::remove_work_dir;

use super::after::{self, Touched};
use super::discover::{Candidate, Discovery, discover};
use super::known::FaceBook;
use super::look::{Eyes, Looked, look};
use super::write::{Written, write};
use super::{AfterWrite, ManagedPolicy, WriteOptions};
use crate::account::{self, Account};
use crate::apply::Hands;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::parallel;
use crate::paths::Library;
use crate::plan::{Failed, Kept, Planned, SkipReason, Skipped, Step};
use crate::recover::recover;
use crate::state::{RunId, Store};
use crate::stop::StopFlag;
use crate::summary::Summary;

/// The first server version whose integrity check reports managed files that were changed on disk.
const CHECKS_INTEGRITY: u32 = 3;

/// The note that keeps the answer to the question about managed files.
const MANAGED: &str = "managed";

/// The note that keeps what the engine wrote in earlier runs.
const EXPERIENCE: &str = "native-files";

/// Everything a write-back needs, told by the caller.
pub struct WriteBack<'a> {
    /// What is remembered.
    pub store: &'a dyn Store,
    /// Reads and writes metadata.
    pub engine: &'a dyn Engine,
    /// Where the originals are.
    pub library: &'a Library,
    /// What the user decided.
    pub options: &'a WriteOptions,
    /// Faces that were read from the stream of a session, of accounts that have one.
    pub face_books: &'a [FaceBook],
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current photo.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// How one candidate ended.
pub(super) enum Outcome {
    Done(Vec<Step>),
    Skipped(Skipped),
    Failed(Failed),
    /// Beyond `--limit`: not looked at as far as anybody is concerned.
    NotReached,
    /// The rest of the run is pointless.
    Fatal(SyncError),
}

/// A candidate at its end, with what its user should know beside.
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) kept: Vec<Kept>,
    /// Which account, and which external library.
    origin: (usize, Option<immich_api::LibraryId>),
}

impl<'a> WriteBack<'a> {
    /// Shows what a run would do. Only reads: the servers, the files and the state.
    pub fn preview(&self, accounts: &[Account<'a>]) -> Result<Summary, SyncError> {
        account::identity(accounts, self.store)?;
        let managed = self.managed()?;
        let discovery = discover(self, accounts, managed, false)?;
        for question in [managed_question(accounts, managed, &discovery), self.brake_question(&discovery)] {
            if let Err(question) = question {
                self.reporter.report(&Event::Warning(&format!("a real run would stop here: {question}")));
            }
        }
        let left = self.limit();
        let eyes = Eyes { accounts, engine: self.engine, store: self.store, options: self.options };
        let work = |candidate| match look(candidate, eyes) {
            Ok(Looked { planned, kept, .. }) => {
                let outcome = match planned {
                    Planned::Do(_) if !take_one(&left) => Outcome::NotReached,
                    Planned::Do(steps) => Outcome::Done(steps),
                    Planned::Skip(skipped) => Outcome::Skipped(skipped),
                    Planned::Fail(failed) => Outcome::Failed(failed),
                };
                (outcome, kept)
            }
            Err(error) => (Outcome::Fatal(error), Vec::new()),
        };
        let mut ignored = |_: &Ended| {};
        let summary = self.each(discovery, work, |step| Event::WouldDo(step), &mut ignored)?;
        self.finish(summary)
    }

    /// Writes. Puts in order what a killed run left behind, first. `command` is what is remembered of it.
    pub fn run(&self, clients: &'a [Client], command: &str) -> Result<Summary, SyncError> {
        let accounts: Vec<Account<'a>> = clients.iter().map(Account::of).collect();
        let identity = account::identity(&accounts, self.store)?;
        let left_behind = recover(self.store, self.options.replace.touch, self.reporter)?;
        self.store.set_identity(&identity)?;
        let managed = self.managed()?;
        let discovery = discover(self, &accounts, managed, true)?;
        managed_question(&accounts, managed, &discovery).map_err(SyncError::NeedsAnswer)?;
        self.brake_question(&discovery).map_err(SyncError::Brake)?;
        if let Some(answer) = self.options.managed {
            self.store.set_note(MANAGED, answer.name())?;
        }
        self.engine.recall(&self.experience()?);
        let run = self.store.begin_run(command, (self.now)())?;
        let mut touched: Vec<Touched> = accounts.iter().map(|_| Touched::default()).collect();
        let summary = self.write_all(run, &accounts, discovery, &mut touched)?;
        for folder in &left_behind {
            if let Err(error) = remove_work_dir(folder) {
                tracing::debug!(?error, "a work folder came back and cannot be removed");
            }
        }
        self.note_experience()?;
        self.store.end_run(run, &summary, (self.now)())?;
        for (client, touched) in clients.iter().zip(&touched) {
            after::tell(self, client, touched)?;
        }
        self.finish(summary)
    }

    fn write_all(
        &self,
        run: RunId,
        accounts: &[Account<'_>],
        discovery: Discovery,
        touched: &mut [Touched],
    ) -> Result<Summary, SyncError> {
        let left = self.limit();
        let eyes = Eyes { accounts, engine: self.engine, store: self.store, options: self.options };
        let hands = Hands {
            store: self.store,
            engine: self.engine,
            replace: self.options.replace,
            now: self.now,
            owes: self.options.after != AfterWrite::Nothing,
        };
        let work = |candidate| {
            let Written { outcome, kept } = write(run, candidate, eyes, &hands, &left);
            (outcome, kept)
        };
        let mut note = |ended: &Ended| {
            let (account, library) = &ended.origin;
            if let (Outcome::Done(_), Some(touched)) = (&ended.outcome, touched.get_mut(*account)) {
                touched.libraries.extend(library.clone());
            }
        };
        self.each(discovery, work, |step| Event::Done(step), &mut note)
    }

    /// Works on all candidates, tells and counts each once.
    fn each(
        &self,
        discovery: Discovery,
        work: impl Fn(Candidate) -> (Outcome, Vec<Kept>) + Sync,
        done: impl Fn(&Step) -> Event<'_>,
        note: &mut dyn FnMut(&Ended),
    ) -> Result<Summary, SyncError> {
        let Discovery { candidates, mut summary, .. } = discovery;
        self.reporter.report(&Event::Planning { candidates: candidates.len() as u64 });
        let mut fatal = None;
        let mut stopped = false;
        let items = candidates.into_iter().take_while(|_| {
            stopped |= self.stop.is_raised();
            !stopped
        });
        let work = |candidate: Candidate| {
            let origin = (candidate.account, candidate.library.clone());
            let (outcome, kept) = work(candidate);
            Ended { outcome, kept, origin }
        };
        parallel::ordered(items, self.options.workers, work, |ended| {
            note(&ended);
            self.count(ended, &mut summary, &done, &mut fatal)
        });
        summary.stopped |= stopped;
        fatal.map_or(Ok(summary), Err)
    }

    fn count(
        &self,
        ended: Ended,
        summary: &mut Summary,
        done: &impl Fn(&Step) -> Event<'_>,
        fatal: &mut Option<SyncError>,
    ) -> ControlFlow<()> {
        let Ended { outcome, kept, .. } = ended;
        for kept in &kept {
            summary.kept += 1;
            summary.troubled += u64::from(kept.is_trouble);
            self.reporter.report(&Event::Kept(kept));
        }
        match outcome {
            Outcome::Done(steps) => {
                summary.seen += 1;
                summary.done += 1;
                summary.files += steps.len() as u64;
                for step in &steps {
                    self.reporter.report(&done(step));
                }
            }
            Outcome::Skipped(skipped) => {
                summary.skip(&skipped.reason);
                self.reporter.report(&Event::Skipped(&skipped));
            }
            Outcome::Failed(failed) => {
                summary.seen += 1;
                summary.failed += 1;
                self.reporter.report(&Event::Failed(&failed));
            }
            Outcome::NotReached => return ControlFlow::Break(()),
            Outcome::Fatal(error) => {
                fatal.get_or_insert(error);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn finish(&self, summary: Summary) -> Result<Summary, SyncError> {
        summary.require_sum()?;
        let missing = summary.skipped.get(SkipReason::Missing.code()).copied().unwrap_or_default();
        if missing > 10 && missing * 10 > summary.seen * 9 {
            self.reporter.report(&Event::Warning(
                "nearly no file was found where the server's paths lead: check the library folder, \
                 --path-segments and --path-map",
            ));
        }
        self.reporter.report(&Event::Finished(&summary));
        Ok(summary)
    }

    fn limit(&self) -> AtomicU64 {
        AtomicU64::new(self.options.selection.limit.unwrap_or(u64::MAX))
    }

    /// What the engine wrote in earlier runs. A note that cannot be read means that it starts anew.
    fn experience(&self) -> Result<BTreeMap<String, u64>, SyncError> {
        let note = self.store.note(EXPERIENCE)?;
        Ok(note.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    fn note_experience(&self) -> Result<(), SyncError> {
        let experience = self.engine.experience();
        if experience.is_empty() {
            return Ok(());
        }
        self.store.set_note(EXPERIENCE, &serde_json::to_string(&experience).unwrap_or_default())
    }

    /// What the user said about managed files, now or in an earlier run.
    fn managed(&self) -> Result<Option<ManagedPolicy>, SyncError> {
        if self.options.managed.is_some() {
            return Ok(self.options.managed);
        }
        Ok(self.store.note(MANAGED)?.as_deref().and_then(ManagedPolicy::from_name))
    }

    fn brake_question(&self, discovery: &Discovery) -> Result<(), String> {
        discovery.losses.question(self.options.brake).map_or(Ok(()), Err)
    }
}

/// Files that Immich manages are not changed on a server that checks them, unless the user said so.
fn managed_question(
    accounts: &[Account<'_>],
    managed: Option<ManagedPolicy>,
    discovery: &Discovery,
) -> Result<(), String> {
    let Some(checking) = accounts.iter().find(|account| account.server.version.major >= CHECKS_INTEGRITY)
    else {
        return Ok(());
    };
    let count = discovery.candidates.iter().filter(|candidate| candidate.would_write_managed()).count();
    if count == 0 || managed.is_some() {
        return Ok(());
    }
    Err(format!(
        "{count} of these photos are managed by Immich {}. Immich never updates the checksum it stored at \
             upload, and its integrity check reports files that changed on disk. Say what you want, once: \
             `--managed sidecar` writes XMP sidecars beside them, `--managed original` writes into them all the \
             same, `--managed skip` leaves them alone",
        checking.server.version
    ))
}

pub(super) fn take_one(left: &AtomicU64) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}
