//! The stream of changes: people and faces, one JSON object per line, for a session and never for a key.
//!
//! The real server streams two dozen types. The sandbox plays those that tell of faces; another type is refused
//! with 501, which no real server says, so that no test takes silence for an empty library.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::{Route, needs};
use crate::{
    Question, UserId,
    answer::{sync_face, sync_people},
    call::{Call, Reply},
    problem::{Issue, Problem},
    session::{Sent, Session},
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("POST", ["sync", "stream"]) => needs("sync.stream", stream),
        ("GET", ["sync", "ack"]) => needs("syncCheckpoint.read", list),
        ("POST", ["sync", "ack"]) => needs("syncCheckpoint.update", acknowledge),
        ("DELETE", ["sync", "ack"]) => needs("syncCheckpoint.delete", forget),
        _ => return None,
    })
}

/// What the stream tells of one sort of thing.
#[derive(Debug, Clone, Copy)]
struct Topic {
    /// The type in the request.
    request: &'static str,
    /// The type of a line that tells of a thing.
    told: &'static str,
    /// The type of a line that tells of its end, and the field with its id.
    gone: (&'static str, &'static str),
}

const PEOPLE: Topic = Topic { request: "PeopleV1", told: "PersonV1", gone: ("PersonDeleteV1", "personId") };
const FACES_V1: Topic =
    Topic { request: "AssetFacesV1", told: "AssetFaceV1", gone: ("AssetFaceDeleteV1", "assetFaceId") };
const FACES_V2: Topic =
    Topic { request: "AssetFacesV2", told: "AssetFaceV2", gone: ("AssetFaceDeleteV1", "assetFaceId") };

/// In the order of the stream.
const TOPICS: [Topic; 3] = [PEOPLE, FACES_V1, FACES_V2];

/// Types that exist and that the sandbox does not play.
const OTHERS: [&str; 24] = [
    "AlbumsV1",
    "AlbumsV2",
    "AlbumUsersV1",
    "AlbumToAssetsV1",
    "AlbumAssetsV1",
    "AlbumAssetsV2",
    "AlbumAssetExifsV1",
    "AssetsV1",
    "AssetsV2",
    "AssetExifsV1",
    "AssetEditsV1",
    "AssetMetadataV1",
    "AssetOcrV1",
    "AuthUsersV1",
    "MemoriesV1",
    "MemoryToAssetsV1",
    "PartnersV1",
    "PartnerAssetsV1",
    "PartnerAssetsV2",
    "PartnerAssetExifsV1",
    "PartnerStacksV1",
    "StacksV1",
    "UsersV1",
    "UserMetadataV1",
];

/// Types that 3.x refuses, each for the one with a 2.
const REFUSED_BY_3X: [&str; 4] = ["AssetsV1", "AssetFacesV1", "AlbumAssetsV1", "PartnerAssetsV1"];

fn session_of<'w>(world: &'w mut World, call: &Call) -> Result<&'w mut Session, Problem> {
    let no_session = || Problem::text(403, "Sync endpoints cannot be used with API keys");
    let at = call.session.ok_or_else(no_session)?;
    world.sessions.get_mut(at).ok_or_else(no_session)
}

fn stream(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    session_of(world, call)?;
    let topics = topics(call)?;
    if call.flag("reset")?.unwrap_or(false) {
        session_of(world, call)?.reset(None);
    }
    let (mut body, mut sent) = (Vec::new(), Vec::new());
    for topic in topics {
        let things = things(world, call.user, topic);
        tell(world, call, topic, things, (&mut body, &mut sent))?;
    }
    let ack = format!("SyncCompleteV1|{}", world.mint.uuid());
    push(&mut body, &json!({ "type": "SyncCompleteV1", "data": {}, "ack": ack }));
    session_of(world, call)?.remember(sent);
    Ok(Reply::bytes("application/jsonlines+json", body))
}

