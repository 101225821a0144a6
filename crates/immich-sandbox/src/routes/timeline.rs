//! The timeline, by month and in columns: the only place where the assets of an album are told whoever owns
//! them.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{Route, needs};
use crate::{
    AlbumId, Asset, AssetKind, Question, Visibility,
    answer::{Style, at},
    call::{Call, Reply},
    problem::{Issue, Problem},
    thumbnail::Source,
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET", ["timeline", "buckets"]) => needs("asset.read", months),
        ("GET", ["timeline", "bucket"]) => needs("asset.read", month),
        _ => return None,
    })
}

/// The first day of the month in which it was taken, by the clock of the place.
fn month_of(asset: &Asset) -> Date {
    TimeZone::UTC.to_datetime(asset.local_date_time).date().first_of_month()
}

/// What is shown: all of an album, or what is the caller's own.
fn shown<'w>(world: &'w World, call: &Call) -> Result<Vec<&'w Asset>, Problem> {
    let is_shown = |asset: &&Asset| {
        !asset.is_trashed() && matches!(asset.visibility, Visibility::Timeline | Visibility::Archive)
    };
    let mut assets: Vec<&Asset> = match call.param("albumId") {
        None => world.assets().iter().filter(|asset| asset.owner == call.user).filter(is_shown).collect(),
        Some(id) => {
            let id = Call::id("albumId", id, AlbumId::parse)?;
            let album = world.albums().get(&id).filter(|album| album.is_seen_by(call.user));
            let album = album.ok_or_else(|| Problem::no_access("album.read"))?;
            let silent = world.answers_nothing(Question::AlbumMembers);
            let members = album.assets.as_slice().iter().filter(|_| !silent);
            members.filter_map(|id| world.asset(*id)).filter(is_shown).collect()
        }
    };
    assets.sort_by_key(|asset| std::cmp::Reverse((asset.file_created_at, asset.id())));
    Ok(assets)
}

fn months(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
    for asset in shown(world, call)? {
        *counts.entry(month_of(asset)).or_default() += 1;
    }
    let named = |(month, count): (Date, usize)| json!({ "timeBucket": month.to_string(), "count": count });
    Ok(Reply::ok(&counts.into_iter().rev().map(named).collect::<Value>()))
}

fn month(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let wanted = call.param("timeBucket").unwrap_or_default();
    let wanted: Date = wanted
        .get(..10)
        .and_then(|day| day.parse().ok())
        .ok_or_else(|| Issue::wrong_type("timeBucket", "string", None))?;
    let assets = shown(world, call)?.into_iter().filter(|asset| month_of(asset) == wanted);
    let assets: Vec<&Asset> = assets.collect();
    let column = |value: fn(&Asset) -> Value| assets.iter().map(|asset| value(asset)).collect::<Value>();
    let mut body = json!({
        "id": column(|asset| json!(asset.id().to_string())),
        "ownerId": column(|asset| json!(asset.owner.to_string())),
        "visibility": column(|asset| json!(asset.visibility.as_str())),
        "isFavorite": column(|asset| json!(asset.is_favorite)),
        "isImage": column(|asset| json!(asset.kind == AssetKind::Image)),
        "isTrashed": column(|asset| json!(asset.is_trashed())),
        "livePhotoVideoId": column(|asset| json!(asset.live_photo_video.map(String::from))),
        "fileCreatedAt": column(|asset| json!(bare(asset))),
        "localOffsetHours": column(|asset| json!(offset(asset))),
        "projectionType": column(|_| Value::Null),
        "ratio": column(|asset| json!(ratio(asset))),
        "thumbhash": column(|asset| json!(Source::thumbhash(asset))),
        "city": column(|asset| json!(asset.place.as_ref().and_then(|place| place.city.clone()))),
        "country": column(|asset| json!(asset.place.as_ref().and_then(|place| place.country.clone()))),
    });
    if call.version.is_v3() {
        body["duration"] = column(|asset| json!(asset.duration_ms));
        body["createdAt"] =
            column(|asset| json!(at(asset.created_at, Style::Database).replace("+00:00", "")));
        body["status"] = column(|_| json!("active"));
    } else {
        body["duration"] = column(|_| Value::Null);
    }
    Ok(Reply::ok(&body))
}

/// Without a zone, as the database prints it.
fn bare(asset: &Asset) -> String {
    at(asset.file_created_at, Style::Database).replace("+00:00", "")
}

fn offset(asset: &Asset) -> f64 {
    let ahead = asset.local_date_time.duration_since(asset.file_created_at);
    ahead.as_secs_f64() / 3600.0
}

fn ratio(asset: &Asset) -> f64 {
    let (width, height) = asset.dimensions.unwrap_or((1, 1));
    (f64::from(width) / f64::from(height.max(1)) * 1000.0).round() / 1000.0
}
