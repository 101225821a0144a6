//! Faces as regions of a sidecar, which the server reads when it is told to import faces.

use apple_photos::{Asset, Flag, Library};
use photo_metadata::regions::{Frame, Orientation};
use photo_metadata::{Faces, NamedFace, PhotoFields, new_sidecar_bytes, sidecar_beside};

/// A sidecar with the faces of those who have a name; `None` where there are none, and for a photo that was edited:
/// where its faces are the library knows in the edited version alone, which may be cut or turned.
pub(super) fn sidecar(library: &Library, asset: &Asset) -> Option<Vec<u8>> {
    let (width, height) = (asset.size.width, asset.size.height);
    if asset.flags.has(Flag::Edited) || width == 0 || height == 0 {
        return None;
    }
    let mut list = Vec::new();
    for face in asset.faces.iter().filter(|face| !face.is_hidden) {
        let name = face.person.and_then(|person| library.person(person).name.as_deref()).map(str::trim);
        let (Some(name), Some(area)) = (name.filter(|name| !name.is_empty()), face.area) else { continue };
        let Some(area) = area.clipped() else { continue };
        list.push(NamedFace {
            name: name.to_owned(),
            edges: area.corners(width, height),
            picture: [f64::from(width), f64::from(height)],
            from_file: false,
        });
    }
    if list.is_empty() {
        return None;
    }
    let people = list.iter().map(|face| face.name.clone()).collect();
    let wanted = PhotoFields { people: Some(people), faces: Some(Faces { list }), ..PhotoFields::default() };
    let stored = asset.original_size;
    let frame = Frame::new(stored.width, stored.height, Orientation::new(stored.orientation)?)?;
    sidecar_beside(&new_sidecar_bytes(), &wanted, Some(frame))
}
