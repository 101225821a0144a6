//! How a run is told: resolved first, since everything after it may have something to tell.

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;

use super::{Sources, names};
use crate::args::{LogFormat, LogLevel};
use crate::exit::usage;

/// How a run is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputSettings {
    /// One JSON object a line on stdout.
    pub(crate) json: bool,
    /// No progress, and no summary where all went well.
    pub(crate) quiet: bool,
    /// How much; `None` where nobody said.
    pub(crate) level: Option<LogLevel>,
    /// The log file, if there is to be one.
    pub(crate) log: Option<LogFile>,
}

/// A file that the log is appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogFile {
    /// Where.
    pub(crate) path: PathBuf,
    /// How.
    pub(crate) format: LogFormat,
}

impl OutputSettings {
    /// Decides how to tell.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Self> {
        let Sources { args, environment, config, .. } = *sources;
        let level = match args.log_level {
            Some(level) => Some(level),
            None => environment.word(names::LOG_LEVEL)?.or(word("log_level", config.log_level.as_deref())?),
        };
        let path = environment.path(names::LOG_FILE)?.or_else(|| config.log_file.clone());
        let format = format(sources)?;
        Ok(Self {
            json: sources.flag(args.json, names::JSON, None)?,
            quiet: sources.flag(args.quiet, names::QUIET, None)?,
            level,
            log: path.map(|path| LogFile { path, format }),
        })
    }
}

fn format(sources: &Sources<'_>) -> Result<LogFormat> {
    if let Some(format) = sources.environment.word(names::LOG_FORMAT)? {
        return Ok(format);
    }
    match sources.environment.flag(names::STRUCTURED_LOGS)? {
        Some(true) => Ok(LogFormat::Json),
        Some(false) => Ok(LogFormat::Text),
        None => Ok(word("log_format", sources.config.log_format.as_deref())?.unwrap_or(LogFormat::Text)),
    }
}

fn word<T: ValueEnum>(key: &str, text: Option<&str>) -> Result<Option<T>> {
    let Some(text) = text else { return Ok(None) };
    T::from_str(text, true).map(Some).map_err(|_| {
        let words = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let words: Vec<String> = words.map(|word| word.get_name().to_owned()).collect();
        usage(format!("`{key}` of the config file is `{text}`, expected {}", words.join(", ")))
    })
}
