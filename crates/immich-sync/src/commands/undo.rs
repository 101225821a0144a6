//! `immich-sync undo`: what a run wrote is taken back.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use immich_api::Client;
use jiff::Timestamp;
use messages_macros::tr;
use photo_metadata::replace::ReplaceOptions;
use sync_core::deeds::DeedCount;
use sync_core::event::Activity;
use sync_core::history::{changes, runs};
use sync_core::lock::{LibraryLock, RunLock};
use sync_core::state::{RunId, SqliteStore, Store as _};
use sync_core::undo::{Retention, Undo, UndoTarget, has_deeds};
use sync_core::writeback::AfterWrite;
use sync_core::{Event, Reporter as _, StopFlag, Summary};

use super::frame;
use super::history::{existing, state_folder, target};
use crate::args::UndoArgs;
use crate::engines::EngineSettings;
use crate::exit::{ExitStatus, usage};
use crate::key::KeySource;
use crate::language::said;
use crate::output::{
    Asker, Console, End, Everybody, Presenter as _, Traffic, count, count_in_english, lost_log, lost_results,
    start_tracing,
};
use crate::queues;
use crate::room;
use crate::settings::{
    OutputSettings, ServerSettings, after, catalogue, replace_options, retention, workers,
};
use crate::signals::Signals;
use crate::start::{Start, typed_json};

/// Assets in one order to the server.
const BATCH: usize = 1000;

/// Runs the command; tells how it went.
pub(crate) fn run(args: &UndoArgs) -> ExitStatus {
    let console = Console::detect();
    let (settings, output) = match UndoSettings::resolve(args) {
        Ok(resolved) => resolved,
        Err(error) => return frame::never_began(console, typed_json(args.options.matches()), &error),
    };
    let presenter = Everybody::of(&output, console, Path::new(""));
    let stop = StopFlag::new();
    let asker = Asker::new(console, &output, &stop);
    let run = Run { settings: &settings, presenter: &presenter, stop: &stop, asker };
    frame::run(console, &presenter, &stop, |signals| run.to_its_end(signals))
}

/// Everything that `undo` needs to know.
struct UndoSettings {
    target: UndoTarget,
    state: PathBuf,
    /// Locked against other runs, where it is known.
    library: Option<PathBuf>,
    /// Who is told afterwards, where that is known.
    server: Option<(ServerSettings, Vec<KeySource>)>,
    engine: EngineSettings,
    replace: ReplaceOptions,
    after: AfterWrite,
    retention: Retention,
    workers: usize,
    dry_run: bool,
    yes: bool,
}

impl UndoSettings {
    fn resolve(args: &UndoArgs) -> Result<(Self, OutputSettings)> {
        let start = Start::read(args.options.matches())?;
        let sources = start.sources();
        sources.environment.refuse_unknown(&catalogue::variables())?;
        let output = OutputSettings::resolve(&sources)?;
        start_tracing(&output)?;
        start.tell_without_meaning();
        let keys = KeySource::find(&sources)?;
        let server = if keys.is_empty() || sources.find(&catalogue::SERVER)?.is_none() {
            None
        } else {
            Some((ServerSettings::at_its_pace(&sources)?, keys))
        };
        let settings = Self {
            target: target(&args.what)?,
            state: state_folder(&sources, start.folders.states.as_deref())?,
            library: sources.path(&catalogue::LIBRARY)?,
            server,
            engine: EngineSettings::resolve(&sources)?,
            replace: replace_options(&sources)?,
            after: after(&sources)?,
            retention: retention(&sources)?,
            workers: workers(&sources)?,
            dry_run: sources.flag(&catalogue::DRY_RUN)?,
            yes: sources.flag(&catalogue::YES)?,
        };
        Ok((settings, output))
    }
}

/// What one undo works with.
struct Run<'a> {
    settings: &'a UndoSettings,
    presenter: &'a Everybody,
    stop: &'a StopFlag,
    asker: Asker<'a>,
}

