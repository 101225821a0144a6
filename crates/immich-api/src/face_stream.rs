//! From the lines of `sync/stream` to the faces of assets.
//!
//! The stream tells people first and names them in its faces by id. Who is not told by then, or what makes
//! no sense of a face, leaves the faces of that asset unknown: such assets are named at the end, and
//! whoever collects the faces asks for those singly. Faces that were deleted, or lie outside of what an
//! edit left of the picture, are told too and left out here.

use std::collections::{BTreeSet, HashMap};

use crate::error::BodyProblem;
use crate::ids::{AssetId, PersonId};
use crate::json::Json;
use crate::lenient::{boolean, member, optional_id, text};
use crate::person::{Face, FaceOwner};

/// More people than any library has.
const MOST_PEOPLE: usize = 1_000_000;

/// One face, and the asset that it is on.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceOfAsset {
    /// The asset; also of one that is in the trash or hidden.
    pub asset: AssetId,
    /// The face.
    pub face: Face,
}

/// What a stream of faces told, apart from the faces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamedFaces {
    /// How many faces were handed on.
    pub faces: u64,
    /// Assets whose faces are not all known from the stream; ask for each by [`crate::Reader::faces`], and
    /// forget what the stream said of it.
    pub unresolved: BTreeSet<AssetId>,
}

/// Reads the stream line by line.
#[derive(Debug, Default)]
pub(crate) struct FaceStream {
    people: HashMap<PersonId, (String, bool)>,
    pub(crate) told: StreamedFaces,
    /// Whether the server said that this was all.
    pub(crate) is_complete: bool,
}

