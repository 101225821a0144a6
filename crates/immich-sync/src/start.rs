//! The beginning of every command that has settings: environment, config file, log.

use anyhow::Result;
use clap::ArgMatches;

use crate::args::JobCommand;
use crate::config::{ConfigFile, JobEntry};
use crate::environment::Environment;
use crate::exit::usage;
use crate::folders::Folders;
use crate::language;
use crate::settings::{Sources, catalogue};

/// What a command was told from outside, with the command line.
pub(crate) struct Start<'a> {
    matches: &'a ArgMatches,
    environment: Environment,
    config: ConfigFile,
    /// The folders of the user.
    pub(crate) folders: Folders,
}

impl<'a> Start<'a> {
    /// Reads the environment and the config file.
    pub(crate) fn read(matches: &'a ArgMatches) -> Result<Self> {
        let (environment, folders) = (Environment::of_process(), Folders::of_user());
        let none = ConfigFile::default();
        let asked_for =
            Sources { matches, environment: &environment, config: &none }.path(&catalogue::CONFIG)?;
        let config = ConfigFile::load(asked_for.as_deref(), &folders.config_files, folders.home.as_deref())?;
        let start = Self { matches, environment, config, folders };
        if let Some(language) = start.sources().word(&catalogue::LANG)? {
            language::speak(language);
        }
        Ok(start)
    }

    /// The same for a command that can be a job: with `--job`, the config file is as that job sees it. A job that `run`
    /// started does not outlive it.
    pub(crate) fn of_job(matches: &'a ArgMatches, command: JobCommand) -> Result<Self> {
        let start = Self::read(matches)?;
        if start.sources().typed(&catalogue::RESULT_FILE).is_some() {
            leave_with_parent();
        }
        let Some(name) = start.sources().text(&catalogue::JOB)? else { return Ok(start) };
        let job = find_job(&start.config, &name)?;
        if job.command != command {
            let (is, asked) = (job.command.words(), command.words());
            return Err(usage(format!("the job `{name}` is `{is}`, not `{asked}`")));
        }
        Ok(Self { config: start.config.seen_by(&name), ..start })
    }

    /// The same for looking at the settings of a job, whatever its command.
    pub(crate) fn of_any_job(matches: &'a ArgMatches) -> Result<(Self, Option<JobCommand>)> {
        let start = Self::read(matches)?;
        let Some(name) = start.sources().text(&catalogue::JOB)? else { return Ok((start, None)) };
        let command = find_job(&start.config, &name)?.command;
        Ok((Self { config: start.config.seen_by(&name), ..start }, Some(command)))
    }

    /// Where settings come from.
    pub(crate) fn sources(&self) -> Sources<'_> {
        Sources { matches: self.matches, environment: &self.environment, config: &self.config }
    }

    /// Says to the log what was read and has no meaning here; a log has to be there by now.
    pub(crate) fn tell_without_meaning(&self) {
        for name in self.environment.without_meaning() {
            tracing::debug!(name, "this variable of another tool has no effect here");
        }
        for key in &self.config.without_meaning {
            tracing::info!(key = crate::output::clean(key), "this key of another tool has no effect here");
        }
    }
}

/// A job of the config file, or which there are.
pub(crate) fn find_job<'a>(config: &'a ConfigFile, name: &str) -> Result<&'a JobEntry> {
    config.job(name).ok_or_else(|| {
        let path = config.path.display();
        let names: Vec<String> = config.jobs.iter().map(|job| format!("`{}`", job.name)).collect();
        if names.is_empty() {
            return usage(format!("there is no job `{name}`: no [[job]] stands in the config file `{path}`"));
        }
        usage(format!("there is no job `{name}` in `{path}`; there are {}", names.join(", ")))
    })
}

/// Asks the kernel for SIGTERM when the parent is gone, also by SIGKILL: nobody would tell how this one ends. Where the
/// kernel has no such thing, the lock of the state keeps the next run from starting the same again.
#[cfg(target_os = "linux")]
fn leave_with_parent() {
    use rustix::process::{Signal, set_parent_process_death_signal};
    if let Err(error) = set_parent_process_death_signal(Some(Signal::TERM)) {
        tracing::debug!(%error, "the end of the parent will not be noticed");
    }
}

#[cfg(not(target_os = "linux"))]
fn leave_with_parent() {}

/// Whether `--json` was typed, for telling why nothing else could be found out.
pub(crate) fn typed_json(matches: &ArgMatches) -> bool {
    matches!(matches.try_get_one::<bool>(catalogue::JSON.name), Ok(Some(true)))
}
