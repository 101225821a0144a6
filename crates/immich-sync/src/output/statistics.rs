//! The numbers of a run in a file of their own, under the names that a widely used script gave them.
//!
//! Dashboards read those names, so they stay, and ours stand beside them.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Zoned;
use messages_macros::{tr, word};
use serde_json::{Map, Value, json};
use sync_core::import::ImportEvent;
use sync_core::{Event, Reporter};

use super::console::lose_results;
use super::export::ExportEnd;
use super::import::ImportEnd;
use super::{Console, End, OrganizeEnd, Presenter, Traffic};
use crate::exit::{ExitStatus, usage};
use crate::settings::words::StatsFormat;
use crate::settings::{OutputSettings, StatsFile};

/// Writes the file when the run has come to its end.
pub(super) struct Statistics {
    console: Console,
    file: StatsFile,
}

impl Statistics {
    /// Into this folder, in this form.
    pub(super) fn new(console: Console, file: StatsFile) -> Self {
        Self { console, file }
    }
}

impl Reporter for Statistics {
    fn report(&self, _event: &Event<'_>) {}
}

impl Presenter for Statistics {
    fn finish(&self, end: &End<'_>) {
        self.save(&numbers(end));
    }

    fn finish_organizing(&self, end: &OrganizeEnd<'_>) {
        self.save(&numbers_of_organizing(end));
    }

    fn foretell(&self, _event: &ImportEvent<'_>) {}

    fn finish_importing(&self, end: &ImportEnd<'_>) {
        self.save(&numbers_of_import(end));
    }

    fn finish_exporting(&self, end: &ExportEnd<'_>) {
        self.save(&numbers_of_export(end));
    }

    fn give_up(&self, _error: &anyhow::Error, _status: ExitStatus) {}
}

impl Statistics {
    fn save(&self, numbers: &Map<String, Value>) {
        let now = Zoned::now();
        let text = match self.file.format {
            StatsFormat::Json => as_json(numbers, &now),
            StatsFormat::Csv => as_csv(numbers, &now),
        };
        let path = path(&self.file, &now);
        if let Err(error) = write(&path, &text) {
            let warning = self.console.aside.yellow(word!("Warning:"));
            let (path, error) = (super::clean_path(&path), super::told(&error.to_string()));
            self.console.aside(&tr!("{warning} the statistics `{path}` cannot be written: {error}"));
            lose_results();
        }
    }
}

/// Makes the folder of the file: that it cannot be made should be known before the first photo is changed.
pub(crate) fn make_room_for_statistics(output: &OutputSettings) -> anyhow::Result<()> {
    let Some(StatsFile { folder, .. }) = &output.statistics else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| {
        let folder = super::clean_path(folder);
        usage(format!("the folder `{folder}` for the statistics cannot be made: {error}"))
    })
}

fn path(file: &StatsFile, now: &Zoned) -> PathBuf {
    let end = match file.format {
        StatsFormat::Json => "json",
        StatsFormat::Csv => "csv",
    };
    file.folder.join(format!("immich_sync_stats_{}.{end}", now.strftime("%Y%m%d_%H%M%S")))
}

/// A run in the same second has the same name; the later one counts.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o644).open(path)?;
    file.write_all(text.as_bytes())
}

/// The numbers, the known names first.
pub(super) fn numbers(end: &End<'_>) -> Map<String, Value> {
    let summary = end.summary;
    let of = |code: &str| summary.skipped.get(code).copied().unwrap_or_default();
    let (missing, unmapped) = (of("missing"), of("unmapped"));
    let mut numbers = Map::new();
    let mut put = |name: &str, number: u64| numbers.insert(name.to_owned(), number.into());
    put("total", summary.seen);
    put("updated", if end.dry_run { 0 } else { summary.done });
    put("simulated", if end.dry_run { summary.done } else { 0 });
    put("skipped", summary.skipped_in_all() - missing - unmapped);
    put("file_not_found", missing);
    put("path_segment_mismatch", unmapped);
    put("errors", summary.failed);
    for (code, number) in &summary.skipped {
        put(&format!("skipped_{}", code.replace('-', "_")), *number);
    }
    put("files", summary.files);
    put("kept", summary.kept);
    put("unreadable", summary.unreadable);
    put_end(&mut numbers, end.traffic, end.elapsed, end.status);
    numbers
}

/// How everything that was seen ended.
fn outcome(dry_run: bool, seen: u64, done: u64, skipped: u64, failed: u64) -> Map<String, Value> {
    let (updated, simulated) = if dry_run { (0, done) } else { (done, 0) };
    let named = [
        ("total", seen),
        ("updated", updated),
        ("simulated", simulated),
        ("skipped", skipped),
        ("errors", failed),
    ];
    named.into_iter().map(|(name, number)| (name.to_owned(), number.into())).collect()
}

/// The same of the organizer: what was compared, what was found, and what was done with it.
pub(super) fn numbers_of_organizing(end: &OrganizeEnd<'_>) -> Map<String, Value> {
    let scan = end.scan.cloned().unwrap_or_default();
    let acted = end.acted.cloned().unwrap_or_default();
    let skipped = scan.skipped_in_all() + acted.total.skipped_in_all();
    let mut numbers =
        outcome(end.dry_run, scan.seen, acted.total.done, skipped, scan.failed + acted.total.failed);
    let mut put = |name: &str, number: u64| numbers.insert(name.to_owned(), number.into());
    put("looked_at", scan.looked_at);
    put("remembered", scan.remembered);
    put("unreadable", scan.unreadable);
    for (kind, number) in &scan.skipped {
        put(&format!("not_compared_{}", kind.code().replace('-', "_")), *number);
    }
    for (class, count) in &scan.groups {
        put(&format!("groups_{class}"), count.groups);
        put(&format!("photos_{class}"), count.photos);
        put(&format!("bytes_to_win_{class}"), count.gain);
    }
    for (action, sum) in &acted.by_action {
        put(&format!("action_{}", action.replace('-', "_")), sum.done);
    }
    put_end(&mut numbers, end.traffic, end.elapsed, end.status);
    numbers
}

