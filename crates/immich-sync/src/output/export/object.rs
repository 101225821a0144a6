//! An export for machines.

use serde_json::{Map, Value, json};
use sync_core::export::{ExportEvent, ExportSummary, ExportedFile};

use super::super::json::{SCHEMA, with_path};
use super::ExportEnd;

/// Something about an export as an object; progress has none.
pub(in super::super) fn object(event: &ExportEvent<'_>, dry_run: bool) -> Option<Value> {
    let done = |done: &'static str, would: &'static str| if dry_run { would } else { done };
    Some(match event {
        ExportEvent::Wrote { file, is_update, is_renamed } => {
            let kind =
                if *is_update { done("updated", "would-update") } else { done("exported", "would-export") };
            of_file(file, json!({ "type": kind, "renamed": is_renamed }))
        }
        ExportEvent::Bare { file, why } => of_file(file, json!({ "type": "not-embedded", "message": why })),
        ExportEvent::Adopted { file } => of_file(file, json!({ "type": done("adopted", "would-adopt") })),
        ExportEvent::Left { file, kind } => {
            of_file(file, json!({ "type": "skipped", "reason": kind.name(), "trouble": kind.is_trouble() }))
        }
        ExportEvent::Failed { file, message, transient } => {
            of_file(file, json!({ "type": "failed", "message": message, "transient": transient }))
        }
        ExportEvent::Removed { file } => of_file(file, json!({ "type": done("removed", "would-remove") })),
        ExportEvent::Stays { files } => json!({ "type": "gone", "files": files }),
        _ => return None,
    })
}

fn of_file(file: &ExportedFile<'_>, mut object: Value) -> Value {
    object["asset"] = json!(file.asset);
    object["file"] = json!(file.part.map(sync_core::export::Part::word));
    with_path(file.path, object)
}

/// The numbers of an export.
fn numbers(summary: &ExportSummary) -> Map<String, Value> {
    let left: Map<String, Value> =
        summary.left.iter().map(|(kind, number)| (kind.name().to_owned(), json!(number))).collect();
    let mut numbers = Map::new();
    let mut put = |name: &str, value: Value| numbers.insert(name.to_owned(), value);
    put("assets", json!(summary.assets));
    put("seen", json!(summary.seen));
    put("done", json!(summary.done()));
    put("exported", json!(summary.written));
    put("updated", json!(summary.updated));
    put("adopted", json!(summary.adopted));
    put("removed", json!(summary.removed));
    put("gone", json!(summary.stays));
    put("skipped", Value::Object(left));
    put("skipped_with_trouble", json!(summary.troubled()));
    put("failed", json!(summary.failed));
    put("bytes_written", json!(summary.bytes));
    put("listing_complete", json!(summary.listing_complete));
    put("stopped", json!(summary.stopped));
    put("run", json!(summary.run.map(|run| run.0)));
    numbers
}

/// The last object of an export that came to its end.
pub(in super::super) fn ended(end: &ExportEnd<'_>) -> Value {
    let mut object = numbers(end.summary);
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("type", json!("summary"));
    put("schema", json!(SCHEMA));
    put("dry_run", json!(end.dry_run));
    put("seconds", json!((end.elapsed.as_secs_f64() * 1000.0).round() / 1000.0));
    put("exit_code", json!(end.status.code()));
    Value::Object(object)
}
