//! What an export tells: in words, as JSON, in the log, and file by file in a report.

mod lines;
mod log;
mod object;
mod report;

use std::time::Duration;

use sync_core::export::ExportSummary;

pub(super) use lines::{left, lines};
pub(super) use log::{log_end, log_event};
pub(super) use object::{ended, object};
pub(crate) use report::Report;

use crate::exit::ExitStatus;
use crate::same_state::SameState;

/// What is known when an export has come to its end.
pub(crate) struct ExportEnd<'a> {
    /// The numbers.
    pub(crate) summary: &'a ExportSummary,
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// Whether nothing was to be changed.
    pub(crate) dry_run: bool,
    /// How later commands find the state of this run.
    pub(crate) same: &'a SameState,
    /// How the program will end.
    pub(crate) status: ExitStatus,
}
