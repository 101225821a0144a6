//! Everything that this program prints goes through here, and nothing else prints.
//!
//! Results go to stdout, everything else to stderr. Names come from a server and from a disk, and both can be
//! hostile: whatever is shown to a person has its control characters spelled out ([`clean()`]). Machines get
//! the same events as JSON ([`mod@json`]), where escaping is part of the format.

mod ask;
mod clean;
mod console;
mod dialogue;
mod diff;
mod export;
mod groups;
mod history;
mod human;
mod import;
mod json;
mod log;
mod organize;
mod paint;
mod plain;
mod progress;
mod result_file;
mod rows;
mod scan;
mod statistics;
mod summary;
mod terminal;
#[cfg(test)]
mod testing;
mod troubles;
mod typed;
mod words;

use std::path::Path;
use std::time::Duration;

use immich_api::Client;
use sync_core::export::ExportEvent;
use sync_core::import::ImportEvent;
use sync_core::{Event, Reporter, Summary};

pub(crate) use ask::Asker;
pub(crate) use clean::{clean, clean_path, told};
pub(crate) use console::{Console, lost_results};
pub(crate) use dialogue::Dialogue;
pub(crate) use diff::file_lines;
pub(crate) use export::{ExportEnd, Report};
pub(crate) use groups::{GroupsView, Shown, class_lines};
pub(crate) use history::HistoryView;
pub(crate) use import::ImportEnd;
pub(crate) use log::{LogReporter, lost_log, start_tracing};
pub(crate) use organize::OrganizeEnd;
pub(crate) use paint::Paint;
pub(crate) use result_file::JobResult;
pub(crate) use statistics::make_room_for_statistics;
pub(crate) use words::{count, count_in_english, fit, size, thousands, weekday};

use crate::exit::ExitStatus;
use crate::settings::OutputSettings;

/// What is known when a run has come to its end.
pub(crate) struct End<'a> {
    /// The numbers.
    pub(crate) summary: &'a Summary,
    /// The traffic.
    pub(crate) traffic: Traffic,
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// Whether nothing was to be changed.
    pub(crate) dry_run: bool,
    /// How the program will end.
    pub(crate) status: ExitStatus,
}

/// What went to the server and came back, over all accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// Requests that left.
    pub(crate) requests: u64,
    /// Those that were sent again.
    pub(crate) retries: u64,
    /// Bytes of answers.
    pub(crate) bytes_received: u64,
    /// Whether any certificate was accepted.
    pub(crate) insecure: bool,
}

impl Traffic {
    /// Of these clients together.
    pub(crate) fn of(clients: &[Client]) -> Self {
        clients.iter().fold(Self::default(), |sum, client| {
            let stats = client.stats();
            Self {
                requests: sum.requests + stats.requests,
                retries: sum.retries + stats.retries,
                bytes_received: sum.bytes_received + stats.bytes_received,
                insecure: sum.insecure || client.server().insecure,
            }
        })
    }
}

/// Somebody who is told of a run and of its end.
pub(crate) trait Presenter: Reporter {
    /// The server is about to be asked.
    fn begin(&self) {}

    /// Somebody is about to be asked something; nothing is drawn until the next [`Self::begin`].
    fn pause(&self) {}

    /// The run has come to its end.
    fn finish(&self, end: &End<'_>);

    /// The organizer has come to its end.
    fn finish_organizing(&self, end: &OrganizeEnd<'_>);

    /// What an import would do, and does not.
    fn foretell(&self, event: &ImportEvent<'_>);

    /// An import has come to its end.
    fn finish_importing(&self, end: &ImportEnd<'_>);

    /// What an export would do, and does not.
    fn foretell_export(&self, _event: &ExportEvent<'_>) {}

    /// An export has come to its end.
    fn finish_exporting(&self, end: &ExportEnd<'_>);

    /// The run had to be given up.
    fn give_up(&self, error: &anyhow::Error, status: ExitStatus);
}

/// Tells somebody of a dry run of an import or export, whose events say what would be.
pub(crate) struct Foretelling<'a>(pub(crate) &'a Everybody);

impl Reporter for Foretelling<'_> {
    fn report(&self, event: &Event<'_>) {
        match event {
            Event::Import(event) => self.0.foretell(event),
            Event::Export(event) => self.0.foretell_export(event),
            other => self.0.report(other),
        }
    }
}

/// Tells several presenters, in order.
pub(crate) struct Everybody(Vec<Box<dyn Presenter>>);

impl Everybody {
    /// The presenters that the settings ask for; paths are shown from `root` on.
    pub(crate) fn of(settings: &OutputSettings, console: Console, root: &Path) -> Self {
        let shown: Box<dyn Presenter> = if settings.json {
            Box::new(json::Json::new(console))
        } else {
            Box::new(human::Human::new(console, settings, root))
        };
        let mut all: Vec<Box<dyn Presenter>> = vec![Box::new(LogReporter)];
        if let Some(file) = &settings.statistics {
            all.push(Box::new(statistics::Statistics::new(console, file.clone())));
        }
        if let Some(path) = &settings.result {
            all.push(Box::new(result_file::ResultFile::new(path.clone())));
        }
        all.push(shown);
        Self(all)
    }

    /// Somebody who is told, too.
    pub(crate) fn also(&mut self, presenter: Option<impl Presenter + 'static>) {
        if let Some(presenter) = presenter {
            self.0.push(Box::new(presenter));
        }
    }
}

impl Reporter for Everybody {
    fn report(&self, event: &Event<'_>) {
        self.0.iter().for_each(|presenter| presenter.report(event));
    }
}

impl Presenter for Everybody {
    fn begin(&self) {
        self.0.iter().for_each(|presenter| presenter.begin());
    }

    fn pause(&self) {
        self.0.iter().for_each(|presenter| presenter.pause());
    }

    fn finish(&self, end: &End<'_>) {
        self.0.iter().for_each(|presenter| presenter.finish(end));
    }

    fn finish_organizing(&self, end: &OrganizeEnd<'_>) {
        self.0.iter().for_each(|presenter| presenter.finish_organizing(end));
    }

    fn foretell(&self, event: &ImportEvent<'_>) {
        self.0.iter().for_each(|presenter| presenter.foretell(event));
    }

    fn finish_importing(&self, end: &ImportEnd<'_>) {
        self.0.iter().for_each(|presenter| presenter.finish_importing(end));
    }

    fn foretell_export(&self, event: &ExportEvent<'_>) {
        self.0.iter().for_each(|presenter| presenter.foretell_export(event));
    }

    fn finish_exporting(&self, end: &ExportEnd<'_>) {
        self.0.iter().for_each(|presenter| presenter.finish_exporting(end));
    }

    fn give_up(&self, error: &anyhow::Error, status: ExitStatus) {
        self.0.iter().for_each(|presenter| presenter.give_up(error, status));
    }
}
