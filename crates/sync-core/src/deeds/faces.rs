//! Faces that are drawn on a keeper, because somebody is marked on a copy of it only.

use immich_api::{AssetId, Face, FaceSource, Reader, Writer};

use super::DrawnFace;
use super::hand::Fate;
use super::look::Standing;
use crate::error::SyncError;

/// Pixels by which the server may round an edge.
const ROUNDED: f64 = 2.0;

/// Draws them. A face whose answer gets lost is looked for by whoever called.
pub(crate) fn make(writer: Writer<'_>, faces: &[DrawnFace]) -> Result<Vec<Fate>, SyncError> {
    for face in faces {
        writer.make_face(&face.asset, &face.person, face.area)?;
    }
    Ok(vec![Fate::Done; faces.len()])
}

/// Takes them away.
pub(crate) fn drop(
    reader: Reader<'_>,
    writer: Writer<'_>,
    faces: &[DrawnFace],
) -> Result<Vec<Fate>, SyncError> {
    for face in faces {
        for found in reader.faces(&face.asset)?.iter().filter(|found| is_drawn(found, face)) {
            writer.delete_face(&found.id)?;
        }
    }
    Ok(vec![Fate::Done; faces.len()])
}

/// Whether those who are to be marked are not yet: wherever somebody is marked, once is enough.
pub(crate) fn to_make(reader: Reader<'_>, faces: &[DrawnFace]) -> Result<Vec<Standing>, SyncError> {
    each(reader, faces, |found, face| {
        if found.iter().any(|found| is_of(found, face)) { Standing::After } else { Standing::Before }
    })
}

/// Whether our marks are still as we drew them.
pub(crate) fn to_drop(reader: Reader<'_>, faces: &[DrawnFace]) -> Result<Vec<Standing>, SyncError> {
    each(reader, faces, |found, face| {
        if found.iter().any(|found| is_drawn(found, face)) {
            Standing::Before
        } else if found.iter().any(|found| is_of(found, face)) {
            Standing::Other("somebody marked the face otherwise".to_owned())
        } else {
            Standing::After
        }
    })
}

fn each(
    reader: Reader<'_>,
    faces: &[DrawnFace],
    judge: impl Fn(&[Face], &DrawnFace) -> Standing,
) -> Result<Vec<Standing>, SyncError> {
    let mut of: Option<(&AssetId, Vec<Face>)> = None;
    let mut standings = Vec::with_capacity(faces.len());
    for face in faces {
        if of.as_ref().is_none_or(|(asset, _)| **asset != face.asset) {
            of = Some((&face.asset, reader.faces(&face.asset)?));
        }
        standings.push(of.as_ref().map_or(Standing::Gone, |(_, found)| judge(found, face)));
    }
    Ok(standings)
}

fn is_of(found: &Face, face: &DrawnFace) -> bool {
    found.person.as_ref().is_some_and(|person| person.id == face.person)
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
