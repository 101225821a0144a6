//! An asset as a search or `GET /assets/{id}` describes it.
//!
//! Versions differ in what they send, so everything but the id, the owner and the path may be missing.
//! `None` means that the server did not say, which is no reason to remove anything from a file.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::exif::Exif;
use crate::ids::{AssetId, DuplicateId, LibraryId, UserId};
use crate::json::Json;
use crate::lenient::{boolean, instant, integer, member, optional_id, text};
use crate::person::Person;
use crate::stack::Stack;
use crate::tag::Tag;

/// A photo or a video.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// Its name on the server.
    pub id: AssetId,
    /// Whose it is.
    pub owner_id: UserId,
    /// The external library it is in; `None` when Immich manages the file.
    pub library_id: Option<LibraryId>,
    /// Photo, video, …
    pub kind: AssetKind,
    /// Where the file is, as the server sees it.
    pub original_path: String,
    /// The name at upload; not always the last part of the path.
    pub original_file_name: String,
    /// SHA-1 of the file, or of `path:<path>` in an external library.
    pub checksum: Option<Checksum>,
    /// When the picture was taken.
    pub file_created_at: Option<Timestamp>,
    /// Modification time of the file when it was last read.
    pub file_modified_at: Option<Timestamp>,
    /// The wall clock at the place, sent as if it were UTC.
    pub local_date_time: Option<Timestamp>,
    /// When the server last changed something of it; misses faces and albums, jumps for nothing.
    pub updated_at: Option<Timestamp>,
    /// Marked with the heart.
    pub is_favorite: Option<bool>,
    /// In the trash.
    pub is_trashed: bool,
    /// The file was gone at the last scan.
    pub is_offline: bool,
    /// Cropped or turned in Immich, from 2.5 on; its file is as it was.
    pub is_edited: bool,
    /// Where it is shown.
    pub visibility: Visibility,
    /// The moving part of a live photo.
    pub live_photo_video_id: Option<AssetId>,
    /// What was read from the file and edited since; `None` when not sent.
    pub exif: Option<Exif>,
    /// Who is on it; `None` when not sent, or when one of them could not be understood.
    pub people: Option<Vec<Person>>,
    /// Its tags; sent for single assets only, `None` when one of them could not be understood.
    pub tags: Option<Vec<Tag>>,
    /// The stack it is in; sent for single assets only.
    pub stack: Option<Stack>,
    /// Width in pixels as shown, from 2.5 on.
    pub width: Option<u32>,
    /// Height in pixels as shown, from 2.5 on.
    pub height: Option<u32>,
    /// A tiny picture of some 25 bytes in base64; `None` while the server has made none.
    pub thumbhash: Option<String>,
    /// The group of duplicates that the server's review page shows it in.
    pub duplicate_id: Option<DuplicateId>,
}

/// Longest thumbhash that is believed, in characters: twice what the format can have.
const LONGEST_THUMBHASH: usize = 80;

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AssetKind {
    /// A photo.
    Image,
    /// A video.
    Video,
    /// A sound.
    Audio,
    /// Anything else, also kinds that this client does not know.
    Other,
}

/// Where an asset is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Visibility {
    /// On the timeline.
    Timeline,
    /// In the archive.
    Archive,
    /// Nowhere: the moving part of a live photo.
    Hidden,
    /// In the locked folder.
    Locked,
    /// A value that this client does not know; treated like hidden.
    Unknown,
}

/// SHA-1 in base64, as the server sends it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checksum(String);

