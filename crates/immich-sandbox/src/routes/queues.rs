//! Background jobs. Nothing ever waits here: what a job would do is done before the answer leaves. Pausing a queue
//! is kept and shown, and has no effect.

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
        ("GET", ["queues"]) => admin("queue.read", |world, _| {
            Ok(Reply::ok(&names(world.version).map(|name| queue(world, name)).collect::<Value>()))
        }),
        ("GET", ["queues", name]) => admin("queue.read", move |world, _| {
            let name = known(world, name)?;
            Ok(Reply::ok(&queue(world, name)))
        }),
        ("PUT", ["queues", name]) => admin("queue.update", move |world, call| update(world, call, name)),
        ("GET", ["jobs"]) => admin("job.read", |world, _| {
            let all = names(world.version).map(|name| (name.to_owned(), legacy(world, name)));
            Ok(Reply::ok(&Value::Object(all.collect::<Map<_, _>>())))
        }),
        ("PUT", ["jobs", name]) => admin("job.create", move |world, call| command(world, call, name)),
        _ => return None,
    })
}

fn names(version: Version) -> impl Iterator<Item = &'static str> {
    QUEUES.into_iter().filter(move |name| version.is_v3() || *name != "integrityCheck")
}

/// A queue of this release.
fn known(world: &World, name: &str) -> Result<&'static str, Problem> {
    let known: Vec<&str> = names(world.version).collect();
    let found = names(world.version).find(|known| *known == name);
    found.ok_or_else(|| Issue::unknown_word("name", &known).into())
}

fn counts() -> Value {
    json!({ "active": 0, "completed": 0, "failed": 0, "delayed": 0, "waiting": 0, "paused": 0 })
}

fn queue(world: &World, name: &str) -> Value {
    json!({ "name": name, "isPaused": world.paused.contains_key(name), "statistics": counts() })
}

fn legacy(world: &World, name: &str) -> Value {
    let is_paused = world.paused.contains_key(name);
    json!({ "queueStatus": { "isPaused": is_paused, "isActive": false }, "jobCounts": counts() })
}

fn pause(world: &mut World, call: &Call, name: &'static str, is_paused: bool) {
    if is_paused {
        world.paused.insert(name, call.key);
    } else {
        world.paused.remove(name);
    }
}

fn update(world: &mut World, call: &Call, name: &str) -> Result<Reply, Problem> {
    let name = known(world, name)?;
    if let Some(is_paused) = call.flag("isPaused")? {
        pause(world, call, name, is_paused);
    }
    Ok(Reply::ok(&queue(world, name)))
}

fn command(world: &mut World, call: &Call, name: &str) -> Result<Reply, Problem> {
    const COMMANDS: [&str; 5] = ["start", "pause", "resume", "empty", "clear-failed"];
    let name = known(world, name)?;
    let force = call.flag("force")?.unwrap_or(false);
    let mut refresh = Vec::new();
    match call.text("command")? {
        "pause" => pause(world, call, name, true),
        "resume" => pause(world, call, name, false),
        "start" if name == "sidecar" => refresh = sidecar::check(world, force),
        "start" if name == "metadataExtraction" && force => {
            refresh = world.assets().iter().map(|asset| asset.id).collect();
        }
        command if COMMANDS.contains(&command) => {}
        _ => return Err(Issue::unknown_word("command", &COMMANDS).into()),
    }
    Ok(Reply { refresh, ..Reply::ok(&legacy(world, name)) })
}
