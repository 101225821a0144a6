//! Events for machines: one JSON object a line on stdout.
//!
//! Fields are only ever added. A path is text; where its bytes are not UTF-8 they come beside it in
//! hexadecimal digits as `path_bytes`, because a lossy path leads nowhere.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use sync_core::deeds::What;
use sync_core::export::ExportEvent;
use sync_core::import::ImportEvent;
use sync_core::organize::{Place, SkipKind};
use sync_core::paths::PrefixMap;
use sync_core::plan::Step;
use sync_core::{Event, Reporter};

use super::console::causes;
use super::export::{self, ExportEnd};
use super::import::{self, ImportEnd};
use super::{Console, End, OrganizeEnd, Presenter, organize};
use crate::codes::Code;
use crate::exit::ExitStatus;

/// Raised when a field changes its meaning or goes away.
pub(super) const SCHEMA: u32 = 1;

/// Writes events as JSON.
pub(super) struct Json(Console);

impl Json {
    /// Writes to stdout.
    pub(super) fn new(console: Console) -> Self {
        Self(console)
    }
}

impl Reporter for Json {
    fn report(&self, event: &Event<'_>) {
        if let Some(object) = object(event) {
            self.0.result(&line(&object));
        }
    }
}

impl Presenter for Json {
    fn finish(&self, end: &End<'_>) {
        self.0.result(&line(&summary(end)));
    }

    fn finish_organizing(&self, end: &OrganizeEnd<'_>) {
        self.0.result(&line(&organize::ended(end)));
    }

    fn foretell(&self, event: &ImportEvent<'_>) {
        if let Some(object) = import::object(event, true) {
            self.0.result(&line(&object));
        }
    }

    fn finish_importing(&self, end: &ImportEnd<'_>) {
        for object in import::unmatched(end) {
            self.0.result(&line(&object));
        }
        self.0.result(&line(&import::ended(end)));
    }

    fn foretell_export(&self, event: &ExportEvent<'_>) {
        if let Some(object) = export::object(event, true) {
            self.0.result(&line(&object));
        }
    }

    fn finish_exporting(&self, end: &ExportEnd<'_>) {
        self.0.result(&line(&export::ended(end)));
    }

    fn give_up(&self, error: &anyhow::Error, status: ExitStatus) {
        self.0.result(&line(&gave_up(error, status)));
        self.0.error(error);
    }
}

/// An object as a line. JSON escapes only the oldest control characters by itself; a line that is looked at on
/// a terminal needs the others escaped too. All of them can only stand inside of strings.
pub(super) fn line(object: &Value) -> String {
    let mut line = String::new();
    for letter in object.to_string().chars() {
        if super::clean::acts(letter) {
            let mut units = [0; 2];
            line.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            line.push(letter);
        }
    }
    line
}

/// An event as an object; progress has none.
pub(super) fn object(event: &Event<'_>) -> Option<Value> {
    Some(match event {
        Event::WouldDo(step) => of_step("would-write", step),
        Event::Done(step) => of_step("written", step),
        Event::Skipped(skipped) => with_path(
            &skipped.path,
            json!({
                "type": "skipped",
                "asset": skipped.asset,
                "reason": skipped.reason.code(),
                "message": skipped.reason.to_string(),
                "trouble": skipped.reason.is_trouble(),
            }),
        ),
        Event::Failed(failed) => with_path(
            &failed.path,
            json!({
                "type": "failed",
                "asset": failed.asset,
                "message": failed.message,
                "transient": failed.transient,
            }),
        ),
        Event::FileSkipped { path, reason } => with_path(
            path,
            json!({
                "type": "skipped",
                "source": "local",
                "reason": reason.code(),
                "message": reason.to_string(),
                "trouble": reason.is_trouble(),
            }),
        ),
        Event::FileFailed { path, message } => {
            with_path(path, json!({ "type": "failed", "source": "local", "message": message }))
        }
        Event::Kept(kept) => with_path(
            &kept.path,
            json!({
                "type": "kept",
                "asset": kept.asset,
                "kind": kept.datum,
                "message": kept.why,
                "trouble": kept.is_trouble,
            }),
        ),
        Event::Mapped { folders, agreed, of } => {
            let folder =
                |map: &PrefixMap| json!({ "server": map.server, "local": map.local.to_string_lossy() });
            let folders: Vec<Value> = folders.iter().map(folder).collect();
            json!({ "type": "mapped", "folders": folders, "agreed": agreed, "of": of })
        }
        Event::Warning(message) => json!({ "type": "warning", "message": message }),
        Event::Recovered { folders, completed, rolled_back } => json!({
            "type": "recovered",
            "folders": folders,
            "completed": completed,
            "rolled_back": rolled_back,
        }),
        Event::Queues { queues, are_paused } => {
            let names: Vec<&str> = queues.iter().map(immich_api::QueueName::as_str).collect();
            json!({ "type": "queues", "paused": are_paused, "queues": names })
        }
        Event::Import(event) => return import::object(event, false),
        Event::Export(event) => return export::object(event, false),
        organizing => return object_of_organizing(organizing),
    })
}

/// What only the organizer tells.
fn object_of_organizing(event: &Event<'_>) -> Option<Value> {
    Some(match event {
        Event::NotCompared(photo) => placed(
            &photo.place,
            json!({
                "type": "not-compared",
                "name": photo.name,
                "reason": photo.kind.map_or("failed", SkipKind::code),
                "message": photo.why,
                "trouble": photo.kind.is_none_or(SkipKind::is_trouble),
            }),
        ),
        Event::Scanned(scan) => organize::scanned(scan),
        Event::ActionPlanned { action, changes, seconds } => {
            json!({ "type": "planned", "action": action, "changes": changes, "seconds": seconds })
        }
        Event::WouldChange(what) => of_deed("would-change", what),
        Event::Changed(what) => of_deed("changed", what),
        // The end is told by `finish`, which knows more of it.
        _ => return None,
    })
}

