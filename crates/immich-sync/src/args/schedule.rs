//! The command line of schedules.

use clap::Subcommand;

use super::picks::{ForScheduling, ForServing, Options};
use crate::commands::schedule::System;

/// `immich-sync schedule …`
#[derive(Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Let the system start runs; does nothing where that is done already
    #[command(args_override_self = true)]
    Install(InstallArgs),
    /// Show what is installed, when the next run is, and how the last ones went
    #[command(args_override_self = true)]
    Status(ScheduleOptions),
    /// Let the system start a run now, as it would at its time
    #[command(args_override_self = true)]
    RunNow(ScheduleOptions),
    /// Take away what `install` made, and nothing else
    #[command(args_override_self = true)]
    Uninstall(UninstallArgs),
    /// Show what runs said
    #[command(args_override_self = true)]
    Logs(LogsArgs),
}

/// What all of them take.
#[derive(clap::Args)]
pub(crate) struct ScheduleOptions {
    /// Which system starts runs [default: the one that is installed, else the one that is there]
    #[arg(long = "as", value_name = "SYSTEM")]
    pub(crate) system: Option<System>,
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForScheduling>,
}

/// `immich-sync schedule install`
#[derive(clap::Args)]
pub(crate) struct InstallArgs {
    /// Show what would be written, and write nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
    /// Overwrite what somebody else made or changed
    #[arg(long)]
    pub(crate) force: bool,
    /// What all of them take.
    #[command(flatten)]
    pub(crate) schedule: ScheduleOptions,
}

/// `immich-sync schedule uninstall`
#[derive(clap::Args)]
pub(crate) struct UninstallArgs {
    /// Remove what somebody changed, too
    #[arg(long)]
    pub(crate) force: bool,
    /// What all of them take.
    #[command(flatten)]
    pub(crate) schedule: ScheduleOptions,
}

/// `immich-sync schedule logs`
#[derive(clap::Args)]
pub(crate) struct LogsArgs {
    /// Show so many of the last lines
    #[arg(long, short = 'n', value_name = "N", default_value_t = 100)]
    pub(crate) lines: u32,
    /// Go on with what comes
    #[arg(long, short = 'f')]
    pub(crate) follow: bool,
    /// What all of them take.
    #[command(flatten)]
    pub(crate) schedule: ScheduleOptions,
}

/// `immich-sync daemon`
#[derive(clap::Args)]
pub(crate) struct DaemonArgs {
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForServing>,
}

/// `immich-sync health`
#[derive(clap::Args)]
pub(crate) struct HealthArgs {
    /// The settings.
    #[command(flatten)]
    pub(crate) options: Options<ForScheduling>,
}
