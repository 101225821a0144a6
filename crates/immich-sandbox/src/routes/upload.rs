//! Uploads, and the questions before one.
//!
//! A checksum in `x-immich-checksum` that the server knows is believed: the answer leaves before the body is
//! read. Files of external libraries have no checksum of their content, so their bytes upload once more.

use serde_json::{Value, json};

use super::{Route, needs};
use crate::{
    Asset, AssetId, UserId, Version, Visibility,
    call::{Call, Part, Reply},
    checksum, dates, media_type,
    problem::{Issue, Problem},
    sandbox::to_millisecond,
    world::World,
};

pub(super) fn route<'p>(version: Version, method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("POST", ["assets"]) => needs("asset.upload", upload),
        ("POST", ["assets", "bulk-upload-check"]) => needs("asset.upload", bulk_check),
        ("POST", ["assets", "exist"]) if !version.is_v3() => needs("asset.upload", exist),
        _ => return None,
    })
}

/// The answer to an upload whose checksum is known already.
pub(crate) fn duplicate_by_header(world: &World, user: UserId, announced: &str) -> Option<Reply> {
    let known = by_checksum(world, user, &checksum::parse(announced)?)?;
    Some(duplicate(known))
}

fn duplicate(known: &Asset) -> Reply {
    Reply::ok(&json!({ "id": known.id.to_string(), "status": "duplicate" }))
}

fn by_checksum<'w>(world: &'w World, user: UserId, sum: &[u8; 20]) -> Option<&'w Asset> {
    world
        .assets()
        .iter()
        .find(|asset| asset.owner == user && asset.library.is_none() && asset.checksum == *sum)
}

/// The fields of the form.
struct Form<'c> {
    parts: &'c [Part],
}

impl Form<'_> {
    fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.part(name).map(|part| String::from_utf8_lossy(&part.bytes).into_owned())
    }

    fn instant(&self, name: &str) -> Result<jiff::Timestamp, Issue> {
        let text = self.text(name);
        let got = text.as_ref().map(|text| json!(text));
        text.and_then(|text| dates::instant_of_api(&text))
            .ok_or_else(|| Issue::wrong_type(name, "ISO 8601 datetime string", got.as_ref()))
    }
}

fn upload(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let form = Form { parts: &call.parts };
    let file = form.part("assetData").ok_or_else(|| Problem::bad_request("Unexpected end of form"))?;
    let name = form.text("filename").or_else(|| file.file_name.clone()).unwrap_or_default();
    if !media_type::is_accepted(&name) {
        return Err(Problem::bad_request(format!("Unsupported file type {name}")));
    }
    let (created, modified) = required(call, &form)?;
    let sum = checksum::of_bytes(&file.bytes);
    if let Some(known) = by_checksum(world, call.user, &sum) {
        return Ok(duplicate(known));
    }
    let id = store(world, call, &name, file, (created, modified), sum)?;
    optional(world, &form, id)?;
    let refresh = if world.exiftool.is_some() { vec![id] } else { Vec::new() };
    Ok(Reply { refresh, ..Reply::created(&json!({ "id": id.to_string(), "status": "created" })) })
}

fn required(call: &Call, form: &Form<'_>) -> Result<(jiff::Timestamp, jiff::Timestamp), Problem> {
    let mut issues = Vec::new();
    if !call.version.is_v3() {
        for field in ["deviceAssetId", "deviceId"] {
            if form.text(field).is_none_or(|text| text.is_empty()) {
                issues.push(Issue::wrong_type(field, "string", None));
            }
        }
    }
    let mut instant = |name| form.instant(name).map_err(|issue| issues.push(issue)).ok();
    match (instant("fileCreatedAt"), instant("fileModifiedAt")) {
        (Some(created), Some(modified)) if issues.is_empty() => Ok((created, modified)),
        _ => Err(Problem::invalid(issues)),
    }
}

