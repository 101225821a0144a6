//! What the server says of itself.

use serde_json::{Value, json};

use super::{Route, admin, needs, open};
use crate::{
    AssetKind,
    call::{Call, Reply},
    media_type,
    problem::Problem,
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["server", "ping"]) => open(|_, _| Ok(Reply::ok(&json!({ "res": "pong" })))),
        ("GET", ["server", "version"]) => open(|world, _| Ok(Reply::ok(&version(world)))),
        ("GET", ["server", "features"]) => open(|world, _| Ok(Reply::ok(&features(world)))),
        ("GET", ["server", "config"]) => open(|world, _| Ok(Reply::ok(&config(world)))),
        ("GET", ["server", "media-types"]) => open(|_, _| Ok(Reply::ok(&media_types()))),
        ("GET", ["server", "about"]) => needs("server.about", |world, _| Ok(Reply::ok(&about(world)))),
        ("GET", ["server", "storage"]) => needs("server.storage", |_, _| Ok(Reply::ok(&storage()))),
        ("GET", ["server", "statistics"]) => admin("server.statistics", statistics),
        _ => return None,
    })
}

fn version(world: &World) -> Value {
    let (major, minor, patch) = world.version.numbers();
    let mut body = json!({ "major": major, "minor": minor, "patch": patch });
    if world.version.is_v3() {
        body["prerelease"] = Value::Null;
    }
    body
}

fn features(world: &World) -> Value {
    let mut body = json!({
        "smartSearch": false, "facialRecognition": false, "duplicateDetection": false, "map": true,
        "reverseGeocoding": true, "importFaces": world.import_faces, "sidecar": true, "search": true,
        "trash": world.trash_days.is_some(), "oauth": false, "oauthAutoLaunch": false, "ocr": false, "passwordLogin": true,
        "configFile": false, "email": false,
    });
    if world.version.is_v3() {
        body["realtimeTranscoding"] = json!(false);
    }
    body
}

fn config(world: &World) -> Value {
    let mut body = json!({
        "loginPageMessage": "", "trashDays": world.trash_days.unwrap_or(30), "userDeleteDelay": 7, "oauthButtonText": "Login with OAuth",
        "isInitialized": true, "isOnboarded": true, "externalDomain": "", "publicUsers": true,
        "mapDarkStyleUrl": "https://tiles.immich.cloud/v1/style/dark.json",
        "mapLightStyleUrl": "https://tiles.immich.cloud/v1/style/light.json", "maintenanceMode": false,
    });
    if world.version.is_v3() {
        body["minFaces"] = json!(super::people::LEAST_FACES);
    }
    body
}

fn media_types() -> Value {
    json!({ "video": media_type::VIDEO, "image": media_type::IMAGE, "sidecar": media_type::SIDECAR })
}

fn about(world: &World) -> Value {
    let version = world.version;
    json!({
        "version": version.to_string(),
        "versionUrl": format!("https://github.com/immich-app/immich/releases/tag/{version}"),
        "licensed": false,
        "nodejs": "v24.15.0",
        "exiftool": version.exiftool(),
        "ffmpeg": "5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers",
        "libvips": "8.17.3",
        "imagemagick": "",
    })
}

fn storage() -> Value {
    json!({
        "diskAvailable": "47.1 GiB", "diskSize": "252.0 GiB", "diskUse": "43.8 GiB",
        "diskAvailableRaw": 50_542_030_848_u64, "diskSizeRaw": 270_553_174_016_u64,
        "diskUseRaw": 47_030_718_464_u64, "diskUsagePercentage": 17.38,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every route")]
fn statistics(world: &mut World, _: &Call) -> Result<Reply, Problem> {
    let by_user: Vec<Value> = world.users.iter().map(|user| usage(world, user)).collect();
    let total = |field: &str| by_user.iter().filter_map(|user| user[field].as_u64()).sum::<u64>();
    let body = json!({
        "photos": total("photos"), "videos": total("videos"), "usage": total("usage"),
        "usagePhotos": total("usagePhotos"), "usageVideos": total("usageVideos"), "usageByUser": by_user,
    });
    Ok(Reply::ok(&body))
}

fn usage(world: &World, user: &crate::User) -> Value {
    let of = |kind| world.assets().iter().filter(move |asset| asset.owner == user.id && asset.kind == kind);
    let bytes = |kind| of(kind).filter_map(|asset| asset.size).sum::<u64>();
    let (photos, videos) = (bytes(AssetKind::Image), bytes(AssetKind::Video));
    json!({
        "userId": user.id.to_string(), "userName": user.name, "quotaSizeInBytes": null,
        "photos": of(AssetKind::Image).count(), "videos": of(AssetKind::Video).count(),
        "usage": photos + videos, "usagePhotos": photos, "usageVideos": videos,
    })
}
