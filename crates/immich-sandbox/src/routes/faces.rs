//! Faces in a photo.

use serde_json::Value;

use super::{
    Route,
    assets::{own, readable},
    needs, people,
};
use crate::{
    AssetId, Face, FaceBox, FaceId, Question, SourceType,
    answer::{Style, face, person},
    call::{Call, Reply},
    problem::{Issue, Problem},
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["faces"]) => needs("face.read", list),
        ("POST", ["faces"]) => needs("face.create", create),
        ("PUT", ["faces", id]) => needs("face.update", move |world, call| reassign(world, call, id)),
        ("DELETE", ["faces", id]) => needs("face.delete", move |world, call| delete(world, call, id)),
        _ => return None,
    })
}

fn list(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let id = readable(world, call, call.param("id").unwrap_or_default(), "asset.read")?;
    let asset = world.asset(id).filter(|_| !world.answers_nothing(Question::Faces));
    let mut faces: Vec<&Face> = asset.map(|asset| asset.faces.iter().collect()).unwrap_or_default();
    faces.sort_by_key(|face| face.area.x1);
    Ok(Reply::ok(&faces.into_iter().map(|each| face(world, each)).collect::<Value>()))
}

fn create(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let asset = call.body_id("assetId", AssetId::parse)?;
    let person = call.json.get("personId").and_then(Value::as_str).unwrap_or_default();
    let asset = own(world, call, &asset.to_string(), "asset.read")?;
    let person = people::own(world, call, person, "person.read")?;
    let (x1, y1) = (call.integer("x")?, call.integer("y")?);
    let (width, height) = (call.integer("width")?, call.integer("height")?);
    let (image_width, image_height) = (call.integer("imageWidth")?, call.integer("imageHeight")?);
    let area = FaceBox { x1, y1, x2: x1 + width, y2: y1 + height, image_width, image_height };
    let id = world.new_face_id();
    if let Some(asset) = world.asset_mut(asset) {
        asset.faces.push(Face { id, person: Some(person), area, source: SourceType::Manual });
    }
    Ok(Reply::empty(201))
}

/// The path names the person, the body the face.
fn reassign(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let to = people::own(world, call, id, "person.update")?;
    let face = call.body_id("id", FaceId::parse)?;
    let found = world.each_face_mut().find(|each| each.id == face);
    let found = found.ok_or_else(|| Problem::no_access("person.create"))?;
    found.person = Some(to);
    let body = world.people.get(&to).map(|someone| person(someone, true, Style::Zulu));
    Ok(Reply::ok(&body.unwrap_or_default()))
}

fn delete(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let face = Call::id("id", id, FaceId::parse)?;
    if call.flag("force")?.is_none() {
        return Err(Issue::wrong_type("force", "boolean", None).into());
    }
    let user = call.user;
    let of = world.each_asset_mut().find(|asset| asset.faces.iter().any(|each| each.id == face));
    let asset = of.filter(|asset| asset.owner == user).ok_or_else(|| Problem::no_access("face.delete"))?;
    asset.faces.retain(|each| each.id != face);
    Ok(Reply::empty(204))
}
