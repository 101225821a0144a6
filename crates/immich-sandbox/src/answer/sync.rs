//! People and faces as lines of the stream of changes.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Style, at};
use crate::{Asset, Face, PersonId, UserId, world::World};

/// `AssetFaceV1`, or `AssetFaceV2` with two fields more.
pub(crate) fn sync_face(asset: &Asset, face: &Face, second: bool) -> Value {
    let mut data = json!({
        "id": face.id.to_string(),
        "assetId": asset.id.to_string(),
        "personId": face.person.map(String::from),
        "imageWidth": face.area.image_width,
        "imageHeight": face.area.image_height,
        "boundingBoxX1": face.area.x1,
        "boundingBoxY1": face.area.y1,
        "boundingBoxX2": face.area.x2,
        "boundingBoxY2": face.area.y2,
        "sourceType": face.source.as_str(),
    });
    if second {
        data["isVisible"] = json!(true);
        data["deletedAt"] = Value::Null;
    }
    data
}

/// `PersonV1` for everybody that this user knows, named or not, hidden or not.
pub(crate) fn sync_people(world: &World, user: UserId) -> Vec<(String, Value)> {
    let mut shown: HashMap<PersonId, String> = HashMap::new();
    for asset in world.assets() {
        for person in asset.faces.iter().filter_map(|face| face.person) {
            shown.entry(person).or_insert_with(|| asset.id.to_string());
        }
    }
    let own = world.people.values().filter(|person| person.owner == user);
    let told = own.map(|person| {
        let data = json!({
            "id": person.id.to_string(),
            "createdAt": at(person.created_at, Style::Zulu),
            "updatedAt": at(person.updated_at, Style::Zulu),
            "ownerId": person.owner.to_string(),
            "name": person.name,
            "birthDate": person.birth_date.as_ref().map(|day| format!("{day}T00:00:00.000Z")),
            "isHidden": person.is_hidden,
            "isFavorite": person.is_favorite,
            "color": person.color,
            "faceAssetId": shown.get(&person.id),
        });
        (person.id.to_string(), data)
    });
    told.collect()
}
