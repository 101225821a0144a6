//! What a library says of a photo, as the server is told it.

use std::collections::BTreeSet;

use apple_photos::{AlbumKind, Asset, Flag, Library};
use immich_api::FaceArea;
use jiff::Timestamp;

use super::albums::key_of;
use super::options::{AppleOptions, PeopleRule};
use super::part::Part;
use super::people::faces;
use crate::import::{AlbumKey, Facts, HiddenRule, Origin, Stamp, When};

/// Tags of kinds are below this one.
const KINDS: &str = "Type";

/// Flags that become a tag, where that is asked for.
const TAGGED: [(Flag, &str); 10] = [
    (Flag::Screenshot, "Screenshot"),
    (Flag::ScreenRecording, "Screen recording"),
    (Flag::Panorama, "Panorama"),
    (Flag::Portrait, "Portrait"),
    (Flag::Selfie, "Selfie"),
    (Flag::Hdr, "HDR"),
    (Flag::Spatial, "Spatial"),
    (Flag::LivePhoto, "Live Photo"),
    (Flag::SlowMotion, "Slow motion"),
    (Flag::TimeLapse, "Time-lapse"),
];

/// What is said of a part of a photo. Albums and the heart belong to the part that Photos shows, so that an album holds
/// each photo once.
pub(super) fn facts(
    library: &Library,
    asset: &Asset,
    options: &AppleOptions,
    (part, is_shown): (Part, bool),
) -> Facts {
    Facts {
        description: Some(description(asset)),
        is_favourite: Some(is_shown && asset.flags.has(Flag::Favourite)),
        is_archived: Some(options.hidden == HiddenRule::Archive && asset.flags.has(Flag::Hidden)),
        position: asset.location.map(|place| (place.latitude, place.longitude)),
        taken: taken(asset),
        albums: if is_shown { albums(library, asset, options) } else { BTreeSet::new() },
        tags: tags(asset, options),
        people: if options.people == PeopleRule::Names { people(library, asset) } else { BTreeSet::new() },
        faces: if options.people == PeopleRule::Faces { faces(library, asset, part) } else { None },
        ..Facts::default()
    }
}

/// The title in front of the caption; the server has one field for both.
fn description(asset: &Asset) -> String {
    let text = |text: &Option<String>| text.as_deref().map(str::trim).unwrap_or_default().to_owned();
    let (title, caption) = (text(&asset.title), text(&asset.caption));
    match (title.is_empty(), caption.is_empty()) {
        (_, true) => title,
        (true, false) => caption,
        (false, false) if title == caption => caption,
        (false, false) => format!("{title}\n{caption}"),
    }
}

/// With the zone as minutes east of Greenwich. Without one nobody knows what the clock showed, and then the date counts
/// only where the file says nothing like it.
fn taken(asset: &Asset) -> Option<When> {
    let (instant, offset) = asset.dates.best()?;
    let origin = if offset.is_none() { Origin::Index } else { Origin::Library };
    Some(When { instant, offset: offset.map(|offset| offset.seconds() / 60), origin })
}

fn albums(library: &Library, asset: &Asset, options: &AppleOptions) -> BTreeSet<AlbumKey> {
    let mut keys = BTreeSet::new();
    for album in asset.albums.iter().map(|id| library.album(*id)) {
        let is_wanted = match album.kind {
            AlbumKind::User => options.albums,
            AlbumKind::Shared => options.albums && options.shared_albums,
            _ => false,
        };
        if is_wanted && !album.is_trashed {
            keys.insert(key_of(library, &album.uuid));
        }
    }
    keys
}

fn tags(asset: &Asset, options: &AppleOptions) -> BTreeSet<String> {
    let mut tags: BTreeSet<String> =
        asset.keywords.iter().map(|keyword| tag(keyword)).filter(|tag| !tag.is_empty()).collect();
    if options.type_tags {
        let kinds = TAGGED.iter().filter(|(flag, _)| asset.flags.has(*flag));
        tags.extend(kinds.map(|(_, name)| format!("{KINDS}/{name}")));
    }
    tags
}

/// Photos has no tags below tags, so a slash is a letter: it becomes `|`, as when Immich reads such a keyword itself.
fn tag(keyword: &str) -> String {
    keyword.trim().replace('/', "|")
}

