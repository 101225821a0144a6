//! Background jobs. Nothing ever waits here: what a job would do is done before the answer leaves.

use serde_json::{Map, Value, json};

use super::{Route, admin};
use crate::{
    Version,
    call::{Call, Reply},
    problem::{Issue, Problem},
    sidecar,
    world::World,
};

/// Names of the queues, in the server's order. The last-but-one came with 3.0.
const QUEUES: [&str; 19] = [
    "thumbnailGeneration",
    "metadataExtraction",
    "videoConversion",
    "faceDetection",
    "facialRecognition",
    "smartSearch",
    "duplicateDetection",
    "backgroundTask",
    "storageTemplateMigration",
    "migration",
    "search",
    "sidecar",
    "library",
    "notifications",
    "backupDatabase",
    "ocr",
    "workflow",
    "integrityCheck",
    "editor",
];

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["queues"]) => {
            admin("queue.read", |world, _| Ok(Reply::ok(&names(world.version).map(queue).collect::<Value>())))
        }
        ("GET", ["jobs"]) => admin("job.read", |world, _| {
            let all: Map<String, Value> =
                names(world.version).map(|name| (name.to_owned(), legacy())).collect();
            Ok(Reply::ok(&Value::Object(all)))
        }),
        ("PUT", ["jobs", name]) => admin("job.create", move |world, call| command(world, call, name)),
        _ => return None,
    })
}

fn names(version: Version) -> impl Iterator<Item = &'static str> {
    QUEUES.into_iter().filter(move |name| version.is_v3() || *name != "integrityCheck")
}

fn counts() -> Value {
    json!({ "active": 0, "completed": 0, "failed": 0, "delayed": 0, "waiting": 0, "paused": 0 })
}

fn queue(name: &str) -> Value {
    json!({ "name": name, "isPaused": false, "statistics": counts() })
}

fn legacy() -> Value {
    json!({ "queueStatus": { "isPaused": false, "isActive": false }, "jobCounts": counts() })
}

fn command(world: &mut World, call: &Call, name: &str) -> Result<Reply, Problem> {
    if !names(world.version).any(|known| known == name) {
        let known: Vec<&str> = names(world.version).collect();
        return Err(Issue::unknown_word("name", &known).into());
    }
    let mut reply = Reply::ok(&legacy());
    let force = call.flag("force")?.unwrap_or(false);
    if call.text("command")? == "start" {
        match name {
            "sidecar" => reply.refresh = sidecar::check(world, force),
            "metadataExtraction" if force => {
                reply.refresh = world.assets().iter().map(|asset| asset.id).collect();
            }
            _ => {}
        }
    }
    Ok(reply)
}
