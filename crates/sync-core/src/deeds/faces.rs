//! Faces that are drawn: on a keeper, because somebody is marked on a copy of it only, or because a source knows them.

use immich_api::{ApiError, AssetId, Face, FaceSource, PersonId, Reader, Writer};

use super::DrawnFace;
use super::hand::Fate;
use super::look::Standing;
use crate::error::SyncError;

/// Pixels by which the server may round an edge.
const ROUNDED: f64 = 2.0;

/// How somebody is marked on a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Not at all.
    None,
    /// Just as we draw it.
    Ours,
    /// Otherwise: by the server, by a file, by somebody's hand.
    Others,
    /// The photo is gone.
    Gone,
}

/// Draws them. A face whose answer gets lost is looked for by whoever called.
pub(crate) fn make(
    reader: Reader<'_>,
    writer: Writer<'_>,
    faces: &[DrawnFace],
) -> Result<Vec<Fate>, SyncError> {
    let mut fates = Vec::with_capacity(faces.len());
    for face in faces {
        let fate = match one(writer, face, &face.person)? {
            Fate::Refused => match made_again(reader, face)? {
                Some(person) => one(writer, face, &person)?,
                None => Fate::Refused,
            },
            fate => fate,
        };
        fates.push(fate);
    }
    Ok(fates)
}

fn one(writer: Writer<'_>, face: &DrawnFace, person: &PersonId) -> Result<Fate, ApiError> {
    match writer.make_face(&face.asset, person, face.area) {
        Ok(()) => Ok(Fate::Done),
        // The photo is gone, or the person is.
        Err(error) if error.is_unknown_id() => Ok(Fate::Refused),
        Err(error) => Err(error),
    }
}

/// The only person with the name of one who is gone: who was removed and is made again has another id.
fn made_again(reader: Reader<'_>, face: &DrawnFace) -> Result<Option<PersonId>, ApiError> {
    let Some(name) = &face.name else { return Ok(None) };
    if reader.person(&face.person)?.is_some() {
        return Ok(None);
    }
    let found = reader.people_named(name)?;
    let mut alike = found.into_iter().filter(|found| found.name.trim() == name);
    Ok(alike.next().filter(|_| alike.next().is_none()).map(|found| found.id))
}

/// Takes them away.
pub(crate) fn drop(
    reader: Reader<'_>,
    writer: Writer<'_>,
    faces: &[DrawnFace],
) -> Result<Vec<Fate>, SyncError> {
    for face in faces {
        let found = on(reader, &face.asset)?.unwrap_or_default();
        for found in found.iter().filter(|found| is_drawn(found, face)) {
            writer.delete_face(&found.id)?;
        }
    }
    Ok(vec![Fate::Done; faces.len()])
}

/// Whether those who are to be marked are not yet: wherever somebody is marked, once is enough.
pub(crate) fn to_make(reader: Reader<'_>, faces: &[DrawnFace]) -> Result<Vec<Standing>, SyncError> {
    let standing = |mark| match mark {
        Mark::None => Standing::Before,
        Mark::Ours | Mark::Others => Standing::After,
        Mark::Gone => Standing::Gone,
    };
    Ok(marks(reader, faces)?.into_iter().map(standing).collect())
}

/// Whether our marks are still as we drew them.
pub(crate) fn to_drop(reader: Reader<'_>, faces: &[DrawnFace]) -> Result<Vec<Standing>, SyncError> {
    let standing = |mark| match mark {
        Mark::Ours => Standing::Before,
        Mark::Others => Standing::Other("somebody marked the face otherwise".to_owned()),
        Mark::None => Standing::After,
        Mark::Gone => Standing::Gone,
    };
    Ok(marks(reader, faces)?.into_iter().map(standing).collect())
}

/// How those whom faces are of are marked now. One question for faces of one photo that follow each other.
pub(crate) fn marks(reader: Reader<'_>, faces: &[DrawnFace]) -> Result<Vec<Mark>, SyncError> {
    let mut of: Option<(&AssetId, Option<Vec<Face>>)> = None;
    let mut marks = Vec::with_capacity(faces.len());
    for face in faces {
        if of.as_ref().is_none_or(|(asset, _)| **asset != face.asset) {
            of = Some((&face.asset, on(reader, &face.asset)?));
        }
        let found = of.as_ref().and_then(|(_, found)| found.as_deref());
        marks.push(found.map_or(Mark::Gone, |found| mark(found, face)));
    }
    Ok(marks)
}

/// The faces of a photo; `None` when it is gone.
fn on(reader: Reader<'_>, asset: &AssetId) -> Result<Option<Vec<Face>>, ApiError> {
    match reader.faces(asset) {
        Ok(faces) => Ok(Some(faces)),
        Err(error) if error.is_unknown_id() => Ok(None),
        Err(error) => Err(error),
    }
}

fn mark(found: &[Face], face: &DrawnFace) -> Mark {
    if found.iter().any(|found| is_drawn(found, face)) {
        Mark::Ours
    } else if found.iter().any(|found| is_of(found, face)) {
        Mark::Others
    } else {
        Mark::None
    }
}

/// Whether it is of that person, or of one of that name where the name is known.
fn is_of(found: &Face, face: &DrawnFace) -> bool {
    let is_called = |name: &String| face.name.as_ref() == Some(name);
    found.person.as_ref().is_some_and(|person| person.id == face.person || is_called(&person.name))
}

/// Whether it is the mark that we drew: by hand, of that person, at that place.
fn is_drawn(found: &Face, face: &DrawnFace) -> bool {
    let area = face.area;
    let (x, y) = (f64::from(area.x), f64::from(area.y));
    let wanted = [x, y, x + f64::from(area.width), y + f64::from(area.height)];
    let scale =
        [found.image_width / f64::from(area.image_width), found.image_height / f64::from(area.image_height)];
    let edges = [found.x1, found.y1, found.x2, found.y2];
    let is_near = |side: usize| {
        (edges[side] - wanted[side] * scale[side % 2]).abs() <= ROUNDED * scale[side % 2].max(1.0)
    };
    is_of(found, face) && found.source == FaceSource::Manual && (0..4).all(is_near)
}
