//! How a job ended, for `run` that started it: a small file, because on a terminal its outputs are the user's.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sync_core::import::ImportEvent;
use sync_core::{Event, Reporter};

use super::export::ExportEnd;
use super::import::ImportEnd;
use super::{End, OrganizeEnd, Presenter, clean, statistics};
use crate::exit::ExitStatus;

/// How a job ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobResult {
    /// Items by what became of them.
    #[serde(default)]
    pub(crate) counts: BTreeMap<String, u64>,
    /// Why it was given up.
    #[serde(default)]
    pub(crate) error: Option<String>,
}

impl JobResult {
    /// What a job left; nothing where it left nothing, as one that was killed.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read(path).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The numbers that every command has, under the names of a summary.
    fn of_numbers(numbers: &Map<String, Value>) -> Self {
        let of = |name: &str| numbers.get(name).and_then(Value::as_u64).unwrap_or_default();
        let counts = [
            ("seen", of("total")),
            ("done", of("updated") + of("simulated")),
            ("skipped", of("skipped") + of("file_not_found") + of("path_segment_mismatch")),
            ("failed", of("errors")),
        ];
        Self { counts: counts.map(|(name, count)| (name.to_owned(), count)).into(), error: None }
    }
}

/// Writes the file.
pub(super) struct ResultFile(PathBuf);

impl ResultFile {
    /// To this place, where nothing is yet.
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    fn save(&self, result: &JobResult) {
        let write = || -> std::io::Result<()> {
            let text = serde_json::to_vec(result)?;
            let mut file =
                OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&self.0)?;
            file.write_all(&text)
        };
        if let Err(error) = write() {
            tracing::warn!(%error, "the end of the job cannot be told in numbers");
        }
    }
}

impl Reporter for ResultFile {
    fn report(&self, _event: &Event<'_>) {}
}

impl Presenter for ResultFile {
    fn finish(&self, end: &End<'_>) {
        self.save(&JobResult::of_numbers(&statistics::numbers(end)));
    }

    fn finish_organizing(&self, end: &OrganizeEnd<'_>) {
        self.save(&JobResult::of_numbers(&statistics::numbers_of_organizing(end)));
    }

    fn foretell(&self, _event: &ImportEvent<'_>) {}

    fn finish_importing(&self, end: &ImportEnd<'_>) {
        self.save(&JobResult::of_numbers(&statistics::numbers_of_import(end)));
    }

    fn finish_exporting(&self, end: &ExportEnd<'_>) {
        self.save(&JobResult::of_numbers(&statistics::numbers_of_export(end)));
    }

    fn give_up(&self, error: &anyhow::Error, _status: ExitStatus) {
        let error = Some(clean(&format!("{error:#}")));
        // What was counted before stays: results that could not be written are told after the summary.
        self.save(&JobResult { error, ..JobResult::read(&self.0) });
    }
}