/// The last object of a run that came to its end.
pub(super) fn summary(end: &End<'_>) -> Value {
    let summary = end.summary;
    json!({
        "type": "summary",
        "schema": SCHEMA,
        "dry_run": end.dry_run,
        "seen": summary.seen,
        "done": summary.done,
        "files": summary.files,
        "kept": summary.kept,
        "skipped": summary.skipped,
        "skipped_with_trouble": summary.troubled,
        "failed": summary.failed,
        "unreadable": summary.unreadable,
        "listing_complete": summary.listing_complete,
        "stopped": summary.stopped,
        "insecure": end.traffic.insecure,
        "requests": end.traffic.requests,
        "retries": end.traffic.retries,
        "bytes_received": end.traffic.bytes_received,
        "seconds": (end.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        "exit_code": end.status.code(),
    })
}

/// The last object of a run that had to be given up.
pub(super) fn gave_up(error: &anyhow::Error, status: ExitStatus) -> Value {
    json!({
        "type": "error",
        "schema": SCHEMA,
        "message": error.to_string(),
        "causes": causes(error),
        "code": Code::of_error(error).to_string(),
        "exit_code": status.code(),
    })
}

/// Something done on the server, in the words of `history`.
fn of_deed(kind: &str, what: &What) -> Value {
    json!({ "type": kind, "kind": what.kind(), "subject": what.subject(), "items": what.len(), "what": what })
}

fn of_step(kind: &str, step: &Step) -> Value {
    let edits: Vec<Value> = step
        .change
        .edits
        .iter()
        .map(|edit| json!({ "tag": edit.tag.name(), "old": edit.old, "new": edit.new }))
        .collect();
    with_path(
        &step.path,
        json!({
            "type": kind,
            "asset": step.asset,
            "file": step.role,
            "made": step.expects.is_none(),
            "format": step.change.container.label(),
            "edits": edits,
        }),
    )
}

/// With the place of a photo: an asset, or a path here.
pub(super) fn placed(place: &Place, mut object: Value) -> Value {
    match place {
        Place::Asset(id) => {
            object["source"] = json!("immich");
            object["asset"] = json!(id);
            object
        }
        Place::File(path) => {
            object["source"] = json!("local");
            with_path(path.path(), object)
        }
    }
}

/// With a path, whatever its bytes are.
pub(super) fn with_path(path: &Path, object: Value) -> Value {
    let mut path_fields = Map::new();
    path_fields.insert("path".to_owned(), Value::String(path.to_string_lossy().into_owned()));
    if path.to_str().is_none() {
        let digits = path.as_os_str().as_bytes().iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let hex: String = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect();
        path_fields.insert("path_bytes".to_owned(), Value::String(hex));
    }
    match object {
        Value::Object(mut fields) => {
            fields.append(&mut path_fields);
            Value::Object(fields)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sync_core::Summary;
    use sync_core::event::Activity;
    use sync_core::plan::SkipReason;

    use super::super::testing::{failed, kept, skipped, step};
    use super::*;
    use crate::output::Traffic;

    /// The whole vocabulary, as it leaves the program.
    #[test]
    fn the_schema_stays_as_it_is() {
        let step = step();
        let (missing, unchanged, failed) =
            (skipped(SkipReason::Missing), skipped(SkipReason::Unchanged), failed());
        let kept = kept();
        let folders = [PrefixMap { server: "/data".to_owned(), local: "/photos".into() }];
        let numbers = Summary { seen: 3, done: 1, failed: 1, listing_complete: true, ..Summary::default() };
        let mut lines: Vec<Value> = [
            Event::Recovered { folders: 1, completed: 0, rolled_back: 1 },
            Event::WouldDo(&step),
            Event::Done(&step),
            Event::Skipped(&missing),
            Event::Skipped(&unchanged),
            Event::Failed(&failed),
            Event::Kept(&kept),
            Event::Mapped { folders: &folders, agreed: 3, of: 4 },
            Event::Warning("face import is on"),
        ]
        .iter()
        .filter_map(object)
        .collect();
        lines.push(summary(&End {
            summary: &numbers,
            traffic: Traffic { requests: 5, retries: 1, bytes_received: 1000, insecure: false },
            elapsed: Duration::from_millis(1234),
            dry_run: false,
            status: ExitStatus::Partial,
        }));
        lines.push(gave_up(
            &anyhow::anyhow!("no route").context("cannot reach the server"),
            ExitStatus::Unreachable,
        ));

        insta::assert_json_snapshot!(lines);
    }

    #[test]
    fn an_object_is_one_line_without_control_characters_and_reads_back_equal() {
        let message = "a\nb\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{2028}ä 👨\u{200d}👩";
        let object = object(&Event::Warning(message)).unwrap();

        let line = line(&object);

        assert!(!line.contains(super::super::clean::acts), "{line}");
        assert!(line.contains("ä 👨\u{200d}👩"), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), object);
    }

    #[test]
    fn progress_is_not_for_machines() {
        assert_eq!(object(&Event::Listed { assets: 1 }), None);
        assert_eq!(object(&Event::Planning { candidates: 1 }), None);
        assert_eq!(object(&Event::Asked { what: Activity::Faces, done: 1, total: 2 }), None);
    }
}
