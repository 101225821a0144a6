//! One export, from the settings to the last line. No server is needed.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use apple_photos::{Library, OpenOptions};
use clap::ArgMatches;
use jiff::Timestamp;
use messages_macros::tr;
use photo_metadata::Engine;
use sync_core::export::{Export, ExportOptions, ExportSummary};
use sync_core::lock::{LibraryLock, RunLock};
use sync_core::state::SqliteStore;
use sync_core::{Event, Reporter, StopFlag, SyncError};

use super::super::frame;
use crate::args::JobCommand;
use crate::exit::{ExitStatus, usage};
use crate::output::{
    Asker, Console, Everybody, ExportEnd, Foretelling, Presenter as _, Report, clean_path, lost_log,
    lost_results, make_room_for_statistics, start_tracing,
};
use crate::room;
use crate::same_state::SameState;
use crate::settings::{ExportSettings, OutputSettings};
use crate::signals::Signals;
use crate::start::{Start, typed_json};
use crate::states;

/// Runs it; tells how it went.
pub(super) fn run(matches: &ArgMatches, library: Option<&Path>) -> ExitStatus {
    let console = Console::detect();
    let (start, settings, output) = match resolve(matches, library) {
        Ok(resolved) => resolved,
        Err(error) => return frame::never_began(console, typed_json(matches), &error),
    };
    let mut presenter = Everybody::of(&output, console, Path::new(""));
    match settings.report.as_ref().map(|file| Report::begin(console, file)).transpose() {
        Ok(report) => presenter.also(report),
        Err(error) => return frame::never_began(console, typed_json(matches), &error),
    }
    let stop = StopFlag::new();
    let asker = Asker::new(console, &output, &stop);
    let run = Run { settings: &settings, start: &start, presenter: &presenter, stop: &stop, asker };
    frame::run(console, &presenter, &stop, |signals| run.to_its_end(signals))
}

fn resolve<'a>(
    matches: &'a ArgMatches,
    library: Option<&Path>,
) -> Result<(Start<'a>, ExportSettings, OutputSettings)> {
    let start = Start::of_job(matches, JobCommand::ExportApple)?;
    let output = OutputSettings::resolve(&start.sources())?;
    start_tracing(&output)?;
    start.tell_without_meaning();
    let settings = ExportSettings::resolve(&start.sources(), library)?;
    make_room_for_statistics(&output)?;
    Ok((start, settings, output))
}

/// What one run works with.
struct Run<'a> {
    settings: &'a ExportSettings,
    start: &'a Start<'a>,
    presenter: &'a Everybody,
    stop: &'a StopFlag,
    asker: Asker<'a>,
}

impl Run<'_> {
    fn to_its_end(&self, signals: &Signals) -> Result<ExitStatus> {
        let (begin, settings) = (Instant::now(), self.settings);
        self.presenter.begin();
        let states = self.start.folders.states.as_deref();
        let state = match &settings.state_dir {
            Some(folder) => folder.clone(),
            None => states::of_this_machine(states)?,
        };
        let summary = if settings.dry_run { self.preview(&state)? } else { self.export(&state)? };
        let status = ExitStatus::of_export(&summary, signals.caught());
        let same = SameState::of(&state, settings.state_dir.is_some(), true, states);
        self.presenter.finish_exporting(&ExportEnd {
            summary: &summary,
            elapsed: begin.elapsed(),
            dry_run: settings.dry_run,
            same: &same,
            status,
        });
        if lost_results() {
            anyhow::bail!(
                "not all results could be written; `immich-sync history{}` shows what was done",
                same.runs
            );
        }
        if let Some(lost) = lost_log() {
            anyhow::bail!("{lost}; the files are as the summary says, but make room for the log");
        }
        Ok(status)
    }

    /// Opens the library by a private copy of its database.
    fn library(&self) -> Result<Library> {
        let scratch = self.scratch()?;
        let program = std::env::current_exe().unwrap_or_else(|_| "immich-sync".into());
        let stopped = || self.stop.is_raised();
        let options = OpenOptions {
            map: self.settings.volumes.clone(),
            stop: &stopped,
            ..OpenOptions::new(scratch, program)
        };
        let library = Library::open(&self.settings.library, &options).map_err(SyncError::from)?;
        for warning in library.warnings() {
            self.presenter.report(&Event::Warning(&warning.to_string()));
        }
        Ok(library)
    }

    fn scratch(&self) -> Result<PathBuf> {
        let cache = self.start.folders.cache.clone();
        let cache = cache.ok_or_else(|| usage("there is no home folder to work in; set HOME"))?;
        std::fs::create_dir_all(&cache).with_context(|| format!("`{}` cannot be made", cache.display()))?;
        Ok(cache)
    }

    /// Shows what would be done; changes nothing, not even the state.
    fn preview(&self, state: &Path) -> Result<ExportSummary> {
        let library = self.library()?;
        let store = match SqliteStore::open_read_only(state)? {
            Some(store) => store,
            None => SqliteStore::in_memory()?,
        };
        let reporter = Foretelling(self.presenter);
        let engine = self.settings.engine.start(self.presenter)?;
        let root = self.settings.to.canonicalize().unwrap_or_else(|_| self.settings.to.clone());
        Ok(self.with(&library, &store, (&root, &self.settings.options), &engine, &reporter).preview()?)
    }

    /// A run that has to ask something first ends with the question; with the answer it starts again, which costs little.
    fn export(&self, state: &Path) -> Result<ExportSummary> {
        let _run = RunLock::acquire(state, &room::holder())?;
        let library = self.library()?;
        let to = &self.settings.to;
        let unusable =
            |error: std::io::Error| usage(format!("the folder `{}` cannot be used: {error}", clean_path(to)));
        std::fs::create_dir_all(to).map_err(unusable)?;
        let root = to.canonicalize().map_err(unusable)?;
        if root.starts_with(self.settings.library.canonicalize().unwrap_or_default()) {
            return Err(usage("--to leads into the library, which is never written to; name another folder"));
        }
        let _destination = LibraryLock::acquire(&root)?;
        let store = SqliteStore::open(state)?;
        let engine = self.settings.engine.start(self.presenter)?;
        let mut options = self.settings.options.clone();
        let command = format!(
            "export apple-photos {} --to {}",
            self.settings.library.display(),
            self.settings.to.display()
        );
        let summary = loop {
            let export = self.with(&library, &store, (&root, &options), &engine, self.presenter);
            let error = match export.run(&command) {
                Ok(summary) => break summary,
                Err(error) => error,
            };
            let SyncError::ExportShrank { gone, managed } = &error else { return Err(error.into()) };
            self.presenter.pause();
            let question = tr!(
                "{gone} of {managed} exported files are no more part of the export. Put them into the trash?"
            );
            options.confirmed = !options.confirmed && self.asker.confirm(&question);
            if !options.confirmed {
                return Err(error.into());
            }
            self.presenter.begin();
        };
        store.close().context("everything is exported, but the state could not be closed")?;
        Ok(summary)
    }

    fn with<'b>(
        &'b self,
        library: &'b Library,
        store: &'b SqliteStore,
        (root, options): (&'b Path, &'b ExportOptions),
        engine: &'b dyn Engine,
        reporter: &'b dyn Reporter,
    ) -> Export<'b> {
        Export { library, store, root, options, engine, reporter, stop: self.stop, now: &Timestamp::now }
    }
}
