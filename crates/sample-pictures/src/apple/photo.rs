//! What can be said of a photo, an album and a person of a made library.

use std::path::PathBuf;

use crate::bytes::mix;

/// A photo or video.
#[expect(clippy::struct_excessive_bools, reason = "each is one answer, and any combination may be right")]
#[derive(Debug, Clone, PartialEq)]
pub struct ApplePhoto {
    /// What its UUID is made of; stays when everything else changes.
    pub key: String,
    /// The name it had when it was imported; the extension says what it is.
    pub name: String,
    /// When it was taken, in seconds since 1970 UTC.
    pub taken: f64,
    /// When the file says that it was taken, if the user changed that.
    pub taken_in_file: Option<f64>,
    /// Name and seconds of its zone.
    pub zone: Option<(String, i32)>,
    /// The offset that Photos inferred, in seconds.
    pub inferred_offset: Option<i32>,
    /// Its title.
    pub title: Option<String>,
    /// Its caption.
    pub caption: Option<String>,
    /// Its keywords.
    pub keywords: Vec<String>,
    /// Latitude and longitude.
    pub position: Option<(f64, f64)>,
    /// Whether the user likes it.
    pub is_favourite: bool,
    /// Whether it is in the album "Hidden".
    pub is_hidden: bool,
    /// Whether it is in the trash.
    pub is_trashed: bool,
    /// ZKINDSUBTYPE: 2 for a live photo is set by [`ApplePhoto::live`].
    pub subtype: i64,
    /// Whether it is a portrait.
    pub is_portrait: bool,
    /// Whether the camera at the front took it.
    pub is_selfie: bool,
    /// The video of a live photo.
    pub live: Option<AppleFile>,
    /// The raw picture beside it; its extension comes from [`ApplePhoto::raw_extension`].
    pub raw: Option<AppleFile>,
    /// Such as `cr2`.
    pub raw_extension: String,
    /// Whether the raw picture is the one that counts.
    pub is_raw_original: bool,
    /// When it was last edited, in seconds since 1970 UTC.
    pub edited: Option<f64>,
    /// The edited version; an edit can have none.
    pub render: Option<AppleFile>,
    /// The video of the edited live photo.
    pub live_render: Option<AppleFile>,
    /// Its burst.
    pub burst: Option<AppleBurst>,
    /// Its faces.
    pub faces: Vec<AppleFace>,
    /// The album in which somebody shares it; the file is then a copy.
    pub shared_in: Option<usize>,
    /// The absolute path where it stays, outside of the library.
    pub referenced: Option<PathBuf>,
    /// From Messages, not saved.
    pub is_syndicated: bool,
    /// Width and height as it is stored, before turning.
    pub size: (u32, u32),
    /// How it is turned, 1 to 8.
    pub orientation: u8,
    /// Which import it came with, from 0 on.
    pub import: usize,
    /// Its file.
    pub original: AppleFile,
}

/// A file of a photo.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppleFile {
    /// Its bytes. None makes a small valid picture or video that nothing else is equal to.
    pub bytes: Option<Vec<u8>>,
    /// Whether it is on this machine.
    pub whereabouts: Whereabouts,
}

/// Whether a file is on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whereabouts {
    /// It is.
    #[default]
    Here,
    /// In iCloud only.
    InCloud,
    /// Nowhere, although the database says that it is here.
    Lost,
}

impl AppleFile {
    /// A file with these bytes.
    pub fn of(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: Some(bytes.into()), whereabouts: Whereabouts::Here }
    }

    /// A file that is not here.
    pub fn absent(whereabouts: Whereabouts) -> Self {
        Self { bytes: None, whereabouts }
    }
}

/// The place of a picture in its burst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppleBurst {
    /// The same for all pictures of the burst.
    pub key: String,
    /// ZAVALANCHEPICKTYPE: 2 not picked, 8 picked by the user, 16 and 4 the one on top.
    pub pick: i64,
}

