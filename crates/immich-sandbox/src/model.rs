//! What the server knows: plain records, as little as the answers need.
//!
//! Fields are public where any value is fine, so that a test can change one in a line. Dates of an asset
//! hang together (instant, zone, wall clock), so they have a setter.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    AlbumId, AssetId, DuplicateId, FaceId, KeyId, LibraryId, PersonId, StackId, TagId, UserId, checksum,
    edited::Fields, media_type, members::Members, planted::Planted, zone,
};

/// Somebody with an account.
#[derive(Debug, Clone)]
pub struct User {
    pub(crate) id: UserId,
    /// Display name.
    pub name: String,
    /// Address, used as the login name.
    pub email: String,
    /// What `POST /auth/login` wants to hear.
    pub password: String,
    /// May see libraries, jobs and server statistics.
    pub is_admin: bool,
    /// The folder of a storage template; without one the id stands in.
    pub storage_label: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// A key for the API and what it may do.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub(crate) id: KeyId,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) secret: String,
    /// Permission names such as `asset.read`, or `all`.
    pub(crate) permissions: Vec<String>,
    pub(crate) created_at: Timestamp,
}

/// An external library.
#[derive(Debug, Clone)]
pub(crate) struct ExternalLibrary {
    pub(crate) id: LibraryId,
    pub(crate) owner: UserId,
    pub(crate) name: String,
    /// The import path as the server sees it.
    pub(crate) server_root: String,
    /// The same folder on this machine.
    pub(crate) disk_root: PathBuf,
    pub(crate) created_at: Timestamp,
    pub(crate) refreshed_at: Option<Timestamp>,
}

/// Photo, video, or what else the server may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetKind {
    /// A still picture.
    Image,
    /// A moving one.
    Video,
}

impl AssetKind {
    /// `IMAGE` or `VIDEO`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "IMAGE",
            Self::Video => "VIDEO",
        }
    }
}

/// Where an asset is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// In the timeline.
    Timeline,
    /// Only in the archive.
    Archive,
    /// Nowhere: the video of a live photo.
    Hidden,
    /// In the locked folder, which an API key cannot open.
    Locked,
}

impl Visibility {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Archive => "archive",
            Self::Hidden => "hidden",
            Self::Locked => "locked",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Timeline, Self::Archive, Self::Hidden, Self::Locked].into_iter().find(|v| v.as_str() == word)
    }
}

/// Who found a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceType {
    /// The face recognition.
    MachineLearning,
    /// A region in the file.
    Exif,
    /// A person in the web page.
    Manual,
}

impl SourceType {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MachineLearning => "machine-learning",
            Self::Exif => "exif",
            Self::Manual => "manual",
        }
    }
}

/// A rectangle in the pixels of an upright picture of the given size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceBox {
    /// Left edge.
    pub x1: i64,
    /// Upper edge.
    pub y1: i64,
    /// Right edge.
    pub x2: i64,
    /// Lower edge.
    pub y2: i64,
    /// Width of the picture that the edges are measured in.
    pub image_width: i64,
    /// Height of that picture.
    pub image_height: i64,
}

impl FaceBox {
    /// Left, upper, right and lower edge in the pixels of an upright picture of this width and height.
    pub const fn new(edges: (i64, i64, i64, i64), size: (i64, i64)) -> Self {
        let ((x1, y1, x2, y2), (image_width, image_height)) = (edges, size);
        Self { x1, y1, x2, y2, image_width, image_height }
    }
}

impl Default for FaceBox {
    fn default() -> Self {
        Self { x1: 400, y1: 300, x2: 600, y2: 540, image_width: 1600, image_height: 1200 }
    }
}

/// A box in a photo, perhaps with a person.
#[derive(Debug, Clone)]
pub struct Face {
    pub(crate) id: FaceId,
    /// Whose face it is, when somebody said so.
    pub person: Option<PersonId>,
    /// Where it is.
    pub area: FaceBox,
    /// Who found it.
    pub source: SourceType,
}

