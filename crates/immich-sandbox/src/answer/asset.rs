//! An asset: the largest answer, and the one that differs most between releases.

use serde_json::{Map, Value, json};

use super::{Style, at, people, tag, user};
use crate::{
    Asset, AssetKind, Camera, Place, Question, Visibility, checksum, media_type, thumbnail::Source,
    world::World,
};

/// Which parts of an asset an answer has.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part of the answer that stands alone")]
pub(crate) struct Detail {
    pub(crate) style: Style,
    pub(crate) exif: bool,
    /// The people in it; otherwise the list is there and empty.
    pub(crate) people: bool,
    pub(crate) owner: bool,
    pub(crate) tags: bool,
    pub(crate) stack: bool,
}

impl Detail {
    /// `GET /assets/{id}`: everything.
    pub(crate) const WHOLE: Self =
        Self { style: Style::Zulu, exif: true, people: true, owner: true, tags: true, stack: true };
    /// The answer to an edit: without owner, tags and stack.
    pub(crate) const EDITED: Self =
        Self { style: Style::Zulu, exif: true, people: true, owner: false, tags: false, stack: false };
    /// Inside albums and stacks, made by the database.
    pub(crate) const NESTED: Self =
        Self { style: Style::Database, exif: true, people: false, owner: false, tags: false, stack: false };
    /// Inside groups of duplicates.
    pub(crate) const NESTED_WITH_TAGS: Self = Self { tags: true, ..Self::NESTED };

    /// An item of a search.
    pub(crate) const fn found(exif: bool, people: bool) -> Self {
        Self { style: Style::Zulu, exif, people, owner: false, tags: false, stack: false }
    }
}

/// The asset as JSON.
pub(crate) fn asset(world: &World, asset: &Asset, detail: Detail) -> Value {
    let mut body = basics(asset, detail.style);
    if world.version.is_v3() {
        body.insert("duration".into(), json!(asset.duration_ms));
    } else {
        let (device_asset, device) = device_of(asset);
        body.insert("deviceAssetId".into(), json!(device_asset));
        body.insert("deviceId".into(), json!(device));
        body.insert("duration".into(), json!(clock_of(asset.duration_ms)));
    }
    if detail.exif {
        body.insert("exifInfo".into(), exif(asset));
    }
    body.insert("people".into(), if detail.people { people::in_asset(world, asset) } else { json!([]) });
    if detail.people && !world.version.is_v3() {
        body.insert("unassignedFaces".into(), people::unassigned(world, asset));
    }
    if detail.owner {
        let owner = world.user(asset.owner).map(|owner| user(owner, Style::Database));
        body.insert("owner".into(), json!(owner));
    }
    if detail.tags {
        let silent = world.answers_nothing(Question::Tags);
        let tags = asset.tags.iter().filter(|_| !silent).filter_map(|id| world.tags().get(id));
        body.insert("tags".into(), tags.map(|each| tag(each, Style::Database)).collect());
    }
    if detail.stack {
        body.insert("stack".into(), stack(world, asset));
    }
    Value::Object(body)
}

fn basics(asset: &Asset, style: Style) -> Map<String, Value> {
    let (width, height) = asset.dimensions.unzip();
    let body = json!({
        "id": asset.id.to_string(),
        "createdAt": at(asset.created_at, style),
        "ownerId": asset.owner.to_string(),
        "libraryId": asset.library.map(String::from),
        "type": asset.kind.as_str(),
        "originalPath": asset.original_path,
        "originalFileName": asset.original_file_name,
        "originalMimeType": media_type::mime_of(&asset.original_file_name),
        "thumbhash": Source::thumbhash(asset),
        "fileCreatedAt": at(asset.file_created_at, style),
        "fileModifiedAt": at(asset.file_modified_at, style),
        "localDateTime": at(asset.local_date_time, style),
        "updatedAt": at(asset.updated_at, style),
        "isFavorite": asset.is_favorite,
        "isArchived": asset.visibility == Visibility::Archive,
        "isTrashed": asset.is_trashed(),
        "visibility": asset.visibility.as_str(),
        "livePhotoVideoId": asset.live_photo_video.map(String::from),
        "checksum": checksum::encode(&asset.checksum),
        "isOffline": asset.is_offline,
        "hasMetadata": true,
        "duplicateId": asset.duplicate.map(String::from),
        "resized": true,
        "width": width,
        "height": height,
        "isEdited": false,
    });
    match body {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}

/// What the device called it; assets of an external library carry their file name there.
fn device_of(asset: &Asset) -> (String, String) {
    match &asset.device {
        Some(device) => (device.0.clone(), device.1.clone()),
        None if asset.is_external() => {
            (asset.original_file_name.replace(' ', ""), "Library Import".to_owned())
        }
        None => (asset.original_file_name.clone(), "sandbox".to_owned()),
    }
}

/// 2.x: a picture has a zero of five digits, a video three.
fn clock_of(milliseconds: Option<u64>) -> String {
    let Some(milliseconds) = milliseconds else { return "0:00:00.00000".to_owned() };
    let seconds = milliseconds / 1000;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{rest:02}.{:03}", milliseconds % 1000)
}

fn exif(asset: &Asset) -> Value {
    let (none, nowhere) = (Camera::default(), Place::default());
    let camera = asset.camera.as_deref().unwrap_or(&none);
    let place = asset.place.as_deref().unwrap_or(&nowhere);
    let turned = matches!(camera.orientation.as_deref(), Some("5" | "6" | "7" | "8"));
    let stored =
        asset.dimensions.map(|(width, height)| if turned { (height, width) } else { (width, height) });
    let (width, height) = stored.unzip();
    let orientation = match asset.kind {
        AssetKind::Video => Some(camera.orientation.as_deref().unwrap_or("1")),
        AssetKind::Image => camera.orientation.as_deref(),
    };
    json!({
        "make": camera.make,
        "model": camera.model,
        "exifImageWidth": width,
        "exifImageHeight": height,
        "fileSizeInByte": asset.size,
        "orientation": orientation,
        "dateTimeOriginal": asset.date_time_original.map(|instant| at(instant, Style::Database)),
        "modifyDate": at(asset.file_modified_at, Style::Database),
        "timeZone": asset.time_zone,
        "lensModel": camera.lens_model,
        "fNumber": camera.f_number,
        "focalLength": camera.focal_length,
        "iso": camera.iso,
        "exposureTime": camera.exposure_time,
        "latitude": asset.latitude,
        "longitude": asset.longitude,
        "city": place.city,
        "state": place.state,
        "country": place.country,
        "description": asset.description,
        "projectionType": camera.projection_type,
        "rating": asset.rating,
    })
}

fn stack(world: &World, asset: &Asset) -> Value {
    world.stacks().of(asset.id).map_or(Value::Null, |stack| {
        json!({
            "id": stack.id.to_string(),
            "primaryAssetId": stack.primary.to_string(),
            "assetCount": stack.assets.len(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_2x_match_the_recorded_ones() {
        assert_eq!(clock_of(None), "0:00:00.00000");
        assert_eq!(clock_of(Some(2000)), "00:00:02.000");
        assert_eq!(clock_of(Some(3_723_004)), "01:02:03.004");
    }
}
