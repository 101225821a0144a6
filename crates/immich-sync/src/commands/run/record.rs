//! What is remembered of jobs. That it cannot be written is told, and ends no run: the photos matter more.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use unattended::status::{JobStatus, Status};

use crate::exit::usage;
use crate::output::clean_path;
use crate::settings::RunSettings;

/// The beginning of the names of files that jobs tell their end in.
const RESULT: &str = "result-";

/// What is remembered of one config file's jobs.
pub(super) struct Record<'a> {
    path: PathBuf,
    config: &'a Path,
}

impl<'a> Record<'a> {
    /// Of the config of these settings.
    pub(super) fn of(settings: &'a RunSettings) -> Self {
        Self { path: Status::path(&settings.states), config: &settings.config }
    }

    /// What is remembered of each of these; made where it is new.
    pub(super) fn read(&self, names: &[String]) -> Vec<JobStatus> {
        let now = jiff::Timestamp::now();
        let found = Status::change(&self.path, |status| {
            names.iter().map(|name| status.job_mut(self.config, name, now).clone()).collect::<Vec<_>>()
        });
        found.unwrap_or_else(|error| {
            tell(&error);
            names.iter().map(|name| JobStatus::new(self.config, name, now)).collect()
        })
    }

    /// Changes what is remembered of one.
    pub(super) fn change<T: Default>(&self, name: &str, change: impl FnOnce(&mut JobStatus) -> T) -> T {
        let now = jiff::Timestamp::now();
        let changed = Status::change(&self.path, |status| change(status.job_mut(self.config, name, now)));
        changed.unwrap_or_else(|error| {
            tell(&error);
            T::default()
        })
    }
}

fn tell(error: &unattended::Error) {
    tracing::warn!(%error, "what is remembered of the jobs cannot be kept");
}

/// A new name for the file in which a job tells its end.
pub(super) fn result_file(runs: &Path, number: usize) -> PathBuf {
    runs.join(format!("{RESULT}{}-{number}.json", std::process::id()))
}

/// Removes what killed runs left of these. The lock of runs is held.
pub(super) fn remove_left_behind(runs: &Path) {
    for entry in std::fs::read_dir(runs).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(RESULT) {
            // One that stays is in nobody's way.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Makes the folder of a file for its owner only.
pub(super) fn private_folder_of(path: &Path) -> Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| usage(format!("the folder `{}` cannot be made: {error}", clean_path(folder))))
}
