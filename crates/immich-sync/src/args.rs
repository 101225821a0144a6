//! The command line as it is typed; what it means is decided in [`crate::settings`].
//!
//! The options of the commands that work on photos are made from the catalogue of settings, so that each is an
//! option, a variable and a key of the config file at once. Environment variables are not read here: they have
//! aliases that can contradict each other, and forms that name a file, which the parser of the command line
//! knows nothing of.

mod job_command;
mod notes;
mod picks;
mod schedule;
mod setup;
mod spoken;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use schedule::{
    DaemonArgs, HealthArgs, InstallArgs, LogsArgs, ScheduleCommand, ScheduleOptions, UninstallArgs,
};

use crate::settings::catalogue;
use crate::settings::words::ClassWord;
pub(crate) use job_command::JobCommand;
use notes::{
    DAEMON_NOTES, EXPORT_NOTES, HISTORY_NOTES, IMPORT_NOTES, ORGANIZE_NOTES, RUN_NOTES, SCHEDULE_NOTES,
    UNDO_NOTES, WRITE_NOTES,
};
use picks::{
    ForApple, ForExporting, ForFolders, ForGroups, ForOrganizing, ForReading, ForRunning, ForShowing,
    ForTakeout, ForUndoing, ForWriting, Options,
};
use setup::{DOCTOR_NOTES, INIT_NOTES};
pub(crate) use setup::{DoctorArgs, InitArgs, SyncWord};
pub(crate) use spoken::print;

/// Keeps an Immich library and the original photo files in step
#[derive(Parser)]
#[command(name = "immich-sync", version, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    language: LanguageOption,
}

/// The one option that every command has; it is a setting like the others.
struct LanguageOption;

impl clap::Args for LanguageOption {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.args(catalogue::LANG.arguments(false).into_iter().map(|arg| arg.global(true)))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for LanguageOption {
    fn from_arg_matches(_: &clap::ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &clap::ArgMatches) -> Result<(), clap::Error> {
        Ok(())
    }
}

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Set up: four questions, a config file, and a look at what would be written
    #[command(after_long_help = INIT_NOTES, args_override_self = true)]
    Init(InitArgs),
    /// Check everything: server, key, folders, disk, state
    #[command(after_long_help = DOCTOR_NOTES, args_override_self = true)]
    Doctor(DoctorArgs),
    /// Write what Immich knows into the original files or into sidecars
    #[command(after_long_help = WRITE_NOTES, args_override_self = true)]
    Write(Options<ForWriting>),
    /// Find duplicates and similar photos, on the server, on this machine or across both
    #[command(after_long_help = ORGANIZE_NOTES, args_override_self = true, args_conflicts_with_subcommands = true)]
    Organize(OrganizeArgs),
    /// Send photos and videos to the server, again and again, each once
    #[command(subcommand)]
    Import(ImportCommand),
    /// Put the photos of a library into folders, by date or by any template, again and again
    #[command(subcommand)]
    Export(ExportCommand),
    /// Run the jobs of the config file, in order: what a schedule starts
    #[command(after_long_help = RUN_NOTES, args_override_self = true)]
    Run(RunArgs),
    /// Take back what a run did
    #[command(after_long_help = UNDO_NOTES, args_override_self = true)]
    Undo(UndoArgs),
    /// Show what was done, run by run
    #[command(after_long_help = HISTORY_NOTES, args_override_self = true)]
    History(HistoryArgs),
    /// Let the system start runs at the times of the config file
    #[command(subcommand, after_long_help = SCHEDULE_NOTES)]
    Schedule(ScheduleCommand),
    /// Start runs at the times of the config file, where no system does: in a container
    #[command(after_long_help = DAEMON_NOTES, args_override_self = true)]
    Daemon(DaemonArgs),
    /// Tell whether the runs of the last time went well; for the check of a container
    #[command(args_override_self = true)]
    Health(HealthArgs),
    /// Look at the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Show everything on a made-up library and a server inside this program
    Demo(DemoArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual
    Man(ManArgs),
}

/// `immich-sync organize`
#[derive(clap::Args)]
pub(crate) struct OrganizeArgs {
    /// What to do with the groups that were found before.
    #[command(subcommand)]
    pub(crate) command: Option<GroupsCommand>,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForOrganizing>,
}

/// `immich-sync organize …`
#[derive(Subcommand)]
pub(crate) enum GroupsCommand {
    /// List the groups of the last scan
    #[command(args_override_self = true)]
    List(ListArgs),
    /// Show one group: its photos, which of them is kept and why, and in what they differ
    #[command(args_override_self = true)]
    Show(ShowArgs),
    /// Decide about groups: which photo is kept, or that they are no duplicates; remembered for ever
    #[command(args_override_self = true)]
    Decide(DecideArgs),
}

/// `immich-sync organize list`
#[derive(clap::Args)]
pub(crate) struct ListArgs {
    /// Only groups of these classes: exact, duplicate, burst, similar
    #[arg(long = "class", value_name = "CLASS", value_delimiter = ',', ignore_case = true)]
    pub(crate) classes: Vec<ClassWord>,
    /// Show at most so many [default: 20, with --json all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Show also those that are no duplicates by your decision
    #[arg(long)]
    pub(crate) all: bool,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForGroups>,
}

/// `immich-sync organize show`
#[derive(clap::Args)]
pub(crate) struct ShowArgs {
    /// Its number, or the beginning of its id
    #[arg(value_name = "GROUP")]
    pub(crate) group: String,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForGroups>,
}

/// `immich-sync organize decide`
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("decision").required(true).args(["keep", "ignore", "reset"])))]
pub(crate) struct DecideArgs {
    /// Their numbers, or the beginnings of their ids
    #[arg(value_name = "GROUP", required = true)]
    pub(crate) groups: Vec<String>,
    /// Keep these photos of the one group: numbers in `show`, ids of assets or paths; the first above all
    #[arg(long, value_name = "PHOTO", num_args = 1.., value_delimiter = ',')]
    pub(crate) keep: Vec<String>,
    /// They are no duplicates; they are not shown again and nothing is done with them
    #[arg(long)]
    pub(crate) ignore: bool,
    /// Forget what was decided
    #[arg(long)]
    pub(crate) reset: bool,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForGroups>,
}

