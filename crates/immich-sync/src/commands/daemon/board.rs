//! What the loop knows and the port tells.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use unattended::health::Health;
use unattended::status::Status;

use crate::settings::stale_after;
use crate::start::Start;

/// What is known of the schedule, shared with whoever asks.
pub(super) struct Board {
    /// The config file, absolute.
    pub(super) config: PathBuf,
    status: PathBuf,
    stale_after: Option<SignedDuration>,
    next: Mutex<Option<Timestamp>>,
}

impl Board {
    /// Of this config.
    pub(super) fn new(start: &Start<'_>, config: PathBuf) -> Result<Self> {
        let stale_after = stale_after(&start.sources())?;
        Ok(Self { config, status: super::status_file(start)?, stale_after, next: Mutex::default() })
    }

    /// Notes when the next run starts.
    pub(super) fn plan(&self, next: Option<Timestamp>) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// When the next run starts.
    pub(super) fn next(&self) -> Option<Timestamp> {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered of runs.
    pub(super) fn status(&self) -> Result<Status, unattended::Error> {
        Status::read(&self.status)
    }

    /// How all is.
    pub(super) fn health(&self, now: Timestamp) -> Result<Health, unattended::Error> {
        let status = self.status()?;
        Ok(Health::of(status.of_config(&self.config), self.stale_after, self.next(), now))
    }

    /// The numbers for Prometheus.
    pub(super) fn metrics(&self, now: Timestamp) -> Result<String, unattended::Error> {
        let status = self.status()?;
        let jobs = unattended::metrics::text(status.of_config(&self.config), self.stale_after, now);
        Ok(jobs + &super::answers::schedule_metrics(self.next()))
    }
}
