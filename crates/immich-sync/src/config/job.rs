//! `[[job]]`: what `run` does, and with which settings.
//!
//! A job takes the options of its command under their keys, as they stand in the table of that command
//! (`into_album = "x"` in a job that imports). They go before the rest of the file, and behind the environment and
//! the command line. Where several settings say one thing together, as the kinds of data of `write` do, a job that
//! names one of them speaks for all.

use std::path::Path;
use std::time::Duration;

use super::document::{Problem, Raw, Value};
use super::keys::{add, entry, not_known, texts};
use super::{ConfigFile, Entry};
use crate::args::JobCommand;
use crate::settings::setting::{Setting, yes_or_no};
use crate::settings::{catalogue, family, seconds};

/// The table of a job.
pub(super) const JOB: &str = "job";

/// What a job has besides the options of its command.
pub(crate) const OWN_KEYS: [&str; 7] =
    ["name", "command", "enabled", "timeout", "on_failure", "accept_partial", "hooks"];

/// One job. Has no `Debug`: a key can be in it.
pub(crate) struct JobEntry {
    /// Its name, which no other job of the file has.
    pub(crate) name: String,
    /// What is started.
    pub(crate) command: JobCommand,
    /// Where it stands.
    pub(crate) line: Option<usize>,
    /// Whether it runs when nobody names it.
    pub(crate) is_enabled: bool,
    /// How long it may take.
    pub(crate) timeout: Option<Duration>,
    /// Whether the jobs behind it do not run when it fails.
    pub(crate) stops: bool,
    /// Whether it went well although something was refused or failed.
    pub(crate) accepts_partial: bool,
    /// What runs around it.
    pub(crate) hooks: HookEntries,
    pub(super) entries: Vec<Entry>,
}

/// Programs with their arguments, by the moment at which they run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HookEntries {
    /// Before; what fails stops what it stands in front of.
    pub(crate) before: Option<Vec<String>>,
    /// After it went well.
    pub(crate) after: Option<Vec<String>>,
    /// After it failed.
    pub(crate) failed: Option<Vec<String>>,
    /// At the end, however that is.
    pub(crate) finally: Option<Vec<String>>,
}

/// The jobs of a file: `[[job]]` once for each.
pub(super) fn jobs(raw: Raw) -> Result<Vec<JobEntry>, Problem> {
    let wrong = || Problem::at(raw.line, "jobs stand in tables: `[[job]]`, each with a name and a command");
    let Value::List(items) = raw.value else { return Err(wrong()) };
    let mut jobs: Vec<JobEntry> = Vec::new();
    for item in items {
        let Value::Table(entries) = item else { return Err(wrong()) };
        let job = job(entries, raw.line)?;
        if let Some(other) = jobs.iter().find(|other| other.name == job.name) {
            let first = other.line.map_or_else(String::new, |line| format!(" (the first in line {line})"));
            let message = format!("two jobs are called `{}`{first}; give one of them another name", job.name);
            return Err(Problem::at(job.line, message));
        }
        jobs.push(job);
    }
    Ok(jobs)
}

fn job(entries: Vec<Raw>, of_all: Option<usize>) -> Result<JobEntry, Problem> {
    // A table has no line of its own; that of its first key is close enough.
    let line = entries.first().and_then(|raw| raw.line).or(of_all);
    let name = name(&entries, line)?;
    let command = command(&entries, &name, line)?;
    let mut job = JobEntry {
        name,
        command,
        line,
        is_enabled: true,
        timeout: None,
        stops: false,
        accepts_partial: false,
        hooks: HookEntries::default(),
        entries: Vec::new(),
    };
    for raw in entries {
        match raw.key.as_str() {
            "name" | "command" => {}
            "enabled" => job.is_enabled = flag(&raw)?,
            "accept_partial" => job.accepts_partial = flag(&raw)?,
            "timeout" => job.timeout = Some(time(&raw)?),
            "on_failure" => job.stops = on_failure(&raw)?,
            "hooks" => job.hooks = hooks(raw)?,
            _ => {
                let setting = setting(&job, &raw)?;
                if let Some(entry) = entry(&setting, false, raw)? {
                    add(&mut job.entries, entry)?;
                }
            }
        }
    }
    Ok(job)
}

