//! Whether all is well with what runs unattended, in one word: for a port, for a check of a container, for people.
//!
//! One run that fails is told by its notice and made up for by the next; a program that restarts or pages somebody
//! for it would cry wolf. So it takes several in a row, or a last good run that is too long ago.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::status::JobStatus;

/// Failures in a row from which on it is not well.
pub const FAILURES: u32 = 3;

/// How it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Whether all is well.
    pub ok: bool,
    /// When the job with the oldest last good run had it; `None` if one never had any, or there are no jobs.
    pub last_good: Option<Timestamp>,
    /// When the next run starts, if that is known.
    pub next_run: Option<Timestamp>,
    /// Whether a job runs now.
    pub running: bool,
    /// The most failures in a row that a job has.
    pub failures_in_row: u32,
    /// Whether the last good run of a job is too long ago.
    pub stale: bool,
    /// What is not well, in words; empty where all is.
    pub because: Vec<String>,
}

impl Health {
    /// How these jobs are. `stale_after` is how old the last good run may be, if anybody said so.
    pub fn of<'a>(
        jobs: impl IntoIterator<Item = &'a JobStatus>,
        stale_after: Option<SignedDuration>,
        next_run: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let jobs: Vec<&JobStatus> = jobs.into_iter().collect();
        let mut because = Vec::new();
        let is_stale = |job: &JobStatus| stale_after.is_some_and(|limit| job.is_stale(limit, now));
        for job in &jobs {
            if is_stale(job) {
                because.push(format!("{}: no good run since {}", job.name, job.good_or_seen()));
            } else if job.failures_in_row >= FAILURES {
                because.push(format!("{}: {} failures in a row", job.name, job.failures_in_row));
            }
        }
        let all_good = jobs.iter().map(|job| job.last_good).collect::<Option<Vec<Timestamp>>>();
        Self {
            ok: because.is_empty(),
            last_good: all_good.and_then(|good| good.into_iter().min()),
            next_run,
            running: jobs.iter().any(|job| job.is_open()),
            failures_in_row: jobs.iter().map(|job| job.failures_in_row).max().unwrap_or_default(),
            stale: jobs.iter().any(|job| is_stale(job)),
            because,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn job(name: &str, failures: u32, last_good: &str) -> JobStatus {
        let seen = at("2026-01-01T00:00:00Z");
        JobStatus {
            failures_in_row: failures,
            last_good: Some(at(last_good)),
            ..JobStatus::new(Path::new("/c"), name, seen)
        }
    }

    #[test]
    fn one_failure_is_not_yet_bad_and_three_are() {
        let health = |failures| {
            let jobs = [job("a", 0, "2026-01-09T02:00:00Z"), job("b", failures, "2026-01-08T02:00:00Z")];
            Health::of(&jobs, None, None, at("2026-01-09T12:00:00Z"))
        };

        assert!(health(1).ok && health(2).ok);
        let bad = health(3);
        assert_eq!((bad.ok, bad.stale, bad.failures_in_row), (false, false, 3));
        assert_eq!(bad.last_good, Some(at("2026-01-08T02:00:00Z")));
        assert_eq!(bad.because, ["b: 3 failures in a row"]);
    }

    #[test]
    fn a_good_run_that_is_too_long_ago_is_bad_and_one_that_never_was_counts_from_its_first_sight() {
        let limit = Some(SignedDuration::from_hours(36));
        let new = JobStatus::new(Path::new("/c"), "new", at("2026-01-01T00:00:00Z"));
        let health = |now: &str| Health::of([&new], limit, None, at(now));

        assert!(health("2026-01-02T11:00:00Z").ok);
        let stale = health("2026-01-02T13:00:00Z");
        assert!(stale.stale && !stale.ok);
        assert_eq!(stale.last_good, None);
    }

    #[test]
    fn nothing_yet_is_well() {
        assert!(Health::of([], None, None, at("2026-01-01T00:00:00Z")).ok);
    }
}
