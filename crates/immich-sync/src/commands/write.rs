//! `immich-sync write`: what the server knows goes into the originals.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use immich_api::ServerInfo;
use sync_core::paths::Library;
use sync_core::{Event, StopFlag, Summary};

use crate::args::WriteArgs;
use crate::config::ConfigFile;
use crate::environment::Environment;
use crate::exit::{ExitStatus, usage};
use crate::folders::Folders;
use crate::output::{Console, End, Everybody, Presenter, lost_log, lost_results, start_tracing};
use crate::room::{self, Room};
use crate::settings::{OutputSettings, Sources, WriteSettings, names};
use crate::signals::Signals;

/// The newest major version of Immich whose answers are known.
const NEWEST_MAJOR: u32 = 3;

/// Runs the command; tells how it went.
pub(crate) fn run(args: &WriteArgs) -> ExitStatus {
    let console = Console::detect();
    let folders = Folders::of_user();
    let (settings, output) = match resolve(args, &folders) {
        Ok(resolved) => resolved,
        Err(error) => {
            let status = ExitStatus::of_error(&error, None);
            let output = OutputSettings { json: args.json, quiet: true, level: None, log: None };
            Everybody::of(&output, console, Path::new("")).give_up(&error, status);
            return status;
        }
    };
    let presenter = Everybody::of(&output, console, &settings.options.mapping.root);
    let stop = StopFlag::new();
    let outcome = Signals::catch(&stop, move |text| console.aside(text)).and_then(|signals| {
        write(&settings, &folders, &presenter, &stop, &signals)
            .or_else(|error| Ok(give_up(&error, &signals, &presenter)))
    });
    outcome.unwrap_or_else(|error| {
        presenter.give_up(&error, ExitStatus::Failed);
        ExitStatus::Failed
    })
}

fn give_up(error: &anyhow::Error, signals: &Signals, presenter: &Everybody) -> ExitStatus {
    let status = ExitStatus::of_error(error, signals.caught());
    presenter.give_up(error, status);
    status
}

fn resolve(args: &WriteArgs, folders: &Folders) -> Result<(WriteSettings, OutputSettings)> {
    let environment = Environment::of_process();
    let asked_for = match &args.config {
        Some(path) => Some(path.clone()),
        None => environment.path(names::CONFIG)?,
    };
    let config =
        ConfigFile::load(asked_for.as_deref(), folders.config_file.as_deref(), folders.home.as_deref())?;
    let sources = Sources { args, environment: &environment, config: &config };
    let output = OutputSettings::resolve(&sources)?;
    start_tracing(&output)?;
    Ok((WriteSettings::resolve(&sources)?, output))
}

fn write(
    settings: &WriteSettings,
    folders: &Folders,
    presenter: &Everybody,
    stop: &StopFlag,
    signals: &Signals,
) -> Result<ExitStatus> {
    use sync_core::Reporter as _;
    let begin = Instant::now();
    for concern in &settings.concerns {
        if settings.strict {
            return Err(usage(format!("{concern} (an error because of --strict)")));
        }
        presenter.report(&Event::Warning(concern));
    }
    let library = Library::open(settings.options.mapping.clone())?;
    let engine = room::start_exiftool(&settings.exiftool, settings.options.workers, presenter)?;
    let key = settings.key.read()?;
    presenter.begin();
    let client = room::connect(&settings.server, key, stop)?;
    let version = client.server().version;
    if version.major > NEWEST_MAJOR {
        presenter.report(&Event::Warning(&format!(
            "Immich {version} is newer than any that this program was tried with ({NEWEST_MAJOR}.x)"
        )));
    }
    let room = Room {
        engine: &engine,
        client: &client,
        library: &library,
        options: &settings.options,
        state: state_dir(settings, folders, client.server())?,
        reporter: presenter,
        stop,
    };
    let summary = if settings.dry_run { room.preview()? } else { room.run(&command(settings))? };
    let status = ExitStatus::of_summary(&summary, signals.caught());
    finish(presenter, &summary, status, settings.dry_run, &client, begin);
    if lost_results() {
        anyhow::bail!(
            "the results could not be written to the standard output; the photos are as the log says"
        );
    }
    if let Some(lost) = lost_log() {
        anyhow::bail!("{lost}; the photos are as the summary says, but make room for the log");
    }
    Ok(status)
}

fn finish(
    presenter: &Everybody,
    summary: &Summary,
    status: ExitStatus,
    dry_run: bool,
    client: &immich_api::Client,
    begin: Instant,
) {
    let (requests, insecure) = (client.stats(), client.server().insecure);
    presenter.finish(&End { summary, requests, elapsed: begin.elapsed(), dry_run, insecure, status });
}

/// One state for each user of a server. The user's id is used nowhere else and stays when the address of
/// the server changes.
fn state_dir(settings: &WriteSettings, folders: &Folders, server: &ServerInfo) -> Result<PathBuf> {
    if let Some(folder) = &settings.state_dir {
        return Ok(folder.clone());
    }
    let states = folders.states.as_ref().ok_or_else(|| {
        usage("there is no home folder to keep the state in; name a folder with --state-dir")
    })?;
    Ok(states.join(server.user.id.to_string()))
}

/// What the state remembers of the command line: what was written, never where the key came from.
fn command(settings: &WriteSettings) -> String {
    let kinds: Vec<String> = settings.options.data.iter().map(|datum| format!(" --{datum}")).collect();
    format!("write{}", kinds.concat())
}
