//! What a sidecar or an exported picture says about the photo, in the neutral terms of the writer of metadata.
//!
//! Faces are measured in the version that Photos shows. Of an edited photo they are wrong in its original, which may have
//! been cut or turned, and nobody knows how: there only the names are said.

use std::collections::BTreeSet;
use std::path::Path;

use apple_photos::{Asset, Flag, Library};
use photo_metadata::{
    Caption, CaptureTime, Engine, Faces, FileTags, Known, NamedFace, PhotoFields, Position, RatingWish,
    Stars, identify, new_sidecar_bytes, sidecar_beside, text,
};

use super::ExportOptions;

/// Longer captions than any program shows are said in full.
const ANY_LENGTH: usize = usize::MAX;

/// What is said about one version of an asset.
#[derive(Debug, Clone)]
pub(super) struct Sayings {
    fields: Option<PhotoFields>,
    sidecar: bool,
    embed: bool,
}

impl Sayings {
    /// Of the original or of the edited version; nothing where nobody asked for it.
    pub(super) fn of(library: &Library, asset: &Asset, options: &ExportOptions, is_edited: bool) -> Self {
        let (sidecar, embed) = (options.sidecar, options.embed);
        let fields = (sidecar || embed).then(|| fields(library, asset, options, is_edited));
        Self { fields, sidecar, embed }
    }

    /// What a sidecar says, if one is wanted.
    pub(super) fn for_sidecar(&self) -> Option<&PhotoFields> {
        self.fields.as_ref().filter(|_| self.sidecar)
    }

    /// What is written into the copy, if that is wanted.
    pub(super) fn for_embedding(&self) -> Option<&PhotoFields> {
        self.fields.as_ref().filter(|fields| self.embed && !fields.is_empty())
    }
}

/// The text of a sidecar beside this picture or video of the library, which is read for the size and turn of the picture
/// where there are faces.
pub(super) fn sidecar(fields: &PhotoFields, beside: &Path, engine: &dyn Engine) -> Result<Vec<u8>, String> {
    let has_faces = fields.faces.as_ref().is_some_and(|faces| !faces.list.is_empty());
    let read = || -> Option<FileTags> { engine.read(beside, identify(beside).ok()?.ok()?).ok() };
    let tags = if has_faces { read() } else { None };
    let frame = tags.and_then(|tags| tags.frame());
    sidecar_beside(&new_sidecar_bytes(), fields, frame).ok_or_else(|| "its sidecar cannot be made".to_owned())
}

fn fields(library: &Library, asset: &Asset, options: &ExportOptions, is_edited: bool) -> PhotoFields {
    let people = people(library, asset);
    let mut tags: BTreeSet<String> =
        asset.keywords.iter().filter_map(|keyword| text::name(keyword)).collect();
    if options.said.albums_as_keywords {
        let albums = asset.albums.iter().map(|id| &library.album(*id).title);
        tags.extend(albums.filter_map(|title| text::name(title)));
    }
    if options.said.people_as_keywords {
        tags.extend(people.iter().cloned());
    }
    let is_favourite = options.said.favourite_rating && asset.flags.has(Flag::Favourite);
    let said = |words: &Option<String>| {
        let caption = words.as_deref().and_then(|words| Caption::new(words, ANY_LENGTH));
        caption.map_or(Known::Unknown, Known::Is)
    };
    let position = asset.location.and_then(|at| Position::new(at.latitude, at.longitude, None));
    PhotoFields {
        title: said(&asset.title),
        caption: said(&asset.caption),
        all_tags: Some(tags.clone()),
        tags: Some(tags),
        faces: faces(library, asset, is_edited),
        people: Some(people),
        position: position.map_or(Known::Unknown, Known::Is),
        taken: taken(asset),
        rating: if is_favourite { Known::Is(RatingWish::Stars(Stars::FAVORITE)) } else { Known::Unknown },
        ..PhotoFields::default()
    }
}

fn people(library: &Library, asset: &Asset) -> BTreeSet<String> {
    let faces = asset.faces.iter().filter(|face| !face.is_hidden);
    faces.filter_map(|face| text::name(library.person(face.person?).name.as_deref()?)).collect()
}

fn faces(library: &Library, asset: &Asset, is_edited: bool) -> Option<Faces> {
    if asset.flags.has(Flag::Edited) && !is_edited {
        return None;
    }
    let (width, height) = (f64::from(asset.size.width), f64::from(asset.size.height));
    let named = asset.faces.iter().filter(|face| !face.is_hidden).filter_map(|face| {
        let name = text::name(library.person(face.person?).name.as_deref()?)?;
        let edges = face.area?.clipped()?.corners(asset.size.width, asset.size.height);
        let face = NamedFace { name, edges, picture: [width, height], from_file: false };
        face.is_sound().then_some(face)
    });
    let mut list: Vec<NamedFace> = named.collect();
    list.sort_by(|one, other| {
        one.name.cmp(&other.name).then_with(|| one.edges[0].total_cmp(&other.edges[0]))
    });
    (!list.is_empty()).then_some(Faces { list })
}

/// The wall clock of the place; without a zone it is that of UTC, and no offset is claimed.
fn taken(asset: &Asset) -> Option<CaptureTime> {
    let (instant, offset) = asset.dates.best()?;
    let zone = offset.map(|offset| {
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("UTC{sign}{}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    });
    CaptureTime::from_instant(instant, zone.as_deref()).ok()
}
