//! All faces of a user, from the stream that a session may read.
//!
//! From 3.0 on this is one request instead of one per asset, for those who give a password. The boxes of a
//! million faces fit into some 60 MB here, because names are kept once.

use std::collections::{BTreeSet, HashMap};

use immich_api::{ApiError, AssetId, FaceSource, Session, UserId};
use photo_metadata::{Faces, NamedFace, text};

use super::faces::in_order;

/// The faces of one user's assets.
#[derive(Debug)]
pub struct FaceBook {
    user: UserId,
    names: Vec<String>,
    faces: Vec<Entry>,
    unresolved: BTreeSet<AssetId>,
}

/// One face of a named, visible person.
#[derive(Debug, Clone, Copy)]
struct Entry {
    asset: u128,
    name: u32,
    from_file: bool,
    edges: [f32; 4],
    picture: [f32; 2],
}

impl FaceBook {
    /// Reads the stream of a session; all of it, or an error.
    pub fn read(user: UserId, session: &Session<'_>) -> Result<Self, ApiError> {
        let mut book = Self { user, names: Vec::new(), faces: Vec::new(), unresolved: BTreeSet::new() };
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let told = session.faces(|face| {
            let owner = face.face.person.as_ref().filter(|owner| !owner.is_hidden);
            let Some(name) = owner.and_then(|owner| text::name(&owner.name)) else { return };
            let number = numbers.len();
            let number = *numbers.entry(name).or_insert_with(|| u32::try_from(number).unwrap_or(u32::MAX));
            book.faces.push(Entry {
                asset: face.asset.as_u128(),
                name: number,
                from_file: face.face.source == FaceSource::Exif,
                edges: [face.face.x1, face.face.y1, face.face.x2, face.face.y2].map(single),
                picture: [face.face.image_width, face.face.image_height].map(single),
            });
        })?;
        let mut names: Vec<(String, u32)> = numbers.into_iter().collect();
        names.sort_by_key(|(_, number)| *number);
        book.names = names.into_iter().map(|(name, _)| name).collect();
        book.faces.sort_by_key(|entry| entry.asset);
        book.unresolved = told.unresolved;
        Ok(book)
    }

    /// Whose faces they are.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// The faces of an asset; `None` where the stream left them open.
    pub(super) fn of(&self, asset: &AssetId) -> Option<Faces> {
        if self.unresolved.contains(asset) {
            return None;
        }
        let id = asset.as_u128();
        let first = self.faces.partition_point(|entry| entry.asset < id);
        let entries = self.faces[first..].iter().take_while(|entry| entry.asset == id);
        let faces = entries.filter_map(|entry| {
            Some(NamedFace {
                name: self.names.get(usize::try_from(entry.name).ok()?)?.clone(),
                edges: entry.edges.map(f64::from),
                picture: entry.picture.map(f64::from),
                from_file: entry.from_file,
            })
        });
        Some(in_order(faces.filter(NamedFace::is_sound).collect()))
    }
}

/// Pixels; single precision is exact for whole numbers up to 16 million.
#[expect(clippy::cast_possible_truncation, reason = "boxes are whole pixels")]
fn single(pixels: f64) -> f32 {
    pixels as f32
}
