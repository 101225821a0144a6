//! A service of systemd and its timer.
//!
//! `%` is expanded in nearly every value and is doubled; words with anything else of meaning stand in double quotes,
//! where only `\` and `"` are escaped, which every reader of systemd takes alike. The colon before the program turns
//! off the expansion of `$`.
//!
//! What a user's own manager can do without a name space of users is little, and with one a photo would lose a group
//! that is not the user's main one. So the list of folders that may be written is for services of the system; both
//! get what costs nothing.

use std::fmt::Write as _;
use std::path::Path;

use super::{Owner, Service, UnitError, mark, plain};
use crate::calendar::Rule;

/// The name of the service.
pub const SERVICE: &str = "immich-sync.service";
/// The name of the timer.
pub const TIMER: &str = "immich-sync.timer";

const UNIT: &str = "unit of systemd";

/// Exit codes that are no failure of the service: some photos failed (which the run tells itself), and another run
/// was active.
const TOLD_ELSEWHERE: &str = "3 11";

/// The text of the service.
pub fn service(service: &Service) -> Result<String, UnitError> {
    let program = program(&service.program)?;
    let config = quoted(plain(&service.config, UNIT)?);
    let battery = if service.on_battery { "" } else { "ConditionACPower=true\n" };
    // A user's manager knows nothing of the network.
    let network = match service.owner {
        Owner::User => "",
        Owner::System { .. } => "Wants=network-online.target\nAfter=network-online.target\n",
    };
    let user = match &service.owner {
        Owner::User => String::new(),
        Owner::System { user } => format!("User={}\n", doubled(user)),
    };
    let content = format!(
        "[Unit]\n\
         Description=Keep Immich and the original photos in step\n\
         {network}{battery}\n\
         [Service]\n\
         Type=oneshot\n\
         {user}\
         ExecStart=:{program} run --config {config}\n\
         SuccessExitStatus={TOLD_ELSEWHERE}\n\
         KillMode=mixed\n\
         TimeoutStopSec=30\n\
         Nice=19\n\
         CPUSchedulingPolicy=batch\n\
         IOSchedulingClass=idle\n\
         {}",
        hardening(service)?
    );
    Ok(mark::marked("# ", "", &content))
}

/// The text of the timer.
pub fn timer(service: &Service) -> String {
    let mut when = String::new();
    for line in on_calendar(service) {
        // Writing to a string does not fail.
        let _ = writeln!(when, "OnCalendar={line}");
    }
    let delay = match service.random_delay.as_secs() {
        0 => String::new(),
        seconds => format!("RandomizedDelaySec={seconds}\n"),
    };
    let content = format!(
        "[Unit]\n\
         Description=When to keep Immich and the original photos in step\n\
         \n\
         [Timer]\n\
         {when}\
         Persistent={}\n\
         {delay}\
         Unit={SERVICE}\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        service.catch_up
    );
    mark::marked("# ", "", &content)
}

/// The lines of the calendar, as `Mon,Tue *-*-* 02:00:00 Europe/Berlin`.
fn on_calendar(service: &Service) -> Vec<String> {
    let calendar = &service.calendar;
    let mut days: Vec<&str> = Vec::new();
    if !calendar.days().is_all() {
        days.extend(calendar.days().iter().map(name_of_day));
    }
    let days = if days.is_empty() { String::new() } else { format!("{} ", days.join(",")) };
    let zone = calendar.zone().iana_name().filter(|_| service.own_zone);
    let zone = zone.map_or_else(String::new, |name| format!(" {name}"));
    let line = |time: String| format!("{days}*-*-* {time}{zone}");
    match calendar.rule() {
        Rule::Every(minutes) if *minutes < 60 && 60 % minutes == 0 => {
            vec![line(format!("*:00/{minutes}:00"))]
        }
        Rule::Every(_) | Rule::At(_) => {
            calendar.times().iter().map(|time| line(time.strftime("%H:%M:%S").to_string())).collect()
        }
    }
}

fn name_of_day(day: jiff::civil::Weekday) -> &'static str {
    use jiff::civil::Weekday;
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

/// What the service may not do. Left out on purpose: `RestrictSUIDSGID`, since a folder whose group is inherited has such a
/// bit; anything that makes a name space of users, since a photo's group would be unknown in it.
///
/// A hook that mounts a disk needs rights that each of these takes away, so where there are hooks there is none of it.
fn hardening(service: &Service) -> Result<String, UnitError> {
    if service.runs_others {
        return Ok(String::new());
    }
    let mut text = "NoNewPrivileges=true\n\
                    LockPersonality=true\n\
                    MemoryDenyWriteExecute=true\n\
                    RestrictRealtime=true\n\
                    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n\
                    SystemCallArchitectures=native\n"
        .to_owned();
    let Owner::System { user } = &service.owner else { return Ok(text) };
    if user == "root" {
        // What it takes to give a new version the owner, the times and the mode of the old one.
        text +=
            "CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID\n";
    } else {
        text += "CapabilityBoundingSet=\n";
    }
    text += "PrivateDevices=true\n\
             ProtectClock=true\n\
             ProtectControlGroups=true\n\
             ProtectHostname=true\n\
             ProtectKernelLogs=true\n\
             ProtectKernelModules=true\n\
             ProtectKernelTunables=true\n\
             RestrictNamespaces=true\n\
             SystemCallFilter=@system-service\n";
    let is_temporary = |path: &Path| path.starts_with("/tmp") || path.starts_with("/var/tmp");
    if !service.writable.iter().chain([&service.config, &service.program]).any(|path| is_temporary(path)) {
        text += "PrivateTmp=true\n";
    }
    text += "ProtectSystem=strict\n";
    for path in &service.writable {
        // The dash: a library that is not mounted is told by the run, in words.
        let _ = writeln!(text, "ReadWritePaths=-{}", quoted(plain(path, UNIT)?));
    }
    Ok(text)
}

/// The program; systemd refuses one whose path has a quote or a backslash, however it is escaped.
fn program(path: &Path) -> Result<String, UnitError> {
    let text = plain(path, UNIT)?;
    if text.contains(['"', '\'', '\\']) {
        let remedy = "systemd starts no program whose path has quotes or backslashes; put it elsewhere";
        return Err(UnitError::Path { path: path.to_owned(), unit: UNIT, remedy });
    }
    Ok(quoted(text))
}

/// A word in double quotes where it needs them.
fn quoted(text: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "/._-+@:,".contains(letter);
    if text.chars().all(is_bare) {
        return text.to_owned();
    }
    format!("\"{}\"", doubled(text).replace('\\', "\\\\").replace('"', "\\\""))
}

fn doubled(text: &str) -> String {
    text.replace('%', "%%")
}

#[cfg(test)]
mod tests;
