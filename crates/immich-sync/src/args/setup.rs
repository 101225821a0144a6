//! The command lines of setting up and checking.

use clap::ValueEnum;

use super::picks::{ForChecking, ForSettingUp, Options};

pub(super) const INIT_NOTES: &str = "\
Four things are asked: the address, the API key, the folder of the originals, and what to do. Each answer is checked at \
once. What is given by an option or a variable (IMMICH_URL, IMMICH_API_KEY, IMMICH_PHOTO_DIR) is not asked for. Without a \
terminal, or with --yes, nothing is asked: --server, --api-key-file, --library and --sync say it all. At the end the changes \
of 20 photos are shown and none is made.

A key that was typed goes into the config file, which only you can read; a file named with --api-key-file is named there; a \
key in IMMICH_API_KEY stays where it is.

Exit status: 0 set up, 2 something is missing or wrong, 10 server unreachable, 12 key refused or permission missing, 13 \
server too old, 130 stopped; where it was not set up, nothing was written.";

pub(super) const DOCTOR_NOTES: &str = "\
Nothing is changed: the abilities of the disk are tried in a private folder inside of the library that is removed again, and \
with --no-probe not even there. Each check says what it found and, unless all is well, what to do.

Exit status: 0 all is well, or there are notes; 3 there are warnings; 1 something will not work; 2 the command line.";

/// What to do, day by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum SyncWord {
    /// Write what Immich knows into the original files or into sidecars
    Write,
    /// Find duplicates and similar photos
    Organize,
}

/// `immich-sync init`
#[derive(clap::Args)]
pub(crate) struct InitArgs {
    /// What to do day by day: write, organize or both, with a comma
    #[arg(long, value_name = "WHAT", value_delimiter = ',', ignore_case = true)]
    pub(crate) sync: Vec<SyncWord>,
    /// Write the config file anew where there is one; the old one is kept beside it
    #[arg(long)]
    pub(crate) force: bool,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForSettingUp>,
}

/// `immich-sync doctor`
#[derive(clap::Args)]
pub(crate) struct DoctorArgs {
    /// Do not try what the disk of the library can do
    #[arg(long)]
    pub(crate) no_probe: bool,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForChecking>,
}