impl Face {
    /// Its id.
    pub const fn id(&self) -> FaceId {
        self.id
    }
}

/// Somebody seen in photos.
#[derive(Debug, Clone)]
pub struct Person {
    pub(crate) id: PersonId,
    pub(crate) owner: UserId,
    /// Name, empty while nobody gave one.
    pub name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// Not shown.
    pub is_hidden: bool,
    /// Shown first.
    pub is_favorite: bool,
    /// `#rrggbb`.
    pub color: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A tag; its value is the full path such as `Places/France`.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) id: TagId,
    pub(crate) owner: UserId,
    pub(crate) value: String,
    pub(crate) parent: Option<TagId>,
    pub(crate) color: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// An album.
#[derive(Debug, Clone)]
pub struct Album {
    pub(crate) id: AlbumId,
    pub(crate) owner: UserId,
    /// Its name; names are not unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// In the order of adding.
    pub(crate) assets: Members,
    /// Others who see it, with their role (`editor` or `viewer`).
    pub(crate) shared_with: Vec<(UserId, String)>,
    pub(crate) cover: Option<AssetId>,
    pub(crate) is_activity_enabled: bool,
    pub(crate) order: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Album {
    /// Takes an asset out; the cover then is the first one left. `false` when it is not there.
    pub(crate) fn take_out(&mut self, id: AssetId) -> bool {
        let gone = self.assets.remove(id);
        if gone && self.cover == Some(id) {
            self.cover = self.assets.as_slice().first().copied();
        }
        gone
    }

    /// Whether this user sees it.
    pub(crate) fn is_seen_by(&self, user: UserId) -> bool {
        self.owner == user || self.shared_with.iter().any(|(other, _)| *other == user)
    }
}

/// Assets shown as one.
#[derive(Debug, Clone)]
pub(crate) struct Stack {
    pub(crate) id: StackId,
    pub(crate) owner: UserId,
    pub(crate) primary: AssetId,
    pub(crate) assets: Vec<AssetId>,
}

/// One user shows a library to another.
#[derive(Debug, Clone)]
pub(crate) struct Partner {
    pub(crate) shared_by: UserId,
    pub(crate) shared_with: UserId,
    pub(crate) in_timeline: bool,
}

/// What the camera said, kept apart because most synthetic assets have none of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Camera {
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Lens.
    pub lens_model: Option<String>,
    /// EXIF orientation, `1` to `8`.
    pub orientation: Option<String>,
    /// Aperture.
    pub f_number: Option<f64>,
    /// Millimetres.
    pub focal_length: Option<f64>,
    /// Sensitivity.
    pub iso: Option<u32>,
    /// Seconds as a fraction, `1/125`.
    pub exposure_time: Option<String>,
    /// `EQUIRECTANGULAR` and such.
    pub projection_type: Option<String>,
}

/// City, state and country, as the reverse geocoding found them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Country.
    pub country: Option<String>,
}

