//! Changing what the server knows of assets.
//!
//! The same order sets many assets to one value. Up to 1.132 a description can be set for one asset at a time
//! only, and the archive is a switch; up to 2.5 a rating is taken away by a zero, later by null.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Value, json};
use ureq::http::Method;

use crate::client::Client;
use crate::error::ApiError;
use crate::ids::{AssetId, DuplicateId};
use crate::orders::{Ordered, halving};
use crate::version::Trait;
use crate::writer::Writer;

/// What to change; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AssetChange {
    /// The heart.
    pub is_favorite: Option<bool>,
    /// 1 to 5 stars, or none.
    pub rating: Option<Edit<u8>>,
    /// The caption; an empty one is none.
    pub description: Option<String>,
    /// Into the archive, or out of it onto the timeline.
    pub is_archived: Option<bool>,
    /// Degrees north and east. The server has no way to take a position away.
    pub position: Option<(f64, f64)>,
    /// When it was taken. The server has no way to take this away.
    pub taken: Option<Taken>,
    /// The group of duplicates that its review page shows it in, or none.
    pub duplicate_id: Option<Edit<DuplicateId>>,
    /// The video that is its moving half, or none. For one asset at a time.
    pub live_photo_video: Option<Edit<AssetId>>,
}

/// A new value, or none at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit<T> {
    /// This value.
    Set(T),
    /// No value.
    Clear,
}

/// When a picture was taken, and by which clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The moment.
    pub instant: Timestamp,
    /// `Europe/Paris`, `UTC+2` as the server writes it, or nothing known: then the clock counts as UTC.
    pub zone: Option<String>,
}

impl AssetChange {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The order for this server, without the ids.
    fn order(&self, client: &Client) -> Map<String, Value> {
        let mut order = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            order.extend(value.map(|value| (name.to_owned(), value)));
        };
        put("isFavorite", self.is_favorite.map(Value::from));
        put("description", self.description.as_ref().map(|text| json!(text)));
        put("rating", self.rating.as_ref().map(|rating| stars(client, rating)));
        if let Some(is_archived) = self.is_archived {
            if client.has(Trait::Visibility) {
                let shelf = if is_archived { "archive" } else { "timeline" };
                put("visibility", Some(json!(shelf)));
            } else {
                put("isArchived", Some(json!(is_archived)));
            }
        }
        put("latitude", self.position.map(|(latitude, _)| json!(latitude)));
        put("longitude", self.position.map(|(_, longitude)| json!(longitude)));
        put("dateTimeOriginal", self.taken.as_ref().map(|taken| json!(taken.spelled())));
        put("duplicateId", self.duplicate_id.as_ref().map(id_or_null));
        put("livePhotoVideoId", self.live_photo_video.as_ref().map(id_or_null));
        order
    }
}

fn id_or_null<T: serde::Serialize>(edit: &Edit<T>) -> Value {
    match edit {
        Edit::Set(id) => json!(id),
        Edit::Clear => Value::Null,
    }
}

fn stars(client: &Client, rating: &Edit<u8>) -> Value {
    match rating {
        Edit::Set(stars) => json!((*stars).clamp(1, 5)),
        Edit::Clear if client.has(Trait::RatingIsNull) => Value::Null,
        Edit::Clear => json!(0),
    }
}

impl Taken {
    /// As every version takes it: wall clock and offset.
    fn spelled(&self) -> String {
        let offset = self.zone.as_deref().map_or(Offset::UTC, |zone| offset_at(zone, self.instant));
        let local = self.instant.to_zoned(TimeZone::fixed(offset));
        local.strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
    }
}

/// The offset of a zone as the server names it; UTC for one that nobody knows.
fn offset_at(zone: &str, instant: Timestamp) -> Offset {
    if let Some(offset) = zone.strip_prefix("UTC") {
        return fixed(offset).unwrap_or(Offset::UTC);
    }
    TimeZone::get(zone).map_or(Offset::UTC, |zone| zone.to_offset(instant))
}

/// `+2`, `-04:30`.
fn fixed(text: &str) -> Option<Offset> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':').unwrap_or((&text[1..], "0"));
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    Offset::from_seconds(sign * (hours.checked_mul(3600)? + minutes.checked_mul(60)?)).ok()
}

impl Writer<'_> {
    /// Sets many assets of the user to the same values, a thousand per order; one refused id does not keep the
    /// others from being changed. May be repeated.
    ///
    /// The server answers before it has written sidecars; a description, a rating, a date or a position is a
    /// job for each asset. Up to 1.132 a description takes a request for each asset; a moving half always does.
    pub fn change_assets(self, assets: &[AssetId], change: &AssetChange) -> Result<Ordered, ApiError> {
        let order = change.order(self.client);
        if order.is_empty() || assets.is_empty() {
            return Ok(Ordered { already: assets.to_vec(), ..Ordered::default() });
        }
        let describes = change.description.is_some() && !self.client.has(Trait::DescribesMany);
        if describes || change.live_photo_video.is_some() {
            return halving(assets, 1, |one| one.iter().try_for_each(|id| self.change(id, &order)));
        }
        self.by_halves("PUT /assets", (Method::PUT, "/assets"), assets, |batch| {
            let mut order = order.clone();
            order.insert("ids".to_owned(), json!(batch));
            Value::Object(order)
        })
    }

    /// Changes one asset; [`ApiError::NoSuchAsset`] when the user has none such. May be repeated.
    pub fn change_asset(self, asset: &AssetId, change: &AssetChange) -> Result<(), ApiError> {
        match self.change_assets(std::slice::from_ref(asset), change)?.refused.first() {
            Some(refused) => Err(ApiError::NoSuchAsset { id: refused.clone() }),
            None => Ok(()),
        }
    }

    fn change(self, asset: &AssetId, order: &Map<String, Value>) -> Result<(), ApiError> {
        let order = Value::Object(order.clone());
        self.client.order("PUT /assets/{id}", Method::PUT, &format!("/assets/{asset}"), &order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(instant: &str, zone: Option<&str>) -> String {
        Taken { instant: instant.parse().unwrap(), zone: zone.map(str::to_owned) }.spelled()
    }

    #[test]
    fn a_moment_is_spelled_with_the_clock_of_its_place() {
        let moment = "2022-07-03T02:05:06.25Z";

        assert_eq!(spelled(moment, Some("UTC+2")), "2022-07-03T04:05:06.250+02:00");
        assert_eq!(spelled(moment, Some("UTC-4:30")), "2022-07-02T21:35:06.250-04:30");
        assert_eq!(spelled(moment, Some("Europe/Paris")), "2022-07-03T04:05:06.250+02:00");
        assert_eq!(spelled(moment, None), "2022-07-03T02:05:06.250+00:00");
        for unknown in ["UTC", "UTC+x", "UTC+99999999999", "Mars/Olympus", ""] {
            assert_eq!(spelled(moment, Some(unknown)), "2022-07-03T02:05:06.250+00:00", "{unknown:?}");
        }
    }
}