impl FaceStream {
    /// Reads one line; a face that is there to see comes back.
    pub(crate) fn line(&mut self, line: &[u8]) -> Result<Option<FaceOfAsset>, BodyProblem> {
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let line = Json::parse(line)?;
        let kind = member(&line, "type").and_then(Json::as_str).ok_or(BodyProblem::Shape)?;
        let data = member(&line, "data");
        match kind {
            "PersonV1" => self.person(data.ok_or(BodyProblem::Shape)?).map(|()| None),
            "AssetFaceV1" | "AssetFaceV2" => self.face(data.ok_or(BodyProblem::Shape)?),
            "SyncCompleteV1" => {
                self.is_complete = true;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn person(&mut self, data: &Json<'_>) -> Result<(), BodyProblem> {
        let person = FaceOwner::from_json(data).ok_or(BodyProblem::Shape)?;
        if self.people.len() == MOST_PEOPLE {
            return Err(BodyProblem::TooManyValues);
        }
        self.people.insert(person.id, (person.name, person.is_hidden));
        Ok(())
    }

    fn face(&mut self, data: &Json<'_>) -> Result<Option<FaceOfAsset>, BodyProblem> {
        let asset = text(member(data, "assetId")).and_then(|id| AssetId::parse(&id).ok());
        let asset = asset.ok_or(BodyProblem::Shape)?;
        if member(data, "deletedAt").is_some() || boolean(member(data, "isVisible")) == Some(false) {
            return Ok(None);
        }
        let Some(face) = self.with_person(data) else {
            self.told.unresolved.insert(asset);
            return Ok(None);
        };
        self.told.faces += 1;
        Ok(Some(FaceOfAsset { asset, face }))
    }

    /// The face with whose it is; `None` when one of the two is not known.
    fn with_person(&self, data: &Json<'_>) -> Option<Face> {
        let face = Face::from_json(data)?;
        let person = match optional_id(data, "personId", PersonId::parse).ok()? {
            None => None,
            Some(id) => {
                let (name, is_hidden) = self.people.get(&id)?;
                Some(FaceOwner { name: name.clone(), is_hidden: *is_hidden, id })
            }
        };
        Some(Face { person, ..face })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ASSET: &str = "52194dc7-6d14-401c-a0eb-ad62ab8973be";
    const ALICE: &str = "0020606a-b9ab-497c-931d-11465f6f24b0";

    fn face(change: &Value) -> Value {
        let mut data = json!({
            "id": ALICE, "assetId": ASSET, "personId": ALICE, "sourceType": "manual",
            "imageWidth": 1600, "imageHeight": 1200,
            "boundingBoxX1": 1, "boundingBoxY1": 2, "boundingBoxX2": 3, "boundingBoxY2": 4,
        });
        data.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({"type": "AssetFaceV2", "data": data, "ack": "AssetFaceV2|1"})
    }

    fn alice() -> Value {
        json!({"type": "PersonV1", "data": {"id": ALICE, "name": "Alice", "isHidden": true}})
    }

    fn read(lines: &[Value]) -> Result<(Vec<FaceOfAsset>, FaceStream), BodyProblem> {
        let (mut stream, mut faces) = (FaceStream::default(), Vec::new());
        for line in lines {
            faces.extend(stream.line(line.to_string().as_bytes())?);
        }
        Ok((faces, stream))
    }

    #[test]
    fn a_face_has_the_name_that_the_stream_told_before() {
        let (faces, stream) = read(&[alice(), face(&json!({})), face(&json!({"personId": null}))]).unwrap();

        let alice = faces[0].face.person.as_ref().unwrap();
        assert_eq!((alice.name.as_str(), alice.is_hidden), ("Alice", true));
        assert_eq!((faces[0].asset.to_string().as_str(), faces[0].face.x2), (ASSET, 3.0));
        assert_eq!(faces[1].face.person, None);
        assert_eq!((stream.told.faces, stream.told.unresolved.len(), stream.is_complete), (2, 0, false));
    }

    #[test]
    fn a_face_that_makes_no_sense_leaves_the_faces_of_its_asset_unknown() {
        let strange = [json!({"boundingBoxX1": "left"}), json!({"personId": 17}), json!({"id": "../x"})];
        for change in strange {
            let (faces, stream) = read(&[alice(), face(&change)]).unwrap();

            assert_eq!((faces.len(), stream.told.unresolved.len()), (0, 1), "{change}");
        }
        let (faces, stream) = read(&[face(&json!({}))]).unwrap();
        assert_eq!((faces.len(), stream.told.unresolved.len()), (0, 1), "nobody told who it is");
    }

    #[test]
    fn deleted_and_invisible_faces_are_left_out_and_not_missed() {
        let gone =
            [json!({"deletedAt": "2026-01-01T00:00:00Z"}), json!({"isVisible": false, "imageWidth": null})];
        for change in gone {
            let (faces, stream) = read(&[alice(), face(&change)]).unwrap();

            assert_eq!((faces.len(), stream.told.unresolved.len()), (0, 0));
        }
    }

    #[test]
    fn other_lines_are_passed_over_and_the_last_one_says_that_it_was_all() {
        let lines = [
            json!({"type": "SyncResetV1", "data": {}}),
            json!({"type": "SomethingNewV9", "data": 5}),
            json!({"type": "AssetFaceDeleteV1", "data": {"assetFaceId": ALICE}}),
            json!({"type": "SyncCompleteV1", "data": {}}),
        ];

        let (faces, stream) = read(&lines).unwrap();

        assert_eq!((faces.len(), stream.is_complete), (0, true));
    }

    #[test]
    fn what_cannot_be_placed_is_an_error() {
        let unplaced = face(&json!({"assetId": "../x"}));
        let nobody = json!({"type": "PersonV1", "data": {"name": "Bob"}});

        for line in [unplaced, nobody, json!({"data": {}}), json!({"type": "AssetFaceV2"}), json!([])] {
            assert_eq!(read(&[line]).unwrap_err(), BodyProblem::Shape);
        }
        assert_eq!(FaceStream::default().line(b"<html>"), Err(BodyProblem::NotJson));
        assert_eq!(FaceStream::default().line(b" \r"), Ok(None));
    }
}
