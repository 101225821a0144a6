//! Where a setting comes from: the command line, then the environment, then the config file, then its default.
//!
//! Each of them hands over texts together with the place they stand in, so that a message can name it and
//! `config show` can list it. What the texts mean is decided once, whichever place they come from.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Result;
use clap::ArgMatches;
use clap::ValueEnum;
use clap::parser::ValueSource;

use super::setting::{Kind, Setting, yes_or_no};
use super::words::listed;
use crate::config::ConfigFile;
use crate::environment::Environment;
use crate::exit::usage;

/// What the settings are made of, in their order of precedence.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    /// The command line.
    pub(crate) matches: &'a ArgMatches,
    /// The environment.
    pub(crate) environment: &'a Environment,
    /// The config file.
    pub(crate) config: &'a ConfigFile,
}

/// What somebody said of a setting, and where. Has no `Debug`: it can be the key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// One value, several, or `true` or `false`.
    pub(crate) values: Vec<OsString>,
    /// Where.
    pub(crate) origin: Origin,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This option.
    CommandLine(String),
    /// This variable.
    Environment(String),
    /// This key of a config file.
    Config {
        /// The file.
        path: PathBuf,
        /// The line, where the form of the file has lines.
        line: Option<usize>,
        /// The key as it is spelled there.
        key: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine(option) => f.write_str(option),
            Self::Environment(variable) => f.write_str(variable),
            Self::Config { path, line: Some(line), key } => {
                write!(f, "`{key}` of `{}`, line {line}", path.display())
            }
            Self::Config { path, line: None, key } => write!(f, "`{key}` of `{}`", path.display()),
        }
    }
}

impl Given {
    /// The last value, as text without blanks around.
    pub(crate) fn text(&self) -> Result<String> {
        text(self.last(), &self.origin)
    }

    /// All values as text.
    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        self.values.iter().map(|value| text(value, &self.origin)).collect()
    }

    /// The last value as a path.
    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(self.last())
    }

    fn last(&self) -> &OsStr {
        self.values.last().map_or(OsStr::new(""), OsString::as_os_str)
    }

    /// The complaint that it is something else than expected.
    pub(crate) fn not(&self, expected: &str) -> anyhow::Error {
        let shown = self.last().to_string_lossy();
        usage(format!("{} is `{shown}`, expected {expected}", self.origin))
    }

    fn parsed<T: FromStr>(&self, expected: &str) -> Result<T> {
        self.text()?.parse().map_err(|_| self.not(expected))
    }
}

fn text(value: &OsStr, origin: &Origin) -> Result<String> {
    let text = value.to_str().ok_or_else(|| usage(format!("{origin} is not UTF-8 text")))?;
    Ok(text.trim().to_owned())
}

