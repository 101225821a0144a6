//! People: list, make, change, merge.
//!
//! Two things surprise a client. Somebody without any face in a visible photo is in no list, though `GET` by
//! id finds them; and unnamed people with few faces are left out as well. Both are from the source; the
//! texts and shapes are recorded.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Route, needs};
use crate::{
    Person, PersonId, Question, Version, Visibility,
    answer::{Style, person},
    call::{Call, Reply},
    problem::{Issue, Problem},
    world::World,
};

/// So many faces make an unnamed person worth a place in the list.
pub(super) const LEAST_FACES: usize = 3;

pub(super) fn route<'p>(version: Version, method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["people"]) => needs("person.read", list),
        ("POST", ["people"]) => needs("person.create", create),
        ("PUT", ["people"]) => needs("person.update", update_many),
        ("GET", ["people", id]) => needs("person.read", move |world, call| get(world, call, id)),
        ("GET", ["people", id, "statistics"]) => {
            needs("person.statistics", move |world, call| statistics(world, call, id))
        }
        ("PUT", ["people", id]) => needs("person.update", move |world, call| update(world, call, id)),
        ("PATCH", ["people", id]) if version.is_v3() => {
            needs("person.update", move |world, call| update(world, call, id))
        }
        ("DELETE", ["people", id]) => needs("person.delete", move |world, call| delete(world, call, id)),
        ("POST", ["people", id, "merge"]) => needs("person.merge", move |world, call| merge(world, call, id)),
        _ => return None,
    })
}

/// The person of the caller with this id.
pub(super) fn own(world: &World, call: &Call, id: &str, permission: &str) -> Result<PersonId, Problem> {
    let id = Call::id("id", id, PersonId::parse)?;
    let mine = world.people.get(&id).filter(|person| person.owner == call.user);
    mine.map(|person| person.id).ok_or_else(|| Problem::no_access(permission))
}

fn shown(world: &World, someone: &Person) -> Value {
    person(someone, world.faces_of(someone.id).next().is_some(), Style::Zulu)
}

fn reply(world: &World, status: u16, id: PersonId) -> Reply {
    Reply::json(status, &world.people.get(&id).map_or(Value::Null, |someone| shown(world, someone)))
}

/// Faces per person in photos of the timeline.
fn counts(world: &World) -> BTreeMap<PersonId, usize> {
    let mut counts = BTreeMap::new();
    let visible =
        world.assets().iter().filter(|asset| !asset.is_trashed() && asset.visibility == Visibility::Timeline);
    for id in visible.flat_map(|asset| asset.faces.iter().filter_map(|face| face.person)) {
        *counts.entry(id).or_default() += 1;
    }
    counts
}

fn list(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let mut issues = Vec::new();
    let page = number(call, "page", i64::MAX, 1, &mut issues);
    let size = number(call, "size", 1000, 500, &mut issues);
    if !issues.is_empty() {
        return Err(Problem::invalid(issues));
    }
    let with_hidden = call.param("withHidden") == Some("true");
    let counts = if world.answers_nothing(Question::People) { BTreeMap::new() } else { counts(world) };
    let faces = |someone: &Person| counts.get(&someone.id).copied().unwrap_or(0);
    let seen: Vec<&Person> =
        world.people.values().filter(|someone| someone.owner == call.user && faces(someone) > 0).collect();
    let hidden = seen.iter().filter(|someone| someone.is_hidden).count();
    let worth = |someone: &&&Person| {
        (with_hidden || !someone.is_hidden) && (!someone.name.is_empty() || faces(someone) >= LEAST_FACES)
    };
    let mut people: Vec<&Person> = seen.iter().filter(worth).copied().collect();
    people.sort_by_key(|someone| {
        let count = std::cmp::Reverse(faces(someone));
        let named = someone.name.is_empty();
        (someone.is_hidden, !someone.is_favorite, named, count, someone.name.clone(), someone.created_at)
    });
    let offset = (page - 1).saturating_mul(size);
    let body: Vec<Value> =
        people.iter().skip(offset).take(size).map(|someone| person(someone, true, Style::Zulu)).collect();
    let more = people.len() > offset.saturating_add(size);
    Ok(Reply::ok(&json!({ "people": body, "hasNextPage": more, "total": seen.len(), "hidden": hidden })))
}

