//! From the config to what a system has to know of it.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use unattended::units::{Owner, Service};

use super::outside;
use super::system::System;
use crate::config::{ConfigFile, HookEntries};
use crate::exit::usage;
use crate::folders::Folders;
use crate::settings::setting::{Leads, Setting};
use crate::settings::{ScheduleSettings, Sources, catalogue, default_log, states};

/// Whose runs they are, and where that user keeps things.
pub(super) struct User {
    /// The number.
    pub(super) uid: u32,
    /// The name.
    pub(super) name: String,
    /// The home folder.
    pub(super) home: PathBuf,
    /// The folder of all states.
    pub(super) states: PathBuf,
    /// The log of runs when the config names no other.
    pub(super) logs: PathBuf,
    /// The folder of what can be fetched again.
    cache: PathBuf,
    /// The trash of the home folder.
    trash: PathBuf,
}

impl User {
    /// Whoever started this program; for services of the system whoever owns the config file.
    pub(super) fn of(system: System, sources: &Sources<'_>, folders: &Folders) -> Result<Self> {
        let me = rustix::process::geteuid().as_raw();
        let owner = std::fs::metadata(&sources.config.path).map_or(me, |metadata| metadata.uid());
        if system == System::TimerOfAll && owner != me {
            let named = sources.config.find(&catalogue::STATE_DIR).map(|given| given.path());
            return Self::of_number(owner, named);
        }
        let missing = || usage("there is no home folder; set HOME");
        Ok(Self {
            uid: me,
            name: entry(me)?.map_or_else(|| me.to_string(), |(name, _)| name),
            home: folders.home.clone().ok_or_else(missing)?,
            states: states(sources, folders)?,
            logs: default_log(folders).ok_or_else(missing)?,
            cache: folders.cache.clone().ok_or_else(missing)?,
            trash: folders.trash.clone().ok_or_else(missing)?,
        })
    }

    /// Another user, with the usual folders: what the variables of that user say is not known here.
    fn of_number(uid: u32, states: Option<PathBuf>) -> Result<Self> {
        let unknown =
            || usage(format!("the owner of the config file, number {uid}, is no user of this system"));
        let (name, home) = entry(uid)?.ok_or_else(unknown)?;
        Ok(Self {
            uid,
            name,
            logs: home.join(".local/state/immich-sync/log/immich-sync.log"),
            states: states.unwrap_or_else(|| home.join(".local/state/immich-sync")),
            cache: home.join(".cache/immich-sync"),
            trash: home.join(".local/share/Trash"),
            home,
        })
    }
}

/// Name and home folder of a user.
fn entry(uid: u32) -> Result<Option<(String, PathBuf)>> {
    let Some(said) = outside::ask(&["getent", "passwd", &uid.to_string()])? else { return Ok(None) };
    let mut fields = said.stdout.trim_end().split(':');
    Ok(fields
        .next()
        .filter(|name| !name.is_empty())
        .zip(fields.nth(4))
        .map(|(name, home)| (name.to_owned(), home.into())))
}

/// Everything that a system has to know.
pub(super) fn service(
    sources: &Sources<'_>,
    settings: &ScheduleSettings,
    system: System,
    user: &User,
) -> Result<Service> {
    let owner = match system {
        System::TimerOfAll => Owner::System { user: user.name.clone() },
        System::TimerOfUser | System::Launchd | System::Cron => Owner::User,
    };
    let logs = user.logs.parent().unwrap_or(Path::new("/")).to_owned();
    Ok(Service {
        program: program()?,
        config: config(sources)?,
        calendar: settings.plan.calendar.clone(),
        own_zone: settings.own_zone,
        random_delay: settings.plan.random_delay,
        on_battery: settings.on_battery,
        catch_up: settings.plan.catch_up,
        runs_others: runs_others(sources.config),
        writable: writable(sources, user, &logs)?,
        logs,
        owner,
    })
}

/// The config file, which has to be one: nothing else reaches a run that a system starts.
pub(crate) fn config(sources: &Sources<'_>) -> Result<PathBuf> {
    let path = &sources.config.path;
    if path.as_os_str().is_empty() {
        return Err(usage(
            "there is no config file; name one with --config, or make one with `immich-sync init`",
        ));
    }
    std::path::absolute(path).with_context(|| format!("where `{}` is, is not known", path.display()))
}

