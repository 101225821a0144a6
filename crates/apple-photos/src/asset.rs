//! A photo or video, with everything that the library says of it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{AlbumId, Dates, Face, FileRole, Flags, ImportSessionId, RelatedFile, StoredPlace};

/// A photo or video of a library, also one in the trash, hidden, or shared by others.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// Its name in this library; stays through edits.
    pub uuid: String,
    /// Picture or video.
    pub kind: Kind,
    /// The finer kind that Photos shows in its list of media types.
    pub subtype: Subtype,
    /// Where the asset belongs, which says where its files are.
    pub origin: Origin,
    /// What the user, the camera and Photos marked.
    pub flags: Flags,
    /// The name that the file had when it was imported. Its extension can be wrong.
    pub original_name: String,
    /// When it was taken, added, changed.
    pub dates: Dates,
    /// Where it was taken, as Photos has it now: the user may have changed what the file says.
    pub location: Option<Location>,
    /// What Apple looked up about that point.
    pub place: Option<StoredPlace>,
    /// The title that the user gave.
    pub title: Option<String>,
    /// The caption that the user gave; some versions call it description.
    pub caption: Option<String>,
    /// The keywords, sorted.
    pub keywords: Vec<Arc<str>>,
    /// The albums it is in, by their order in [`Library::albums`](crate::Library::albums). None of them is in the trash.
    pub albums: Vec<AlbumId>,
    /// The faces that were found or drawn, also hidden ones and those of nobody.
    pub faces: Vec<Face>,
    /// The current version as it is shown: width and height in pixels when upright.
    pub size: Size,
    /// The original as it is stored: the orientation of 1 to 8 says how it is turned for showing.
    pub original_size: Size,
    /// The size of the original in bytes, as the database says.
    pub original_bytes: Option<u64>,
    /// In seconds, of a video.
    pub duration: Option<f64>,
    /// The burst it belongs to.
    pub burst: Option<Burst>,
    /// The same for the picture and the video of a live photo.
    pub media_group: Option<String>,
    /// The last edit, when there is one.
    pub edit: Option<Edit>,
    /// Apple's hash of the original. Not SHA-1; good for telling whether it changed.
    pub fingerprint: Option<String>,
    /// The files, the original first. What the database knows to be nowhere on this machine is listed too.
    pub files: Vec<RelatedFile>,
    /// Which import it came with.
    pub import_session: Option<ImportSessionId>,
    /// Which program imported it.
    pub imported_by: Option<ImportedBy>,
    /// What iCloud calls it.
    pub cloud: Cloud,
}

impl Asset {
    /// The first file of this role.
    pub fn file(&self, role: FileRole) -> Option<&RelatedFile> {
        self.files.iter().find(|file| file.role == role)
    }

    /// The file that holds what was taken: the original, or the reduced copy of a shared album.
    pub fn main_file(&self) -> Option<&RelatedFile> {
        self.file(FileRole::Original).or_else(|| self.file(FileRole::SharedCopy))
    }
}

/// Picture or video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A picture, also a live photo.
    Photo,
    /// A video.
    Video,
}

/// The finer kind, as ZKINDSUBTYPE says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subtype {
    /// Nothing special.
    Plain,
    /// A panorama.
    Panorama,
    /// A picture with a short video.
    LivePhoto,
    /// A screenshot.
    Screenshot,
    /// A video of a shared album.
    SharedVideo,
    /// A video of many frames a second, shown slowly.
    SlowMotion,
    /// A video of few frames a second, shown fast.
    TimeLapse,
    /// A recording of the screen.
    ScreenRecording,
    /// One that came after this was written.
    Other(i64),
}

/// Where an asset belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The library holds its original.
    Managed,
    /// The original stays outside of the library, where the user put it.
    Referenced,
    /// A reduced copy of a photo in a shared album.
    SharedAlbum,
    /// From Messages and the like ("Shared with You"), not saved to the library.
    Syndicated,
    /// From a link to a collection of somebody's photos.
    SharedMoment,
}

/// A point on the earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// In degrees, north positive.
    pub latitude: f64,
    /// In degrees, east positive.
    pub longitude: f64,
}

/// How large a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Size {
    /// In pixels; 0 when it is not known.
    pub width: u32,
    /// In pixels; 0 when it is not known.
    pub height: u32,
    /// As EXIF counts: 1 to 8; 1 when it is not known.
    pub orientation: u8,
}

/// What a picture is in its burst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    /// The same for all pictures of the burst.
    pub uuid: String,
    /// The bits of ZAVALANCHEPICKTYPE: 2 not picked, 4 picked by Photos, 8 picked by the user, 16 top of the stack.
    pub pick: u32,
}

impl Burst {
    /// Whether the user picked it.
    pub fn is_selected(&self) -> bool {
        self.pick & 8 != 0
    }

    /// Whether it stands for the burst.
    pub fn is_key(&self) -> bool {
        self.pick & 16 != 0
    }

    /// Whether Photos shows it: all others are hidden behind the one on top.
    pub fn is_shown(&self) -> bool {
        self.pick == 0 || self.pick & (8 | 16) != 0
    }
}

/// The last edit of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// When it was made.
    pub at: Option<Timestamp>,
    /// Which program made it, such as `com.apple.photo` or `com.apple.Photos.externalEdit`.
    pub format: Option<String>,
}

impl Edit {
    /// Whether another program than Photos made it.
    pub fn is_external(&self) -> bool {
        self.format.as_deref() == Some("com.apple.Photos.externalEdit")
    }
}

/// The program that imported an asset.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImportedBy {
    /// Its name, such as `Camera`.
    pub name: Option<String>,
    /// Its identifier, such as `com.apple.camera`.
    pub bundle: Option<String>,
}

/// What iCloud calls an asset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cloud {
    /// The asset.
    pub asset_guid: Option<String>,
    /// Its original.
    pub master_guid: Option<String>,
    /// Whose it is, hashed, in a shared album.
    pub owner: Option<String>,
    /// Whether iCloud has the original.
    pub is_synced: bool,
}
