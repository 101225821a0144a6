//! How a run is told: resolved first, since everything after it may have something to tell.

use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::SignedDuration;
use unattended::log_file::Limits;

use super::setting::Setting;
use super::words::{LogFormat, LogLevel, StatsFormat};
use super::{Given, Sources, catalogue};
use crate::exit::usage;

/// How a run is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OutputSettings {
    /// One JSON object a line on stdout.
    pub(crate) json: bool,
    /// No progress, and no summary where all went well.
    pub(crate) quiet: bool,
    /// How much; `None` where nobody said.
    pub(crate) level: Option<LogLevel>,
    /// The log file, if there is to be one.
    pub(crate) log: Option<LogFile>,
    /// Where `run` is told how its job ended.
    pub(crate) result: Option<PathBuf>,
    /// The file with the numbers of the run, if there is to be one.
    pub(crate) statistics: Option<StatsFile>,
}

/// A file that the log is appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogFile {
    /// Where.
    pub(crate) path: PathBuf,
    /// How.
    pub(crate) format: LogFormat,
    /// When it is full, and what is kept of full ones.
    pub(crate) limits: Limits,
}

/// A file that the numbers of a run are written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatsFile {
    /// In which folder.
    pub(crate) folder: PathBuf,
    /// How.
    pub(crate) format: StatsFormat,
}

impl OutputSettings {
    /// Decides how to tell.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Self> {
        let (format, limits) = (format(sources)?, limits(sources)?);
        Ok(Self {
            json: sources.flag(&catalogue::JSON)?,
            quiet: sources.flag(&catalogue::QUIET)?,
            level: sources.word(&catalogue::LOG_LEVEL)?,
            log: sources.path(&catalogue::LOG_FILE)?.map(|path| LogFile { path, format, limits }),
            result: sources.path(&catalogue::RESULT_FILE)?,
            statistics: statistics(sources)?,
        })
    }

    /// The same, with a log where nobody named one.
    pub(crate) fn with_log(sources: &Sources<'_>, path: &Path) -> Result<Self> {
        let output = Self::resolve(sources)?;
        let log = LogFile { path: path.to_owned(), format: format(sources)?, limits: limits(sources)? };
        Ok(Self { log: output.log.or(Some(log)), ..output })
    }

    /// For telling why the settings could not be resolved.
    pub(crate) fn of_a_failed_start(json: bool) -> Self {
        Self { json, quiet: true, ..Self::default() }
    }
}

fn format(sources: &Sources<'_>) -> Result<LogFormat> {
    let format = sources.find(&catalogue::LOG_FORMAT)?;
    let structured = sources.find(&catalogue::STRUCTURED_LOGS)?;
    let word = sources.word(&catalogue::LOG_FORMAT)?;
    let flag = sources.flag(&catalogue::STRUCTURED_LOGS)?;
    let of_flag = if flag { LogFormat::Json } else { LogFormat::Text };
    match (word, structured) {
        (Some(word), None) => Ok(word),
        (None, _) => Ok(of_flag),
        (Some(word), Some(_)) if word == of_flag => Ok(word),
        (Some(_), Some(structured)) => {
            let format = format.map_or_else(String::new, |given| given.origin.to_string());
            Err(usage(format!("{format} and {} say different things; keep one of them", structured.origin)))
        }
    }
}

/// When the log is full, and what is kept.
fn limits(sources: &Sources<'_>) -> Result<Limits> {
    let usual = Limits::USUAL;
    let max_bytes = match sources.find(&catalogue::LOG_MAX_SIZE)? {
        Some(given) if is_word(&given, "never")? => None,
        Some(given) => super::retention::size(&given)?,
        None => usual.max_bytes,
    };
    let max_age = age(sources, &catalogue::LOG_MAX_AGE, "never", usual.max_age)?;
    let keep_for = age(sources, &catalogue::LOG_KEEP_FOR, "forever", usual.keep_for)?;
    let keep = sources.number(&catalogue::LOG_KEEP, 0..=100_000)?.map_or(usual.keep, super::to_usize);
    Ok(Limits { max_bytes, max_age, keep, keep_for })
}

fn is_word(given: &Given, word: &str) -> Result<bool> {
    Ok(given.text()?.eq_ignore_ascii_case(word))
}

/// A time, or the word for no end.
fn age(
    sources: &Sources<'_>,
    setting: &Setting,
    endless: &str,
    usual: Option<SignedDuration>,
) -> Result<Option<SignedDuration>> {
    let Some(given) = sources.find(setting)? else { return Ok(usual) };
    if is_word(&given, endless)? {
        return Ok(None);
    }
    let time = sources.time(setting)?;
    Ok(time.and_then(|time| SignedDuration::try_from(time).ok()))
}

fn statistics(sources: &Sources<'_>) -> Result<Option<StatsFile>> {
    let Some(format) = sources.word(&catalogue::EXPORT_STATS)? else { return Ok(None) };
    let folder = sources.path(&catalogue::STATS_DIR)?.unwrap_or_else(|| PathBuf::from("."));
    Ok(Some(StatsFile { folder, format }))
}
