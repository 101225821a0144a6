//! The command line as it is typed; what it means is decided in [`crate::settings`].
//!
//! The options of the commands that work on photos are made from the catalogue of settings, so that each is an
//! option, a variable and a key of the config file at once. Environment variables are not read here: they have
//! aliases that can contradict each other, and forms that name a file, which the parser of the command line
//! knows nothing of.

mod job_command;
mod picks;
mod schedule;
mod setup;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use schedule::{
    DaemonArgs, HealthArgs, InstallArgs, LogsArgs, ScheduleCommand, ScheduleOptions, UninstallArgs,
};

use crate::settings::words::ClassWord;
pub(crate) use job_command::JobCommand;
use picks::{
    ForApple, ForExporting, ForFolders, ForGroups, ForOrganizing, ForReading, ForRunning, ForShowing,
    ForTakeout, ForUndoing, ForWriting, Options,
};
use setup::{DOCTOR_NOTES, INIT_NOTES};
pub(crate) use setup::{DoctorArgs, InitArgs, SyncWord};

const WRITE_NOTES: &str = "\
Every option can also be given as an environment variable, IMMICH_SYNC_ and its name (IMMICH_SYNC_SERVER, \
IMMICH_SYNC_DRY_RUN=true), and nearly all of them in the config file (dry_run = true). The command line comes \
first, then the environment, then the config file. What is on can be taken back with --no- and its name. \
`immich-sync config show --origin` tells where each value comes from.

The API key comes from IMMICH_API_KEY, from a file named in IMMICH_API_KEY_FILE, or from the config file. \
Several accounts on one server have several keys: separated by commas in IMMICH_API_KEY, or each in an \
[[account]] of the config file.

Exit status: 0 done, 2 usage or config, 3 finished but some photos failed or were refused, 4 stopped by the \
brake, 10 server unreachable, 11 another run is active, 12 key refused or permission missing, 13 server too \
old, 20 ExifTool missing or too old, 130 or 143 interrupted, 1 anything else.";

const ORGANIZE_NOTES: &str = "\
Without anything to do, groups are found, remembered and summed up; nothing is changed on the server or on the disk. \
`organize list`, `organize show` and `organize decide` look at them and decide; they need no server. What is done about \
groups is listed by `history` and taken back by `undo`.

Every option can also be given as an environment variable, IMMICH_SYNC_ORGANIZE_ and its name \
(IMMICH_SYNC_ORGANIZE_THRESHOLD=7), and nearly all of them in the table [organize] of the config file \
(threshold = 7). Options that other commands have too are IMMICH_SYNC_SERVER and so on, and stand at the top of the \
config file.

Exit status: 0 done, 2 usage or config, 3 finished but some photos failed or the list was not complete, 4 stopped by \
the brake, 10 server unreachable, 11 another run is active, 12 key refused or permission missing, 13 server too old, \
130 or 143 interrupted, 1 anything else.";

const IMPORT_NOTES: &str = "\
Only the SHA-1 of a file, or what was remembered of it, decides whether it is on the server. What is as it was costs \
nothing the next time: no file is opened and nothing is asked. Nothing at the source is ever changed. Albums, tags, \
captions, stars, hearts, places and dates that change there reach the photo that is there already. What was deleted on \
the server stays deleted. `history` lists what was done, `undo` takes it back: photos go to the trash of the server.

