//! What `run` is told: which jobs, what runs around them, who is told, and where all of that is remembered.

mod notices;
mod secrets;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::ArgMatches;
use jiff::SignedDuration;
use unattended::Secrets;
use unattended::notice::Channel;

use super::setting::Setting;
use super::{OutputSettings, Sources, catalogue};
use crate::args::{JobCommand, RunArgs};
use crate::config::{HookEntries, JobEntry};
use crate::exit::usage;
use crate::folders::Folders;
use crate::start::{Start, find_job};

/// Where `run` remembers, below the folder of all states.
const RUNS: &str = "runs";
/// The log of unattended runs, in its folder.
const LOG: &str = "immich-sync.log";

const EXAMPLE: &str = "put a table `[[job]]` into it, with `name = \"phone\"`, `command = \"import folder\"` and `paths = [\"/mnt/phone\"]`";

/// Everything that `run` needs to know.
pub(crate) struct RunSettings {
    /// The config file, absolute.
    pub(crate) config: PathBuf,
    /// The folder of all states.
    pub(crate) states: PathBuf,
    /// What runs, in order.
    pub(crate) jobs: Vec<Job>,
    /// The names of all jobs that run when nobody names any.
    pub(crate) enabled: Vec<String>,
    /// What runs around all of them.
    pub(crate) hooks: HookEntries,
    /// How long each of these may take.
    pub(crate) hook_time: Duration,
    /// Who is told, and how.
    pub(crate) telling: Telling,
    /// Where the numbers of all jobs go.
    pub(crate) metrics_file: Option<PathBuf>,
    /// Whether only to show what would be done.
    pub(crate) dry_run: bool,
    /// Whether to wait for another run.
    pub(crate) waits: bool,
    /// What was typed and holds for each job, too.
    pub(crate) handed_on: Vec<OsString>,
    /// The log that jobs write to when nobody names another.
    pub(crate) log: Option<PathBuf>,
    /// What must not leave.
    pub(crate) secrets: Secrets,
    /// What the user should know before the run.
    pub(crate) concerns: Vec<String>,
}

/// Who is told, and when.
pub(crate) struct Telling {
    /// Who.
    pub(crate) channels: Vec<Channel>,
    /// How long after a failure was told it is told again.
    pub(crate) repeat_after: SignedDuration,
    /// How old the last good run of a job may be.
    pub(crate) stale_after: Option<SignedDuration>,
}

/// One job, with nothing left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its name.
    pub(crate) name: String,
    /// What is started.
    pub(crate) command: JobCommand,
    /// How long it may take.
    pub(crate) timeout: Option<Duration>,
    /// Whether the others do not run when it fails.
    pub(crate) stops: bool,
    /// Whether it went well although something was refused or failed.
    pub(crate) accepts_partial: bool,
    /// What runs around it.
    pub(crate) hooks: HookEntries,
    /// Whether it names a log of its own.
    pub(crate) has_log: bool,
}

impl RunSettings {
    /// Decides everything, or says what is missing or contradicts itself.
    pub(crate) fn resolve(start: &Start<'_>, args: &RunArgs) -> Result<(Self, OutputSettings)> {
        let sources = start.sources();
        sources.environment.refuse_unknown(&catalogue::variables())?;
        let config = config(&sources)?;
        let log = default_log(&start.folders);
        let output = match &log {
            Some(log) => OutputSettings::with_log(&sources, log)?,
            None => OutputSettings::resolve(&sources)?,
        };
        let telling = telling(&sources)?;
        let mut secrets = secrets::known(&sources)?;
        secrets.add(
            telling
                .channels
                .iter()
                .flat_map(|channel| [Some(channel.url.clone()), channel.token.clone()].into_iter().flatten()),
        );
        let is_named = sources.find(&catalogue::LOG_FILE)?.is_some();
        let settings = Self {
            config,
            states: states(&sources, &start.folders)?,
            jobs: chosen(&sources, &args.jobs)?,
            enabled: enabled(&sources),
            hooks: hooks(&sources)?,
            hook_time: sources.time(&catalogue::HOOKS_TIMEOUT)?.unwrap_or(Duration::from_mins(5)),
            telling,
            metrics_file: sources.path(&catalogue::METRICS_FILE)?,
            dry_run: sources.flag(&catalogue::DRY_RUN)?,
            waits: args.wait,
            handed_on: handed_on(args.options.matches()),
            log: log.filter(|_| !is_named),
            secrets,
            concerns: notices::concern(&sources).into_iter().collect(),
        };
        Ok((settings, output))
    }

    /// Where runs are remembered.
    pub(crate) fn runs(&self) -> PathBuf {
        self.states.join(RUNS)
    }
}