fn name(entries: &[Raw], line: Option<usize>) -> Result<String, Problem> {
    let Some(raw) = entries.iter().find(|raw| raw.key == "name") else {
        return Err(Problem::at(line, "a job has no `name`; give it one, as `name = \"photos\"`"));
    };
    let Value::Text(name) = &raw.value else { return Err(Problem::at(raw.line, "`name` is not a text")) };
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ' ');
    if name.trim().is_empty()
        || name.trim() != name
        || name.chars().count() > 60
        || !name.chars().all(is_plain)
    {
        let message = "the `name` of a job is made of at most 60 letters, digits, blanks, `-`, `_` and `.`";
        return Err(Problem::at(raw.line, message));
    }
    Ok(name.clone())
}

fn command(entries: &[Raw], name: &str, line: Option<usize>) -> Result<JobCommand, Problem> {
    let all = JobCommand::ALL.map(JobCommand::words);
    let listed = || all.map(|words| format!("\"{words}\"")).join(", ");
    let Some(raw) = entries.iter().find(|raw| raw.key == "command") else {
        let message = format!("the job `{name}` has no `command`; it is one of {}", listed());
        return Err(Problem::at(line, message));
    };
    let words = if let Value::Text(words) = &raw.value { words.trim() } else { "" };
    let found = JobCommand::ALL.into_iter().find(|command| command.words() == words);
    found.ok_or_else(|| {
        Problem::at(raw.line, format!("the `command` of the job `{name}` is not one of {}", listed()))
    })
}

/// The setting that a key of a job stands for: of its command before what all commands share.
fn setting(job: &JobEntry, raw: &Raw) -> Result<Setting, Problem> {
    let (command, key) = (job.command, raw.key.as_str());
    let of_command = |key: &str| {
        let named = |prefix: &str| format!("{prefix}{key}");
        command.prefixes().iter().find_map(|prefix| {
            let name = named(prefix);
            catalogue::all().find(|setting| setting.key() == name && command.takes(setting))
        })
    };
    match of_command(key) {
        Some(setting) if setting.in_config => return Ok(setting),
        Some(_) => {
            let message = format!("`{key}` is said for one run at a time and is not taken from a file");
            return Err(Problem::at(raw.line, message));
        }
        None => {}
    }
    let of_another = JobCommand::ALL.into_iter().find(|other| {
        let keys = other.prefixes().iter().map(|prefix| format!("{prefix}{key}"));
        keys.into_iter().any(|name| catalogue::all().any(|known| known.key() == name && other.takes(&known)))
    });
    if let Some(other) = of_another {
        let message = format!(
            "`{key}` is an option of `{}`, and the job `{}` is `{}`; take it out, or put it into a job of that command",
            other.words(),
            job.name,
            command.words()
        );
        return Err(Problem::at(raw.line, message));
    }
    let known = keys_of(command);
    let known = known.iter().map(String::as_str).chain(OWN_KEYS);
    let spelled = key.replace('-', "_").to_ascii_lowercase();
    Err(Problem::at(raw.line, not_known(&format!("{JOB}.{key}"), &spelled, known)))
}

/// The keys that a job of this command can have, without its own.
pub(crate) fn keys_of(command: JobCommand) -> Vec<String> {
    settings_of(command).into_iter().map(|(key, _)| key).collect()
}

/// The same, each with its setting.
pub(crate) fn settings_of(command: JobCommand) -> Vec<(String, Setting)> {
    let taken = catalogue::all().filter(|setting| setting.in_config && command.takes(setting));
    let short = |key: String| {
        let prefix = command.prefixes().iter().find(|prefix| !prefix.is_empty() && key.starts_with(**prefix));
        prefix.map_or_else(|| key.clone(), |prefix| key[prefix.len()..].to_owned())
    };
    taken.map(|setting| (short(setting.key()), setting)).collect()
}

