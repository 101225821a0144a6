//! The log: for finding faults, and complete. The terminal gets it only at the levels `debug` and `trace`.
//!
//! Text of users and servers is only ever a field, cleaned: the text formatter does not escape line breaks.
//! Other crates are heard from `warn` on; what they say below that is about their own insides, and an HTTP
//! library would tell headers.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use anyhow::Result;
use jiff::Timestamp;
use messages_macros::tr;
use sync_core::export::ExportEvent;
use sync_core::import::ImportEvent;
use sync_core::organize::SkipKind;
use sync_core::{Event, Reporter};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::export::{self, ExportEnd};
use super::import::{ImportEnd, log_end, log_event};
use super::{Console, End, OrganizeEnd, Presenter, clean, clean_path, told};
use crate::exit::{ExitStatus, usage};
use crate::settings::words::{LogFormat, LogLevel};
use crate::settings::{LogFile, OutputSettings};

/// Our crates, as they name themselves.
const OURS: [&str; 6] =
    ["immich_sync", "immich_api", "photo_metadata", "photo_similarity", "sync_core", "unattended"];

/// Why the log is not complete.
static LOST: OnceLock<String> = OnceLock::new();

/// Which log file could not be written, and why; `None` while all of it was.
pub(crate) fn lost_log() -> Option<&'static str> {
    LOST.get().map(String::as_str)
}

/// Starts the log as the settings ask for it.
pub(crate) fn start_tracing(settings: &OutputSettings) -> Result<()> {
    let mut layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = Vec::new();
    if let Some(level @ (LogLevel::Debug | LogLevel::Trace)) = settings.level {
        let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
        layers.push(layer.with_filter(targets(level)).boxed());
    }
    if let Some(log) = &settings.log {
        layers.push(file_layer(log, settings.level.unwrap_or(LogLevel::Info))?);
    }
    if layers.is_empty() {
        return Ok(());
    }
    tracing_subscriber::registry().with(layers).try_init().map_err(|error| usage(format!("no log: {error}")))
}

fn file_layer(log: &LogFile, level: LogLevel) -> Result<Box<dyn Layer<Registry> + Send + Sync>> {
    let file =
        unattended::log_file::LogFile::open(&log.path, log.limits, Timestamp::now).map_err(|error| {
            usage(format!("the log file `{}` cannot be written: {error}", log.path.display()))
        })?;
    let path = log.path.clone();
    let writer = Mutex::new(OrWarn { file, path, warn: warn_on_console });
    let layer = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    Ok(match log.format {
        LogFormat::Text => layer.with_filter(targets(level)).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(targets(level)).boxed(),
    })
}

/// A log that says once, and again at the end, that it cannot be written any more, and lets the run go on: a
/// full disk below `/var/log` is no reason to leave a library half done.
struct OrWarn<W> {
    file: W,
    path: PathBuf,
    warn: fn(&str),
}

