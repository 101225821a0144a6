//! Which settings of the catalogue a command takes as options.

use std::marker::PhantomData;

use clap::{ArgMatches, Command as Clap, FromArgMatches};

use crate::settings::catalogue;
use crate::settings::setting::Setting;

/// Which settings a command takes as options.
pub(crate) trait Picks {
    /// Whether it takes this one.
    fn takes(setting: &Setting) -> bool;

    /// Whether the help shows it.
    fn shows(_: &Setting) -> bool {
        true
    }
}

/// The settings of a command as they were typed. Has no `Debug`: one of them is the key.
pub(crate) struct Options<P>(ArgMatches, PhantomData<P>);

impl<P: Picks> Options<P> {
    /// What was typed, by the names of the settings.
    pub(crate) fn matches(&self) -> &ArgMatches {
        &self.0
    }
}

impl<P: Picks> clap::Args for Options<P> {
    fn augment_args(command: Clap) -> Clap {
        let settings = catalogue::all().filter(|setting| is_offered(setting) && P::takes(setting));
        command
            .args(settings.flat_map(|setting| setting.arguments(setting.is_internal || !P::shows(&setting))))
    }

    fn augment_args_for_update(command: Clap) -> Clap {
        Self::augment_args(command)
    }
}

impl<P: Picks> FromArgMatches for Options<P> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(matches.clone(), PhantomData))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0 = matches.clone();
        Ok(())
    }
}

/// Whether a command offers a setting; that of the language is one of the whole program.
fn is_offered(setting: &Setting) -> bool {
    setting.on_command_line && setting.name != catalogue::LANG.name
}

fn is_one_of(setting: &Setting, settings: &[Setting]) -> bool {
    settings.iter().any(|one| one.name == setting.name)
}

/// All but those of the organizer and of imports.
pub(crate) enum ForWriting {}

impl Picks for ForWriting {
    fn takes(setting: &Setting) -> bool {
        let others = [
            catalogue::ORGANIZE,
            catalogue::IMPORT,
            catalogue::EXPORT,
            catalogue::NOTIFY,
            catalogue::HOOKS,
            catalogue::METRICS_FILE.name,
            catalogue::STALE_AFTER.name,
            catalogue::SCHEDULE,
        ];
        !others.iter().any(|other| setting.name.starts_with(other))
    }
}

/// The same, without filling a screen.
pub(crate) enum ForShowing {}

impl Picks for ForShowing {
    fn takes(setting: &Setting) -> bool {
        ForWriting::takes(setting)
    }

    fn shows(setting: &Setting) -> bool {
        [catalogue::CONFIG.name, catalogue::JSON.name].contains(&setting.name)
    }
}

/// Those that a first config file is made of.
pub(crate) enum ForSettingUp {}

impl Picks for ForSettingUp {
    fn takes(setting: &Setting) -> bool {
        let names = [
            catalogue::SERVER,
            catalogue::API_KEY,
            catalogue::API_KEY_FILE,
            catalogue::CA_FILE,
            catalogue::INSECURE,
            catalogue::LIBRARY,
            catalogue::TARGET,
            catalogue::MANAGED,
            catalogue::CONFIG,
            catalogue::STATE_DIR,
            catalogue::EXIFTOOL,
            catalogue::YES,
            catalogue::STRICT,
        ];
        is_one_of(setting, &names)
    }
}

/// Those of a write-back, without filling a screen.
pub(crate) enum ForChecking {}

impl Picks for ForChecking {
    fn takes(setting: &Setting) -> bool {
        ForWriting::takes(setting)
    }

    fn shows(setting: &Setting) -> bool {
        let shown = [
            catalogue::CONFIG,
            catalogue::SERVER,
            catalogue::API_KEY_FILE,
            catalogue::LIBRARY,
            catalogue::STATE_DIR,
            catalogue::EXIFTOOL,
            catalogue::JSON,
            catalogue::QUIET,
        ];
        is_one_of(setting, &shown)
    }
}

/// Those that say where the state is, and how to tell.
pub(crate) enum ForReading {}

impl Picks for ForReading {
    fn takes(setting: &Setting) -> bool {
        let names = [
            catalogue::SERVER,
            catalogue::STATE_DIR,
            catalogue::CONFIG,
            catalogue::TIME_ZONE,
            catalogue::JSON,
            catalogue::LOG_LEVEL,
            catalogue::LOG_FILE,
            catalogue::LOG_FORMAT,
        ];
        is_one_of(setting, &names)
    }
}

/// Those, and what changing files needs.
pub(crate) enum ForUndoing {}

impl Picks for ForUndoing {
    fn takes(setting: &Setting) -> bool {
        let more = [
            catalogue::DRY_RUN,
            catalogue::YES,
            catalogue::QUIET,
            catalogue::WORKERS,
            catalogue::LIBRARY,
            catalogue::HARD_LINKS,
            catalogue::TOUCH,
            catalogue::PARANOID,
            catalogue::IN_PLACE_FROM,
            catalogue::UNDO_KEEP_DAYS,
            catalogue::UNDO_KEEP_SIZE,
            catalogue::AFTER,
            catalogue::API_KEY,
            catalogue::API_KEY_FILE,
            catalogue::RATE_LIMIT,
            catalogue::CA_FILE,
            catalogue::INSECURE,
            catalogue::EXIFTOOL,
            catalogue::ENGINE,
            catalogue::SECOND_OPINION,
        ];
        ForReading::takes(setting) || is_one_of(setting, &more)
    }
}

