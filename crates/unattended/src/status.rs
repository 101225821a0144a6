//! What is remembered of runs: one small file, read by schedules, daemons, checks and people.
//!
//! Jobs are told apart by their config file as well as their name: two accounts with a config each share one folder
//! of states, and both may have a job `photos`. Times of a job are those of its newest run; what was told about it is
//! remembered too, so that each failure is told once, whoever starts the next run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, aside};

/// The form of the file. Fields that are added keep it; anything else raises it.
pub const SCHEMA: u32 = 1;

/// Where it is, from the folder of all states on.
pub const FILE: &str = "runs/status.json";

/// Everything that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The form: [`SCHEMA`].
    pub schema: u32,
    /// Each job that ever was in a config, in the order in which they were first seen.
    #[serde(default)]
    pub jobs: Vec<JobStatus>,
}

/// What is remembered of one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStatus {
    /// The config file that lists it, absolute.
    pub config: PathBuf,
    /// Its name.
    pub name: String,
    /// When it was first seen: a job that never went well is stale from here on.
    pub seen: Timestamp,
    /// When its newest run began.
    #[serde(default)]
    pub started: Option<Timestamp>,
    /// When its newest run ended; `None` while it runs, and after a supervisor that was killed.
    #[serde(default)]
    pub ended: Option<Timestamp>,
    /// The exit code of its newest run; above 128 the number of a signal on top.
    #[serde(default)]
    pub exit: Option<u8>,
    /// The same as a word: `ok`, `partial`, `timeout`, `killed` …
    #[serde(default)]
    pub word: Option<String>,
    /// What it counted: `done`, `skipped`, `failed` …
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// When the newest run ended that went well.
    #[serde(default)]
    pub last_good: Option<Timestamp>,
    /// Runs that did not go well since then.
    #[serde(default)]
    pub failures_in_row: u32,
    /// When its failure was told last; `None` while it is well.
    #[serde(default)]
    pub failure_told: Option<Timestamp>,
    /// When it was told last that there was no good run for long.
    #[serde(default)]
    pub stale_told: Option<Timestamp>,
}

impl JobStatus {
    /// Of a job that was never heard of.
    pub fn new(config: &Path, name: &str, seen: Timestamp) -> Self {
        Self {
            config: config.to_owned(),
            name: name.to_owned(),
            seen,
            started: None,
            ended: None,
            exit: None,
            word: None,
            counts: BTreeMap::new(),
            last_good: None,
            failures_in_row: 0,
            failure_told: None,
            stale_told: None,
        }
    }

    /// Since when there was no good run: the newest one, or when it was first seen.
    pub fn good_or_seen(&self) -> Timestamp {
        self.last_good.unwrap_or(self.seen)
    }

    /// Whether the last good run is longer ago than `limit`.
    pub fn is_stale(&self, limit: SignedDuration, now: Timestamp) -> bool {
        now.duration_since(self.good_or_seen()) > limit
    }
}

impl Default for Status {
    fn default() -> Self {
        Self { schema: SCHEMA, jobs: Vec::new() }
    }
}

impl Status {
    /// Where the file is below this folder of all states.
    pub fn path(states: &Path) -> PathBuf {
        states.join(FILE)
    }

