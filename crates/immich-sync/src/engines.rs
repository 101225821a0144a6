//! Who reads and writes the metadata, as the settings say.

use std::path::PathBuf;

use anyhow::Result;
use photo_metadata::exiftool::{ExifToolPool, ExifToolVersion, PoolOptions};
use photo_metadata::{EngineChoice, Engines, ExifTool, MetadataError};
use sync_core::{Event, Reporter};

use crate::environment::own_variables;
use crate::exit::{Complaint, ExitStatus};
use crate::settings::words::EngineWord;
use crate::settings::{Sources, catalogue};

/// One in so many files that are written natively is judged by ExifTool too.
const SECOND_OPINION: u32 = 1000;

/// The engines and how they are run.
#[derive(Debug, Clone)]
pub(crate) struct EngineSettings {
    /// Who writes.
    pub(crate) choice: EngineChoice,
    /// One in so many files is judged twice; 0 judges none.
    pub(crate) second_opinion: u32,
    /// The ExifTool program.
    pub(crate) exiftool: PathBuf,
    /// Processes of it at the same time.
    pub(crate) workers: usize,
}

impl EngineSettings {
    /// As the settings say.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Self> {
        Ok(Self {
            choice: sources.word::<EngineWord>(&catalogue::ENGINE)?.map_or(EngineChoice::Auto, Into::into),
            second_opinion: sources
                .number(&catalogue::SECOND_OPINION, 0..=1_000_000)?
                .unwrap_or(SECOND_OPINION),
            exiftool: crate::settings::exiftool(sources)?,
            workers: crate::settings::workers(sources)?,
        })
    }

    /// Automatic, with this ExifTool.
    pub(crate) fn automatic(exiftool: PathBuf) -> Self {
        Self { choice: EngineChoice::Auto, second_opinion: SECOND_OPINION, exiftool, workers: 2 }
    }

    /// The engines. ExifTool is started when it is needed first; where nothing goes without it, now.
    pub(crate) fn start<'a>(&'a self, reporter: &'a (dyn Reporter + 'a)) -> Result<Engines<'a>> {
        let start = move || self.start_exiftool(reporter);
        let tell = move |text: &str| reporter.report(&Event::Warning(text));
        if self.choice == EngineChoice::ExifTool {
            let started = std::sync::Mutex::new(Some(self.start_exiftool(reporter).map_err(with_remedy)?));
            let start = move || match started.lock().ok().and_then(|mut engine| engine.take()) {
                Some(engine) => Ok(engine),
                None => self.start_exiftool(reporter),
            };
            return Ok(Engines::new(self.choice, 0, Box::new(start), Box::new(tell)));
        }
        Ok(Engines::new(self.choice, self.second_opinion, Box::new(start), Box::new(tell)))
    }

    fn start_exiftool(&self, reporter: &dyn Reporter) -> Result<ExifTool, MetadataError> {
        // ExifTool has no business with the API key.
        let hidden_variables = own_variables();
        let options =
            PoolOptions { workers: self.workers, hidden_variables, ..PoolOptions::new(&self.exiftool) };
        let pool = ExifToolPool::start(options)?;
        let version = pool.version();
        tracing::debug!(%version, "ExifTool runs");
        if self.choice == EngineChoice::ExifTool && version < ExifToolVersion::OLDEST_FOR_ALL_WRITES {
            let wanted = ExifToolVersion::OLDEST_FOR_ALL_WRITES;
            reporter.report(&Event::Warning(&format!(
                "ExifTool {version} can damage HEIC, AVIF, WebP, MP4, MOV, CR3, RW2 and ARW files, so those are \
                 refused; install {wanted} or newer (https://exiftool.org) to write them too"
            )));
        }
        Ok(ExifTool::new(pool))
    }
}

fn with_remedy(error: MetadataError) -> anyhow::Error {
    let how = "install it with one of: apt install libimage-exiftool-perl · dnf install perl-Image-ExifTool · \
               brew install exiftool · apk add exiftool · or name it with --exiftool";
    match error {
        MetadataError::ExifToolMissing { program, source } => {
            let program = program.display();
            let message = format!("ExifTool is needed and cannot be started as `{program}`; {how}");
            Complaint::because(ExitStatus::ExifTool, message, source)
        }
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_exiftool_is_told_with_the_way_to_get_it() {
        let error = MetadataError::ExifToolMissing {
            program: "/nowhere/exiftool".into(),
            source: std::io::ErrorKind::NotFound.into(),
        };

        let error = with_remedy(error);

        assert_eq!(ExitStatus::of_error(&error, None), ExitStatus::ExifTool);
        let text = error.to_string();
        for part in
            ["/nowhere/exiftool", "apt install", "dnf install", "brew install", "apk add", "--exiftool"]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