/// `immich-sync import …`
#[derive(Subcommand)]
pub(crate) enum ImportCommand {
    /// Folders of this machine, with all folders below
    #[command(after_long_help = IMPORT_NOTES, args_override_self = true)]
    Folder(FolderArgs),
    /// An export of Google Photos, as it was downloaded or unpacked
    #[command(after_long_help = IMPORT_NOTES, args_override_self = true)]
    GoogleTakeout(TakeoutArgs),
    /// A library of Apple Photos, read where it is; nothing in it is changed
    #[command(after_long_help = IMPORT_NOTES, args_override_self = true)]
    ApplePhotos(AppleArgs),
}

/// `immich-sync import folder`
#[derive(clap::Args)]
pub(crate) struct FolderArgs {
    /// The folders
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForFolders>,
}

/// `immich-sync import google-takeout`
#[derive(clap::Args)]
pub(crate) struct TakeoutArgs {
    /// Its parts in any order: `.zip`, `.tgz`, unpacked folders, or a folder with all of them
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForTakeout>,
}

/// `immich-sync import apple-photos`
#[derive(clap::Args)]
pub(crate) struct AppleArgs {
    /// The folder whose name ends in `.photoslibrary` [default on a Mac: `~/Pictures/Photos Library.photoslibrary`]
    #[arg(value_name = "LIBRARY")]
    pub(crate) library: Option<PathBuf>,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForApple>,
}

/// `immich-sync export …`
#[derive(Subcommand)]
pub(crate) enum ExportCommand {
    /// Export a library of Apple Photos to folders
    #[command(after_long_help = EXPORT_NOTES, args_override_self = true)]
    ApplePhotos(ExportArgs),
}

/// `immich-sync export apple-photos`
#[derive(clap::Args)]
pub(crate) struct ExportArgs {
    /// The library, a folder whose name ends in .photoslibrary
    #[arg(value_name = "LIBRARY")]
    pub(crate) library: Option<PathBuf>,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForExporting>,
}

/// `immich-sync run`
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// Only this job, also where it is not enabled. Once for each
    #[arg(long = "job", value_name = "NAME", action = clap::ArgAction::Append)]
    pub(crate) jobs: Vec<String>,
    /// Wait for another run to end instead of giving way to it
    #[arg(long)]
    pub(crate) wait: bool,
    /// Run nothing; tell when the last good run of a job is too long ago (`stale_after`)
    #[arg(long, conflicts_with_all = ["wait", "dry-run"])]
    pub(crate) check_stale: bool,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForRunning>,
}

/// `immich-sync undo`
#[derive(clap::Args)]
pub(crate) struct UndoArgs {
    /// The number of a run, the id of an asset, or the path of a file
    #[arg(value_name = "RUN|ASSET|PATH")]
    pub(crate) what: std::ffi::OsString,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForUndoing>,
}