    /// Reads the file; where there is none, nothing was remembered yet. A file of a newer program is refused, since
    /// writing it again would drop what is not known here.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Error::file(path, "read", error)),
        };
        let foreign = |message: String| Error::Foreign { path: path.to_owned(), message };
        let status: Self = serde_json::from_slice(&text).map_err(|error| foreign(error.to_string()))?;
        if status.schema != SCHEMA {
            return Err(foreign(format!("its form is {}, this program knows {SCHEMA}", status.schema)));
        }
        Ok(status)
    }

    /// Writes the file whole (0600), with its folder (0700) where that is missing.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        if let Some(folder) = path.parent() {
            private_folder(folder).map_err(|error| Error::file(folder, "made", error))?;
        }
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::file(path, "written", std::io::Error::other(error)))?;
        text.push(b'\n');
        aside::replace(path, &text, 0o600)
    }

    /// Reads the file, changes it and writes it. Those who do so wait for each other, so that nothing is lost between
    /// a run and a check beside it.
    pub fn change<T>(path: &Path, change: impl FnOnce(&mut Self) -> T) -> Result<T, Error> {
        if let Some(folder) = path.parent() {
            private_folder(folder).map_err(|error| Error::file(folder, "made", error))?;
        }
        let lock = path.with_extension("lock");
        let _held = locked(&lock).map_err(|error| Error::file(&lock, "locked", error))?;
        let mut status = Self::read(path)?;
        let answer = change(&mut status);
        status.write(path)?;
        Ok(answer)
    }

    /// A job of a config file.
    pub fn job(&self, config: &Path, name: &str) -> Option<&JobStatus> {
        self.jobs.iter().find(|job| job.name == name && job.config == config)
    }

    /// The same to be changed; made when it is new.
    pub fn job_mut(&mut self, config: &Path, name: &str, now: Timestamp) -> &mut JobStatus {
        let found = self.jobs.iter().position(|job| job.name == name && job.config == config);
        let index = found.unwrap_or_else(|| {
            self.jobs.push(JobStatus::new(config, name, now));
            self.jobs.len() - 1
        });
        &mut self.jobs[index]
    }

    /// All jobs of a config file.
    pub fn of_config<'a>(&'a self, config: &'a Path) -> impl Iterator<Item = &'a JobStatus> {
        self.jobs.iter().filter(move |job| job.config == config)
    }
}

/// Holds the lock until it is dropped. The file stays: to remove it would let two others lock two of the same name.
fn locked(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive) {
        // Without locks the folder is a network share; the run lock told about that.
        Err(rustix::io::Errno::NOTSUP | rustix::io::Errno::NOLCK | rustix::io::Errno::INVAL) => Ok(file),
        locked => locked.map(|()| file).map_err(Into::into),
    }
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_written_is_read_and_jobs_of_two_configs_are_two() {
        let folder = tempfile::tempdir().unwrap();
        let path = Status::path(folder.path());
        let mut status = Status::read(&path).unwrap();
        status.job_mut(Path::new("/a.toml"), "photos", at("2026-01-01T00:00:00Z")).failures_in_row = 2;
        status.job_mut(Path::new("/b.toml"), "photos", at("2026-01-02T00:00:00Z"));

        status.write(&path).unwrap();
        let again = Status::read(&path).unwrap();

        assert_eq!(again, status);
        assert_eq!(again.job(Path::new("/a.toml"), "photos").unwrap().failures_in_row, 2);
        assert_eq!(again.of_config(Path::new("/b.toml")).count(), 1);
    }

    #[test]
    fn changes_from_several_sides_are_all_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = Status::path(folder.path());

        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let now = at("2026-01-01T00:00:00Z");
                        let count = |status: &mut Status| {
                            status.job_mut(Path::new("/a"), "n", now).failures_in_row += 1;
                        };
                        Status::change(&path, count).unwrap();
                    }
                });
            }
        });

        assert_eq!(Status::read(&path).unwrap().jobs[0].failures_in_row, 40);
    }

    #[test]
    fn a_file_of_a_newer_program_is_refused_and_one_with_more_fields_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("status.json");
        std::fs::write(&path, r#"{"schema": 2, "jobs": []}"#).unwrap();
        assert!(Status::read(&path).unwrap_err().to_string().contains("its form is 2"));

        let more = r#"{"schema":1,"later":1,"jobs":[{"config":"/a","name":"n","seen":"2026-01-01T00:00:00Z","x":1}]}"#;
        std::fs::write(&path, more).unwrap();

        assert_eq!(Status::read(&path).unwrap().jobs[0].name, "n");
    }

    #[test]
    fn a_job_that_never_went_well_is_stale_from_its_first_sight_on() {
        let mut job = JobStatus::new(Path::new("/a"), "n", at("2026-01-01T00:00:00Z"));
        let limit = SignedDuration::from_hours(36);

        assert!(!job.is_stale(limit, at("2026-01-02T12:00:00Z")));
        assert!(job.is_stale(limit, at("2026-01-02T12:00:01Z")));

        job.last_good = Some(at("2026-01-02T00:00:00Z"));
        assert!(!job.is_stale(limit, at("2026-01-02T12:00:01Z")));
    }
}
