//! Single assets and many at once: read, edit, delete, jobs.

use serde_json::{Value, json};

use super::{Route, needs};
use crate::{
    Asset, AssetId, DuplicateId, Version, Visibility,
    answer::{Detail, asset},
    call::{Call, Reply},
    dates,
    edited::{Field, Fields},
    problem::{Issue, Problem},
    world::World,
};

pub(super) fn route<'p>(version: Version, method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("PUT", ["assets"]) => needs("asset.update", update_many),
        ("DELETE", ["assets"]) => needs("asset.delete", delete_many),
        ("POST", ["assets", "jobs"]) => needs("job.create", jobs),
        ("GET", ["assets", "statistics"]) => needs("asset.statistics", statistics),
        ("GET", ["assets", id]) => needs("asset.read", move |world, call| get(world, call, id)),
        ("PUT", ["assets", id]) => needs("asset.update", move |world, call| update(world, call, id)),
        ("PATCH", ["assets", id]) if version.is_v3() => {
            needs("asset.update", move |world, call| update(world, call, id))
        }
        _ => return None,
    })
}

/// An asset that the caller may see: their own, a partner's, or one in an album that they see.
pub(super) fn readable(world: &World, call: &Call, id: &str, permission: &str) -> Result<AssetId, Problem> {
    let id = Call::id("id", id, AssetId::parse)?;
    let in_album = || {
        let mut seen = world.albums().values().filter(|album| album.is_seen_by(call.user));
        seen.any(|album| album.assets.contains(&id))
    };
    let seen = world.asset(id).filter(|asset| world.sees(call.user, asset.owner) || in_album());
    let seen = seen.filter(|asset| asset.visibility != Visibility::Locked || asset.owner != call.user);
    seen.map(Asset::id).ok_or_else(|| Problem::no_access(permission))
}

/// Whether the caller may put it into albums and tag it: their own, and those of partners.
pub(super) fn may_share(world: &World, call: &Call, id: AssetId) -> bool {
    world
        .asset(id)
        .is_some_and(|asset| world.sees(call.user, asset.owner) && asset.visibility != Visibility::Locked)
}

/// Refuses unless all belong to the caller.
pub(super) fn all_own(world: &World, call: &Call, ids: &[AssetId], permission: &str) -> Result<(), Problem> {
    let own = |id: &AssetId| world.asset(*id).is_some_and(|asset| asset.owner == call.user);
    if ids.iter().all(own) { Ok(()) } else { Err(Problem::no_access(permission)) }
}

/// One asset that belongs to the caller.
pub(super) fn own(world: &World, call: &Call, id: &str, permission: &str) -> Result<AssetId, Problem> {
    let id = Call::id("id", id, AssetId::parse)?;
    all_own(world, call, &[id], permission).map(|()| id)
}

fn shown(world: &World, id: AssetId, detail: Detail) -> Reply {
    Reply::ok(&world.asset(id).map_or(Value::Null, |found| asset(world, found, detail)))
}

fn get(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = readable(world, call, id, "asset.read")?;
    // The people in a partner's photo are the partner's.
    let own = world.asset(id).is_some_and(|asset| asset.owner == call.user);
    Ok(shown(world, id, Detail { people: own, ..Detail::WHOLE }))
}

fn update(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = own(world, call, id, "asset.update")?;
    let edit = Edit::read(call)?;
    apply(world, id, &edit)?;
    // The answer leaves before the server's job has moved `fileCreatedAt` to the new date.
    let mut reply = shown(world, id, Detail::EDITED);
    reply.settle = vec![id];
    Ok(reply)
}

fn update_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let ids = call.asset_ids("ids")?;
    let edit = Edit::read(call)?;
    all_own(world, call, &ids, "asset.update")?;
    for id in &ids {
        apply(world, *id, &edit)?;
    }
    Ok(Reply { settle: ids, ..Reply::empty(204) })
}

/// What an edit may change. A nested `None` clears.
#[expect(clippy::option_option, reason = "absent, null and given are three wishes")]
struct Edit {
    favorite: Option<bool>,
    visibility: Option<Visibility>,
    description: Option<String>,
    rating: Option<Option<i8>>,
    position: Option<(f64, f64)>,
    taken: Option<(jiff::Timestamp, Option<String>)>,
    shift_minutes: Option<i64>,
    zone: Option<String>,
    duplicate: Option<Option<DuplicateId>>,
    live_photo_video: Option<Option<AssetId>>,
}

impl Edit {
    /// What of this a sidecar holds.
    fn fields(&self) -> Fields {
        let taken = self.taken.is_some() || self.shift_minutes.is_some() || self.zone.is_some();
        [
            (Field::Description, self.description.is_some()),
            (Field::Rating, self.rating.is_some()),
            (Field::Position, self.position.is_some()),
            (Field::Taken, taken),
        ]
        .into()
    }

    fn read(call: &Call) -> Result<Self, Problem> {
        let body = &call.json;
        let text = |field: &str| body.get(field).map(|_| call.text(field).map(str::to_owned)).transpose();
        let taken = match text("dateTimeOriginal")? {
            None => None,
            Some(text) => Some(
                dates::instant_and_zone(&text)
                    .ok_or_else(|| Issue::wrong_type("dateTimeOriginal", "ISO 8601 datetime string", None))?,
            ),
        };
        Ok(Self {
            favorite: call.flag("isFavorite")?,
            visibility: visibility(body)?,
            description: text("description")?.map(|text| text.trim().to_owned()),
            rating: rating(call)?,
            position: position(body)?,
            taken,
            shift_minutes: body
                .get("dateTimeRelative")
                .map(|_| call.integer("dateTimeRelative"))
                .transpose()?,
            zone: text("timeZone")?,
            duplicate: nullable(call, "duplicateId", DuplicateId::parse)?,
            live_photo_video: nullable(call, "livePhotoVideoId", AssetId::parse)?,
        })
    }
}

