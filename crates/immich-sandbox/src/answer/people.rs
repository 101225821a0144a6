//! People and their faces.

use serde_json::{Value, json};

use super::{Style, at};
use crate::{Asset, Face, Person, PersonId, Question, world::World};

/// A person; `color` is there only when one was chosen.
pub(crate) fn person(person: &Person, has_face: bool, style: Style) -> Value {
    let id = person.id.to_string();
    let thumbnail = if has_face {
        format!("/data/thumbs/{}/{}/{}/{id}.jpeg", person.owner, &id[..2], &id[2..4])
    } else {
        String::new()
    };
    let mut body = json!({
        "id": id,
        "name": person.name,
        "birthDate": person.birth_date,
        "thumbnailPath": thumbnail,
        "isHidden": person.is_hidden,
        "isFavorite": person.is_favorite,
        "updatedAt": at(person.updated_at, style),
    });
    if let Some(color) = &person.color {
        body["color"] = json!(color);
    }
    body
}

/// A person as part of an asset or of a face.
pub(crate) fn person_in_asset(world: &World, id: PersonId) -> Value {
    world.people.get(&id).map_or(Value::Null, |found| person(found, true, Style::Database))
}

/// The people of an asset, each once; on 2.x with their faces.
pub(super) fn in_asset(world: &World, asset: &Asset) -> Value {
    if world.answers_nothing(Question::People) {
        return json!([]);
    }
    let mut seen: Vec<PersonId> = Vec::new();
    for id in asset.faces.iter().filter_map(|face| face.person) {
        if !seen.contains(&id) {
            seen.push(id);
        }
    }
    let people = seen.into_iter().map(|id| {
        let mut body = person_in_asset(world, id);
        if !world.version.is_v3() {
            let faces = asset.faces.iter().filter(|face| face.person == Some(id));
            body["faces"] = faces.map(bare_face).collect();
        }
        body
    });
    people.collect()
}

/// 2.x: the faces without a person.
pub(super) fn unassigned(world: &World, asset: &Asset) -> Value {
    let silent = world.answers_nothing(Question::People);
    asset.faces.iter().filter(|face| !silent && face.person.is_none()).map(bare_face).collect()
}

/// A face with its person or null.
pub(crate) fn face(world: &World, face: &Face) -> Value {
    let mut body = bare_face(face);
    body["person"] = face.person.map_or(Value::Null, |id| person_in_asset(world, id));
    body
}

fn bare_face(face: &Face) -> Value {
    json!({
        "id": face.id.to_string(),
        "boundingBoxX1": face.area.x1,
        "boundingBoxY1": face.area.y1,
        "boundingBoxX2": face.area.x2,
        "boundingBoxY2": face.area.y2,
        "imageWidth": face.area.image_width,
        "imageHeight": face.area.image_height,
        "sourceType": face.source.as_str(),
    })
}