/// The folder of all states: the one that was named, else the user's.
pub(crate) fn states(sources: &Sources<'_>, folders: &Folders) -> Result<PathBuf> {
    let named = sources.path(&catalogue::STATE_DIR)?;
    named
        .or_else(|| folders.states.clone())
        .ok_or_else(|| usage("there is no home folder to keep the state in; name a folder with --state-dir"))
}

/// Who is told, and when.
pub(crate) fn telling(sources: &Sources<'_>) -> Result<Telling> {
    let day = SignedDuration::from_hours(24);
    Ok(Telling {
        channels: notices::channels(sources)?,
        repeat_after: signed(sources, &catalogue::NOTIFY_REPEAT_AFTER)?.unwrap_or(day),
        stale_after: stale_after(sources)?,
    })
}

/// How old the last good run of a job may be.
pub(crate) fn stale_after(sources: &Sources<'_>) -> Result<Option<SignedDuration>> {
    signed(sources, &catalogue::STALE_AFTER)
}

/// The log of runs that nobody watches, when nobody names another.
pub(crate) fn default_log(folders: &Folders) -> Option<PathBuf> {
    folders.logs.as_ref().map(|folder| folder.join(LOG))
}

fn signed(sources: &Sources<'_>, setting: &Setting) -> Result<Option<SignedDuration>> {
    Ok(sources.time(setting)?.and_then(|time| SignedDuration::try_from(time).ok()))
}

fn config(sources: &Sources<'_>) -> Result<PathBuf> {
    let path = &sources.config.path;
    if path.as_os_str().is_empty() {
        return Err(usage(format!(
            "`run` does what a config file says, and there is none; make one and {EXAMPLE}"
        )));
    }
    std::path::absolute(path).map_err(|error| usage(format!("`{}`: {error}", path.display())))
}

/// Those that were named, in the order of the file; else all that are enabled.
fn chosen(sources: &Sources<'_>, named: &[String]) -> Result<Vec<Job>> {
    let path = sources.config.path.display();
    if sources.config.jobs.is_empty() {
        return Err(usage(format!("the config file `{path}` lists no job; {EXAMPLE}")));
    }
    for name in named {
        find_job(sources.config, name)?;
    }
    let is_chosen =
        |job: &&JobEntry| if named.is_empty() { job.is_enabled } else { named.contains(&job.name) };
    let jobs: Vec<Job> = sources.config.jobs.iter().filter(is_chosen).map(Job::of).collect();
    if jobs.is_empty() {
        return Err(usage(format!("every job of `{path}` is off (`enabled = false`); name one with --job")));
    }
    Ok(jobs)
}

fn enabled(sources: &Sources<'_>) -> Vec<String> {
    let enabled = sources.config.jobs.iter().filter(|job| job.is_enabled);
    enabled.map(|job| job.name.clone()).collect()
}

impl Job {
    fn of(entry: &JobEntry) -> Self {
        Self {
            name: entry.name.clone(),
            command: entry.command,
            timeout: entry.timeout,
            stops: entry.stops,
            accepts_partial: entry.accepts_partial,
            hooks: entry.hooks.clone(),
            has_log: entry.names(&catalogue::LOG_FILE),
        }
    }
}

fn hooks(sources: &Sources<'_>) -> Result<HookEntries> {
    let words = |setting: &Setting| -> Result<Option<Vec<String>>> {
        let words = sources.find(setting)?.map(|given| given.texts()).transpose()?;
        Ok(words.filter(|words| !words.is_empty()))
    };
    Ok(HookEntries {
        before: words(&catalogue::HOOKS_BEFORE)?,
        after: words(&catalogue::HOOKS_AFTER)?,
        failed: words(&catalogue::HOOKS_FAILED)?,
        finally: words(&catalogue::HOOKS_FINALLY)?,
    })
}

/// What was typed and is an option of every job as well. None of it is a secret.
fn handed_on(matches: &ArgMatches) -> Vec<OsString> {
    let mut words = Vec::new();
    let values = [
        catalogue::STATE_DIR,
        catalogue::LOG_LEVEL,
        catalogue::LOG_FILE,
        catalogue::LOG_FORMAT,
        catalogue::LANG,
    ];
    for setting in values {
        if let Some(value) = matches.try_get_raw(setting.name).ok().flatten().and_then(Iterator::last) {
            words.push(format!("--{}", setting.option).into());
            words.push(absolute(&setting, value));
        }
    }
    for setting in [catalogue::DRY_RUN, catalogue::QUIET] {
        if matches!(matches.try_get_one::<bool>(setting.name), Ok(Some(true))) {
            words.push(format!("--{}", setting.option).into());
        }
    }
    words
}

fn absolute(setting: &Setting, value: &std::ffi::OsStr) -> OsString {
    if setting.leads != super::setting::Leads::ToFile {
        return value.to_owned();
    }
    std::path::absolute(Path::new(value)).map_or_else(|_| value.to_owned(), PathBuf::into_os_string)
}