fn number(call: &Call, name: &str, most: i64, default: usize, issues: &mut Vec<Issue>) -> usize {
    let Some(text) = call.param(name) else { return default };
    match text.parse::<i64>() {
        Ok(number) if number < 1 => issues.push(Issue::too_small(name, 1)),
        Ok(number) if number > most => issues.push(Issue::too_big(name, most)),
        Ok(number) => return usize::try_from(number).unwrap_or(default),
        Err(_) => issues.push(Issue::wrong_type(name, "number", Some(&json!(text)))),
    }
    default
}

fn get(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "person.read")?;
    Ok(reply(world, 200, id))
}

fn statistics(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "person.statistics")?;
    let shows = |asset: &&crate::Asset| {
        !asset.is_trashed()
            && asset.visibility == Visibility::Timeline
            && asset.faces.iter().any(|face| face.person == Some(id))
    };
    Ok(Reply::ok(&json!({ "assets": world.assets().iter().filter(shows).count() })))
}

fn create(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let id = world.add_person(call.user, "");
    change(world, id, &call.json)?;
    Ok(reply(world, 201, id))
}

fn update(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "person.update")?;
    change(world, id, &call.json)?;
    Ok(reply(world, 200, id))
}

fn change(world: &mut World, id: PersonId, body: &Value) -> Result<(), Problem> {
    let now = world.now();
    let Some(person) = world.people.get_mut(&id) else { return Err(Problem::no_access("person.update")) };
    if let Some(value) = body.get("name") {
        let name = value.as_str().ok_or_else(|| Issue::wrong_type("name", "string", Some(value)))?;
        name.clone_into(&mut person.name);
    }
    if let Some(value) = body.get("birthDate") {
        person.birth_date = value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    }
    if let Some(value) = body.get("color") {
        person.color = value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    }
    for (field, slot) in [("isHidden", &mut person.is_hidden), ("isFavorite", &mut person.is_favorite)] {
        if let Some(value) = body.get(field) {
            *slot = value.as_bool().ok_or_else(|| Issue::wrong_type(field, "boolean", Some(value)))?;
        }
    }
    person.updated_at = now;
    Ok(())
}

fn update_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let list = call.json.get("people").and_then(Value::as_array);
    let list = list.ok_or_else(|| Issue::wrong_type("people", "array", call.json.get("people")))?;
    let results = list.iter().map(|item| {
        let text = item.get("id").and_then(Value::as_str).unwrap_or_default();
        let done = own(world, call, text, "person.update").and_then(|id| change(world, id, item));
        if done.is_ok() {
            json!({ "id": text, "success": true })
        } else {
            json!({ "id": text, "success": false, "error": "unknown" })
        }
    });
    let results: Value = results.collect();
    Ok(Reply::ok(&results))
}

fn delete(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "person.delete")?;
    forget(world, id);
    Ok(Reply::empty(204))
}

/// Removes a person; their faces stay, without one.
pub(crate) fn forget(world: &mut World, id: PersonId) {
    world.people.remove(&id);
    for face in world.each_face_mut().filter(|face| face.person == Some(id)) {
        face.person = None;
    }
}

fn merge(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let into = own(world, call, id, "person.update")?;
    let ids = call.ids("ids", PersonId::parse)?;
    if ids.contains(&into) {
        return Err(Problem::bad_request("Cannot merge a person into themselves"));
    }
    let results = ids.into_iter().map(|from| {
        if own(world, call, &from.to_string(), "person.merge").is_err() {
            return json!({ "id": from.to_string(), "success": false, "error": "no_permission" });
        }
        absorb(world, into, from);
        json!({ "id": from.to_string(), "success": true })
    });
    let results: Value = results.collect();
    Ok(Reply::ok(&results))
}

/// Moves the faces; the merged person lends their name and birth date where the other has none.
pub(crate) fn absorb(world: &mut World, into: PersonId, from: PersonId) {
    for face in world.each_face_mut().filter(|face| face.person == Some(from)) {
        face.person = Some(into);
    }
    let (gone, now) = (world.people.remove(&from), world.now());
    if let (Some(gone), Some(person)) = (gone, world.people.get_mut(&into)) {
        if person.name.is_empty() {
            person.name = gone.name;
        }
        if person.birth_date.is_none() {
            person.birth_date = gone.birth_date;
        }
        person.updated_at = now;
    }
}