/// Writes the file where a server without a storage template would, and makes the asset.
fn store(
    world: &mut World,
    call: &Call,
    name: &str,
    file: &Part,
    (created, modified): (jiff::Timestamp, jiff::Timestamp),
    checksum: [u8; 20],
) -> Result<AssetId, Problem> {
    let failed = |_| Problem::text(500, "Internal server error");
    let stored = world.mint.uuid().to_string();
    let folder = format!("upload/{}/{}/{}", call.user, &stored[..2], &stored[2..4]);
    let relative = format!("{folder}/{stored}{}", media_type::extension(name));
    let path = world.upload_root.join(&relative);
    std::fs::create_dir_all(world.upload_root.join(&folder)).map_err(failed)?;
    std::fs::write(&path, &file.bytes).map_err(failed)?;
    let disk = std::fs::File::options().write(true).open(&path).map_err(failed)?;
    disk.set_modified(modified.into()).map_err(failed)?;

    let (id, now) = (AssetId::new(world.mint.uuid()), world.now());
    let mut asset = Asset::new(id, call.user, format!("/data/{relative}"), now);
    asset.disk_path = Some(path);
    name.clone_into(&mut asset.original_file_name);
    asset.kind = media_type::kind_of(name);
    asset.checksum = checksum;
    asset.size = Some(file.bytes.len() as u64);
    asset.file_modified_at = to_millisecond(modified);
    asset.set_taken(Some(created.min(modified)), None);
    world.add_asset(asset);
    Ok(id)
}

fn optional(world: &mut World, form: &Form<'_>, id: AssetId) -> Result<(), Problem> {
    let now = world.now();
    let video = form.text("livePhotoVideoId").filter(|text| !text.is_empty());
    let video = video.map(|text| Call::id("livePhotoVideoId", &text, AssetId::parse)).transpose()?;
    if let Some(video) = video.and_then(|video| world.asset_mut(video)) {
        video.visibility = Visibility::Hidden;
    }
    let sidecar = form.part("sidecarData").map(|part| part.bytes.clone());
    let Some(asset) = world.asset_mut(id) else { return Ok(()) };
    asset.live_photo_video = video;
    asset.is_favorite = form.text("isFavorite").as_deref() == Some("true");
    asset.visibility =
        form.text("visibility").and_then(|word| Visibility::parse(&word)).unwrap_or(asset.visibility);
    if let (Some(device_asset), Some(device)) = (form.text("deviceAssetId"), form.text("deviceId")) {
        asset.device = Some(Box::new((device_asset, device)));
    }
    let notes: Option<Value> = form.text("metadata").and_then(|text| serde_json::from_str(&text).ok());
    for item in notes.as_ref().and_then(Value::as_array).into_iter().flatten() {
        if let Some(key) = item.get("key").and_then(Value::as_str) {
            asset.notes.insert(key.to_owned(), (item.get("value").cloned().unwrap_or_default(), now));
        }
    }
    if let (Some(bytes), Some(path)) = (sidecar, &asset.disk_path) {
        let mut beside = path.clone().into_os_string();
        beside.push(".xmp");
        std::fs::write(&beside, bytes).map_err(|_| Problem::text(500, "Internal server error"))?;
        asset.sidecar = Some(beside.into());
    }
    Ok(())
}

fn bulk_check(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let list = call.json.get("assets").and_then(Value::as_array);
    let list = list.ok_or_else(|| Issue::wrong_type("assets", "array", call.json.get("assets")))?;
    let mut results = Vec::new();
    for item in list {
        let id = item.get("id").cloned().unwrap_or_default();
        let sum = item.get("checksum").and_then(Value::as_str).and_then(checksum::parse);
        results.push(match sum.and_then(|sum| by_checksum(world, call.user, &sum)) {
            Some(known) => json!({
                "id": id, "action": "reject", "reason": "duplicate", "assetId": known.id.to_string(),
                "isTrashed": known.is_trashed(),
            }),
            None => json!({ "id": id, "action": "accept" }),
        });
    }
    Ok(Reply::ok(&json!({ "results": results })))
}

fn exist(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let device = call.text("deviceId")?;
    let wanted = call.json.get("deviceAssetIds").and_then(Value::as_array);
    let wanted = wanted.ok_or_else(|| Issue::wrong_type("deviceAssetIds", "array", None))?;
    let known = |name: &str| {
        world
            .assets()
            .iter()
            .filter(|asset| asset.owner == call.user)
            .any(|asset| asset.device.as_ref().is_some_and(|known| known.0 == name && known.1 == device))
    };
    let existing: Vec<&str> = wanted.iter().filter_map(Value::as_str).filter(|name| known(name)).collect();
    Ok(Reply::ok(&json!({ "existingIds": existing })))
}
