//! Uploads, and the questions before one.
//!
//! A checksum in `x-immich-checksum` that the server knows is believed: the answer leaves before the body is
//! read. Files of external libraries have no checksum of their content, so their bytes upload once more.
//!
//! A trap: with a field `filename` before it, the sidecar's part is checked against that name and refused.

use serde_json::{Value, json};

use super::{Route, needs};
use crate::{
    Asset, AssetId, AssetKind, UserId, Version, Visibility,
    call::{Call, Reply},
    checksum, dates,
    incoming::{Arrived, Part},
    media_type,
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
pub(crate) fn duplicate_by_header(world: &mut World, user: UserId, announced: &str) -> Option<Reply> {
    let known = world.by_checksum(user, &checksum::parse(announced)?)?;
    Some(duplicate(known))
}

fn duplicate(known: &Asset) -> Reply {
    Reply::ok(&json!({ "id": known.id.to_string(), "status": "duplicate" }))
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

    /// Refuses files by their names, in the order in which they come.
    fn check_files(&self) -> Result<(), Problem> {
        let mut name_field = None;
        for part in self.parts {
            let Some(own) = &part.file_name else {
                name_field = if part.name == "filename" { self.text("filename") } else { name_field };
                continue;
            };
            let name = name_field.as_ref().unwrap_or(own);
            let is_taken = match part.name.as_str() {
                "assetData" => media_type::is_accepted(name),
                "sidecarData" => media_type::is_sidecar(name),
                other => return Err(Problem::bad_request(format!("Unexpected field - {other}"))),
            };
            if !is_taken {
                return Err(Problem::bad_request(format!("Unsupported file type {name}")));
            }
        }
        Ok(())
    }
}

fn upload(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let form = Form { parts: &call.parts };
    form.check_files()?;
    let part = form.part("assetData");
    let missing = || Problem::bad_request("Unexpected end of form");
    let (part, file) = part.and_then(|part| Some((part, part.file.as_ref()?))).ok_or_else(missing)?;
    let name = form.text("filename").or_else(|| part.file_name.clone()).unwrap_or_default();
    let times = required(call, &form)?;
    let visibility = visibility(&form)?;
    check_quota(world, call.user, file.size)?;
    let video = live_photo_video(world, call.user, &form)?;
    if let Some(known) = world.by_checksum(call.user, &file.checksum) {
        return Ok(duplicate(known));
    }
    let id = store(world, call, &name, file, times)?;
    if let Some(asset) = world.asset_mut(id) {
        asset.live_photo_video = video;
        asset.visibility = visibility.unwrap_or(asset.visibility);
    }
    optional(world, &form, id)?;
    let refresh = if world.exiftool.is_some() { vec![id] } else { Vec::new() };
    Ok(Reply { refresh, ..Reply::created(&json!({ "id": id.to_string(), "status": "created" })) })
}

fn check_quota(world: &World, user: UserId, size: u64) -> Result<(), Problem> {
    let Some(quota) = world.quota else { return Ok(()) };
    let own = world.assets().iter().filter(|asset| asset.owner == user && asset.library.is_none());
    let used: u64 = own.filter_map(|asset| asset.size).sum();
    if used + size > quota { Err(Problem::bad_request("Quota has been exceeded!")) } else { Ok(()) }
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

fn visibility(form: &Form<'_>) -> Result<Option<Visibility>, Problem> {
    let Some(word) = form.text("visibility") else { return Ok(None) };
    let known = Visibility::parse(&word).map(Some);
    known
        .ok_or_else(|| Issue::unknown_word("visibility", &["archive", "timeline", "hidden", "locked"]).into())
}

/// The moving part, which leaves the timeline.
fn live_photo_video(world: &mut World, user: UserId, form: &Form<'_>) -> Result<Option<AssetId>, Problem> {
    let Some(text) = form.text("livePhotoVideoId").filter(|text| !text.is_empty()) else { return Ok(None) };
    let id = Call::id("livePhotoVideoId", &text, AssetId::parse)?;
    let asset = world.asset_mut(id).ok_or_else(|| Problem::bad_request("Live photo video not found"))?;
    if asset.kind != AssetKind::Video {
        return Err(Problem::bad_request("Live photo video must be a video"));
    }
    if asset.owner != user {
        return Err(Problem::bad_request("Live photo video does not belong to the user"));
    }
    if asset.visibility == Visibility::Timeline {
        asset.visibility = Visibility::Hidden;
    }
    Ok(Some(id))
}

/// Moves the file to where a server without a storage template would have it, and makes the asset.
fn store(
    world: &mut World,
    call: &Call,
    name: &str,
    file: &Arrived,
    (created, modified): (jiff::Timestamp, jiff::Timestamp),
) -> Result<AssetId, Problem> {
    let failed = |_| Problem::text(500, "Internal server error");
    let stored = world.mint.uuid().to_string();
    let folder = format!("upload/{}/{}/{}", call.user, &stored[..2], &stored[2..4]);
    let relative = format!("{folder}/{stored}{}", media_type::extension(name));
    let path = match &file.path {
        Some(arrived) => {
            let path = world.upload_root.join(&relative);
            std::fs::create_dir_all(world.upload_root.join(&folder)).map_err(failed)?;
            move_to(arrived, &path).map_err(failed)?;
            let disk = std::fs::File::options().write(true).open(&path).map_err(failed)?;
            disk.set_modified(modified.into()).map_err(failed)?;
            Some(path)
        }
        None => None,
    };

    let (id, now) = (AssetId::new(world.mint.uuid()), world.now());
    let mut asset = Asset::new(id, call.user, format!("/data/{relative}"), now);
    asset.disk_path = path;
    name.clone_into(&mut asset.original_file_name);
    asset.kind = media_type::kind_of(name);
    asset.checksum = file.checksum;
    asset.size = Some(file.size);
    asset.file_modified_at = to_millisecond(modified);
    asset.set_taken(Some(created.min(modified)), None);
    world.add_asset(asset);
    Ok(id)
}

#[expect(clippy::disallowed_methods, reason = "an upload of the sandbox's own, moved to a name that is new")]
fn move_to(arrived: &std::path::Path, path: &std::path::Path) -> std::io::Result<()> {
    std::fs::rename(arrived, path)
}

fn optional(world: &mut World, form: &Form<'_>, id: AssetId) -> Result<(), Problem> {
    let now = world.now();
    let sidecar = form.part("sidecarData").map(|part| part.bytes.clone());
    let Some(asset) = world.asset_mut(id) else { return Ok(()) };
    asset.is_favorite = form.text("isFavorite").as_deref() == Some("true");
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
    let mut results = Vec::with_capacity(list.len());
    for item in list {
        let id = item.get("id").cloned().unwrap_or_default();
        let sum = item.get("checksum").and_then(Value::as_str).and_then(checksum::parse);
        results.push(match sum.and_then(|sum| world.by_checksum(call.user, &sum)) {
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
