//! `immich-sync write`: what the server knows goes into the originals.

use std::time::Instant;

use anyhow::Result;
use clap::ArgMatches;
use messages_macros::{tr, word};
use photo_metadata::Datum;
use sync_core::paths::Library;
use sync_core::writeback::{FaceBook, ManagedPolicy, WriteOptions};
use sync_core::{Event, Reporter as _, StopFlag, Summary, SyncError};

use super::frame;
use crate::args::JobCommand;
use crate::exit::ExitStatus;
use crate::language::said;
use crate::output::{
    Asker, Console, End, Everybody, Presenter, Traffic, lost_log, lost_results, make_room_for_statistics,
    start_tracing,
};
use crate::room::{self, Room};
use crate::settings::{OutputSettings, WriteSettings};
use crate::signals::Signals;
use crate::start::{Start, typed_json};
use crate::states;

/// The newest major version of Immich whose answers are known.
const NEWEST_MAJOR: u32 = 3;

/// Runs the command; tells how it went.
pub(crate) fn run(matches: &ArgMatches) -> ExitStatus {
    let console = Console::detect();
    let (start, settings, output) = match resolve(matches) {
        Ok(resolved) => resolved,
        Err(error) => return frame::never_began(console, typed_json(matches), &error),
    };
    let presenter = Everybody::of(&output, console, &settings.options.mapping.root);
    let stop = StopFlag::new();
    let asker = Asker::new(console, &output, &stop);
    let run = Run { settings: &settings, start: &start, presenter: &presenter, stop: &stop, asker };
    frame::run(console, &presenter, &stop, |signals| run.to_its_end(signals))
}

fn resolve(matches: &ArgMatches) -> Result<(Start<'_>, WriteSettings, OutputSettings)> {
    let start = Start::of_job(matches, JobCommand::Write)?;
    let output = OutputSettings::resolve(&start.sources())?;
    start_tracing(&output)?;
    make_room_for_statistics(&output)?;
    start.tell_without_meaning();
    let settings = WriteSettings::resolve(&start.sources())?;
    Ok((start, settings, output))
}

/// What one run works with.
struct Run<'a> {
    settings: &'a WriteSettings,
    start: &'a Start<'a>,
    presenter: &'a Everybody,
    stop: &'a StopFlag,
    asker: Asker<'a>,
}

impl Run<'_> {
    fn to_its_end(&self, signals: &Signals) -> Result<ExitStatus> {
        let (begin, settings) = (Instant::now(), self.settings);
        frame::tell_concerns(&self.settings.concerns, self.settings.strict, self.presenter)?;
        let library = Library::open(settings.options.mapping.clone())?;
        let engine = settings.engine.start(self.presenter)?;
        let keys = settings.keys.iter().map(crate::key::KeySource::read).collect::<Result<Vec<_>>>()?;
        self.presenter.begin();
        let needed = room::permissions(&settings.options.data);
        let clients = room::connect_all(&settings.server, keys, &needed, self.stop)?;
        self.tell_version(&clients);
        let users: Vec<String> = clients.iter().map(|client| client.server().user.id.to_string()).collect();
        let state = match &settings.state_dir {
            Some(folder) => folder.clone(),
            None => states::of_users(self.start.folders.states.as_deref(), &users)?,
        };
        let face_books = self.face_books(&clients)?;
        let room = Room {
            engine: &engine,
            clients: &clients,
            library: &library,
            state,
            face_books: &face_books,
            clear_album_cache: settings.clear_album_cache,
            retention: settings.retention,
            reporter: self.presenter,
            stop: self.stop,
        };
        let summary = self.preview_or_write(&room)?;
        let status = ExitStatus::of_summary(&summary, signals.caught());
        self.presenter.finish(&End {
            summary: &summary,
            traffic: Traffic::of(&clients),
            elapsed: begin.elapsed(),
            dry_run: settings.dry_run,
            status,
        });
        if lost_results() {
            anyhow::bail!(
                "not all results could be written; the photos are as the log says and as `immich-sync history` shows"
            );
        }
        if let Some(lost) = lost_log() {
            anyhow::bail!("{lost}; the photos are as the summary says, but make room for the log");
        }
        Ok(status)
    }

    /// The faces of those who signed in for them; the others are asked for one by one, if the keys may.
    fn face_books(&self, clients: &[immich_api::Client]) -> Result<Vec<FaceBook>> {
        let settings = self.settings;
        if !settings.options.data.contains(&Datum::FaceCoordinates) {
            return Ok(Vec::new());
        }
        let books = match &settings.login {
            Some(login) => login.face_books(clients, self.presenter)?,
            None => Vec::new(),
        };
        room::require_faces(clients, &books)?;
        Ok(books)
    }

    fn tell_version(&self, clients: &[immich_api::Client]) {
        let Some(version) = clients.first().map(|client| client.server().version) else { return };
        if version.major > NEWEST_MAJOR {
            self.presenter.report(&Event::Warning(&format!(
                "Immich {version} is newer than any that this program was tried with ({NEWEST_MAJOR}.x)"
            )));
        }
    }

    /// A run that has to ask something first ends before it writes; with the answer it starts again.
    fn preview_or_write(&self, room: &Room<'_>) -> Result<Summary> {
        let mut options = self.settings.options.clone();
        if self.settings.dry_run {
            return room.preview(&options);
        }
        loop {
            let error = match room.run(&options, &command(&options)) {
                Ok(summary) => return Ok(summary),
                Err(error) => error,
            };
            self.presenter.pause();
            if !self.asks(&error, &mut options) {
                // Ctrl-C at a question is an answer too, and nothing was begun.
                let summary = Summary { stopped: true, listing_complete: true, ..Summary::default() };
                return if self.stop.is_raised() { Ok(summary) } else { Err(error) };
            }
            self.presenter.begin();
        }
    }

    /// Whether the error was a question that somebody answered.
    fn asks(&self, error: &anyhow::Error, options: &mut WriteOptions) -> bool {
        match error.downcast_ref::<SyncError>() {
            Some(SyncError::NeedsAnswer(question)) if options.managed.is_none() => {
                options.managed = self.asker.choose(question, &managed_answers());
                options.managed.is_some()
            }
            Some(SyncError::Brake(what)) if !options.brake.confirmed => {
                options.brake.confirmed = self.asker.confirm(&tr!("{}. Go on?", said(what)));
                options.brake.confirmed
            }
            _ => false,
        }
    }
}

/// The answers to the question about files that Immich manages.
fn managed_answers() -> [(&'static str, &'static str, ManagedPolicy); 3] {
    [
        ("o", word!("write into the originals"), ManagedPolicy::Original),
        ("s", word!("write sidecars beside them"), ManagedPolicy::Sidecar),
        ("l", word!("leave them alone"), ManagedPolicy::Skip),
    ]
}

/// What the state remembers of the command line: what was written, never where the key came from.
fn command(options: &WriteOptions) -> String {
    let kinds: Vec<String> = options.data.iter().map(|datum| format!(" --{datum}")).collect();
    format!("write{}", kinds.concat())
}