impl<W: Write> Write for OrWarn<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.file.write_all(bytes) {
            let lost = format!("the log file `{}` is not complete ({error})", clean_path(&self.path));
            if LOST.set(lost.clone()).is_ok() {
                (self.warn)(&tr!("Warning: {}; the run goes on", told(&lost)));
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn warn_on_console(line: &str) {
    Console::detect().aside(line);
}

fn targets(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let others = level.min(LevelFilter::WARN);
    Targets::new().with_default(others).with_targets(OURS.map(|target| (target, level)))
}

/// Puts every event into the log.
pub(crate) struct LogReporter;

impl Reporter for LogReporter {
    fn report(&self, event: &Event<'_>) {
        match event {
            Event::Recovered { folders, completed, rolled_back } => {
                tracing::info!(folders, completed, rolled_back, "recovered");
            }
            Event::Listed { assets } => tracing::debug!(assets, "listed"),
            Event::Asked { what, done, total } => tracing::debug!(?what, done, total, "asked"),
            Event::Mapped { folders, agreed, of } => {
                for folder in *folders {
                    let (server, local) = (clean(&folder.server), clean_path(&folder.local));
                    tracing::info!(server, local, agreed, of, "mapped");
                }
            }
            Event::Kept(kept) => {
                let (path, reason) = (clean_path(&kept.path), clean(&kept.why));
                let kind = kept.datum.map(|datum| datum.to_string()).unwrap_or_default();
                if kept.is_trouble {
                    tracing::warn!(asset = %kept.asset, path, kind, reason, "kept");
                } else {
                    tracing::info!(asset = %kept.asset, path, kind, reason, "kept");
                }
            }
            Event::Planning { candidates } => tracing::info!(candidates, "planning"),
            Event::WouldDo(step) => {
                let tags = step.change.edits.len();
                tracing::info!(asset = %step.asset, path = clean_path(&step.path), tags, "would write");
            }
            Event::Done(step) => {
                let tags = step.change.edits.len();
                tracing::info!(asset = %step.asset, path = clean_path(&step.path), tags, "written");
            }
            Event::Skipped(skipped) => {
                let (path, reason) = (clean_path(&skipped.path), clean(&skipped.reason.to_string()));
                if skipped.reason.is_trouble() {
                    tracing::warn!(asset = %skipped.asset, path, reason, "skipped");
                } else {
                    tracing::debug!(asset = %skipped.asset, path, reason, "skipped");
                }
            }
            Event::Failed(failed) => {
                let (path, reason) = (clean_path(&failed.path), clean(&failed.message));
                tracing::error!(asset = %failed.asset, path, reason, transient = failed.transient, "failed");
            }
            Event::Warning(text) => tracing::warn!(text = clean(text), "warning"),
            Event::Queues { queues, are_paused } => tracing::info!(?queues, are_paused, "jobs of the server"),
            Event::Import(event) => log_event(event, false),
            Event::Export(event) => export::log_event(event, false),
            organizing => log_organizing(organizing),
        }
    }
}

/// What only the organizer tells.
fn log_organizing(event: &Event<'_>) {
    match event {
        Event::Looking { done, total } => tracing::debug!(done, total, "looking"),
        Event::Comparing { done, total } => tracing::debug!(done, total, "comparing"),
        Event::NotCompared(photo) => {
            let (place, reason) = (clean(&photo.place.to_string()), clean(&photo.why));
            if photo.kind.is_none_or(SkipKind::is_trouble) {
                tracing::warn!(place, reason, "not compared");
            } else {
                tracing::debug!(place, reason, "not compared");
            }
        }
        Event::FileSkipped { path, reason } => {
            let (path, trouble) = (clean_path(path), reason.is_trouble());
            let reason = clean(&reason.to_string());
            if trouble {
                tracing::warn!(path, reason, "skipped");
            } else {
                tracing::debug!(path, reason, "skipped");
            }
        }
        Event::FileFailed { path, message } => {
            tracing::error!(path = clean_path(path), reason = clean(message), "failed");
        }
        Event::Scanned(scan) => tracing::info!(
            seen = scan.seen,
            looked_at = scan.looked_at,
            remembered = scan.remembered,
            skipped = scan.skipped_in_all(),
            failed = scan.failed,
            groups = scan.groups_in_all(),
            listing_complete = scan.listing_complete,
            stopped = scan.stopped,
            "scanned"
        ),
        Event::ActionPlanned { action, changes, seconds } => {
            tracing::info!(action, changes, seconds, "planned");
        }
        Event::Acting { action, done, total } => tracing::debug!(action, done, total, "acting"),
        Event::WouldChange(what) | Event::Changed(what) => {
            let told = if matches!(event, Event::Changed(_)) { "changed" } else { "would change" };
            let subject = clean(what.subject());
            tracing::info!(kind = what.kind(), subject, items = what.len(), "{told}");
        }
        _ => {}
    }
}

impl Presenter for LogReporter {
    fn finish(&self, end: &End<'_>) {
        let summary = end.summary;
        tracing::info!(
            seen = summary.seen,
            done = summary.done,
            skipped = summary.skipped_in_all(),
            failed = summary.failed,
            files = summary.files,
            kept = summary.kept,
            stopped = summary.stopped,
            listing_complete = summary.listing_complete,
            dry_run = end.dry_run,
            insecure = end.traffic.insecure,
            requests = end.traffic.requests,
            retries = end.traffic.retries,
            exit_code = end.status.code(),
            "finished"
        );
    }

    fn finish_organizing(&self, end: &OrganizeEnd<'_>) {
        tracing::info!(
            dry_run = end.dry_run,
            insecure = end.traffic.insecure,
            requests = end.traffic.requests,
            retries = end.traffic.retries,
            exit_code = end.status.code(),
            "finished"
        );
    }

    fn foretell(&self, event: &ImportEvent<'_>) {
        log_event(event, true);
    }

    fn foretell_export(&self, event: &ExportEvent<'_>) {
        export::log_event(event, true);
    }

    fn finish_exporting(&self, end: &ExportEnd<'_>) {
        export::log_end(end);
    }

    fn finish_importing(&self, end: &ImportEnd<'_>) {
        log_end(end);
    }

    fn give_up(&self, error: &anyhow::Error, status: ExitStatus) {
        tracing::error!(reason = clean(&format!("{error:#}")), exit_code = status.code(), "given up");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    struct FullDisk;

    impl Write for FullDisk {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_that_cannot_be_written_is_told_once_and_ends_nothing() {
        static WARNINGS: AtomicU64 = AtomicU64::new(0);
        let warn = |line: &str| {
            assert!(line.contains("`/log`"), "{line}");
            WARNINGS.fetch_add(1, Ordering::SeqCst);
        };
        let mut log = OrWarn { file: FullDisk, path: "/log".into(), warn };

        let written = (0..3).map(|_| log.write(b"line\n").unwrap()).sum::<usize>();

        assert_eq!((written, WARNINGS.load(Ordering::SeqCst)), (15, 1));
        assert!(lost_log().unwrap().contains("`/log` is not complete"));
    }
}
