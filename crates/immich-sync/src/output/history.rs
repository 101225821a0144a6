//! Runs and changes of the past, as lines or as JSON.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sync_core::deeds::{DeedCount, DeedRow, DeedState};
use sync_core::history::{ChangeEntry, ChangeKind, Reversal, RunEntry};
use sync_core::state::{JournalState, Role};

use super::diff::edit_lines;
use super::json::{line, with_path};
use super::words::{age, count, size, thousands};
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
        let RunEntry { run, changes, .. } = entry;
        let number = self.console.result.bold(&format!("{:>5}", run.id.0));
        let mut line = format!("{number}  {}  {}", self.moment_and_age(run.started), clean(&run.command));
        let mut parts: Vec<String> =
            entry.deeds.iter().filter(|deed| deed.items > 0).map(deed_words).collect();
        if changes.done > 0 || parts.is_empty() {
            parts.insert(0, count(changes.done, "change"));
        }
        line = format!("{line}: {}", parts.join(", "));
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

    /// Something that was done on the server.
    pub(crate) fn deed(&self, row: &DeedRow) {
        let shown = if self.json { line(&deed_object(row)) } else { self.deed_line(row) };
        self.console.result(&shown);
    }

    fn deed_line(&self, row: &DeedRow) -> String {
        let what = &row.deed.what;
        let (kind, subject) = (what.kind().to_owned(), what.subject().to_owned());
        let number = DeedCount { kind, subject, items: what.len() as u64, undone: 0, open: 0 };
        let words = self.console.result.bold(&deed_words(&number));
        let mut notes = vec![format!("run {}, {}", row.deed.run.0, self.moment(row.deed.at))];
        if row.deed.undoes.is_some() {
            notes.push("took back an earlier change".to_owned());
        }
        if let Some(run) = row.undone_by {
            notes.push(format!("taken back by run {}", run.0));
        }
        if row.state != DeedState::Done {
            notes.push("not finished".to_owned());
        }
        format!("{words} ({})", notes.join(", "))
    }

    fn moment_and_age(&self, at: Timestamp) -> String {
        format!("{} ({})", self.moment(at), age(age_in_seconds(at, self.now)))
    }

    fn moment(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// What was done on the server, as `tagged 1,204 photos review-duplicate/duplicate`.
pub(crate) fn deed_words(deed: &DeedCount) -> String {
    let photos = || count(deed.items, "photo");
    let subject = clean(&deed.subject);
    let of_album = if subject.is_empty() { String::new() } else { format!(" `{subject}`") };
    match (deed.kind.as_str(), subject.as_ref()) {
        ("make-tags", _) => format!("made {}", count(deed.items, "tag")),
        ("drop-tags", _) => format!("removed {}", count(deed.items, "tag")),
        ("tag", tag) => format!("tagged {} {tag}", photos()),
        ("untag", tag) => format!("took {tag} off {}", photos()),
        ("make-album", _) => format!("made {}{of_album}", count(deed.items, "album")),
        ("drop-album", _) => format!("removed {}{of_album}", count(deed.items, "album")),
        ("add-to-album", "") => format!("put {} into albums", photos()),
        ("add-to-album", _) => format!("put {} into{of_album}", photos()),
        ("remove-from-album", "") => format!("took {} out of albums", photos()),
        ("remove-from-album", _) => format!("took {} out of{of_album}", photos()),
        ("make-files", _) => format!("made {}", count(deed.items, "file")),
        ("drop-files", _) => format!("removed {}", count(deed.items, "file")),
        ("trash", _) => format!("put {} into the trash", photos()),
        ("restore", _) => format!("took {} out of the trash", photos()),
        ("trash-files", _) => format!("put {} into the trash here", count(deed.items, "file")),
        ("restore-files", _) => format!("took {} out of the trash here", count(deed.items, "file")),
        ("make-person", "") => format!("made {}", people(deed.items)),
        ("make-person", name) => format!("made the person `{name}`"),
        ("drop-person", "") => format!("removed {}", people(deed.items)),
        ("drop-person", name) => format!("removed the person `{name}`"),
        ("make-faces", _) => format!("marked {}", count(deed.items, "face")),
        ("drop-faces", _) => format!("took the marks of {} away", count(deed.items, "face")),
        ("restack", _) => format!("changed {}", count(deed.items, "stack")),
        ("upload", _) => format!("uploaded {}", photos()),
        ("withdraw", _) => format!("put {} that were uploaded into the trash", photos()),
        ("rename-album", _) => format!("renamed {}{of_album}", count(deed.items, "album")),
        ("set", field) => format!("set the {field} of {}", photos()),
        (kind, subject) => format!("{} {kind} {subject}", count(deed.items, "change")),
    }
}

fn people(number: u64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", thousands(number)) }
}

fn deed_object(row: &DeedRow) -> Value {
    json!({
        "type": "deed",
        "deed": row.id.0,
        "run": row.deed.run.0,
        "at": row.deed.at,
        "account": row.deed.account,
        "kind": row.deed.what.kind(),
        "subject": row.deed.what.subject(),
        "items": row.deed.what.len(),
        "finished": row.state == DeedState::Done,
        "undoes": row.deed.undoes.map(|deed| deed.0),
        "undone_by": row.undone_by.map(|run| run.0),
        "what": row.deed.what,
    })
}

/// A clock that was set back makes no run of the future.
fn age_in_seconds(at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.as_second() - at.as_second()).unwrap_or(0)
}

fn run_object(entry: &RunEntry, now: Timestamp) -> Value {
    let RunEntry { run, changes, deeds } = entry;
    let of_deed = |deed: &DeedCount| {
        json!({
            "kind": deed.kind,
            "subject": deed.subject,
            "items": deed.items,
            "taken_back": deed.undone,
            "open": deed.open,
        })
    };
    json!({
        "deeds": deeds.iter().map(of_deed).collect::<Value>(),
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