impl Run<'_> {
    fn to_its_end(&self, signals: &Signals) -> Result<ExitStatus> {
        let begin = Instant::now();
        let (summary, traffic) = if self.settings.dry_run {
            let store = existing(&self.settings.state)?;
            let clients = self.clients(&store)?;
            let summary = self.undo(&store, &clients, |undo| undo.preview(&self.settings.target))?;
            (summary, Traffic::of(&clients))
        } else {
            self.take_back()?
        };
        let status = ExitStatus::of_summary(&summary, signals.caught());
        let dry_run = self.settings.dry_run;
        self.presenter.finish(&End { summary: &summary, traffic, elapsed: begin.elapsed(), dry_run, status });
        if lost_results() {
            anyhow::bail!("not all results could be written; `immich-sync history` shows what was done");
        }
        if let Some(lost) = lost_log() {
            anyhow::bail!("{lost}; the photos are as the summary says, but make room for the log");
        }
        Ok(status)
    }

    fn take_back(&self) -> Result<(Summary, Traffic)> {
        let settings = self.settings;
        // Opening makes what is not there.
        drop(existing(&settings.state)?);
        let _run = RunLock::acquire(&settings.state, &room::holder())?;
        let _library = settings.library.as_deref().map(LibraryLock::acquire).transpose()?;
        let store = SqliteStore::open(&settings.state)?;
        self.resume_jobs(&store);
        let clients = self.clients(&store)?;
        self.confirm(&store)?;
        let command = format!("undo {}", settings.target);
        let summary = self.undo(&store, &clients, |undo| undo.run(&settings.target, &command))?;
        settings.retention.apply(&store, Timestamp::now(), self.presenter)?;
        let traffic = if clients.is_empty() { self.tell_server(&store) } else { Traffic::of(&clients) };
        store.close().context("everything is taken back, but the state could not be closed")?;
        Ok((summary, traffic))
    }

    /// The accounts, where something was done on the server. Nobody is asked for the sake of files.
    fn clients(&self, store: &SqliteStore) -> Result<Vec<Client>> {
        let UndoTarget::Run(run) = &self.settings.target else { return Ok(Vec::new()) };
        match &self.settings.server {
            Some((server, keys)) if has_deeds(store, *run)? => {
                let keys = keys.iter().map(KeySource::read).collect::<Result<Vec<_>>>()?;
                let clients = room::connect_all(server, keys, &[], self.stop)?;
                if has_uploads(store, *run)? {
                    clients.iter().try_for_each(require_trash)?;
                }
                Ok(clients)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// What an interrupted import left waiting on the server goes on, where there is a key.
    fn resume_jobs(&self, store: &SqliteStore) {
        let resumed = sync_core::queues::left_paused(store).map_err(Into::into).and_then(|left| {
            let Some((server, keys)) = self.settings.server.as_ref().filter(|_| !left.is_empty()) else {
                return Ok(());
            };
            let keys = keys.iter().map(KeySource::read).collect::<Result<Vec<_>>>()?;
            let clients = room::connect_all(server, keys, &[], self.stop)?;
            queues::resume_left(store, &clients, false, self.presenter)
        });
        if let Err(error) = resumed {
            self.presenter.report(&Event::Warning(&format!(
                "background jobs of the server that an import paused could not be resumed ({error:#}); the next run \
                 does it"
            )));
        }
    }

    fn undo(
        &self,
        store: &SqliteStore,
        clients: &[Client],
        work: impl FnOnce(&Undo<'_>) -> Result<Summary, sync_core::SyncError>,
    ) -> Result<Summary> {
        let engine = self.settings.engine.start(self.presenter)?;
        let summary = work(&Undo {
            store,
            engine: &engine,
            replace: self.settings.replace,
            owes: self.settings.after != AfterWrite::Nothing,
            clients,
            workers: self.settings.workers,
            reporter: self.presenter,
            stop: self.stop,
            now: &Timestamp::now,
        })?;
        Ok(summary)
    }

    /// Many files change here with one short command, so it takes a yes.
    fn confirm(&self, store: &SqliteStore) -> Result<()> {
        let target = &self.settings.target;
        let number = still_done(store, target)?;
        if number == 0 {
            return Ok(());
        }
        let question = || tr!("Take back {} of {}?", count(number, "change"), said(&target.to_string()));
        if self.settings.yes || self.asker.confirm(&question()) {
            return Ok(());
        }
        let changes = count_in_english(number, "change");
        Err(usage(format!(
            "{changes} of {target} would be taken back; say --yes to do it, or --dry-run to see it first"
        )))
    }

    /// What it is not told now, the next `write` tells it.
    fn tell_server(&self, store: &SqliteStore) -> Traffic {
        let (Some((server, keys)), true) =
            (&self.settings.server, self.settings.after != AfterWrite::Nothing)
        else {
            return Traffic::default();
        };
        let told = keys.iter().map(KeySource::read).collect::<Result<Vec<_>>>().and_then(|keys| {
            let clients = room::connect_all(server, keys, &[], self.stop)?;
            clients.iter().try_for_each(|client| self.refresh(store, client))?;
            Ok(Traffic::of(&clients))
        });
        told.unwrap_or_else(|error| {
            self.presenter.report(&Event::Warning(&format!(
                "the server could not be told to read the files again ({error:#}); the next `write` tells it"
            )));
            Traffic::default()
        })
    }

    fn refresh(&self, store: &SqliteStore, client: &Client) -> Result<()> {
        let owed = store.owed(&client.server().user.id.to_string())?;
        let mut done = 0;
        for batch in owed.chunks(BATCH) {
            client.writer().refresh_metadata(batch)?;
            store.told(batch)?;
            done += batch.len() as u64;
            let total = owed.len() as u64;
            self.presenter.report(&Event::Asked { what: Activity::Refresh, done, total });
        }
        Ok(())
    }
}

/// Whether a run sent photos that are not taken back yet.
fn has_uploads(store: &SqliteStore, run: RunId) -> Result<bool> {
    let runs = runs(store)?;
    let entry = runs.iter().find(|entry| entry.run.id == run);
    let is_upload = |deed: &DeedCount| deed.kind == "upload" && deed.items > deed.undone;
    Ok(entry.is_some_and(|entry| entry.deeds.iter().any(is_upload)))
}

/// What was sent may be all that is left of a photo, so it only ever goes where it can be had back from.
fn require_trash(client: &Client) -> Result<()> {
    if client.reader().trash_rule()?.keeps() {
        return Ok(());
    }
    Err(usage(
        "the trash of the server is off or keeps nothing, and what was sent would be gone for good; turn it on in the \
         administration of Immich (Settings, Trash) first",
    ))
}

/// How many changes of it are not taken back yet.
fn still_done(store: &SqliteStore, target: &UndoTarget) -> Result<u64> {
    if let UndoTarget::Run(id) = target {
        let runs = runs(store)?;
        let Some(entry) = runs.iter().find(|entry| entry.run.id == *id) else { return Ok(0) };
        let deeds: u64 = entry.deeds.iter().map(|deed| deed.items.saturating_sub(deed.undone)).sum();
        return Ok(entry.changes.done.saturating_sub(entry.changes.undone) + deeds);
    }
    let mut number = 0;
    changes(store, target, |entry| {
        number += u64::from(entry.undone_by.is_none());
        ControlFlow::Continue(())
    })?;
    Ok(number)
}
