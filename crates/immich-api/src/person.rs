//! People and the boxes of their faces.
//!
//! Up to 2.x every asset carries the boxes of its people; from 3.0 on a box costs a request per asset. A
//! list of people is read whole or not at all: a person left out because one member was strange would
//! look like a person removed on the server, and be removed from the file.

use crate::ids::{FaceId, PersonId};
use crate::json::Json;
use crate::lenient::{boolean, instant, member, number, text};

/// A person that Immich recognises.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Its name on the server.
    pub id: PersonId,
    /// As the user named it; empty when not named.
    pub name: String,
    /// The user does not want to see this person.
    pub is_hidden: bool,
    /// The boxes on the asset the person came with; sent up to 2.x only.
    pub faces: Vec<Face>,
    /// When the person was last changed.
    pub updated_at: Option<jiff::Timestamp>,
}

/// The box of a face, in pixels of an upright picture of `image_width` by `image_height`.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Its name on the server.
    pub id: FaceId,
    /// Left edge.
    pub x1: f64,
    /// Upper edge.
    pub y1: f64,
    /// Right edge.
    pub x2: f64,
    /// Lower edge.
    pub y2: f64,
    /// Width of the picture the box is measured on.
    pub image_width: f64,
    /// Height of the picture the box is measured on.
    pub image_height: f64,
    /// Who drew it.
    pub source: FaceSource,
    /// Whose face it is; `None` when nobody's.
    pub person: Option<FaceOwner>,
}

/// Whose face a box shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceOwner {
    /// The person.
    pub id: PersonId,
    /// As the user named it; empty when not named.
    pub name: String,
    /// The user does not want to see this person.
    pub is_hidden: bool,
}

/// Where a box came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaceSource {
    /// Found by Immich.
    MachineLearning,
    /// Read from the file.
    Exif,
    /// Drawn by a person.
    Manual,
    /// The server did not say, or something unknown.
    Unknown,
}

impl Person {
    /// Reads one person; `None` without an id or with a face that makes no sense.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        let owner = FaceOwner::from_json(value)?;
        let faces = match member(value, "faces") {
            None => Vec::new(),
            Some(faces) => faces.as_list()?.iter().map(Face::from_json).collect::<Option<_>>()?,
        };
        Some(Self {
            faces: faces.into_iter().map(|face| Face { person: Some(owner.clone()), ..face }).collect(),
            updated_at: instant(member(value, "updatedAt")),
            id: owner.id,
            name: owner.name,
            is_hidden: owner.is_hidden,
        })
    }

    /// Reads a list of people, whole or not at all.
    pub(crate) fn list_from_json(value: &Json<'_>) -> Option<Vec<Self>> {
        value.as_list()?.iter().map(Self::from_json).collect()
    }
}

impl FaceOwner {
    /// Reads the person of a face; `None` without an id.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        Some(Self {
            id: PersonId::parse(&text(member(value, "id"))?).ok()?,
            name: text(member(value, "name")).unwrap_or_default(),
            is_hidden: boolean(member(value, "isHidden")).unwrap_or(false),
        })
    }
}

impl Face {
    /// Reads one box; `None` without an id, without all edges, or when it says not what it is measured on.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        let edge = |name| number(member(value, name));
        let face = Self {
            id: FaceId::parse(&text(member(value, "id"))?).ok()?,
            x1: edge("boundingBoxX1")?,
            y1: edge("boundingBoxY1")?,
            x2: edge("boundingBoxX2")?,
            y2: edge("boundingBoxY2")?,
            image_width: edge("imageWidth")?,
            image_height: edge("imageHeight")?,
            source: source(value),
            person: match member(value, "person") {
                None => None,
                Some(person) => Some(FaceOwner::from_json(person)?),
            },
        };
        Some(face)
    }
}

fn source(value: &Json<'_>) -> FaceSource {
    match member(value, "sourceType").and_then(Json::as_str) {
        Some("machine-learning") => FaceSource::MachineLearning,
        Some("exif") => FaceSource::Exif,
        Some("manual") => FaceSource::Manual,
        Some(_) | None => FaceSource::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json::answer;

    const ID: &str = "0020606a-b9ab-497c-931d-11465f6f24b0";

    #[test]
    fn a_list_with_one_strange_person_is_unknown_not_shorter() {
        let good = json!({"id": ID, "name": "Bob"});

        assert_eq!(Person::list_from_json(&answer!([good])).map(|people| people.len()), Some(1));
        assert_eq!(Person::list_from_json(&answer!([good, {"name": "no id"}])), None);
        assert_eq!(Person::list_from_json(&answer!([good, {"id": ID, "faces": [{"id": ID}]}])), None);
        assert_eq!(Person::list_from_json(&answer!("Bob")), None);
    }

    #[test]
    fn a_person_without_a_name_is_not_named() {
        let person = Person::from_json(&answer!({"id": ID, "name": null})).unwrap();

        assert_eq!(person.name, "");
    }
}