Every option can also be given as an environment variable, IMMICH_SYNC_IMPORT_ and its name \
(IMMICH_SYNC_IMPORT_INTO_ALBUM=Old), and nearly all of them in the table [import] of the config file \
(into_album = \"Old\"); those of one source carry its name, as IMMICH_SYNC_IMPORT_FOLDER_, \
IMMICH_SYNC_IMPORT_GOOGLE_TAKEOUT_ and IMMICH_SYNC_IMPORT_APPLE_PHOTOS_, and stand in [import.folder], \
[import.google-takeout] and [import.apple-photos]. Options that other commands have too are IMMICH_SYNC_SERVER and so on, and stand at the top of the config file.

Exit status: 0 done, 2 usage or config, 3 finished but some files failed, were refused or could not be seen, 4 stopped \
by the brake, 10 server unreachable, 11 another run is active, 12 key refused or permission missing, 13 server too old, \
130 or 143 interrupted, 1 anything else.";

const EXPORT_NOTES: &str = "\
The library is only read. What is as it was is not written again: the state remembers what was exported. A file that you \
changed, or that is not of an export, is never overwritten. Templates are those of osxphotos, as {created.year}/{album}; \
docs/export.md lists their fields. `history` lists what was done, `undo` takes new files away again and brings back what \
--cleanup put into the trash. No server is needed.

Every option can also be given as an environment variable, IMMICH_SYNC_EXPORT_APPLE_PHOTOS_ and its name, and nearly all \
of them in the table [export.apple-photos] of the config file (directory = \"{created.year}\"). Options that other commands \
have too are IMMICH_SYNC_WORKERS and so on, and stand at the top of the config file.

Exit status: 0 done, 2 usage or config, 3 finished but some files are missing in the library, failed or were in the way, \
4 stopped by the brake, 11 another run is active, 130 or 143 interrupted, 1 anything else.";

const RUN_NOTES: &str = "\
Jobs stand in the config file, each in a table [[job]] with a name, a command and the options of that command:

  [[job]]
  name = \"phone\"
  command = \"import folder\"
  paths = [\"/mnt/phone\"]
  into_album = \"Phone\"

Each job is a process of its own, so one that crashes or hangs takes no other along. What runs around jobs ([hooks]), who \
is told ([notify]) and where the log goes is in docs/schedule.md. Only one run is active at a time.

Exit status: 0 all jobs went well; else the worst of them, in this order: 130 or 143 interrupted, 12 key refused or permission \
missing, 2 usage or config, 13 server too old, 20 ExifTool missing or too old, 10 server unreachable, 1 failed, killed or out \
of time, 4 stopped by the brake, 11 another run is active, 3 finished but some items failed or were refused.";
const SCHEDULE_NOTES: &str = "\
When runs are started stands in the table [schedule] of the config file: at = [\"02:00\", \"14:00\"] or every = \"6h\", with \
days, random_delay, on_battery, catch_up and time_zone beside it. What they do stands in its [[job]] tables. The system \
starts `immich-sync run --config FILE` and nothing else: no key and no variable of your environment goes along.

systemd-user is the usual choice on Linux, launchd on a Mac, cron where there is neither. In a container, use \
`immich-sync daemon`.";

const DAEMON_NOTES: &str = "\
When runs are started stands in the table [schedule] of the config file; each is a process of its own, and there is \
never more than one. A run that was missed while this was off is made up for once, unless catch_up = false. SIGTERM is \
passed on to the run and waits for its end; SIGHUP reads the config file again.

With --listen, /healthz answers 200 or 503 and /metrics in the form of Prometheus, to everybody who reaches the address. \
`immich-sync health` tells the same without a port.";

const UNDO_NOTES: &str = "\
The newest change of each file goes first. A file that nobody changed since becomes byte for byte what it was, as long \
as the replaced bytes are kept (--undo-keep-days, --undo-keep-size; `history` tells). Of any other file the tags go \
back; what somebody changed since stays and is told. What was undone is left alone by `write` until it changes on the server. An undo is a run of its own and can be undone.

No server is needed. Where one and a key are given, it is told afterwards to read the files again.";

const HISTORY_NOTES: &str = "\
Without a name all runs are listed, the newest first. The number of a run, the id of an asset or the path of a \
file shows its changes. No server is needed.";

/// Keeps an Immich library and the original photo files in step
#[derive(Parser)]
#[command(name = "immich-sync", version, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
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