fn flag(raw: &Raw) -> Result<bool, Problem> {
    let wrong = || Problem::at(raw.line, format!("`{}` of a job is not true or false", raw.key));
    match &raw.value {
        Value::Flag(yes) => Ok(*yes),
        Value::Text(word) => yes_or_no(word).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn time(raw: &Raw) -> Result<Duration, Problem> {
    let text = if let Value::Text(text) = &raw.value { text.trim() } else { "" };
    seconds(text)
        .filter(|time| *time > 0)
        .map(Duration::from_secs)
        .ok_or_else(|| Problem::at(raw.line, format!("`{}` is not a time such as 30m, 6h or 1d", raw.key)))
}

fn on_failure(raw: &Raw) -> Result<bool, Problem> {
    match &raw.value {
        Value::Text(word) if word == "stop" => Ok(true),
        Value::Text(word) if word == "continue" => Ok(false),
        _ => Err(Problem::at(raw.line, "`on_failure` is not \"stop\" or \"continue\"")),
    }
}

fn hooks(raw: Raw) -> Result<HookEntries, Problem> {
    let wrong = "the `hooks` of a job are a table: `hooks.before = [\"program\", \"argument\"]`";
    let Value::Table(entries) = raw.value else { return Err(Problem::at(raw.line, wrong)) };
    let mut hooks = HookEntries::default();
    for Raw { key, line, value } in entries {
        let place = match key.as_str() {
            "before" => &mut hooks.before,
            "after" => &mut hooks.after,
            "failed" => &mut hooks.failed,
            "finally" => &mut hooks.finally,
            _ => {
                let spelled = key.to_ascii_lowercase();
                let known = ["before", "after", "failed", "finally"];
                return Err(Problem::at(line, not_known(&format!("{JOB}.hooks.{key}"), &spelled, known)));
            }
        };
        let words = if let Value::List(words) = value { texts(words) } else { None };
        let words = words.filter(|words| words.first().is_some_and(|program| !program.is_empty()));
        *place = Some(words.ok_or_else(|| {
            Problem::at(line, format!("`hooks.{key}` is not a list of a program and its arguments"))
        })?);
    }
    Ok(hooks)
}

impl JobEntry {
    /// Whether it says something of a setting.
    pub(crate) fn names(&self, setting: &Setting) -> bool {
        self.entries.iter().any(|entry| entry.setting == setting.name)
    }
}

impl ConfigFile {
    /// A job by its name.
    pub(crate) fn job(&self, name: &str) -> Option<&JobEntry> {
        self.jobs.iter().find(|job| job.name == name)
    }

    /// Each job that is on, with the file as that job sees it. It is read again: what is seen is made of it.
    pub(crate) fn of_jobs(&self, home: Option<&Path>) -> anyhow::Result<Vec<(JobCommand, Self)>> {
        let seen = |job: &JobEntry| {
            let read = Self::load(Some(&self.path), &[], home)?;
            Ok((job.command, read.seen_by(&job.name)))
        };
        self.jobs.iter().filter(|job| job.is_enabled).map(seen).collect()
    }

    /// The file as a job sees it: what the job says stands in the place of what the rest of the file says.
    #[must_use]
    pub(crate) fn seen_by(mut self, name: &str) -> Self {
        let Some(job) = self.jobs.iter_mut().find(|job| job.name == name) else { return self };
        let entries = std::mem::take(&mut job.entries);
        let families: Vec<&str> = entries.iter().filter_map(|entry| family(entry.setting)).collect();
        if families.contains(&crate::settings::KEYS) {
            self.accounts.clear();
        }
        self.entries.retain(|old| {
            let is_named = entries.iter().any(|new| new.setting == old.setting);
            !is_named && !family(old.setting).is_some_and(|family| families.contains(&family))
        });
        self.entries.extend(entries);
        self
    }
}