/// A face in a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct AppleFace {
    /// Whose, by the place in the list of persons; none for a face of nobody.
    pub person: Option<usize>,
    /// The centre from the left of the upright picture, as a part of its width.
    pub x: f64,
    /// The centre from the bottom of the upright picture, as a part of its height.
    pub y: f64,
    /// The diameter as a part of the longer side.
    pub size: f64,
    /// Whether the user drew it.
    pub is_manual: bool,
    /// Whether the user said that it does not count.
    pub is_hidden: bool,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApplePerson {
    /// The name; empty for one that nobody has named.
    pub name: String,
    /// The person that this one was merged into.
    pub merged_into: Option<usize>,
}

/// An album.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppleAlbum {
    /// What its UUID is made of; stays when everything else changes.
    pub key: String,
    /// May be empty, contain `/`, and stand twice.
    pub title: String,
    /// Titles of the folders it is in, the outermost first.
    pub folders: Vec<String>,
    /// Its photos in order, by their places in the list.
    pub photos: Vec<usize>,
    /// Whether it is a shared one; its photos are those that name it.
    pub is_shared: bool,
    /// Whether it is in the trash.
    pub is_trashed: bool,
    /// Whether the user arranged it; else it is sorted by date.
    pub is_manual: bool,
}

impl ApplePhoto {
    /// A photo or video of this name, with nothing special. The name is its key too.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            key: name.clone(),
            name,
            taken: 1_700_000_000.0,
            taken_in_file: None,
            zone: Some(("Europe/Berlin".to_owned(), 3600)),
            inferred_offset: None,
            title: None,
            caption: None,
            keywords: Vec::new(),
            position: None,
            is_favourite: false,
            is_hidden: false,
            is_trashed: false,
            subtype: 0,
            is_portrait: false,
            is_selfie: false,
            live: None,
            raw: None,
            raw_extension: "cr2".to_owned(),
            is_raw_original: false,
            edited: None,
            render: None,
            live_render: None,
            burst: None,
            faces: Vec::new(),
            shared_in: None,
            referenced: None,
            is_syndicated: false,
            size: (4032, 3024),
            orientation: 1,
            import: 0,
            original: AppleFile::default(),
        }
    }

    /// Whether it is a video.
    pub fn is_video(&self) -> bool {
        matches!(self.extension().as_str(), "mov" | "mp4" | "m4v")
    }

    /// The extension of its name in small letters.
    pub fn extension(&self) -> String {
        self.name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
    }

    /// The extension that Photos gives the file in the library.
    pub(super) fn stored_extension(&self) -> String {
        match self.extension().as_str() {
            "jpg" => "jpeg".to_owned(),
            "tif" => "tiff".to_owned(),
            other => other.to_owned(),
        }
    }

    /// Width and height when upright.
    pub(super) fn upright(&self) -> (u32, u32) {
        if self.orientation > 4 { (self.size.1, self.size.0) } else { self.size }
    }
}

/// A UUID that is always the same for the same words.
pub(super) fn uuid(kind: &str, key: &str) -> String {
    let mut words = [0x243f_6a88_85a3_08d3_u64, 0x1319_8a2e_0370_7344];
    for (at, byte) in kind.bytes().chain([0]).chain(key.bytes()).enumerate() {
        let word = &mut words[at % 2];
        *word = mix(word.wrapping_mul(0x100_0000_01b3) ^ u64::from(byte));
    }
    let (high, low) = (mix(words[0] ^ words[1].rotate_left(17)), mix(words[1]));
    let low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    format!(
        "{:08X}-{:04X}-4{:03X}-{:04X}-{:012X}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_stay_and_differ() {
        let mut seen: Vec<String> =
            (0..1000).map(|number| uuid("photo", &format!("IMG_{number:04}.JPG"))).collect();
        assert_eq!(seen[7], uuid("photo", "IMG_0007.JPG"));
        assert_ne!(uuid("album", "x"), uuid("photo", "x"));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1000);
        assert!(seen.iter().all(|uuid| uuid.len() == 36));
    }
}
