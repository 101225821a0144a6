//! The command line as it is typed; what it means is decided in [`crate::settings`].
//!
//! Environment variables are not read here: they have aliases that can contradict each other, and forms that
//! name a file, which the parser of the command line knows nothing of.

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use immich_api::AssetId;
use serde::Deserialize;

const WRITE_NOTES: &str = "\
Every option can also be given as an environment variable, IMMICH_SYNC_ and its name (IMMICH_SYNC_SERVER, \
IMMICH_SYNC_DRY_RUN=true), and most of them in the config file. The command line comes first, then the \
environment, then the config file.

The API key comes from IMMICH_API_KEY, from a file named in IMMICH_API_KEY_FILE, or from the config file.

Exit status: 0 done, 2 usage or config, 3 finished but some photos failed or were refused, 10 server \
unreachable, 11 another run is active, 12 key refused or permission missing, 13 server too old, \
20 ExifTool missing or too old, 130 or 143 interrupted, 1 anything else.";

/// Keeps an Immich library and the original photo files in step
#[derive(Debug, Parser)]
#[command(name = "immich-sync", version, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write what Immich knows into the original files
    #[command(after_long_help = WRITE_NOTES, args_override_self = true)]
    Write(Box<WriteArgs>),
    /// Show everything on a made-up library and a server inside this program
    Demo(DemoArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
}

/// `immich-sync write`
#[derive(Debug, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct WriteArgs {
    /// Names of people
    #[arg(long, help_heading = "What to write (at least one)")]
    pub(crate) people: bool,
    /// Coordinates
    #[arg(long, help_heading = "What to write (at least one)")]
    pub(crate) gps: bool,
    /// The caption
    #[arg(long, help_heading = "What to write (at least one)")]
    pub(crate) caption: bool,
    /// The capture time with its offset
    #[arg(long, help_heading = "What to write (at least one)")]
    pub(crate) time: bool,
    /// Stars; a favourite without stars gets five
    #[arg(long, help_heading = "What to write (at least one)")]
    pub(crate) rating: bool,
    /// All five
    #[arg(long, help_heading = "What to write (at least one)")]
    pub(crate) all: bool,

    /// Show every change, and make none
    #[arg(long, short = 'n', help_heading = "How to run")]
    pub(crate) dry_run: bool,
    /// Skip what did not change since the last run; this is always done
    #[arg(long, conflicts_with = "recheck", help_heading = "How to run")]
    pub(crate) only_new: bool,
    /// Open every file again, whatever is remembered of it
    #[arg(long, help_heading = "How to run")]
    pub(crate) recheck: bool,
    /// Files that are read or written at the same time [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64), help_heading = "How to run")]
    pub(crate) workers: Option<u8>,
    /// Treat warnings about readable secrets as errors
    #[arg(long, help_heading = "How to run")]
    pub(crate) strict: bool,

    /// Change at most so many photos
    #[arg(long, value_name = "N", help_heading = "Which photos")]
    pub(crate) limit: Option<u64>,
    /// Only these assets
    #[arg(long, value_name = "ID", num_args = 1.., action = ArgAction::Append, help_heading = "Which photos")]
    pub(crate) asset: Vec<AssetId>,
    /// Only this file or what is below this folder, as the server or as this machine sees it
    #[arg(long, value_name = "PATH", help_heading = "Which photos")]
    pub(crate) path: Option<String>,
    /// Only what the server changed since, such as 2024-07-01 or 2024-07-01T12:00:00Z
    #[arg(long, value_name = "DATE", help_heading = "Which photos")]
    pub(crate) since: Option<String>,

    /// Address of the server, such as http://nas:2283
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub(crate) server: Option<String>,
    /// The API key; other users of this machine can see it here, better use `IMMICH_API_KEY`
    #[arg(long, value_name = "KEY", help_heading = "Server")]
    pub(crate) api_key: Option<String>,
    /// Requests per second, or `auto` [default: 10]
    #[arg(long, value_name = "N", help_heading = "Server")]
    pub(crate) rate_limit: Option<String>,
    /// Certificates (PEM) to trust besides those of the system
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Trust any certificate of the server
    #[arg(long, help_heading = "Server")]
    pub(crate) insecure: bool,

    /// Folder of the original files on this machine
    #[arg(long, value_name = "DIR", help_heading = "Files")]
    pub(crate) library: Option<PathBuf>,
    /// How many last parts of a path on the server lead to the file below --library [default: 3]
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u8).range(1..=10),
        conflicts_with = "path_map",
        help_heading = "Files"
    )]
    pub(crate) path_segments: Option<u8>,
    /// A folder of the server and where it is below --library; the first that fits is taken
    #[arg(long, value_name = "SERVER=LOCAL", help_heading = "Files")]
    pub(crate) path_map: Vec<String>,
    /// What to do with files that Immich manages itself (uploads)
    #[arg(long, value_name = "WHAT", help_heading = "Files")]
    pub(crate) managed: Option<Managed>,
    /// What to do with a file that has more than one name [default: skip]
    #[arg(long, value_name = "WHAT", help_heading = "Files")]
    pub(crate) hard_links: Option<HardLinks>,
    /// Give changed files the present time instead of the one they had
    #[arg(long, help_heading = "Files")]
    pub(crate) touch: bool,
    /// Write into signed files too; the signature (C2PA) does not fit any more afterwards
    #[arg(long, help_heading = "Files")]
    pub(crate) write_signed: bool,
    /// Write into the raw files of cameras too
    #[arg(long, help_heading = "Files")]
    pub(crate) write_raw: bool,
    /// Characters of the longest caption [default: 2000]
    #[arg(long, value_name = "N", help_heading = "Files")]
    pub(crate) caption_max_len: Option<u32>,
    /// Names of people into their own tag only, not into the keywords
    #[arg(long, help_heading = "Files")]
    pub(crate) no_people_keywords: bool,

    /// Results as one JSON object a line, on stdout
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// No progress, and no summary where all went well
    #[arg(long, short = 'q', help_heading = "Output")]
    pub(crate) quiet: bool,
    /// How much is told
    #[arg(long, value_name = "LEVEL", ignore_case = true, help_heading = "Output")]
    pub(crate) log_level: Option<LogLevel>,

    /// Config file [default: immich-sync/config.toml in the user's config folder]
    #[arg(long, value_name = "FILE", help_heading = "This machine")]
    pub(crate) config: Option<PathBuf>,
    /// Folder that remembers what was written [default: one per server and user in the user's state folder]
    #[arg(long, value_name = "DIR", help_heading = "This machine")]
    pub(crate) state_dir: Option<PathBuf>,
    /// The ExifTool program [default: exiftool]
    #[arg(long, value_name = "PATH", help_heading = "This machine")]
    pub(crate) exiftool: Option<PathBuf>,
}

