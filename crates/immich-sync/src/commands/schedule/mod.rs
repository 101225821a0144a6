//! `immich-sync schedule`: the system starts `run` at the times of the config.
//!
//! What is made is marked and known again: a second install has nothing to do, a changed config is told line by line,
//! and what somebody else made or changed is named and left alone.

mod install;
mod logs;
mod outside;
mod pieces;
mod service;
mod status;
mod system;
mod uninstall;

use std::path::PathBuf;

use anyhow::Result;
use messages_macros::word;

use crate::args::{ScheduleCommand, ScheduleOptions};
use crate::exit::{ExitStatus, usage};
use crate::folders::Folders;
use crate::output::Console;
use crate::settings::{ScheduleSettings, Sources, catalogue};
use crate::start::Start;
use pieces::{Found, Homes, Place, pieces, places};
use service::User;

pub(crate) use service::config;
pub(crate) use status::Standing;
pub(crate) use system::System;

/// Runs the command; tells how it went.
pub(crate) fn run(command: &ScheduleCommand) -> ExitStatus {
    let console = Console::detect();
    let done = match command {
        ScheduleCommand::Install(args) => install::run(args, console),
        ScheduleCommand::Status(args) => status::run(args, console),
        ScheduleCommand::RunNow(args) => run_now(args, console),
        ScheduleCommand::Uninstall(args) => uninstall::run(args, console),
        ScheduleCommand::Logs(args) => logs::run(args),
    };
    done.unwrap_or_else(|error| {
        console.error(&error);
        ExitStatus::of_error(&error, None)
    })
}

/// What every one of these commands needs to know.
struct Here<'a> {
    start: Start<'a>,
    system: System,
    user: User,
    /// The folder of configs of the user.
    config_home: PathBuf,
}

impl<'a> Here<'a> {
    /// Where nothing is installed and nothing is there that could be, this is about a crontab without lines of ours.
    fn find(options: &'a ScheduleOptions) -> Result<Self> {
        let mut here = Self::read(options)?;
        here.system = match options.system {
            Some(system) => system,
            None => here.installed()?.or_else(|| System::find(is_root()).ok()).unwrap_or(System::Cron),
        };
        here.for_system()
    }

    /// The same, but something has to be there.
    fn to_install(options: &'a ScheduleOptions) -> Result<Self> {
        let mut here = Self::read(options)?;
        here.system = match options.system {
            Some(system) => system,
            None => match here.installed()? {
                Some(system) => system,
                None => System::find(is_root())?,
            },
        };
        here.for_system()
    }

    fn read(options: &'a ScheduleOptions) -> Result<Self> {
        let start = Start::read(options.options.matches())?;
        start.sources().environment.refuse_unknown(&catalogue::variables())?;
        let config_home = config_home(&start.folders)?;
        let user = User::of(System::Cron, &start.sources(), &start.folders)?;
        Ok(Self { start, system: System::Cron, user, config_home })
    }

    fn for_system(mut self) -> Result<Self> {
        self.user = User::of(self.system, &self.start.sources(), &self.start.folders)?;
        Ok(self)
    }

    fn homes(&self) -> Homes<'_> {
        Homes { home: &self.user.home, config: &self.config_home }
    }

    fn installed(&self) -> Result<Option<System>> {
        installed(&self.homes())
    }

    /// What should be there.
    fn wanted(&self, settings: &ScheduleSettings) -> Result<Vec<pieces::Piece>> {
        let service = service::service(&self.start.sources(), settings, self.system, &self.user)?;
        pieces(self.system, &self.homes(), &service)
    }

    fn places(&self) -> Vec<Place> {
        places(self.system, &self.homes())
    }
}

/// The first system in which something of ours is.
fn installed(homes: &Homes<'_>) -> Result<Option<System>> {
    for system in system::ALL {
        for place in places(system, homes) {
            if !matches!(place.look()?, Found::Nothing | Found::Foreign) {
                return Ok(Some(system));
            }
        }
    }
    Ok(None)
}

/// How the schedule of a config stands with the system; `None` where the config has none.
pub(crate) fn standing(sources: &Sources<'_>, folders: &Folders) -> Result<Option<Standing>> {
    let Some(settings) = ScheduleSettings::find(sources)? else { return Ok(None) };
    let config = config_home(folders)?;
    let home = folders.home.as_deref().ok_or_else(|| usage("there is no home folder; set HOME"))?;
    let homes = Homes { home, config: &config };
    let Some(system) = installed(&homes)? else { return Ok(Some(Standing::None)) };
    let user = User::of(system, sources, folders)?;
    let wanted = pieces(system, &homes, &service::service(sources, &settings, system, &user)?)?;
    let found = places(system, &homes).iter().map(Place::look).collect::<Result<Vec<_>>>()?;
    Ok(Some(Standing::of(&wanted, &found, system.is_active(user.uid)?)))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn config_home(folders: &Folders) -> Result<PathBuf> {
    let ours = folders.config_files.first();
    let folder = ours.and_then(|file| file.parent()?.parent());
    folder.map(PathBuf::from).ok_or_else(|| usage("there is no home folder; set HOME"))
}

fn run_now(options: &ScheduleOptions, console: Console) -> Result<ExitStatus> {
    let here = Here::find(options)?;
    let is_there = here
        .places()
        .iter()
        .try_fold(true, |all, place| place.look().map(|found| all && !matches!(found, Found::Nothing)))?;
    if !is_there {
        return Err(usage(
            "no schedule is installed; `immich-sync schedule install` does that, `immich-sync run` runs once",
        ));
    }
    if here.system.run_now(here.user.uid)? {
        console.result(word!(
            "Started; `immich-sync schedule logs --follow` shows it, `schedule status` how it ended."
        ));
        return Ok(ExitStatus::Ok);
    }
    Err(usage("cron cannot be told to start something now; use `immich-sync run`"))
}
