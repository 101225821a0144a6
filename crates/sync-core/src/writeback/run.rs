//! One run, from the listing to the summary.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use immich_api::{Client, Reader, ServerInfo};
use jiff::Timestamp;
use photo_metadata::replace::remove_work_dir;
use photo_metadata::{Engine, Refusal};

use super::discover::{Candidate, discover};
use super::look::{self, Looked};
use super::{WriteOptions, fingerprint};
use crate::apply::{Applied, Hands, apply};
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::parallel;
use crate::paths::Library;
use crate::plan::{Failed, Planned, SkipReason, Skipped, Step};
use crate::recover::recover;
use crate::state::{AssetRecord, Base, Role, RunId, ServerIdentity, Store, Verdict};
use crate::stop::StopFlag;
use crate::summary::Summary;

/// The first server version whose integrity check reports managed files that were changed on disk.
const CHECKS_INTEGRITY: u32 = 3;

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
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current photo.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// How one candidate ended.
enum Outcome {
    Done(Box<Step>),
    Skipped(Skipped),
    Failed(Failed),
    /// Beyond `--limit`: not looked at as far as anybody is concerned.
    NotReached,
    /// The rest of the run is pointless.
    Fatal(SyncError),
}

impl WriteBack<'_> {
    /// Shows what a run would do. Only reads: the server, the files and the state.
    pub fn preview(&self, reader: &Reader<'_>, server: &ServerInfo) -> Result<Summary, SyncError> {
        self.require_same_server(server)?;
        let discovery = discover(self, *reader)?;
        if let Err(question) = self.managed_question(server, &discovery.candidates) {
            self.reporter.report(&Event::Warning(&format!("a real run would stop here: {question}")));
        }
        let left = self.limit();
        let work = |candidate| match look::look(candidate, self.engine, self.options).planned {
            Planned::Do(_) if !take_one(&left) => Outcome::NotReached,
            Planned::Do(step) => Outcome::Done(step),
            Planned::Skip(skipped) => Outcome::Skipped(skipped),
            Planned::Fail(failed) => Outcome::Failed(failed),
        };
        let summary =
            self.each(discovery.candidates, discovery.summary, work, |step| Event::WouldDo(step))?;
        self.finish(summary)
    }

    /// Writes. Puts in order what a killed run left behind, first.
    pub fn run(&self, client: &Client, command: &str) -> Result<Summary, SyncError> {
        let server = client.server();
        self.require_same_server(server)?;
        let left_behind = recover(self.store, self.reporter)?;
        self.store.set_identity(&identity_of(server))?;
        let discovery = discover(self, client.reader())?;
        self.managed_question(server, &discovery.candidates).map_err(SyncError::NeedsAnswer)?;
        let run = self.store.begin_run(command, (self.now)())?;
        let left = self.limit();
        let work = |candidate| self.write_one(run, candidate, &left);
        let summary = self.each(discovery.candidates, discovery.summary, work, |step| Event::Done(step))?;
        for folder in &left_behind {
            if let Err(error) = remove_work_dir(folder) {
                tracing::debug!(?error, "a work folder came back and cannot be removed");
            }
        }
        self.store.end_run(run, &summary, (self.now)())?;
        self.finish(summary)
    }

    fn write_one(&self, run: RunId, candidate: Candidate, left: &AtomicU64) -> Outcome {
        let base_before = candidate.base.clone();
        let Looked { planned, record } = look::look(candidate, self.engine, self.options);
        match planned {
            Planned::Do(_) if !take_one(left) => Outcome::NotReached,
            Planned::Do(step) => {
                let outcome = self.apply_one(run, *step, base_before);
                if !matches!(outcome, Outcome::Done(_)) {
                    // A photo that was not changed leaves its place under the limit to another.
                    left.fetch_add(1, Ordering::SeqCst);
                }
                outcome
            }
            Planned::Fail(failed) => Outcome::Failed(failed),
            Planned::Skip(skipped) => match record.map_or(Ok(()), |record| self.store.remember(&record)) {
                Ok(()) => Outcome::Skipped(skipped),
                Err(error) => Outcome::Fatal(error),
            },
        }
    }

    fn apply_one(&self, run: RunId, step: Step, base_before: Base) -> Outcome {
        let hands =
            Hands { store: self.store, engine: self.engine, replace: self.options.replace, now: self.now };
        match apply(run, &step, &hands) {
            Ok(Applied::Done) => Outcome::Done(Box::new(step)),
            Ok(Applied::Refused(refusal)) => self.refused(step, base_before, refusal),
            Ok(Applied::Failed { message, transient }) => {
                Outcome::Failed(Failed { asset: step.asset, path: step.path, message, transient })
            }
            Err(error) => Outcome::Fatal(error),
        }
    }

    /// `base_before` is what we had written before: nothing came to it.
    fn refused(&self, step: Step, base_before: Base, refusal: Refusal) -> Outcome {
        if look::is_lasting(&refusal) {
            let record = AssetRecord {
                asset: step.asset.clone(),
                role: Role::Original,
                path: step.path.clone(),
                fingerprint: step.fingerprint,
                file: Some(step.expects),
                verdict: Verdict::Refused { refusal: refusal.clone(), by: fingerprint::judge(self.engine) },
                base: base_before,
                sha1: None,
            };
            if let Err(error) = self.store.remember(&record) {
                return Outcome::Fatal(error);
            }
        }
        Outcome::Skipped(Skipped { asset: step.asset, path: step.path, reason: SkipReason::Refused(refusal) })
    }

    /// Works on all candidates, tells and counts each once.
    fn each(
        &self,
        candidates: Vec<Candidate>,
        mut summary: Summary,
        work: impl Fn(Candidate) -> Outcome + Sync,
        done: impl Fn(&Step) -> Event<'_>,
    ) -> Result<Summary, SyncError> {
        self.reporter.report(&Event::Planning { candidates: candidates.len() as u64 });
        let mut fatal = None;
        let mut stopped = false;
        let items = candidates.into_iter().take_while(|_| {
            stopped |= self.stop.is_raised();
            !stopped
        });
        parallel::ordered(items, self.options.workers, work, |outcome| {
            summary.seen += u64::from(matches!(outcome, Outcome::Done(_) | Outcome::Failed(_)));
            match outcome {
                Outcome::Done(step) => {
                    summary.done += 1;
                    self.reporter.report(&done(&step));
                }
                Outcome::Skipped(skipped) => {
                    summary.skip(&skipped.reason);
                    self.reporter.report(&Event::Skipped(&skipped));
                }
                Outcome::Failed(failed) => {
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
        });
        summary.stopped |= stopped;
        fatal.map_or(Ok(summary), Err)
    }

    fn finish(&self, summary: Summary) -> Result<Summary, SyncError> {
        if !summary.adds_up() {
            return Err(SyncError::DoesNotAddUp {
                done: summary.done,
                skipped: summary.skipped_in_all(),
                failed: summary.failed,
                seen: summary.seen,
            });
        }
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

    fn require_same_server(&self, server: &ServerInfo) -> Result<(), SyncError> {
        let found = identity_of(server);
        match self.store.identity()? {
            Some(known) if !known.shares_a_user_with(&found) => {
                Err(SyncError::OtherServer { known: known.to_string(), found: found.to_string() })
            }
            _ => Ok(()),
        }
    }

    /// Files that Immich manages are not changed on a server that checks them, unless the user said so.
    fn managed_question(&self, server: &ServerInfo, candidates: &[Candidate]) -> Result<(), String> {
        let managed = candidates.iter().filter(|candidate| candidate.managed).count();
        if managed == 0 || self.options.managed.is_some() || server.version.major < CHECKS_INTEGRITY {
            return Ok(());
        }
        Err(format!(
            "{managed} of these photos are managed by Immich {}. Immich never updates the checksum it stored at \
             upload, and its integrity check reports files that changed on disk. Say what you want: \
             `--managed original` writes into them all the same, `--managed skip` leaves them alone",
            server.version
        ))
    }
}

fn identity_of(server: &ServerInfo) -> ServerIdentity {
    ServerIdentity { url: server.base_url.clone(), users: [server.user.id.to_string()].into() }
}

fn take_one(left: &AtomicU64) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}
