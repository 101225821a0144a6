//! How a run is told: resolved first, since everything after it may have something to tell.

use std::path::PathBuf;

use anyhow::Result;

use super::words::{LogFormat, LogLevel, StatsFormat};
use super::{Sources, catalogue};
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
        let format = format(sources)?;
        Ok(Self {
            json: sources.flag(&catalogue::JSON)?,
            quiet: sources.flag(&catalogue::QUIET)?,
            level: sources.word(&catalogue::LOG_LEVEL)?,
            log: sources.path(&catalogue::LOG_FILE)?.map(|path| LogFile { path, format }),
            statistics: statistics(sources)?,
        })
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

fn statistics(sources: &Sources<'_>) -> Result<Option<StatsFile>> {
    let Some(format) = sources.word(&catalogue::EXPORT_STATS)? else { return Ok(None) };
    let folder = sources.path(&catalogue::STATS_DIR)?.unwrap_or_else(|| PathBuf::from("."));
    Ok(Some(StatsFile { folder, format }))
}