/// A photo or a video.
#[derive(Debug, Clone)]
pub struct Asset {
    pub(crate) id: AssetId,
    pub(crate) owner: UserId,
    pub(crate) library: Option<LibraryId>,
    /// Photo or video.
    pub kind: AssetKind,
    /// Path as the server sees it.
    pub original_path: String,
    /// The same file on this machine; `None` for an asset without a file.
    pub disk_path: Option<PathBuf>,
    /// The original, where it is no file.
    pub(crate) planted: Option<Planted>,
    /// A digest of what it looks like, where the original was planted; the checksum stands in elsewhere.
    pub(crate) looks: Option<[u8; 20]>,
    /// The small picture, where it is not made from the original.
    pub(crate) planted_thumbnail: Option<Planted>,
    /// The sidecar that the server has linked, on this machine.
    pub(crate) sidecar: Option<PathBuf>,
    /// Fields that somebody edited and that no sidecar holds yet: a re-read leaves them alone.
    pub(crate) locked: Fields,
    /// Name at the time of upload.
    pub original_file_name: String,
    /// SHA-1 of the content (managed) or of `path:<path>` (external).
    pub checksum: [u8; 20],
    /// Bytes.
    pub size: Option<u64>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) file_created_at: Timestamp,
    /// Modification time of the file when it was last read.
    pub file_modified_at: Timestamp,
    pub(crate) local_date_time: Timestamp,
    pub(crate) date_time_original: Option<Timestamp>,
    pub(crate) time_zone: Option<String>,
    /// Marked with a heart.
    pub is_favorite: bool,
    /// Where it is shown.
    pub visibility: Visibility,
    /// Since when it is in the trash.
    pub trashed_at: Option<Timestamp>,
    /// The file of an external library is gone.
    pub is_offline: bool,
    /// The caption.
    pub description: Option<String>,
    /// 1 to 5.
    pub rating: Option<i8>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Where that is.
    pub place: Option<Box<Place>>,
    /// What took it.
    pub camera: Option<Box<Camera>>,
    /// Pixels, upright.
    pub dimensions: Option<(u32, u32)>,
    /// Milliseconds, of a video.
    pub duration_ms: Option<u64>,
    /// The video of a live photo.
    pub live_photo_video: Option<AssetId>,
    /// The group of duplicates it is in.
    pub duplicate: Option<DuplicateId>,
    /// Tags on it.
    pub(crate) tags: Vec<TagId>,
    /// Boxes in it.
    pub faces: Vec<Face>,
    /// Free JSON by key, with the time of writing.
    pub(crate) notes: BTreeMap<String, (Value, Timestamp)>,
    /// What the uploading device called it, and the device (2.x).
    pub(crate) device: Option<Box<(String, String)>>,
}

impl Asset {
    /// A plain managed asset without a file; kind and name follow from the path.
    pub(crate) fn new(id: AssetId, owner: UserId, original_path: String, now: Timestamp) -> Self {
        let name = original_path.rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            id,
            owner,
            library: None,
            kind: media_type::kind_of(&name),
            original_path,
            disk_path: None,
            planted: None,
            looks: None,
            planted_thumbnail: None,
            sidecar: None,
            locked: Fields::NONE,
            original_file_name: name,
            checksum: checksum::of_id(id),
            size: None,
            created_at: now,
            updated_at: now,
            file_created_at: now,
            file_modified_at: now,
            local_date_time: now,
            date_time_original: None,
            time_zone: None,
            is_favorite: false,
            visibility: Visibility::Timeline,
            trashed_at: None,
            is_offline: false,
            description: Some(String::new()),
            rating: None,
            latitude: None,
            longitude: None,
            place: None,
            camera: None,
            dimensions: None,
            duration_ms: None,
            live_photo_video: None,
            duplicate: None,
            tags: Vec::new(),
            faces: Vec::new(),
            notes: BTreeMap::new(),
            device: None,
        }
    }

    /// Its id.
    pub const fn id(&self) -> AssetId {
        self.id
    }

    /// Sets when it was taken: an instant and an optional zone (`Europe/Berlin`, `UTC+2`). Without an
    /// instant the server falls back to the time of the file, as it does for a picture without a date.
    pub fn set_taken(&mut self, instant: Option<Timestamp>, time_zone: Option<&str>) {
        let instant_or_file = instant.unwrap_or(self.file_modified_at);
        self.date_time_original = instant;
        self.time_zone = time_zone.map(str::to_owned);
        self.file_created_at = instant_or_file;
        self.local_date_time = zone::wall_clock(instant_or_file, time_zone);
    }

    /// The instant in the metadata, if any.
    pub const fn taken(&self) -> Option<Timestamp> {
        self.date_time_original
    }

    /// The zone in the metadata, if any.
    pub fn time_zone(&self) -> Option<&str> {
        self.time_zone.as_deref()
    }

    /// Whether the file belongs to an external library.
    pub const fn is_external(&self) -> bool {
        self.library.is_some()
    }

    pub(crate) const fn is_trashed(&self) -> bool {
        self.trashed_at.is_some()
    }
}
