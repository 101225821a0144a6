//! One import, from the settings to the last line.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::ArgMatches;
use immich_api::{ApiError, Client};
use jiff::Timestamp;
use messages_macros::tr;
use sync_core::import::{Import, ImportOptions, ImportSummary, PutAway};
use sync_core::lock::RunLock;
use sync_core::state::SqliteStore;
use sync_core::{Account, Reporter, StopFlag, SyncError};

use super::super::frame;
use super::opened::{self, Opened};
use super::permissions;
use super::put_away::Ended;
use crate::exit::{ExitStatus, usage};
use crate::output::{
    Asker, Console, Everybody, Foretelling, ImportEnd, Presenter as _, Traffic, lost_log, lost_results,
    make_room_for_statistics, start_tracing,
};
use crate::queues::{self, JobPause};
use crate::room;
use crate::same_state::SameState;
use crate::settings::{Asked, ImportFrom, ImportSettings, OutputSettings, time_zone};
use crate::signals::Signals;
use crate::start::{Start, typed_json};
use crate::states;

/// Runs it; tells how it went.
pub(super) fn run(matches: &ArgMatches, asked: Asked<'_>) -> ExitStatus {
    let console = Console::detect();
    let (start, settings, output) = match resolve(matches, asked) {
        Ok(resolved) => resolved,
        Err(error) => return frame::never_began(console, typed_json(matches), &error),
    };
    let presenter = Everybody::of(&output, console, Path::new(""));
    let stop = StopFlag::new();
    let asker = Asker::new(console, &output, &stop);
    let run = Run { settings: &settings, start: &start, presenter: &presenter, stop: &stop, asker };
    frame::run(console, &presenter, &stop, |signals| run.to_its_end(signals))
}

fn resolve<'a>(
    matches: &'a ArgMatches,
    asked: Asked<'_>,
) -> Result<(Start<'a>, ImportSettings, OutputSettings)> {
    let start = Start::of_job(matches, asked.command())?;
    let output = OutputSettings::resolve(&start.sources())?;
    start_tracing(&output)?;
    start.tell_without_meaning();
    let settings = ImportSettings::resolve(&start.sources(), &start.folders, asked)?;
    make_room_for_statistics(&output)?;
    Ok((start, settings, output))
}

/// What one run works with.
pub(super) struct Run<'a> {
    pub(super) settings: &'a ImportSettings,
    start: &'a Start<'a>,
    pub(super) presenter: &'a Everybody,
    stop: &'a StopFlag,
    pub(super) asker: Asker<'a>,
}