impl Sources<'_> {
    /// What the first of the sources that knows the setting says.
    pub(crate) fn find(&self, setting: &Setting) -> Result<Option<Given>> {
        if let Some(given) = self.typed(setting) {
            return Ok(Some(given));
        }
        match self.environment.find(setting)? {
            Some(given) => Ok(Some(given)),
            None => Ok(self.config.find(setting)),
        }
    }

    /// What the command line says.
    pub(crate) fn typed(&self, setting: &Setting) -> Option<Given> {
        let given = |values, name: &str| Given { values, origin: Origin::CommandLine(format!("--{name}")) };
        let yes = |name: &str| self.is_typed(name).then(|| vec![OsString::from("true")]);
        match setting.kind {
            Kind::Choice => yes(setting.name).map(|values| given(values, setting.option)),
            Kind::Flag(_) => {
                let opposite = format!("no-{}", setting.name);
                let option = format!("no-{}", setting.option);
                let no = || self.is_typed(&opposite).then(|| given(vec!["false".into()], &option));
                yes(setting.name).map(|values| given(values, setting.option)).or_else(no)
            }
            Kind::Value | Kind::Values(_) => {
                let raw = self.matches.try_get_raw(setting.name).ok().flatten()?;
                Some(given(raw.map(OsStr::to_owned).collect(), setting.option))
            }
        }
    }

    fn is_typed(&self, name: &str) -> bool {
        matches!(self.matches.try_contains_id(name), Ok(true))
            && self.matches.value_source(name) == Some(ValueSource::CommandLine)
    }

    /// Whether it is so: what somebody said, else the default.
    pub(crate) fn flag(&self, setting: &Setting) -> Result<bool> {
        let default = matches!(setting.kind, Kind::Flag(true));
        let given = self.find(setting)?.map(|given| yes_or_no_of(&given)).transpose()?;
        Ok(given.unwrap_or(default))
    }

    /// As text.
    pub(crate) fn text(&self, setting: &Setting) -> Result<Option<String>> {
        self.find(setting)?.map(|given| given.text()).transpose()
    }

    /// As a path.
    pub(crate) fn path(&self, setting: &Setting) -> Result<Option<PathBuf>> {
        Ok(self.find(setting)?.map(|given| given.path()))
    }

    /// As a number within bounds.
    pub(crate) fn number(&self, setting: &Setting, bounds: RangeInclusive<u32>) -> Result<Option<u32>> {
        let expected = format!("a number from {} to {}", bounds.start(), bounds.end());
        let Some(given) = self.find(setting)? else { return Ok(None) };
        let number: u32 = given.parsed(&expected)?;
        if bounds.contains(&number) { Ok(Some(number)) } else { Err(given.not(&expected)) }
    }

    /// All values as text; none where nobody said. A typed one is taken as it is, also where it holds what separates
    /// values in a variable.
    pub(crate) fn texts(&self, setting: &Setting) -> Result<Vec<String>> {
        let texts = self.find(setting)?.map(|given| given.texts()).transpose()?.unwrap_or_default();
        Ok(texts.into_iter().filter(|text| !text.is_empty()).collect())
    }

    /// All values as paths.
    pub(crate) fn paths(&self, setting: &Setting) -> Result<Vec<PathBuf>> {
        let values = self.find(setting)?.map(|given| given.values).unwrap_or_default();
        Ok(values.into_iter().filter(|value| !value.is_empty()).map(PathBuf::from).collect())
    }

    /// Several of a few words, which a comma separates wherever they stand.
    pub(crate) fn words<T: ValueEnum>(&self, setting: &Setting) -> Result<Vec<T>> {
        let Some(given) = self.find(setting)? else { return Ok(Vec::new()) };
        let mut words = Vec::new();
        for text in given.texts()? {
            for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                let wrong = |_| usage(format!("{} is `{word}`, expected {}", given.origin, listed::<T>()));
                words.push(T::from_str(word, true).map_err(wrong)?);
            }
        }
        Ok(words)
    }

    /// As anything that is read from text.
    pub(crate) fn parsed<T: FromStr>(&self, setting: &Setting, expected: &str) -> Result<Option<T>> {
        self.find(setting)?.map(|given| given.parsed(expected)).transpose()
    }

    /// As one of a few words.
    pub(crate) fn word<T: ValueEnum>(&self, setting: &Setting) -> Result<Option<T>> {
        let Some(given) = self.find(setting)? else { return Ok(None) };
        T::from_str(&given.text()?, true).map(Some).map_err(|_| given.not(&listed::<T>()))
    }

    /// As a time: seconds, or a number and `s`, `m`, `h` or `d`.
    pub(crate) fn time(&self, setting: &Setting) -> Result<Option<Duration>> {
        let Some(given) = self.find(setting)? else { return Ok(None) };
        let expected = "seconds, or a time such as 30m, 12h or 7d";
        seconds(&given.text()?).map(|time| Some(Duration::from_secs(time))).ok_or_else(|| given.not(expected))
    }
}

/// Whether a value means yes.
pub(crate) fn yes_or_no_of(given: &Given) -> Result<bool> {
    yes_or_no(&given.text()?).ok_or_else(|| given.not("true or false"))
}

/// Seconds of a time: a number of them, or one with `s`, `m`, `h` or `d`.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, text.chars().last()?),
        None => (text, 's'),
    };
    let factor = match unit {
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => 1,
    };
    number.trim().parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_or_has_a_unit() {
        assert_eq!(seconds("86400"), Some(86_400));
        assert_eq!(seconds("90 m"), Some(5_400));
        assert_eq!(seconds(" 10m "), Some(600));
        assert_eq!(seconds("24h"), seconds("1d"));
        assert_eq!(seconds("0"), Some(0));
        for wrong in ["", "h", "-1", "1.5h", "1w", "99999999999999999d"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