/// Those who have a name. A face that the user said does not count is of nobody.
fn people(library: &Library, asset: &Asset) -> BTreeSet<String> {
    let named = asset.faces.iter().filter(|face| !face.is_hidden).filter_map(|face| face.person);
    let names = named.filter_map(|person| library.person(person).name.as_deref());
    names.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Changes whenever the server would have to be told something. Titles of albums are not part of it: a name that changed
/// is one request, whatever is in the album.
pub(super) fn digest(facts: &Facts) -> [u8; 16] {
    let mut numbers = Vec::new();
    numbers.extend([facts.is_favourite, facts.is_archived].map(flag));
    for place in facts.position.iter().flat_map(|(north, east)| [north, east]) {
        numbers.extend(place.to_bits().to_le_bytes());
    }
    if let Some(When { instant, offset, origin }) = &facts.taken {
        numbers.extend(instant.as_nanosecond().to_le_bytes());
        numbers.extend(offset.unwrap_or(i32::MAX).to_le_bytes());
        numbers.push(*origin as u8);
    }
    let mut parts: Vec<&[u8]> = vec![&numbers, facts.description.as_deref().unwrap_or_default().as_bytes()];
    for (kind, texts) in [
        (&b"albums"[..], facts.albums.iter().map(|key| key.0.as_str()).collect::<Vec<_>>()),
        (b"tags", facts.tags.iter().map(String::as_str).collect()),
        (b"people", facts.people.iter().map(String::as_str).collect()),
    ] {
        parts.push(kind);
        parts.extend(texts.into_iter().map(str::as_bytes));
    }
    let places: Vec<Vec<u8>> = facts.faces.iter().flatten().map(|face| bytes(face.area)).collect();
    // Where faces are not asked for, nothing changes for photos that were sent before they could be.
    if facts.faces.is_some() {
        parts.push(b"faces");
        for (face, place) in facts.faces.iter().flatten().zip(&places) {
            parts.extend([face.name.as_bytes(), place]);
        }
    }
    Stamp::of(parts).0
}

fn bytes(area: FaceArea) -> Vec<u8> {
    let FaceArea { x, y, width, height, image_width, image_height } = area;
    [x, y, width, height, image_width, image_height].iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn flag(is_so: Option<bool>) -> u8 {
    is_so.map_or(2, u8::from)
}

/// A moment as a part of a stamp; an absent one is none that there is.
pub(super) fn moment(moment: Option<Timestamp>) -> [u8; 16] {
    moment.map_or(i128::MIN, Timestamp::as_nanosecond).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::FaceMark;

    #[test]
    fn a_slash_in_a_keyword_divides_nothing() {
        assert_eq!(tag(" Art / Design "), "Art | Design");
    }

    #[test]
    fn everything_that_the_server_is_told_is_in_the_digest() {
        let when = When { instant: Timestamp::UNIX_EPOCH, offset: Some(60), origin: Origin::Library };
        let one = || BTreeSet::from(["one".to_owned()]);
        let key = || BTreeSet::from([AlbumKey("one".to_owned())]);
        let face = |name: &str, x| {
            let area = FaceArea { x, y: 1, width: 1, height: 1, image_width: 9, image_height: 9 };
            Some(vec![FaceMark { name: name.to_owned(), area }])
        };
        let facts = [
            Facts::default(),
            Facts { description: Some("one".to_owned()), ..Facts::default() },
            Facts { is_favourite: Some(true), ..Facts::default() },
            Facts { is_archived: Some(true), ..Facts::default() },
            Facts { position: Some((1.0, 2.0)), ..Facts::default() },
            Facts { taken: Some(when.clone()), ..Facts::default() },
            Facts { taken: Some(When { offset: None, ..when }), ..Facts::default() },
            Facts { albums: key(), ..Facts::default() },
            Facts { tags: one(), ..Facts::default() },
            Facts { people: one(), ..Facts::default() },
            Facts { faces: Some(Vec::new()), ..Facts::default() },
            Facts { faces: face("one", 1), ..Facts::default() },
            Facts { faces: face("one", 2), ..Facts::default() },
            Facts { faces: face("two", 1), ..Facts::default() },
        ];

        let digests: BTreeSet<[u8; 16]> = facts.iter().map(digest).collect();

        assert_eq!(digests.len(), facts.len());
    }
}
