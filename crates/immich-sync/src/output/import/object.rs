//! An import for machines.

use serde_json::{Map, Value, json};
use sync_core::deeds::LocalPath;
use sync_core::import::{ImportEvent, ImportSummary};

use super::super::json::{SCHEMA, with_path};
use super::ImportEnd;

/// Something about an import as an object; progress has none.
pub(in super::super) fn object(event: &ImportEvent<'_>, dry_run: bool) -> Option<Value> {
    let done = |path: &LocalPath, done: &str, would: &str| {
        with_path(path.path(), json!({ "type": if dry_run { would } else { done } }))
    };
    Some(match event {
        ImportEvent::Uploaded { path } => done(path, "uploaded", "would-upload"),
        ImportEvent::Damaged { path, why } => {
            with_path(path.path(), json!({ "type": "damaged", "message": why }))
        }
        ImportEvent::Adopted { path } => done(path, "adopted", "would-adopt"),
        ImportEvent::Updated { path } => done(path, "updated", "would-update"),
        ImportEvent::Passed(passed) => {
            let (kind, why) = (passed.kind, passed.why.as_deref());
            with_path(passed.path.path(), left(kind.name(), why, kind.is_trouble()))
        }
        ImportEvent::Left { path, kind, why } => {
            with_path(path.path(), left(kind.name(), *why, kind.is_trouble()))
        }
        ImportEvent::Trouble(trouble) => with_path(
            trouble.path.path(),
            json!({ "type": "failed", "message": trouble.message, "hides_photos": trouble.hides_photos }),
        ),
        ImportEvent::Conflict { path, field, server_wins } => with_path(
            path.path(),
            json!({ "type": "conflict", "field": field, "winner": if *server_wins { "server" } else { "source" } }),
        ),
        ImportEvent::Failed { path, message, transient } => {
            with_path(path.path(), json!({ "type": "failed", "message": message, "transient": transient }))
        }
        ImportEvent::Gone { photos } => json!({ "type": "gone", "photos": photos }),
        _ => return None,
    })
}

fn left(reason: &str, why: Option<&str>, is_trouble: bool) -> Value {
    json!({ "type": "skipped", "reason": reason, "message": why, "trouble": is_trouble })
}

/// Photos of an export that nothing is said about, one by one.
pub(in super::super) fn unmatched(end: &ImportEnd<'_>) -> Vec<Value> {
    let paths = end.takeout.map_or(&[][..], |takeout| &takeout.unmatched_paths);
    paths.iter().map(|path| with_path(path.path(), json!({ "type": "without-json" }))).collect()
}

/// The numbers of an import.
fn numbers(summary: &ImportSummary) -> Map<String, Value> {
    let skipped: Map<String, Value> =
        summary.skipped.iter().map(|(kind, number)| (kind.name().to_owned(), json!(number))).collect();
    let mut numbers = Map::new();
    let mut put = |name: &str, value: Value| numbers.insert(name.to_owned(), value);
    put("seen", json!(summary.seen));
    put("done", json!(summary.done()));
    put("uploaded", json!(summary.uploaded));
    put("adopted", json!(summary.adopted));
    put("updated", json!(summary.updated));
    put("trashed", json!(summary.trashed));
    put("skipped", Value::Object(skipped));
    put("skipped_with_trouble", json!(summary.troubled() - summary.damaged));
    put("sent_damaged", json!(summary.damaged));
    put("failed", json!(summary.failed));
    put("bytes_read", json!(summary.bytes_read));
    put("bytes_sent", json!(summary.bytes_sent));
    put("listing_complete", json!(summary.listing_complete));
    put("stopped", json!(summary.stopped));
    put("run", json!(summary.run.map(|run| run.0)));
    numbers
}

/// The last object.
pub(in super::super) fn ended(end: &ImportEnd<'_>) -> Value {
    let mut object = numbers(end.summary);
    let takeout = end.takeout.map(|takeout| {
        json!({
            "photos_with_json": takeout.photos_with_json,
            "photos_without_json": takeout.unmatched,
            "json_without_photo": takeout.orphans,
            "albums": takeout.albums,
        })
    });
    let library = end.library.map(|library| {
        json!({
            "assets": library.assets,
            "shown_photos": library.shown_photos,
            "shown_videos": library.shown_videos,
            "hidden": library.hidden,
            "trashed": library.trashed,
            "in_cloud_only": library.in_cloud,
            "lost": library.lost,
            "on_volumes_not_connected": library.offline,
        })
    });
    let put_away = end.put_away.map(|(summary, run)| {
        json!({
            "done": summary.done,
            "skipped": summary.skipped_in_all(),
            "failed": summary.failed,
            "run": run.map(|run| run.0),
        })
    });
    let more = json!({
        "type": "summary",
        "schema": SCHEMA,
        "dry_run": end.dry_run,
        "takeout": takeout,
        "library": library,
        "put_away": put_away,
        "insecure": end.traffic.insecure,
        "requests": end.traffic.requests,
        "retries": end.traffic.retries,
        "bytes_received": end.traffic.bytes_received,
        "seconds": (end.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        "exit_code": end.status.code(),
    });
    if let Value::Object(mut more) = more {
        object.append(&mut more);
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use sync_core::import::{Passed, SkipKind, Trouble};

    use super::*;

    #[test]
    fn a_machine_gets_every_event_with_its_path() {
        let path = LocalPath::from(PathBuf::from("/photos/a.jpg"));
        let why = Some("too long".to_owned());
        let passed = Passed { path: path.clone(), kind: SkipKind::Damaged, why };
        let trouble = Trouble { path: path.clone(), message: "no permission".to_owned(), hides_photos: true };
        let events = [
            ImportEvent::Uploaded { path: &path },
            ImportEvent::Passed(&passed),
            ImportEvent::Trouble(&trouble),
            ImportEvent::Left { path: &path, kind: SkipKind::DeletedHere, why: None },
            ImportEvent::Conflict { path: &path, field: "rating", server_wins: true },
            ImportEvent::Failed { path: &path, message: "reset", transient: true },
        ];

        let objects: Vec<Value> = events.iter().filter_map(|event| object(event, false)).collect();

        assert!(objects.iter().all(|object| object["path"] == "/photos/a.jpg"));
        insta::assert_json_snapshot!(objects);
        assert_eq!(object(&events[0], true).unwrap()["type"], "would-upload");
    }
}
