//! The config file: TOML with the names of the options, or a file of another tool as it is.
//!
//! An unknown key is an error, not a shrug: `dry-run = true` that nobody reads would be a surprise in the
//! originals. No message of a parser is shown with the line it complains of, since that line can be the one
//! with the key.

mod assignments;
mod document;
mod form;
mod job;
mod json;
mod keys;
mod tables;
mod yaml;

use std::fmt;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;

use crate::codes::Code;
use crate::exit::usage_of;
use crate::settings::setting::{Leads, Setting};
use crate::settings::{Given, Origin, catalogue};
use form::Form;

#[cfg(test)]
pub(crate) use job::OWN_KEYS;
pub(crate) use job::{HookEntries, JobEntry, settings_of};
pub(crate) use keys::{SERVICES, in_tables};

/// What a config file says. Has no `Debug`: the key can be in it.
#[derive(Default)]
pub(crate) struct ConfigFile {
    /// Where it was read; empty where there is none.
    pub(crate) path: PathBuf,
    /// Whether others than its owner may read it.
    pub(crate) is_open: bool,
    /// The accounts that stand in tables of their own.
    pub(crate) accounts: Vec<AccountEntry>,
    /// Keys of other tools that mean nothing here.
    pub(crate) without_meaning: Vec<String>,
    /// What `run` does, in order.
    pub(crate) jobs: Vec<JobEntry>,
    entries: Vec<Entry>,
}

/// One setting of the file.
#[derive(Clone)]
pub(crate) struct Entry {
    /// Its name, as the option spells it.
    setting: &'static str,
    /// Its key as it is written.
    key: String,
    line: Option<usize>,
    values: Vec<String>,
    /// Where the values are pairs.
    pub(crate) pairs: Vec<(String, String)>,
}

/// Where the key of one account comes from.
#[derive(Default)]
pub(crate) struct AccountEntry {
    /// The key itself.
    pub(crate) key: Option<Secret>,
    /// A file that holds it.
    pub(crate) file: Option<PathBuf>,
    /// A program that prints it.
    pub(crate) command: Option<Vec<String>>,
}

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl ConfigFile {
    /// Reads the file that was asked for, or the first of the usual ones that is there.
    pub(crate) fn load(asked_for: Option<&Path>, usual: &[PathBuf], home: Option<&Path>) -> Result<Self> {
        let unreadable = |path: &Path, error: std::io::Error| {
            usage_of(
                Code::ConfigUnreadable,
                format!("the config file `{}` cannot be read: {error}", path.display()),
            )
        };
        if let Some(path) = asked_for {
            let text = read(path).map_err(|error| unreadable(path, error))?;
            return Self::found(&text, path, home);
        }
        for path in usual {
            match read(path) {
                Ok(text) => return Self::found(&text, path, home),
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => return Err(unreadable(path, error)),
            }
        }
        Ok(Self::default())
    }

    fn found(text: &str, path: &Path, home: Option<&Path>) -> Result<Self> {
        let mut config = Self::parse(text, path)?;
        config.is_open = is_open(path);
        config.find_paths(home);
        Ok(config)
    }

    /// Reads the text of a config file, in the form that its name and its content show.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = match Form::of(path, text) {
            Form::Toml => tables::parse(text),
            Form::Ini => assignments::parse_ini(text),
            Form::Variables => assignments::parse_variables(text),
            Form::Json => json::parse(text),
            Form::Yaml => yaml::parse(text),
        };
        let config = document.and_then(|document| keys::understand(document, path));
        config.map_err(|problem| {
            let line = problem.line.map_or_else(String::new, |line| format!(", line {line}"));
            usage_of(
                Code::ConfigWrong,
                format!("the config file `{}`{line}: {}", path.display(), problem.message),
            )
        })
    }

    /// What it says of a setting.
    pub(crate) fn find(&self, setting: &Setting) -> Option<Given> {
        let entry = self.entry(setting)?;
        let origin = Origin::Config { path: self.path.clone(), line: entry.line, key: entry.key.clone() };
        Some(Given { values: entry.values.iter().map(Into::into).collect(), origin })
    }

    /// Whether an API key stands in the file itself.
    pub(crate) fn holds_a_key(&self) -> bool {
        let holds = |entries: &[Entry]| entries.iter().any(|entry| entry.setting == catalogue::API_KEY.name);
        holds(&self.entries)
            || self.jobs.iter().any(|job| holds(&job.entries))
            || self.accounts.iter().any(|account| account.key.is_some())
    }

    /// All secrets that stand in it, and all files with secrets that it names, of accounts and jobs, too.
    pub(crate) fn secrets(&self) -> (Vec<String>, Vec<PathBuf>) {
        let of_jobs = self.jobs.iter().flat_map(|job| job.entries.iter());
        let (mut texts, mut files) = (Vec::new(), Vec::new());
        for entry in self.entries.iter().chain(of_jobs) {
            let setting = catalogue::all().find(|setting| setting.name == entry.setting);
            if setting.is_some_and(|setting| setting.is_secret) {
                texts.extend(entry.values.iter().cloned());
            } else if catalogue::is_file_of_a_secret(entry.setting) {
                files.extend(entry.values.iter().map(PathBuf::from));
            }
        }
        for account in &self.accounts {
            texts.extend(account.key.iter().map(|key| key.0.clone()));
            files.extend(account.file.iter().cloned());
        }
        (texts, files)
    }

    /// The entry of a setting.
    pub(crate) fn entry(&self, setting: &Setting) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.setting == setting.name)
    }

    /// Takes `~/` for the home folder, and anything else that is relative from the folder of the file on.
    fn find_paths(&mut self, home: Option<&Path>) {
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let find = |path: &str| {
            let found = match (Path::new(path).strip_prefix("~"), home) {
                (Ok(rest), Some(home)) => home.join(rest),
                _ => folder.join(path),
            };
            // What came from text stays text unless the home folder is none; then it is left as it was.
            found.into_os_string().into_string().unwrap_or_else(|_| path.to_owned())
        };
        let of_jobs = self.jobs.iter_mut().flat_map(|job| job.entries.iter_mut());
        for entry in self.entries.iter_mut().chain(of_jobs) {
            let leads = catalogue::all().find(|setting| setting.name == entry.setting);
            let leads = leads.map_or(Leads::Nowhere, |setting| setting.leads);
            for value in &mut entry.values {
                let is_path = match leads {
                    Leads::Nowhere => false,
                    Leads::ToFile => true,
                    Leads::ToProgram => Path::new(value.as_str()).components().count() > 1,
                };
                if is_path {
                    *value = find(value);
                }
            }
        }
        for file in self.accounts.iter_mut().filter_map(|account| account.file.as_mut()) {
            *file = find(&file.to_string_lossy()).into();
        }
    }
}

/// No config file is larger; what is, was named by mistake.
const LARGEST: u64 = 1 << 22;

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(std::io::Error::other("it is larger than 4 MiB, as no config file is"));
    }
    Ok(text)
}

/// Whether others than the owner may read or write a file.
pub(crate) fn is_open(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Whether every user of the machine may read a file.
pub(crate) fn is_open_to_all(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(test)]
mod tests;