/// Those of the organizer, and what they share with others.
pub(crate) enum ForOrganizing {}

impl Picks for ForOrganizing {
    fn takes(setting: &Setting) -> bool {
        setting.name.starts_with(catalogue::ORGANIZE) || is_of_every_server(setting)
    }
}

/// What every command takes that changes something on the server.
fn is_of_every_server(setting: &Setting) -> bool {
    let more = [
        catalogue::DRY_RUN,
        catalogue::YES,
        catalogue::STRICT,
        catalogue::QUIET,
        catalogue::API_KEY,
        catalogue::API_KEY_FILE,
        catalogue::RATE_LIMIT,
        catalogue::PATIENCE,
        catalogue::CA_FILE,
        catalogue::INSECURE,
        catalogue::EXPORT_STATS,
        catalogue::STATS_DIR,
        catalogue::JOB,
        catalogue::RESULT_FILE,
    ];
    ForReading::takes(setting) || is_one_of(setting, &more)
}

/// Those of a run of jobs; each job has its own in the config file.
pub(crate) enum ForRunning {}

impl Picks for ForRunning {
    fn takes(setting: &Setting) -> bool {
        let more = [
            catalogue::STATE_DIR,
            catalogue::CONFIG,
            catalogue::JSON,
            catalogue::QUIET,
            catalogue::LOG_LEVEL,
            catalogue::LOG_FILE,
            catalogue::LOG_FORMAT,
            catalogue::DRY_RUN,
        ];
        is_one_of(setting, &more)
    }
}

/// Those of exports of Apple Photos.
pub(crate) enum ForExporting {}

impl Picks for ForExporting {
    fn takes(setting: &Setting) -> bool {
        let more = [
            catalogue::STATE_DIR,
            catalogue::CONFIG,
            catalogue::TIME_ZONE,
            catalogue::JSON,
            catalogue::QUIET,
            catalogue::LOG_LEVEL,
            catalogue::LOG_FILE,
            catalogue::LOG_FORMAT,
            catalogue::EXPORT_STATS,
            catalogue::STATS_DIR,
            catalogue::DRY_RUN,
            catalogue::YES,
            catalogue::WORKERS,
            catalogue::EXIFTOOL,
            catalogue::ENGINE,
            catalogue::SECOND_OPINION,
            catalogue::JOB,
            catalogue::RESULT_FILE,
        ];
        setting.name.starts_with(catalogue::EXPORT) || is_one_of(setting, &more)
    }
}

/// Those of imports of folders.
pub(crate) enum ForFolders {}

impl Picks for ForFolders {
    fn takes(setting: &Setting) -> bool {
        let name = setting.name;
        let of_import =
            name.starts_with(catalogue::IMPORT) && !name.starts_with(catalogue::IMPORT_OF_TAKEOUTS);
        (of_import && !name.starts_with(catalogue::IMPORT_OF_APPLE)) || is_of_every_server(setting)
    }
}

/// Those of imports of an export of Google Photos.
pub(crate) enum ForTakeout {}

impl Picks for ForTakeout {
    fn takes(setting: &Setting) -> bool {
        let name = setting.name;
        let of_import =
            name.starts_with(catalogue::IMPORT) && !name.starts_with(catalogue::IMPORT_OF_FOLDERS);
        (of_import && !name.starts_with(catalogue::IMPORT_OF_APPLE)) || is_of_every_server(setting)
    }
}

/// Those of imports of a library of Apple Photos. It says itself how people travel.
pub(crate) enum ForApple {}

impl Picks for ForApple {
    fn takes(setting: &Setting) -> bool {
        let name = setting.name;
        let of_others =
            [catalogue::IMPORT_OF_FOLDERS, catalogue::IMPORT_OF_TAKEOUTS, catalogue::IMPORT_PEOPLE_TAG.name];
        let of_import =
            name.starts_with(catalogue::IMPORT) && !of_others.iter().any(|other| name.starts_with(other));
        of_import || is_of_every_server(setting)
    }
}

/// Those that say where groups are remembered, and how to tell.
pub(crate) enum ForGroups {}

impl Picks for ForGroups {
    fn takes(setting: &Setting) -> bool {
        ForReading::takes(setting) || setting.name == catalogue::ORGANIZE_SOURCE.name
    }
}

/// Those of schedules: which config file, and how to tell.
pub(crate) enum ForScheduling {}

impl Picks for ForScheduling {
    fn takes(setting: &Setting) -> bool {
        [catalogue::CONFIG.name, catalogue::JSON.name].contains(&setting.name)
    }
}

/// The same, and where to answer.
pub(crate) enum ForServing {}

impl Picks for ForServing {
    fn takes(setting: &Setting) -> bool {
        [catalogue::CONFIG.name, catalogue::SCHEDULE_LISTEN.name].contains(&setting.name)
    }
}