/// This program, by the name under which it was started: behind a link of a package manager stands a folder that has
/// a version in its name and is gone after the next update.
fn program() -> Result<PathBuf> {
    let exact = std::env::current_exe().context("where this program is, is not known")?;
    let same = |path: &Path| {
        let (one, other) = (std::fs::metadata(path).ok()?, std::fs::metadata(&exact).ok()?);
        (one.dev() == other.dev() && one.ino() == other.ino()).then(|| std::path::absolute(path).ok())?
    };
    let Some(called) = std::env::args_os().next().map(PathBuf::from) else { return Ok(exact) };
    let found = if called.components().count() > 1 {
        same(&called)
    } else {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders).find_map(|folder| same(&folder.join(&called)))
    };
    Ok(found.unwrap_or(exact))
}

/// Whether runs start programs of the user: hooks, or one that prints the key.
pub(super) fn runs_others(config: &ConfigFile) -> bool {
    let settings = [
        catalogue::HOOKS_BEFORE,
        catalogue::HOOKS_AFTER,
        catalogue::HOOKS_FAILED,
        catalogue::HOOKS_FINALLY,
        catalogue::API_KEY_COMMAND,
    ];
    settings.iter().any(|setting| config.find(setting).is_some())
        || config.accounts.iter().any(|account| account.command.is_some())
        || config.jobs.iter().any(|job| job.hooks != HookEntries::default())
}

/// Makes the folders of the user that a run would make, where it may not: a service of the system writes only into
/// folders that are there when it starts.
pub(super) fn make_folders(user: &User) -> Result<()> {
    let home = std::fs::metadata(&user.home)
        .with_context(|| format!("`{}` cannot be looked at", user.home.display()))?;
    for folder in [Some(user.states.as_path()), user.logs.parent(), Some(&user.cache)].into_iter().flatten() {
        let missing: Vec<&Path> = folder.ancestors().take_while(|above| !above.exists()).collect();
        for folder in missing.into_iter().rev() {
            std::fs::DirBuilder::new()
                .mode(0o700)
                .create(folder)
                .and_then(|()| std::os::unix::fs::chown(folder, Some(home.uid()), Some(home.gid())))
                .with_context(|| format!("`{}` cannot be made", folder.display()))?;
        }
    }
    Ok(())
}

/// Settings that lead to what is only read.
const ONLY_READ: [Setting; 9] = [
    catalogue::SERVER_FILE,
    catalogue::API_KEY_FILE,
    catalogue::PASSWORD_FILE,
    catalogue::CA_FILE,
    catalogue::CONFIG,
    catalogue::EXPORT_LIBRARY,
    catalogue::IMPORT_APPLE_LIBRARY,
    catalogue::ORGANIZE_LOAD_HASHES,
    catalogue::EXIFTOOL,
];

/// Every folder that a run may write: those of the config, and those of the user. In order, and none inside of another.
fn writable(sources: &Sources<'_>, user: &User, logs: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![user.states.clone(), user.cache.clone(), user.trash.clone(), logs.to_owned()];
    let leads = |setting: &Setting| {
        setting.leads == Leads::ToFile
            && !catalogue::is_file_of_a_secret(setting.name)
            && !ONLY_READ.iter().any(|read| read.name == setting.name)
    };
    let of_jobs = sources.config.of_jobs(Some(&user.home))?;
    for config in of_jobs.iter().map(|(_, config)| config).chain([sources.config]) {
        for setting in catalogue::all().filter(leads) {
            let given = config.find(&setting).map(|given| given.values).unwrap_or_default();
            found.extend(given.into_iter().map(|value| folder_of(Path::new(&value))));
        }
    }
    let mut found: Vec<PathBuf> =
        found.into_iter().filter_map(|path| std::path::absolute(path).ok()).collect();
    found.sort();
    found.dedup_by(|inner, outer| inner.starts_with(outer));
    Ok(found)
}

/// A folder itself; of a file, the folder that it is in.
fn folder_of(path: &Path) -> PathBuf {
    let is_file = path.is_file() || (!path.is_dir() && path.extension().is_some());
    match path.parent() {
        Some(parent) if is_file => parent.to_owned(),
        _ => path.to_owned(),
    }
}