/// `immich-sync demo`
#[derive(Debug, clap::Args)]
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
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell
    pub(crate) shell: clap_complete::Shell,
}

/// What to do with files that Immich manages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Managed {
    /// Write into them
    Original,
    /// Leave them alone
    Skip,
}

/// What to do with a file that has more than one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HardLinks {
    /// Leave it alone
    Skip,
    /// Write it; its other names keep the old content
    Break,
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum LogLevel {
    /// Only what failed
    Error,
    /// Also what the user should know
    #[value(alias = "warning")]
    Warn,
    /// Also every file that was written
    Info,
    /// Also what was tried, for finding faults
    Debug,
    /// Everything
    Trace,
}

/// How the log file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line of text
    Text,
    /// A JSON object a line
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn write(arguments: &[&str]) -> Result<WriteArgs, clap::Error> {
        let all = ["immich-sync", "write"].into_iter().chain(arguments.iter().copied());
        match Args::try_parse_from(all)?.command {
            Command::Write(args) => Ok(*args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn log_levels_are_taken_in_any_case_and_as_warning() {
        for (text, level) in
            [("DEBUG", LogLevel::Debug), ("Warning", LogLevel::Warn), ("warn", LogLevel::Warn)]
        {
            assert_eq!(write(&["--log-level", text]).unwrap().log_level, Some(level), "{text}");
        }
    }

    #[test]
    fn several_assets_are_taken_in_one_go_or_one_by_one() {
        let (one, two) = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002");

        assert_eq!(write(&["--asset", one, two]).unwrap().asset.len(), 2);
        assert_eq!(write(&["--asset", one, "--asset", two]).unwrap().asset.len(), 2);
        assert!(write(&["--asset", "../admin"]).is_err());
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(write(&["--path-segments", "0"]).is_err());
        assert!(write(&["--path-segments", "11"]).is_err());
        assert!(write(&["--workers", "0"]).is_err());
    }

    #[test]
    fn the_last_of_an_option_counts() {
        assert_eq!(write(&["--workers=1", "--workers=3"]).unwrap().workers, Some(3));
        assert_eq!(write(&["--path-map=/a=a", "--path-map=/b=b"]).unwrap().path_map.len(), 2);
    }

    #[test]
    fn two_rules_for_paths_are_refused() {
        assert!(write(&["--path-segments", "3", "--path-map", "/a=/b"]).is_err());
    }
}