fn topics(call: &Call) -> Result<Vec<Topic>, Problem> {
    let types = call.json.get("types").and_then(Value::as_array);
    let types = types.ok_or_else(|| Issue::wrong_type("types", "array", call.json.get("types")))?;
    for wanted in types {
        let word = wanted.as_str().unwrap_or_default();
        if !OTHERS.contains(&word) && !TOPICS.iter().any(|topic| topic.request == word) {
            let known: Vec<&str> =
                TOPICS.iter().map(|topic| topic.request).chain(OTHERS.iter().copied()).collect();
            return Err(Issue::unknown_word("types", &known).into());
        }
        if call.version.is_v3() && REFUSED_BY_3X.contains(&word) {
            let newer = format!("{}V2", word.trim_end_matches("V1"));
            let text = format!("SyncRequestType.{word} is deprecated, use SyncRequestType.{newer} instead");
            return Err(Problem::bad_request(text));
        }
        if OTHERS.contains(&word) {
            return Err(Problem::text(501, format!("The sandbox has no stream of {word}")));
        }
    }
    Ok(TOPICS.into_iter().filter(|topic| types.iter().any(|wanted| wanted == topic.request)).collect())
}

/// Everything that a topic tells of, by id.
fn things(world: &World, user: UserId, topic: Topic) -> Vec<(String, Value)> {
    match topic.request {
        "PeopleV1" if world.answers_nothing(Question::People) => Vec::new(),
        "PeopleV1" => sync_people(world, user),
        _ if world.answers_nothing(Question::Faces) => Vec::new(),
        request => {
            let own = world.assets().iter().filter(|asset| asset.owner == user);
            let faces = own.flat_map(|asset| asset.faces.iter().map(move |face| (asset, face)));
            let told = |(asset, face): (&crate::Asset, &crate::Face)| {
                (face.id.to_string(), sync_face(asset, face, request == "AssetFacesV2"))
            };
            faces.map(told).collect()
        }
    }
}

/// First what is gone, then what is new or different.
fn tell(
    world: &mut World,
    call: &Call,
    topic: Topic,
    things: Vec<(String, Value)>,
    (body, sent): (&mut Vec<u8>, &mut Vec<Sent>),
) -> Result<(), Problem> {
    let session = session_of(world, call)?;
    let known = session.known_ids(topic.told);
    let there: std::collections::HashSet<&String> = things.iter().map(|(id, _)| id).collect();
    let mut lines: Vec<(&'static str, String, Value, Option<u64>)> = Vec::new();
    let (gone, field) = topic.gone;
    for id in known.into_iter().filter(|id| !there.contains(id)) {
        let data = json!({ field: id });
        lines.push((gone, id, data, None));
    }
    for (id, data) in things {
        let state = hash(&data);
        if session.known_state(topic.told, &id) != Some(state) {
            lines.push((topic.told, id, data, Some(state)));
        }
    }
    for (kind, id, data, state) in lines {
        let ack = format!("{kind}|{}", world.mint.uuid());
        push(body, &json!({ "type": kind, "data": data, "ack": ack }));
        sent.push(Sent { kind, ack, about: (topic.told, id), state });
    }
    Ok(())
}

fn push(body: &mut Vec<u8>, line: &Value) {
    body.extend_from_slice(line.to_string().as_bytes());
    body.push(b'\n');
}

fn hash(data: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    data.to_string().hash(&mut hasher);
    hasher.finish()
}

fn list(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let acks = session_of(world, call)?.acks.iter();
    Ok(Reply::ok(&acks.map(|(kind, ack)| json!({ "type": kind, "ack": ack })).collect::<Value>()))
}

fn acknowledge(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let session = session_of(world, call)?;
    let acks = call.json.get("acks").and_then(Value::as_array);
    let acks = acks.ok_or_else(|| Issue::wrong_type("acks", "array", call.json.get("acks")))?;
    for ack in acks.iter().filter_map(Value::as_str) {
        let kind = ack.split('|').next().unwrap_or_default();
        let known =
            kind == "SyncCompleteV1" || TOPICS.iter().any(|topic| topic.told == kind || topic.gone.0 == kind);
        if !known {
            return Err(Problem::bad_request(format!("Invalid ack type: {kind}")));
        }
        session.acknowledge(kind, ack);
    }
    Ok(Reply::empty(204))
}

fn forget(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let session = session_of(world, call)?;
    let types = call.json.get("types").and_then(Value::as_array);
    let types: Option<Vec<String>> =
        types.map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    session.reset(types.as_deref());
    Ok(Reply::empty(204))
}
