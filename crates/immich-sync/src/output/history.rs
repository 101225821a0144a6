//! Runs and changes of the past, as lines or as JSON.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sync_core::history::{ChangeEntry, ChangeKind, Reversal, RunEntry};
use sync_core::state::{JournalState, Role};

use super::diff::edit_lines;
use super::json::{line, with_path};
use super::words::{age, count, size};
use super::{Console, clean, clean_path};

/// Shows the past.
pub(crate) struct HistoryView {
    /// Where.
    pub(crate) console: Console,
    /// Whether as JSON.
    pub(crate) json: bool,
    /// On which clock.
    pub(crate) zone: TimeZone,
    /// What time it is.
    pub(crate) now: Timestamp,
}

impl HistoryView {
    /// One run.
    pub(crate) fn run(&self, entry: &RunEntry) {
        let shown = if self.json { line(&run_object(entry, self.now)) } else { self.run_line(entry) };
        self.console.result(&shown);
    }

    /// One change of a file.
    pub(crate) fn change(&self, entry: &ChangeEntry) {
        let shown = if self.json { line(&change_object(entry)) } else { self.change_lines(entry).join("\n") };
        self.console.result(&shown);
    }

    fn run_line(&self, entry: &RunEntry) -> String {
        let RunEntry { run, changes } = entry;
        let number = self.console.result.bold(&format!("{:>5}", run.id.0));
        let mut line = format!("{number}  {}  {}", self.moment_and_age(run.started), clean(&run.command));
        line = format!("{line}: {}", count(changes.done, "change"));
        if changes.undone > 0 {
            line = format!("{line}, {} taken back", changes.undone);
        }
        if changes.kept.changes > 0 {
            line = format!("{line}, {} kept for undo", size(changes.kept.bytes));
        }
        if run.ended.is_none() {
            line = format!("{line}, {}", self.console.result.yellow("not finished"));
        }
        line
    }

    fn change_lines(&self, entry: &ChangeEntry) -> Vec<String> {
        let path = self.console.result.bold(&clean_path(&entry.path));
        let mut notes = vec![format!("run {}, {}", entry.run.0, self.moment(entry.at))];
        match entry.kind {
            ChangeKind::Changed => {}
            ChangeKind::Made => notes.push("made".to_owned()),
            ChangeKind::Removed => notes.push("removed".to_owned()),
        }
        if entry.undoes.is_some() {
            notes.push("took back an earlier change".to_owned());
        }
        if let Some(run) = entry.undone_by {
            notes.push(format!("taken back by run {}", run.0));
        }
        if entry.state != JournalState::Done {
            notes.push("not finished".to_owned());
        } else if entry.undone_by.is_none() {
            notes.push(match entry.reversal {
                Reversal::Exact if entry.kept > 0 => format!("undo is exact, {} kept", size(entry.kept)),
                Reversal::Exact => "undo is exact".to_owned(),
                Reversal::TagByTag => "undo goes tag by tag".to_owned(),
                Reversal::Impossible => "its content is not kept any more".to_owned(),
            });
        }
        let mut lines = vec![format!("{path} ({})", notes.join(", "))];
        for edit in &entry.edits {
            lines.extend(edit_lines(edit, self.console.result, self.console.width));
        }
        lines
    }

    fn moment_and_age(&self, at: Timestamp) -> String {
        format!("{} ({})", self.moment(at), age(age_in_seconds(at, self.now)))
    }

    fn moment(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// A clock that was set back makes no run of the future.
fn age_in_seconds(at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.as_second() - at.as_second()).unwrap_or(0)
}

fn run_object(entry: &RunEntry, now: Timestamp) -> Value {
    let RunEntry { run, changes } = entry;
    json!({
        "type": "run",
        "run": run.id.0,
        "command": run.command,
        "started": run.started,
        "ended": run.ended,
        "changes": changes.done,
        "taken_back": changes.undone,
        "open": changes.open,
        "age_seconds": age_in_seconds(run.started, now),
        "undo": { "exact": changes.kept.changes, "bytes": changes.kept.bytes },
        "summary": run.summary,
    })
}

fn change_object(entry: &ChangeEntry) -> Value {
    let edits: Vec<Value> = entry
        .edits
        .iter()
        .map(|edit| json!({ "tag": edit.tag.name(), "old": edit.old, "new": edit.new }))
        .collect();
    let kind = match entry.kind {
        ChangeKind::Changed => "changed",
        ChangeKind::Made => "made",
        ChangeKind::Removed => "removed",
    };
    let undo = match entry.reversal {
        Reversal::Exact => "exact",
        Reversal::TagByTag => "tag-by-tag",
        Reversal::Impossible => "impossible",
    };
    let file: Role = entry.role;
    with_path(
        &entry.path,
        json!({
            "type": "change",
            "change": entry.id.0,
            "run": entry.run.0,
            "at": entry.at,
            "asset": entry.asset,
            "file": file,
            "kind": kind,
            "finished": entry.state == JournalState::Done,
            "undo": undo,
            "undo_bytes": entry.kept,
            "undoes": entry.undoes.map(|change| change.0),
            "undone_by": entry.undone_by.map(|run| run.0),
            "edits": edits,
        }),
    )
}
