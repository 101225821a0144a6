//! Runs and changes of the past, as lines or as JSON.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use messages_macros::{tr, word};
use serde_json::{Value, json};
use sync_core::deeds::{DeedCount, DeedRow, DeedState};
use sync_core::history::{ChangeEntry, ChangeKind, Reversal, RunEntry};
use sync_core::state::{JournalState, Role, RunId};

use super::diff::edit_lines;
use super::json::{line, with_path};
use super::words::{age, count, size, thousands};
use super::{Console, clean, clean_path, told};

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
            line = tr!("{line}, {} taken back", changes.undone);
        }
        if changes.kept.changes > 0 {
            line = tr!("{line}, {} kept for undo", size(changes.kept.bytes));
        }
        if run.ended.is_none() {
            line = format!("{line}, {}", self.console.result.yellow(word!("not finished")));
        }
        line
    }

    fn change_lines(&self, entry: &ChangeEntry) -> Vec<String> {
        let path = self.console.result.bold(&clean_path(&entry.path));
        let mut notes = vec![self.run_and_moment(entry.run, entry.at)];
        match entry.kind {
            ChangeKind::Changed => {}
            ChangeKind::Made => notes.push(word!("made").to_owned()),
            ChangeKind::Removed => notes.push(word!("removed").to_owned()),
        }
        if entry.undoes.is_some() {
            notes.push(word!("took back an earlier change").to_owned());
        }
        if let Some(run) = entry.undone_by {
            notes.push(tr!("taken back by run {}", run.0));
        }
        if entry.state != JournalState::Done {
            notes.push(word!("not finished").to_owned());
        } else if entry.undone_by.is_none() {
            notes.push(match entry.reversal {
                Reversal::Exact if entry.kept > 0 => tr!("undo is exact, {} kept", size(entry.kept)),
                Reversal::Exact => word!("undo is exact").to_owned(),
                Reversal::TagByTag => word!("undo goes tag by tag").to_owned(),
                Reversal::Impossible => word!("its content is not kept any more").to_owned(),
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
        let mut notes = vec![self.run_and_moment(row.deed.run, row.deed.at)];
        if row.deed.undoes.is_some() {
            notes.push(word!("took back an earlier change").to_owned());
        }
        if let Some(run) = row.undone_by {
            notes.push(tr!("taken back by run {}", run.0));
        }
        if row.state != DeedState::Done {
            notes.push(word!("not finished").to_owned());
        }
        format!("{words} ({})", notes.join(", "))
    }

    fn run_and_moment(&self, run: RunId, at: Timestamp) -> String {
        tr!("run {}, {}", run.0, self.moment(at))
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
    match deed.kind.as_str() {
        "make-tags" | "drop-tags" | "tag" | "untag" => tag_words(deed),
        "make-album" | "drop-album" | "add-to-album" | "remove-from-album" | "rename-album" => {
            album_words(deed)
        }
        "make-person" | "drop-person" | "make-faces" | "drop-faces" => person_words(deed),
        _ => other_words(deed),
    }
}

fn tag_words(deed: &DeedCount) -> String {
    let (tag, tags, photos) =
        (clean(&deed.subject), || count(deed.items, "tag"), || count(deed.items, "photo"));
    match deed.kind.as_str() {
        "make-tags" => tr!("made {}", tags()),
        "drop-tags" => tr!("removed {}", tags()),
        "tag" => tr!("tagged {} {tag}", photos()),
        _ => tr!("took {tag} off {}", photos()),
    }
}

fn album_words(deed: &DeedCount) -> String {
    let (albums, photos) = (|| count(deed.items, "album"), || count(deed.items, "photo"));
    let name = clean(&deed.subject);
    match (deed.kind.as_str(), name.as_str()) {
        ("make-album", "") => tr!("made {}", albums()),
        ("make-album", _) => tr!("made {} `{name}`", albums()),
        ("drop-album", "") => tr!("removed {}", albums()),
        ("drop-album", _) => tr!("removed {} `{name}`", albums()),
        ("add-to-album", "") => tr!("put {} into albums", photos()),
        ("add-to-album", _) => tr!("put {} into `{name}`", photos()),
        ("remove-from-album", "") => tr!("took {} out of albums", photos()),
        ("remove-from-album", _) => tr!("took {} out of `{name}`", photos()),
        (_, "") => tr!("renamed {}", albums()),
        _ => tr!("renamed {} `{name}`", albums()),
    }
}

fn person_words(deed: &DeedCount) -> String {
    let name = clean(&deed.subject);
    match (deed.kind.as_str(), name.as_str()) {
        ("make-person", "") => tr!("made {}", people(deed.items)),
        ("make-person", _) => tr!("made the person `{name}`"),
        ("drop-person", "") => tr!("removed {}", people(deed.items)),
        ("drop-person", _) => tr!("removed the person `{name}`"),
        ("make-faces", _) => tr!("marked {}", count(deed.items, "face")),
        _ => tr!("took the marks of {} away", count(deed.items, "face")),
    }
}

fn other_words(deed: &DeedCount) -> String {
    let (files, photos) = (|| count(deed.items, "file"), || count(deed.items, "photo"));
    match deed.kind.as_str() {
        "make-files" => tr!("made {}", files()),
        "drop-files" => tr!("removed {}", files()),
        "trash" => tr!("put {} into the trash", photos()),
        "restore" => tr!("took {} out of the trash", photos()),
        "trash-files" => tr!("put {} into the trash here", files()),
        "restore-files" => tr!("took {} out of the trash here", files()),
        "restack" => tr!("changed {}", count(deed.items, "stack")),
        "upload" => tr!("uploaded {}", photos()),
        "withdraw" => tr!("put {} that were uploaded into the trash", photos()),
        "set" => tr!("set the {} of {}", told(&deed.subject), photos()),
        kind => format!("{} {kind} {}", count(deed.items, "change"), clean(&deed.subject)),
    }
}

fn people(number: u64) -> String {
    if number == 1 { word!("1 person").to_owned() } else { tr!("{} people", thousands(number)) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tests::in_german;

    /// Every kind, what it is done with, and the words for two of it.
    const KINDS: [(&str, &str, &str, &str); 26] = [
        ("make-tags", "", "made 2 tags", "2 Tags angelegt"),
        ("drop-tags", "", "removed 2 tags", "2 Tags entfernt"),
        ("tag", "a/b", "tagged 2 photos a/b", "2 Fotos mit dem Tag a/b versehen"),
        ("untag", "a/b", "took a/b off 2 photos", "das Tag a/b von 2 Fotos genommen"),
        ("make-album", "", "made 2 albums", "2 Alben angelegt"),
        ("drop-album", "A", "removed 2 albums `A`", "2 Alben `A` entfernt"),
        ("add-to-album", "", "put 2 photos into albums", "2 Fotos in Alben gelegt"),
        ("add-to-album", "A", "put 2 photos into `A`", "2 Fotos ins Album `A` gelegt"),
        ("remove-from-album", "", "took 2 photos out of albums", "2 Fotos aus Alben genommen"),
        ("remove-from-album", "A", "took 2 photos out of `A`", "2 Fotos aus dem Album `A` genommen"),
        ("rename-album", "A", "renamed 2 albums `A`", "2 Alben `A` umbenannt"),
        ("make-files", "", "made 2 files", "2 Dateien angelegt"),
        ("drop-files", "", "removed 2 files", "2 Dateien entfernt"),
        ("trash", "", "put 2 photos into the trash", "2 Fotos in den Papierkorb gelegt"),
        ("restore", "", "took 2 photos out of the trash", "2 Fotos aus dem Papierkorb geholt"),
        (
            "trash-files",
            "",
            "put 2 files into the trash here",
            "2 Dateien in den Papierkorb dieses Rechners gelegt",
        ),
        (
            "restore-files",
            "",
            "took 2 files out of the trash here",
            "2 Dateien aus dem Papierkorb dieses Rechners geholt",
        ),
        ("make-person", "", "made 2 people", "2 Personen angelegt"),
        ("make-person", "Ada", "made the person `Ada`", "die Person `Ada` angelegt"),
        ("drop-person", "Ada", "removed the person `Ada`", "die Person `Ada` entfernt"),
        ("make-faces", "", "marked 2 faces", "2 Gesichter eingezeichnet"),
        ("drop-faces", "", "took the marks of 2 faces away", "2 Gesichter wieder weggenommen"),
        ("restack", "", "changed 2 stacks", "2 Stapel geändert"),
        ("upload", "", "uploaded 2 photos", "2 Fotos hochgeladen"),
        (
            "withdraw",
            "",
            "put 2 photos that were uploaded into the trash",
            "2 Fotos (hochgeladen) in den Papierkorb gelegt",
        ),
        ("set", "rating", "set the rating of 2 photos", "bei 2 Fotos Bewertung gesetzt"),
    ];

    #[test]
    fn what_was_done_has_words_in_both_languages() {
        for (kind, subject, english, german) in KINDS {
            let (kind, subject) = (kind.to_owned(), subject.to_owned());
            let deed = DeedCount { kind, subject, items: 2, undone: 0, open: 0 };

            assert_eq!(deed_words(&deed), english);
            assert_eq!(in_german(|| deed_words(&deed)), german);
        }
    }

    #[test]
    fn what_came_with_a_later_version_is_told_as_it_is() {
        let deed =
            DeedCount { kind: "fold".to_owned(), subject: "a".to_owned(), items: 1, undone: 0, open: 0 };

        assert_eq!(deed_words(&deed), "1 change fold a");
    }
}