/// `immich-sync history`
#[derive(clap::Args)]
pub(crate) struct HistoryArgs {
    /// The number of a run, the id of an asset, or the path of a file
    #[arg(value_name = "RUN|ASSET|PATH")]
    pub(crate) what: Option<std::ffi::OsString>,
    /// Show at most so many [default: 20 runs, all changes]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForReading>,
}

/// `immich-sync config`
#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every setting; takes the options of `write` too, and shows what they change
    #[command(args_override_self = true)]
    Show(ConfigShowArgs),
    /// Print a JSON schema of the config file, for editors
    Schema,
    /// Print docs/configuration.md
    #[command(hide = true)]
    Reference,
}

/// `immich-sync config show`
#[derive(clap::Args)]
pub(crate) struct ConfigShowArgs {
    /// Show where each value comes from
    #[arg(long)]
    pub(crate) origin: bool,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForShowing>,
}

/// `immich-sync demo`
#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// Make the library in this new or empty folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// How many photos the library has
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(8..=2000))]
    pub(crate) assets: u16,
    /// The ExifTool program [default: exiftool]
    #[arg(long, value_name = "PATH")]
    pub(crate) exiftool: Option<PathBuf>,
}

/// `immich-sync completions`
#[derive(clap::Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell
    pub(crate) shell: clap_complete::Shell,
}

/// `immich-sync man`
#[derive(clap::Args)]
pub(crate) struct ManArgs {
    /// The page of this command, such as `write` or `import folder` [default: the page of the program]
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// Write all pages into this folder instead
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub(crate) dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::{ArgMatches, CommandFactory as _};

    use super::*;

    fn write(arguments: &[&str]) -> Result<ArgMatches, clap::Error> {
        let all = ["immich-sync", "write"].into_iter().chain(arguments.iter().copied());
        match Args::try_parse_from(all)?.command {
            Command::Write(options) => Ok(options.matches().clone()),
            _ => panic!("not write"),
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn log_levels_are_taken_in_any_case_and_as_warning() {
        for text in ["DEBUG", "Warning", "warn"] {
            assert!(write(&["--log-level", text]).is_ok(), "{text}");
        }
        assert!(write(&["--log-level", "loud"]).is_err());
    }

    #[test]
    fn several_assets_are_taken_in_one_go_or_one_by_one() {
        let (one, two) = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002");
        let count = |arguments: &[&str]| write(arguments).unwrap().get_raw("asset").unwrap().count();

        assert_eq!(count(&["--asset", one, two]), 2);
        assert_eq!(count(&["--asset", one, "--asset", two]), 2);
        assert!(write(&["--asset", "../admin"]).is_err());
    }

    #[test]
    fn the_last_of_an_option_and_its_opposite_counts() {
        let flags = |arguments: &[&str]| {
            let matches = write(arguments).unwrap();
            (matches.get_flag("touch"), matches.get_flag("no-touch"))
        };

        assert_eq!(flags(&["--touch", "--no-touch"]), (false, true));
        assert_eq!(flags(&["--no-touch", "--touch"]), (true, false));
        assert_eq!(flags(&["--touch", "--touch"]), (true, false));
        assert!(write(&["--workers=1", "--workers=3"]).is_ok());
    }

    #[test]
    fn two_rules_for_paths_are_refused() {
        assert!(write(&["--path-segments", "3", "--path-map", "/a=/b"]).is_err());
    }

    #[test]
    fn every_option_of_the_tools_people_come_from_is_taken() {
        for arguments in [
            &["--all", "--albums", "--face-coordinates", "--only-new", "--resume"][..],
            &["--people", "--gps", "--caption", "--time", "--rating", "--dry-run"],
            &["--all", "--clear-checkpoint", "--clear-album-cache", "--export-stats", "csv"],
            &["--all", "--no-people-keywords", "--log-level", "INFO", "--config", "immich-sync.conf"],
        ] {
            assert!(write(arguments).is_ok(), "{arguments:?}");
        }
    }

    #[test]
    fn the_help_shows_each_option_once_and_only_the_form_that_changes_something() {
        let mut command = Args::command();
        let write = command.find_subcommand_mut("write").unwrap();

        let help = write.render_long_help().to_string();

        assert!(help.contains("--no-album-hierarchy") && !help.contains(" --album-hierarchy"), "{help}");
        assert!(help.contains(" --touch") && !help.contains("--no-touch"), "{help}");
    }
}
