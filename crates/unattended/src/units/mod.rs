//! The files by which a system starts runs: systemd, launchd and cron, as text.
//!
//! All are made from one [`Service`]. Each system quotes in its own way (systemd expands `%`, a crontab ends a command
//! at `%`, a plist is XML), so each has its own escaping, and paths that none of them can hold (control characters,
//! bytes that are no text) are refused before. A file carries a mark with the digest of its content, by which it is
//! known again: what somebody changed by hand is nobody's to remove.
//!
//! No key, no token and no variable of the user goes into any of them; what a run needs stands in its config file.

pub mod cron;
pub mod launchd;
pub mod mark;
pub mod systemd;

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use crate::calendar::Calendar;

/// What is to be started, when, and what it may touch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Service {
    /// The program, absolute.
    pub program: PathBuf,
    /// The config file, absolute.
    pub config: PathBuf,
    /// When.
    pub calendar: Calendar,
    /// Whether the zone of the calendar is another than that of the system.
    pub own_zone: bool,
    /// By how much a start may be put off, by chance.
    pub random_delay: SignedDuration,
    /// Whether it runs on a battery.
    pub on_battery: bool,
    /// Whether a run that was missed while the machine was off is made up for.
    pub catch_up: bool,
    /// Whether it starts programs of the user, around its runs or for a key: those may need any right.
    pub runs_others: bool,
    /// Folders that it writes: libraries, state, cache, logs, trash. Absolute.
    pub writable: Vec<PathBuf>,
    /// The folder of logs, absolute.
    pub logs: PathBuf,
    /// Whose service it is.
    pub owner: Owner,
}

/// Whose service it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The user who made it; it runs while there is a session of theirs, or always with lingering.
    User,
    /// The system, which runs it as this user.
    System {
        /// The name of the user.
        user: String,
    },
}

/// Why a service cannot be said in the words of a system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// A path that is not absolute, or holds a control character or bytes that are no text.
    #[error("`{}` cannot stand in a {unit}; {remedy}", path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// In what.
        unit: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A time zone of its own.
    #[error(
        "{unit} knows the time zone of the system only; take `time_zone` out of [schedule], or use systemd or `daemon`"
    )]
    Zone {
        /// Which system.
        unit: &'static str,
    },
}

impl UnitError {
    /// Whether the same may succeed later; it never does.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Path { .. } | Self::Zone { .. } => false,
        }
    }
}

/// The text of a path, if every system can hold it.
fn plain<'a>(path: &'a Path, unit: &'static str) -> Result<&'a str, UnitError> {
    let refused = |remedy| UnitError::Path { path: path.to_owned(), unit, remedy };
    let text = path.to_str().ok_or_else(|| refused("its name is no text; rename it"))?;
    if !path.is_absolute() {
        return Err(refused("it is not absolute"));
    }
    if text.chars().any(char::is_control) {
        return Err(refused("it holds a control character; rename it"));
    }
    Ok(text)
}

/// Refuses a zone that is not that of the system.
fn zone_of_system(service: &Service, unit: &'static str) -> Result<(), UnitError> {
    if service.own_zone { Err(UnitError::Zone { unit }) } else { Ok(()) }
}

#[cfg(test)]
pub(crate) mod testing;
