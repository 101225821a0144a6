//! What the server says of an asset in one plain value, for tests that compare before and after.

use std::path::PathBuf;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{Asset, AssetId, Face, FaceBox, SourceType, Visibility, world::World};

/// A box in a photo, without its id: faces from a file get new ids with each reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceView {
    /// Name of the person, empty for an unnamed one, `None` for nobody.
    pub person: Option<String>,
    /// Whether the person is hidden.
    pub is_hidden: bool,
    /// Where it is.
    pub area: FaceBox,
    /// Who found it.
    pub source: SourceType,
}

fn faces(world: &World, asset: &Asset) -> Vec<FaceView> {
    let seen = |face: &Face| {
        let person = face.person.and_then(|id| world.people.get(&id));
        FaceView {
            person: person.map(|person| person.name.clone()),
            is_hidden: person.is_some_and(|person| person.is_hidden),
            area: face.area,
            source: face.source,
        }
    };
    let mut faces: Vec<FaceView> = asset.faces.iter().map(seen).collect();
    faces.sort_by_key(|face| (face.area.x1, face.area.y1, face.source.as_str()));
    faces
}

/// The facts of an asset that a round trip through a file must keep.
#[derive(Debug, Clone, PartialEq)]
pub struct AssetView {
    /// Its id.
    pub id: AssetId,
    /// The caption.
    pub description: Option<String>,
    /// 1 to 5.
    pub rating: Option<i8>,
    /// The heart. No file holds it, so a re-read never changes it.
    pub is_favorite: bool,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// When it was taken.
    pub instant: Option<Timestamp>,
    /// What a clock on the wall showed.
    pub local_date_time: DateTime,
    /// `Europe/Berlin`, `UTC+2`.
    pub time_zone: Option<String>,
    /// Paths, sorted.
    pub tags: Vec<String>,
    /// Names, sorted, each once; unnamed people are left out.
    pub people: Vec<String>,
    /// Boxes, from left to right.
    pub faces: Vec<FaceView>,
    /// Names of the albums it is in, sorted.
    pub albums: Vec<String>,
    /// Path as the server sees it.
    pub original_path: String,
    /// Name at the time of upload.
    pub file_name: String,
    /// Where it is shown.
    pub visibility: Visibility,
    /// The video of a live photo.
    pub live_photo_video: Option<AssetId>,
    /// The linked sidecar, on this machine.
    pub sidecar: Option<PathBuf>,
    /// In the trash.
    pub is_trashed: bool,
    /// Base64 of the stored checksum.
    pub checksum: String,
    /// Bytes.
    pub size: Option<u64>,
    /// Last change as a search reports it.
    pub updated_at: Timestamp,
}

impl AssetView {
    pub(crate) fn of(world: &World, asset: &Asset) -> Self {
        let mut tags: Vec<String> =
            asset.tags.iter().filter_map(|id| world.tags().get(id)).map(|tag| tag.value.clone()).collect();
        tags.sort();
        let people = asset.faces.iter().filter_map(|face| world.people.get(&face.person?));
        let mut people: Vec<String> =
            people.map(|person| person.name.clone()).filter(|name| !name.is_empty()).collect();
        people.sort();
        people.dedup();
        let albums = world.albums().values().filter(|album| album.assets.contains(&asset.id));
        let mut albums: Vec<String> = albums.map(|album| album.name.clone()).collect();
        albums.sort();
        Self {
            id: asset.id,
            description: asset.description.clone(),
            rating: asset.rating,
            is_favorite: asset.is_favorite,
            latitude: asset.latitude,
            longitude: asset.longitude,
            instant: asset.date_time_original,
            local_date_time: TimeZone::UTC.to_datetime(asset.local_date_time),
            time_zone: asset.time_zone.clone(),
            tags,
            people,
            faces: faces(world, asset),
            albums,
            original_path: asset.original_path.clone(),
            file_name: asset.original_file_name.clone(),
            visibility: asset.visibility,
            live_photo_video: asset.live_photo_video,
            sidecar: asset.sidecar.clone(),
            is_trashed: asset.is_trashed(),
            checksum: crate::checksum::encode(&asset.checksum),
            size: asset.size,
            updated_at: asset.updated_at,
        }
    }
}