impl Run<'_> {
    fn to_its_end(&self, signals: &Signals) -> Result<ExitStatus> {
        let (begin, settings) = (Instant::now(), self.settings);
        frame::tell_concerns(&settings.concerns, settings.strict, self.presenter)?;
        let key = settings.key.read()?;
        self.presenter.begin();
        let client = room::connect(&settings.server, key, &permissions::needed(settings), self.stop)?;
        require_faces(&settings.from, &client)?;
        let state = self.state(&client)?;
        let lock = if settings.dry_run { None } else { Some(RunLock::acquire(&state, &room::holder())?) };
        let scratch = self.scratch(&state)?;
        let mut opened = Opened::of(&settings.from, &scratch, self.stop, self.presenter)?;
        opened.remember_archives(&state, !settings.dry_run);
        let summary = if settings.dry_run {
            self.preview(&client, &opened, &state)
        } else {
            let pause = settings.pause_jobs.then(|| JobPause::of(&settings.server, settings.key.read()?));
            self.import(&client, &opened, &state, pause.transpose()?.as_ref())
        };
        let (summary, put_away) = stopped_early(summary)?;
        let status =
            ExitStatus::of_import(&summary, put_away.as_ref().map(|ended| &ended.0), signals.caught());
        let given = settings.state_dir.is_some();
        let same = SameState::of(&state, given, false, self.start.folders.states.as_deref());
        let (takeout, library) = (opened.takeout(), opened.library());
        drop((opened, lock));
        self.presenter.finish_importing(&ImportEnd {
            summary: &summary,
            takeout: takeout.as_ref(),
            library: library.as_ref(),
            put_away: put_away.as_ref(),
            traffic: Traffic::of(std::slice::from_ref(&client)),
            elapsed: begin.elapsed(),
            dry_run: settings.dry_run,
            same: &same,
            status,
        });
        if lost_results() {
            anyhow::bail!("not all results could be written; `immich-sync history` shows what was done");
        }
        if let Some(lost) = lost_log() {
            anyhow::bail!("{lost}; the photos are as the summary says, but make room for the log");
        }
        Ok(status)
    }

    fn state(&self, client: &Client) -> Result<PathBuf> {
        match &self.settings.state_dir {
            Some(folder) => Ok(folder.clone()),
            None => {
                let user = client.server().user.id.to_string();
                states::of_users(self.start.folders.states.as_deref(), &[user])
            }
        }
    }

    /// A folder for what is needed during the run: that of the state, which nobody else works in meanwhile. A dry run
    /// leaves that alone.
    fn scratch(&self, state: &Path) -> Result<PathBuf> {
        if self.settings.dry_run {
            return Ok(std::env::temp_dir());
        }
        opened::clear(state)?;
        Ok(state.to_owned())
    }

    /// Shows what would be done; changes nothing, not even the state.
    fn preview(
        &self,
        client: &Client,
        opened: &Opened,
        state: &Path,
    ) -> Result<(ImportSummary, Option<Ended>)> {
        let store = match SqliteStore::open_read_only(state)? {
            Some(store) => store,
            None => SqliteStore::in_memory()?,
        };
        queues::resume_left(&store, std::slice::from_ref(client), true, self.presenter)?;
        let reporter = Foretelling(self.presenter);
        let import = self.with(&store, opened, &self.settings.options, &reporter);
        let summary = import.preview(Account::of(client))?;
        let put_away = match &self.settings.put_away {
            Some(place) if !summary.stopped => {
                let zone = time_zone(&self.start.sources())?;
                let put_away = PutAway { import: &import, place, zone };
                Some((put_away.preview(Account::of(client))?, None))
            }
            Some(_) | None => None,
        };
        Ok((summary, put_away))
    }

    /// A run that has to ask something first ends before it; with the answer it starts again.
    fn import(
        &self,
        client: &Client,
        opened: &Opened,
        state: &Path,
        pause: Option<&JobPause>,
    ) -> Result<(ImportSummary, Option<Ended>)> {
        let store = SqliteStore::open(state)?;
        queues::resume_left(&store, std::slice::from_ref(client), false, self.presenter)?;
        let mut options = self.settings.options.clone();
        let command = command(&self.settings.from);
        let summary = loop {
            let work = || Ok(self.with(&store, opened, &options, self.presenter).run(client, &command)?);
            let done = match pause {
                Some(pause) => pause.during(&store, self.presenter, work),
                None => work(),
            };
            let error = match done {
                Ok(summary) => break summary,
                Err(error) => error,
            };
            let Some(SyncError::SourceShrank { gone, managed }) = error.downcast_ref() else {
                return Err(error);
            };
            self.presenter.pause();
            let question = tr!(
                "{gone} of {managed} photos are gone from the source. Put them into the trash of the server?"
            );
            options.confirmed = !options.confirmed && self.asker.confirm(&question);
            if !options.confirmed {
                return Err(error);
            }
            self.presenter.begin();
        };
        let put_away = match &self.settings.put_away {
            Some(place) if !summary.stopped => {
                let zone = time_zone(&self.start.sources())?;
                Some(self.put_away(client, opened, &store, place, &zone)?)
            }
            Some(_) | None => None,
        };
        store.close().context("everything is sent, but the state could not be closed")?;
        Ok((summary, put_away))
    }

    pub(super) fn with<'b>(
        &'b self,
        store: &'b SqliteStore,
        opened: &'b Opened,
        options: &'b ImportOptions,
        reporter: &'b dyn Reporter,
    ) -> Import<'b> {
        Import { source: opened.source(), store, options, reporter, stop: self.stop, now: &Timestamp::now }
    }
}

/// Said before anything is sent: without its faces a photo would be half imported.
fn require_faces(from: &ImportFrom, client: &Client) -> Result<()> {
    if !permissions::draws_faces(from) || client.reader().draws_faces() {
        return Ok(());
    }
    Err(usage(format!(
        "--people faces needs Immich 1.127 or newer, and the server is {}; use --people tags",
        client.server().version
    )))
}

/// A stop request while the server is asked comes back as an error of the request.
fn stopped_early(result: Result<(ImportSummary, Option<Ended>)>) -> Result<(ImportSummary, Option<Ended>)> {
    let error = match result {
        Ok(summary) => return Ok(summary),
        Err(error) => error,
    };
    match error.downcast_ref::<SyncError>() {
        Some(SyncError::Api(ApiError::Stopped)) => {
            let summary = ImportSummary { stopped: true, listing_complete: true, ..ImportSummary::default() };
            Ok((summary, None))
        }
        _ => Err(error),
    }
}

/// What the state remembers of the command line: from where, never where the key came from.
pub(super) fn command(from: &ImportFrom) -> String {
    let paths: Vec<String> = from.paths().iter().map(|path| format!(" {}", path.display())).collect();
    format!("{}{}", from.command(), paths.concat())
}