fn visibility(body: &Value) -> Result<Option<Visibility>, Problem> {
    let Some(value) = body.get("visibility") else { return Ok(None) };
    let known = value.as_str().and_then(Visibility::parse);
    let allowed = ["archive", "timeline", "hidden", "locked"];
    known.map(Some).ok_or_else(|| Issue::unknown_word("visibility", &allowed).into())
}

#[expect(clippy::option_option, reason = "absent, null and given are three wishes")]
fn rating(call: &Call) -> Result<Option<Option<i8>>, Problem> {
    let Some(value) = call.json.get("rating") else { return Ok(None) };
    if value.is_null() {
        return Ok(Some(None));
    }
    let least = if call.version.is_v3() { 1 } else { -1 };
    match call.integer("rating")? {
        stars if stars < least => Err(Issue::too_small("rating", least).into()),
        stars if stars > 5 => Err(Issue::too_big("rating", 5).into()),
        stars => Ok(Some(i8::try_from(stars).ok().filter(|stars| *stars > 0))),
    }
}

/// Both coordinates or none of them.
fn position(body: &Value) -> Result<Option<(f64, f64)>, Problem> {
    let degrees = |field: &str| body.get(field).and_then(Value::as_f64);
    match (degrees("latitude"), degrees("longitude")) {
        (Some(latitude), Some(longitude)) => Ok(Some((latitude, longitude))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Issue::wrong_type("longitude", "number", None).into()),
        (None, Some(_)) => Err(Issue::wrong_type("latitude", "number", None).into()),
    }
}

#[expect(clippy::option_option, reason = "absent, null and given are three wishes")]
fn nullable<T>(call: &Call, field: &str, parse: fn(&str) -> Option<T>) -> Result<Option<Option<T>>, Problem> {
    match call.json.get(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(_) => call.body_id(field, parse).map(|id| Some(Some(id))),
    }
}

fn apply(world: &mut World, id: AssetId, edit: &Edit) -> Result<(), Problem> {
    let change = |asset: &mut Asset| {
        asset.is_favorite = edit.favorite.unwrap_or(asset.is_favorite);
        asset.visibility = edit.visibility.unwrap_or(asset.visibility);
        if let Some(text) = &edit.description {
            asset.description = Some(text.clone());
        }
        asset.rating = edit.rating.unwrap_or(asset.rating);
        if let Some((latitude, longitude)) = edit.position {
            (asset.latitude, asset.longitude) = (Some(latitude), Some(longitude));
        }
        if let Some((instant, zone)) = &edit.taken {
            asset.date_time_original = Some(*instant);
            asset.time_zone.clone_from(zone);
        }
        if let (Some(minutes), Some(old)) = (edit.shift_minutes, asset.date_time_original) {
            asset.date_time_original =
                old.checked_add(jiff::SignedDuration::from_mins(minutes)).ok().or(Some(old));
        }
        if let Some(zone) = &edit.zone {
            asset.time_zone = Some(zone.clone());
        }
        asset.duplicate = edit.duplicate.unwrap_or(asset.duplicate);
        asset.live_photo_video = edit.live_photo_video.unwrap_or(asset.live_photo_video);
    };
    world.edit(id, change).map_err(|_| Problem::no_access("asset.update"))?;
    world.lock(id, edit.fields());
    Ok(())
}

fn delete_many(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let ids = call.asset_ids("ids")?;
    let force = call.flag("force")?.unwrap_or(false);
    all_own(world, call, &ids, "asset.delete")?;
    for id in ids {
        if force { super::trash::delete(world, id) } else { world.trash(id) }
    }
    Ok(Reply::empty(204))
}

fn jobs(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    const NAMES: [&str; 4] = ["refresh-faces", "refresh-metadata", "regenerate-thumbnail", "transcode-video"];
    let ids = call.asset_ids("assetIds")?;
    let name = call.json.get("name").and_then(Value::as_str).unwrap_or_default();
    if !NAMES.contains(&name) {
        return Err(Issue::unknown_word("name", &NAMES).into());
    }
    all_own(world, call, &ids, "asset.update")?;
    let refresh = if name == "refresh-metadata" { ids } else { Vec::new() };
    Ok(Reply { refresh, ..Reply::empty(204) })
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every route")]
fn statistics(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let favorite = call.param("isFavorite").map(|text| text == "true");
    let trashed = call.param("isTrashed") == Some("true");
    let visibility = call.param("visibility").and_then(Visibility::parse);
    let counted = |asset: &&Asset| {
        asset.owner == call.user
            && asset.is_trashed() == trashed
            && asset.visibility != Visibility::Hidden
            && favorite.is_none_or(|on| asset.is_favorite == on)
            && visibility.is_none_or(|wanted| asset.visibility == wanted)
    };
    let own: Vec<&Asset> = world.assets().iter().filter(counted).collect();
    let videos = own.iter().filter(|asset| asset.kind == crate::AssetKind::Video).count();
    Ok(Reply::ok(&json!({ "images": own.len() - videos, "videos": videos, "total": own.len() })))
}