/// The same of an import.
pub(super) fn numbers_of_import(end: &ImportEnd<'_>) -> Map<String, Value> {
    let summary = end.summary;
    let mut numbers =
        outcome(end.dry_run, summary.seen, summary.done(), summary.skipped_in_all(), summary.failed);
    let mut put = |name: &str, number: u64| numbers.insert(name.to_owned(), number.into());
    put("uploaded", summary.uploaded);
    put("adopted", summary.adopted);
    put("changed", summary.updated);
    put("trashed", summary.trashed);
    for (kind, number) in &summary.skipped {
        put(&format!("skipped_{}", kind.name().replace('-', "_")), *number);
    }
    put("bytes_read", summary.bytes_read);
    put("bytes_sent", summary.bytes_sent);
    put_end(&mut numbers, end.traffic, end.elapsed, end.status);
    numbers
}

/// The same of an export.
pub(super) fn numbers_of_export(end: &ExportEnd<'_>) -> Map<String, Value> {
    let summary = end.summary;
    let mut numbers =
        outcome(end.dry_run, summary.seen, summary.done(), summary.left_in_all(), summary.failed);
    let mut put = |name: &str, number: u64| numbers.insert(name.to_owned(), number.into());
    put("exported", summary.written);
    put("exported_again", summary.updated);
    put("adopted", summary.adopted);
    put("removed", summary.removed);
    for (kind, number) in &summary.left {
        put(&format!("skipped_{}", kind.name().replace('-', "_")), *number);
    }
    put("bytes_written", summary.bytes);
    put_end(&mut numbers, Traffic::default(), end.elapsed, end.status);
    numbers
}

fn put_end(numbers: &mut Map<String, Value>, traffic: Traffic, elapsed: Duration, status: ExitStatus) {
    let mut put = |name: &str, number: u64| numbers.insert(name.to_owned(), number.into());
    put("requests", traffic.requests);
    put("retries", traffic.retries);
    put("milliseconds", u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    put("exit_code", status.code().into());
}

fn moment(now: &Zoned) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

fn as_json(numbers: &Map<String, Value>, now: &Zoned) -> String {
    let object = json!({ "timestamp": moment(now), "statistics": numbers });
    format!("{object:#}\n")
}

fn as_csv(numbers: &Map<String, Value>, now: &Zoned) -> String {
    let moment = moment(now);
    let mut text = "Timestamp,Metric,Value\n".to_owned();
    for (name, number) in numbers {
        // A text in memory takes whatever is written.
        let _ = writeln!(text, "{moment},{name},{number}");
    }
    text
}

#[cfg(test)]
mod tests {
    use sync_core::Summary;
    use sync_core::plan::SkipReason;

    use super::*;

    fn told(dry_run: bool, tell: impl Fn(&Map<String, Value>, &Zoned) -> String) -> String {
        let mut summary =
            Summary { seen: 3, done: 2, failed: 1, listing_complete: true, ..Summary::default() };
        for reason in [SkipReason::Unchanged, SkipReason::Missing, SkipReason::Unmapped(String::new())] {
            summary.skip(&reason);
        }
        let now: Zoned = "2026-11-21T03:30:00+01:00[Europe/Berlin]".parse().unwrap();
        let traffic = Traffic { requests: 12, retries: 2, ..Traffic::default() };
        let elapsed = Duration::from_millis(1234);
        tell(
            &numbers(&End { summary: &summary, traffic, elapsed, dry_run, status: ExitStatus::Partial }),
            &now,
        )
    }

    #[test]
    fn the_known_names_hold_the_known_numbers() {
        let written: Value = serde_json::from_str(&told(false, as_json)).unwrap();
        let simulated: Value = serde_json::from_str(&told(true, as_json)).unwrap();

        let known = |object: &Value| {
            ["total", "updated", "simulated", "skipped", "file_not_found", "path_segment_mismatch", "errors"]
                .map(|name| object["statistics"][name].as_u64().unwrap())
        };
        assert_eq!(known(&written), [6, 2, 0, 1, 1, 1, 1]);
        assert_eq!(known(&simulated), [6, 0, 2, 1, 1, 1, 1]);
        assert_eq!(written["timestamp"], "2026-11-21T03:30:00");
    }

    #[test]
    fn a_table_has_the_known_columns_and_the_same_numbers() {
        let table = told(false, as_csv);

        let mut lines = table.lines();
        assert_eq!(lines.next(), Some("Timestamp,Metric,Value"));
        assert!(lines.all(|line| line.starts_with("2026-11-21T03:30:00,") && line.split(',').count() == 3));
        assert!(table.contains(",errors,1\n") && table.contains(",skipped_unchanged,1\n"), "{table}");
    }

    #[test]
    fn the_file_is_named_by_its_moment() {
        let file = StatsFile { folder: "/s".into(), format: StatsFormat::Csv };
        let now: Zoned = "2026-11-21T03:30:05+01:00[Europe/Berlin]".parse().unwrap();

        assert_eq!(path(&file, &now), Path::new("/s/immich_sync_stats_20261121_033005.csv"));
    }
}
