//! The beginning of every command that has settings: environment, config file, log.

use anyhow::Result;
use clap::ArgMatches;

use crate::config::ConfigFile;
use crate::environment::Environment;
use crate::folders::Folders;
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
        Ok(Self { matches, environment, config, folders })
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

/// Whether `--json` was typed, for telling why nothing else could be found out.
pub(crate) fn typed_json(matches: &ArgMatches) -> bool {
    matches!(matches.try_get_one::<bool>(catalogue::JSON.name), Ok(Some(true)))
}
