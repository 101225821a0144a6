//! Which system starts runs, and the words in which it is told to.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::ValueEnum;
use unattended::units::{cron, launchd, systemd};

use super::outside;
use crate::exit::usage;

/// What starts runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum System {
    /// A timer of the user's own systemd
    #[value(name = "systemd-user")]
    TimerOfUser,
    /// A timer of the system, which runs it as the owner of the config file; needs root
    #[value(name = "systemd-system")]
    TimerOfAll,
    /// An agent of macOS
    Launchd,
    /// A line of the user's crontab
    Cron,
}

/// Everyone.
pub(super) const ALL: [System; 4] = [System::TimerOfUser, System::TimerOfAll, System::Launchd, System::Cron];

impl System {
    /// The one that is there.
    pub(super) fn find(is_root: bool) -> Result<Self> {
        if cfg!(target_os = "macos") {
            return Ok(Self::Launchd);
        }
        let answers = |words: &[&str]| outside::ask(words).map(|said| said.is_some_and(|said| said.is_ok));
        let order = if is_root { [Self::TimerOfAll, Self::TimerOfUser] } else { [Self::TimerOfUser; 2] };
        for system in order {
            if answers(&system.systemctl(&["show-environment"]))? {
                return Ok(system);
            }
        }
        // A crontab that is empty ends with 1; only its absence says that there is no cron.
        if outside::ask(&["crontab", "-l"])?.is_some() {
            return Ok(Self::Cron);
        }
        Err(usage(
            "neither systemd nor cron answers here; in a container use `immich-sync daemon`, or name the system with --as",
        ))
    }

    /// As it is typed.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::TimerOfUser => "systemd-user",
            Self::TimerOfAll => "systemd-system",
            Self::Launchd => "launchd",
            Self::Cron => "cron",
        }
    }

    /// `systemctl` with these words, for the right manager.
    fn systemctl<'a>(self, words: &[&'a str]) -> Vec<&'a str> {
        let manager = if self == Self::TimerOfUser { "--user" } else { "--system" };
        ["systemctl", manager].into_iter().chain(words.iter().copied()).collect()
    }

    /// What is said to it after its files were written, as lists of words.
    pub(super) fn words_to_begin(self, agent: &str, is_new: bool, uid: u32) -> Vec<Vec<String>> {
        match self {
            Self::TimerOfUser | Self::TimerOfAll => {
                let mut orders = vec![
                    self.systemctl(&["daemon-reload"]),
                    self.systemctl(&["enable", "--now", systemd::TIMER]),
                ];
                if !is_new {
                    orders.push(self.systemctl(&["restart", systemd::TIMER]));
                }
                orders.into_iter().map(owned).collect()
            }
            Self::Launchd => {
                let mut orders = Vec::new();
                if !is_new {
                    orders.push(owned(vec!["launchctl", "bootout", &target(uid)]));
                }
                orders.push(owned(vec!["launchctl", "bootstrap", &domain(uid), agent]));
                orders
            }
            Self::Cron => Vec::new(),
        }
    }

    /// What is said to it before its files are taken away.
    pub(super) fn words_to_end(self, uid: u32) -> Vec<Vec<String>> {
        match self {
            Self::TimerOfUser | Self::TimerOfAll => {
                vec![owned(self.systemctl(&["disable", "--now", systemd::TIMER]))]
            }
            Self::Launchd => vec![owned(vec!["launchctl", "bootout", &target(uid)])],
            Self::Cron => Vec::new(),
        }
    }

    /// What is said to it after that.
    pub(super) fn words_after_end(self) -> Vec<Vec<String>> {
        match self {
            Self::TimerOfUser | Self::TimerOfAll => vec![owned(self.systemctl(&["daemon-reload"]))],
            Self::Launchd | Self::Cron => Vec::new(),
        }
    }

    /// Whether it would start runs now.
    pub(super) fn is_active(self, uid: u32) -> Result<bool> {
        let answers = |words: &[&str]| outside::ask(words).map(|said| said.is_some_and(|said| said.is_ok));
        match self {
            Self::TimerOfUser | Self::TimerOfAll => {
                Ok(answers(&self.systemctl(&["is-enabled", "--quiet", systemd::TIMER]))?
                    && answers(&self.systemctl(&["is-active", "--quiet", systemd::TIMER]))?)
            }
            Self::Launchd => answers(&["launchctl", "print", &target(uid)]),
            // What stands in a crontab counts.
            Self::Cron => Ok(true),
        }
    }

    /// Lets it start a run now; `false` where it cannot be asked to.
    pub(super) fn run_now(self, uid: u32) -> Result<bool> {
        match self {
            Self::TimerOfUser | Self::TimerOfAll => {
                outside::order(&self.systemctl(&["start", "--no-block", systemd::SERVICE]))?;
                Ok(true)
            }
            Self::Launchd => {
                outside::order(&["launchctl", "kickstart", &target(uid)])?;
                Ok(true)
            }
            Self::Cron => Ok(false),
        }
    }

    /// The journal of its runs, where it keeps one.
    pub(super) fn journal(self, lines: u32, follow: bool) -> Option<Vec<String>> {
        let unit: &[&str] = match self {
            Self::TimerOfUser => &["--user", "-u", systemd::SERVICE],
            Self::TimerOfAll => &["-u", systemd::SERVICE],
            Self::Launchd | Self::Cron => return None,
        };
        let count = lines.to_string();
        let mut words = vec!["journalctl", "--no-pager", "-n", &count];
        words.extend(unit);
        words.extend(follow.then_some("-f"));
        Some(owned(words))
    }
}

/// Says something to the system. An agent that was just put away takes a moment to be gone, and one that is not
/// loaded need not be put away.
pub(super) fn say(words: &[String]) -> Result<()> {
    /// How often, and how long between.
    const AGAIN: (u32, Duration) = (5, Duration::from_millis(400));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.get(..2) {
        Some(["launchctl", "bootout"]) => {
            if outside::ask(&words)?.is_none() {
                bail!("there is no program `launchctl`");
            }
            Ok(())
        }
        Some(["launchctl", "bootstrap"]) => {
            for _ in 1..AGAIN.0 {
                if outside::ask(&words)?.is_none_or(|said| said.is_ok) {
                    break;
                }
                std::thread::park_timeout(AGAIN.1);
            }
            outside::order(&["launchctl", "print", &format!("{}/{}", words[2], launchd::LABEL)]).map(|_| ())
        }
        _ => outside::order(&words).map(|_| ()),
    }
}

fn domain(uid: u32) -> String {
    format!("gui/{uid}")
}

fn target(uid: u32) -> String {
    format!("gui/{uid}/{}", launchd::LABEL)
}

fn owned(words: Vec<&str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// The user's crontab; empty where there is none.
pub(super) fn crontab() -> Result<String> {
    let words = ["crontab", "-l"];
    match outside::ask(&words)? {
        None => Ok(String::new()),
        Some(said) if said.is_ok => Ok(said.stdout),
        Some(said) if said.stderr.contains("no crontab") => Ok(String::new()),
        // An answer that is not understood is not taken for an empty crontab, which would be written back.
        Some(said) => outside::obeyed(&words, Some(said)).map(|_| String::new()),
    }
}

/// Puts a crontab in the place of the one that is there.
pub(super) fn put_crontab(text: &str) -> Result<()> {
    let words = ["crontab", "-"];
    outside::obeyed(&words, outside::tell(&words, text)?)?;
    let found = crontab()?;
    if cron::find(&found) != cron::find(text) {
        bail!("`crontab -` took the lines, but `crontab -l` does not show them");
    }
    Ok(())
}
