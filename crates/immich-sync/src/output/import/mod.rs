//! What an import tells: in words, as JSON, in the log.

mod lines;
mod log;
mod object;

use std::time::Duration;

use sync_core::Summary;
use sync_core::import::ImportSummary;
use sync_core::import::sources::apple::Totals;
use sync_core::import::sources::takeout::TakeoutReport;
use sync_core::state::RunId;

pub(super) use lines::lines;
pub(super) use log::{log_end, log_event};
pub(super) use object::{ended, object, unmatched};

use super::Traffic;
use crate::exit::ExitStatus;
use crate::same_state::SameState;

/// What is known when an import has come to its end.
pub(crate) struct ImportEnd<'a> {
    /// The numbers.
    pub(crate) summary: &'a ImportSummary,
    /// What was found out about an export of Google Photos, where it was one.
    pub(crate) takeout: Option<&'a TakeoutReport>,
    /// What a library of Apple Photos holds, where it was one.
    pub(crate) library: Option<&'a Totals>,
    /// What became of the files here, and in which run, where they were to be put away.
    pub(crate) put_away: Option<&'a (Summary, Option<RunId>)>,
    /// The traffic.
    pub(crate) traffic: Traffic,
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// Whether nothing was to be changed.
    pub(crate) dry_run: bool,
    /// How later commands find the state of this run.
    pub(crate) same: &'a SameState,
    /// How the program will end.
    pub(crate) status: ExitStatus,
}