impl Checksum {
    /// The base64 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 20 bytes of the SHA-1; `None` when the server sent something else.
    pub fn bytes(&self) -> Option<[u8; 20]> {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(&self.0).ok()?.try_into().ok()
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&[u8; 20]> for Checksum {
    fn from(sha1: &[u8; 20]) -> Self {
        use base64::Engine as _;
        Self(base64::engine::general_purpose::STANDARD.encode(sha1))
    }
}

/// An item of an answer that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id, if that much could be read.
    pub id: Option<AssetId>,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Asset {
    /// Reads one item of an answer.
    pub(crate) fn from_json(value: &Json<'_>) -> Result<Self, Unreadable> {
        let id = text(member(value, "id")).and_then(|id| AssetId::parse(&id).ok());
        let unreadable = |problem| Unreadable { id: id.clone(), problem };
        let Some(id) = id.clone() else { return Err(unreadable("it has no id")) };
        let owner_id = text(member(value, "ownerId")).and_then(|owner| UserId::parse(&owner).ok());
        let Some(owner_id) = owner_id else { return Err(unreadable("it has no owner")) };
        let original_path = text(member(value, "originalPath")).filter(|path| !path.is_empty());
        let Some(original_path) = original_path else { return Err(unreadable("it has no path")) };
        let Ok(library_id) = optional_id(value, "libraryId", LibraryId::parse) else {
            return Err(unreadable("its library is no id"));
        };
        let Ok(live_photo_video_id) = optional_id(value, "livePhotoVideoId", AssetId::parse) else {
            return Err(unreadable("its live photo video is no id"));
        };
        Ok(Self {
            owner_id,
            library_id,
            kind: kind(value),
            original_file_name: text(member(value, "originalFileName"))
                .unwrap_or_else(|| last_part(&original_path).to_owned()),
            original_path,
            checksum: text(member(value, "checksum")).map(Checksum),
            file_created_at: instant(member(value, "fileCreatedAt")),
            file_modified_at: instant(member(value, "fileModifiedAt")),
            local_date_time: instant(member(value, "localDateTime")),
            updated_at: instant(member(value, "updatedAt")),
            is_favorite: boolean(member(value, "isFavorite")),
            is_trashed: boolean(member(value, "isTrashed")).unwrap_or(false),
            is_offline: boolean(member(value, "isOffline")).unwrap_or(false),
            is_edited: boolean(member(value, "isEdited")).unwrap_or(false),
            visibility: visibility(value),
            live_photo_video_id,
            exif: member(value, "exifInfo")
                .filter(|exif| matches!(exif, Json::Object(_)))
                .map(Exif::from_json),
            people: member(value, "people").and_then(Person::list_from_json),
            tags: member(value, "tags").and_then(Tag::list_from_json),
            stack: member(value, "stack").and_then(Stack::from_json),
            width: pixels(member(value, "width")),
            height: pixels(member(value, "height")),
            thumbhash: text(member(value, "thumbhash")).filter(|hash| hash.len() <= LONGEST_THUMBHASH),
            duplicate_id: text(member(value, "duplicateId"))
                .and_then(|group| DuplicateId::parse(&group).ok()),
            id,
        })
    }
}

impl Asset {
    /// Width and height in pixels as shown: older servers tell the size as stored and how it is to be turned.
    pub fn shown_size(&self) -> Option<(u32, u32)> {
        let stored = || {
            let exif = self.exif.as_ref()?;
            let (width, height) = exif.image_width.zip(exif.image_height)?;
            let lies =
                exif.orientation.as_deref().is_some_and(|turn| matches!(turn.trim(), "5" | "6" | "7" | "8"));
            Some(if lies { (height, width) } else { (width, height) })
        };
        self.width.zip(self.height).or_else(stored)
    }
}

impl Visibility {
    /// Whether its owner sees it without asking for it: on the timeline or in the archive.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Timeline | Self::Archive)
    }
}

fn kind(value: &Json<'_>) -> AssetKind {
    match member(value, "type").and_then(Json::as_str) {
        Some("IMAGE") => AssetKind::Image,
        Some("VIDEO") => AssetKind::Video,
        Some("AUDIO") => AssetKind::Audio,
        Some(_) | None => AssetKind::Other,
    }
}

/// Before 1.133 there was only the archive; hidden assets are kept out by the filter of the request.
fn visibility(value: &Json<'_>) -> Visibility {
    match member(value, "visibility") {
        None if boolean(member(value, "isArchived")) == Some(true) => Visibility::Archive,
        None => Visibility::Timeline,
        Some(named) => match named.as_str() {
            Some("timeline") => Visibility::Timeline,
            Some("archive") => Visibility::Archive,
            Some("hidden") => Visibility::Hidden,
            Some("locked") => Visibility::Locked,
            Some(_) | None => Visibility::Unknown,
        },
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A size in pixels; 0 means unknown.
pub(crate) fn pixels(value: Option<&Json<'_>>) -> Option<u32> {
    integer(value).and_then(|pixels| u32::try_from(pixels).ok()).filter(|pixels| *pixels > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,40}".prop_map(Value::from),
            Just(json!("00000000-0000-4000-8000-000000000001")),
            Just(json!("2026-11-20T12:05:04.116+00:00")),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(member_name(), inner, 0..6).prop_map(Value::from_iter),
            ]
        })
    }

    fn member_name() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(MEMBERS).prop_map(str::to_owned),
            prop::sample::select(&["id", "name", "faces", "latitude", "rating", "boundingBoxX1"][..])
                .prop_map(str::to_owned),
            ".{0,8}",
        ]
    }

    const MEMBERS: &[&str] = &[
        "libraryId",
        "type",
        "originalFileName",
        "checksum",
        "fileCreatedAt",
        "fileModifiedAt",
        "localDateTime",
        "updatedAt",
        "isFavorite",
        "isTrashed",
        "isOffline",
        "visibility",
        "isArchived",
        "livePhotoVideoId",
        "exifInfo",
        "people",
        "tags",
        "stack",
        "width",
        "height",
        "thumbhash",
        "duplicateId",
    ];

    fn good() -> Value {
        json!({
            "id": "00000000-0000-4000-8000-000000000001",
            "ownerId": "00000000-0000-4000-8000-000000000002",
            "originalPath": "/data/a.jpg",
        })
    }

    proptest! {
        #[test]
        fn no_json_at_all_makes_reading_panic(value in any_json()) {
            let value = Json::from(value);
            let _ = Asset::from_json(&value);
            let _ = Person::list_from_json(&value);
            let _ = crate::person::Face::from_json(&value);
            let _ = crate::album::Album::from_json(&value);
            let _ = Tag::list_from_json(&value);
            let _ = crate::library::Library::from_json(&value);
            let _ = crate::server_info::CurrentUser::from_json(&value);
            let _ = crate::server_info::KeyInfo::from_json(&value);
        }

        #[test]
        fn one_strange_member_costs_no_more_than_itself(name in prop::sample::select(MEMBERS), value in any_json()) {
            let mut item = good();
            item[name] = value;

            match Asset::from_json(&item.into()) {
                Ok(asset) => prop_assert_eq!(asset.original_path, "/data/a.jpg"),
                Err(unreadable) => {
                    prop_assert!(["libraryId", "livePhotoVideoId"].contains(&name));
                    prop_assert!(unreadable.id.is_some());
                }
            }
        }

        #[test]
        fn no_coordinate_leaves_the_earth(latitude in any::<f64>(), longitude in any_json()) {
            let mut item = good();
            item["exifInfo"] = json!({"latitude": latitude, "longitude": longitude});

            let exif = Asset::from_json(&item.into()).unwrap().exif.unwrap();

            prop_assert!(exif.latitude.is_none_or(|degrees| degrees.abs() <= 90.0));
            prop_assert!(exif.longitude.is_none_or(|degrees| degrees.abs() <= 180.0));
        }
    }

    #[test]
    fn an_asset_with_the_bare_minimum_is_one() {
        let asset = Asset::from_json(&good().into()).unwrap();

        assert_eq!((asset.original_file_name.as_str(), asset.kind), ("a.jpg", AssetKind::Other));
        assert_eq!((asset.visibility, asset.is_trashed), (Visibility::Timeline, false));
        assert_eq!((asset.exif, asset.people, asset.library_id), (None, None, None));
    }

    #[test]
    fn a_size_is_told_upright_by_old_servers_too() {
        let mut item = good();
        assert_eq!(Asset::from_json(&item.clone().into()).unwrap().shown_size(), None);
        item["exifInfo"] = json!({"exifImageWidth": 4000, "exifImageHeight": 3000, "orientation": "6"});
        assert_eq!(Asset::from_json(&item.clone().into()).unwrap().shown_size(), Some((3000, 4000)));
        (item["width"], item["height"], item["isEdited"]) = (json!(1000), json!(900), json!(true));

        let asset = Asset::from_json(&item.into()).unwrap();

        assert_eq!((asset.shown_size(), asset.is_edited), (Some((1000, 900)), true));
    }

    #[test]
    fn a_checksum_is_twenty_bytes_or_nothing() {
        let sum = Checksum::from(&[7; 20]);

        assert_eq!(sum.bytes(), Some([7; 20]));
        assert_eq!(Checksum("AAAA".to_owned()).bytes(), None);
        assert_eq!(Checksum("not base64!".to_owned()).bytes(), None);
    }
}
