//! Three sides of each field: what was sent, what the source says now, what the server says now.
//!
//! What a source does not say, and what the server does not say, is unknown and no order to remove anything.

use std::collections::BTreeMap;

use immich_api::{Asset, AssetId};
use jiff::{SignedDuration, Timestamp};

use super::{Facts, Origin, Preference, When};
use crate::deeds::look::value_of;
use crate::deeds::{Setting, Value};

/// A date of an export counts against one of a file that is farther away than this.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is sent, by the name of the field.
pub(super) type Base = BTreeMap<String, serde_json::Value>;

/// What comes of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Merged {
    /// What is to be set on the server.
    pub(super) settings: Vec<Setting>,
    /// What counts as sent afterwards.
    pub(super) base: Base,
    /// Fields that both sides changed, and whether the server kept its own.
    pub(super) conflicts: Vec<(&'static str, bool)>,
    /// Whether the server did not say everything, so that it has to be asked again.
    pub(super) is_open: bool,
}

/// Everything that a source says of an item and that the server has a field for.
pub(super) fn values(facts: &Facts) -> Vec<Value> {
    let mut values = Vec::new();
    values.extend(facts.is_favourite.map(Value::Favourite));
    values.extend(facts.is_archived.map(Value::Archived));
    values.extend(facts.description.as_ref().map(|text| Value::Description(text.trim().to_owned())));
    values.extend(facts.rating.map(|stars| Value::Rating((1..=5).contains(&stars).then_some(stars))));
    values.extend(
        facts.position.filter(|place| *place != (0.0, 0.0)).map(|place| Value::Position(Some(place))),
    );
    values.extend(facts.taken.as_ref().map(taken));
    values
}

/// A date as the server keeps it.
pub(super) fn taken(when: &When) -> Value {
    Value::Taken { instant: to_millisecond(when.instant), zone: when.offset.map(zone) }
}

/// The date that an upload of a file goes with of which the source says none: that of its last change.
pub(super) fn guessed(changed: Timestamp) -> Value {
    Value::Taken { instant: to_millisecond(changed), zone: None }
}

/// Whether the server still has the date that was guessed, which files keep to the second.
fn is_guess(sent: &Value, now: &Value) -> bool {
    match (sent, now) {
        (Value::Taken { instant: sent, zone: None }, Value::Taken { instant: now, .. }) => {
            sent.as_second() == now.as_second()
        }
        _ => false,
    }
}

/// The server keeps milliseconds.
fn to_millisecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}

/// Minutes east of Greenwich as the server names them.
pub(super) fn zone(minutes: i32) -> String {
    let (sign, all) = if minutes < 0 { ('-', -minutes) } else { ('+', minutes) };
    match (all / 60, all % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// Whether a date of this origin counts against the one that a file, or the server, has.
pub(super) fn counts(when: &When, other: Option<Timestamp>) -> bool {
    match (when.origin, other) {
        (_, None) | (Origin::Sidecar, _) => true,
        (Origin::Name, Some(_)) => false,
        (Origin::Library, Some(other)) => when.instant.as_second() != other.as_second(),
        (Origin::Index, Some(other)) => when.instant.duration_since(other).abs() > A_DAY,
    }
}

/// What to do with an asset that is there. `source_is_newer` is asked only where the newer side is to win.
pub(super) fn merge(
    facts: &Facts,
    base: &Base,
    asset: &Asset,
    prefer: Preference,
    source_is_newer: Option<bool>,
) -> Merged {
    let mut merged = Merged { base: base.clone(), ..Merged::default() };
    for value in values(facts) {
        let Some(now) = value_of(asset, &value) else {
            merged.is_open = true;
            continue;
        };
        let field = value.field();
        let sent = base.get(field).and_then(|sent| serde_json::from_value::<Value>(sent.clone()).ok());
        let is_taken = matches!(value, Value::Taken { .. });
        let is_guess = is_taken && sent.as_ref().is_some_and(|sent| is_guess(sent, &now));
        let sent = if is_guess { Some(now.clone()) } else { sent };
        if is_taken && !is_guess && !date_counts(facts, &now, asset) {
            note(&mut merged.base, &value);
            continue;
        }
        match verdict(&value, sent.as_ref(), &now, prefer, source_is_newer) {
            Verdict::Same | Verdict::SourceUnchanged => {}
            Verdict::Send { conflict } => {
                let asset: AssetId = asset.id.clone();
                merged.settings.push(Setting { asset, before: now, after: value.clone() });
                merged.conflicts.extend(conflict.then_some((field, false)));
            }
            Verdict::Keep { conflict } => merged.conflicts.extend(conflict.then_some((field, true))),
        }
        note(&mut merged.base, &value);
    }
    merged
}

fn date_counts(facts: &Facts, now: &Value, asset: &Asset) -> bool {
    let Value::Taken { instant, .. } = now else { return true };
    let Some(when) = &facts.taken else { return false };
    counts(when, Some(*instant)) && !(when.origin == Origin::Library && is_on_clock(when, asset))
}

/// Whether the clock showed the same: a server that knows no zone takes the time of the file for UTC.
fn is_on_clock(when: &When, asset: &Asset) -> bool {
    let shown = when.offset.map(|minutes| when.instant.as_second() + i64::from(minutes) * 60);
    shown.is_some() && shown == asset.local_date_time.map(Timestamp::as_second)
}

/// Notes that a value counts as sent.
pub(super) fn note(base: &mut Base, value: &Value) {
    if let Ok(json) = serde_json::to_value(value) {
        base.insert(value.field().to_owned(), json);
    }
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Same,
    SourceUnchanged,
    Send { conflict: bool },
    Keep { conflict: bool },
}

fn verdict(
    source: &Value,
    sent: Option<&Value>,
    now: &Value,
    prefer: Preference,
    source_is_newer: Option<bool>,
) -> Verdict {
    if source == now || is_same_place(source, now) {
        return Verdict::Same;
    }
    let fills = is_empty(now) && sent.is_none_or(is_empty);
    if prefer == Preference::Source {
        return if sent.is_none() && is_empty(source) {
            Verdict::Keep { conflict: false }
        } else {
            Verdict::Send { conflict: false }
        };
    }
    if sent == Some(source) {
        return Verdict::SourceUnchanged;
    }
    if fills {
        return Verdict::Send { conflict: false };
    }
    if sent.is_none() && is_empty(source) {
        return Verdict::Keep { conflict: false };
    }
    let server_unchanged = sent == Some(now);
    match prefer {
        Preference::Server => Verdict::Keep { conflict: !server_unchanged },
        _ if server_unchanged => Verdict::Send { conflict: false },
        Preference::Newest if source_is_newer == Some(true) => Verdict::Send { conflict: true },
        Preference::Newest | Preference::Changed | Preference::Source => Verdict::Keep { conflict: true },
    }
}

/// Whether two places are one: each program rounds in its own way what a file says, to less than this many degrees.
pub(super) fn are_near((north, east): (f64, f64), other: (f64, f64)) -> bool {
    const ROUNDED: f64 = 1e-5;
    (north - other.0).abs() < ROUNDED && (east - other.1).abs() < ROUNDED
}

fn is_same_place(source: &Value, now: &Value) -> bool {
    matches!((source, now), (Value::Position(Some(one)), Value::Position(Some(other))) if are_near(*one, *other))
}

/// Whether nobody has said anything.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Favourite(on) | Value::Archived(on) => !on,
        Value::Description(text) => text.is_empty(),
        Value::Rating(stars) => stars.is_none(),
        Value::Position(place) => place.is_none(),
        Value::Review(group) => group.is_none(),
        Value::Motion(video) => video.is_none(),
        Value::Taken { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Description(text.to_owned())
    }

    fn ask(source: &str, sent: Option<&str>, now: &str, prefer: Preference) -> Verdict {
        verdict(&text(source), sent.map(text).as_ref(), &text(now), prefer, None)
    }

    #[test]
    fn what_changed_since_travels_and_where_both_changed_the_server_wins() {
        let changed = |source, sent, now| ask(source, sent, now, Preference::Changed);

        assert_eq!(changed("b", Some("a"), "a"), Verdict::Send { conflict: false });
        assert_eq!(changed("", Some("a"), "a"), Verdict::Send { conflict: false });
        assert_eq!(changed("a", Some("a"), "server"), Verdict::SourceUnchanged);
        assert_eq!(changed("b", Some("a"), "server"), Verdict::Keep { conflict: true });
        assert_eq!(changed("b", Some("a"), "b"), Verdict::Same);
        assert_eq!(changed("b", Some("a"), ""), Verdict::Keep { conflict: true }, "taken away there");
    }

    #[test]
    fn an_asset_that_was_there_gets_what_it_lacks_and_keeps_what_it_has() {
        let first = |source, now| ask(source, None, now, Preference::Changed);

        assert_eq!(first("a", ""), Verdict::Send { conflict: false });
        assert_eq!(first("a", "server"), Verdict::Keep { conflict: true });
        assert_eq!(first("", "server"), Verdict::Keep { conflict: false });
    }

    #[test]
    fn a_preference_settles_what_both_changed() {
        let newest = |newer| verdict(&text("b"), Some(&text("a")), &text("s"), Preference::Newest, newer);

        assert_eq!(ask("b", Some("a"), "s", Preference::Source), Verdict::Send { conflict: false });
        assert_eq!(ask("a", Some("a"), "s", Preference::Source), Verdict::Send { conflict: false });
        assert_eq!(ask("", None, "s", Preference::Source), Verdict::Keep { conflict: false });
        assert_eq!(ask("b", Some("a"), "s", Preference::Server), Verdict::Keep { conflict: true });
        assert_eq!(ask("b", None, "", Preference::Server), Verdict::Send { conflict: false });
        assert_eq!(newest(Some(true)), Verdict::Send { conflict: true });
        assert_eq!(newest(Some(false)), Verdict::Keep { conflict: true });
        assert_eq!(newest(None), Verdict::Keep { conflict: true });
    }

    #[test]
    fn a_date_counts_by_who_says_it() {
        let at = |hours: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let when = |origin| When { instant: at(0), offset: None, origin };

        assert!(counts(&when(Origin::Name), None) && !counts(&when(Origin::Name), Some(at(999))));
        assert!(!counts(&when(Origin::Index), Some(at(23))) && counts(&when(Origin::Index), Some(at(-25))));
        assert!(counts(&when(Origin::Sidecar), Some(at(1))));
    }

    #[test]
    fn zones_are_named_as_the_server_names_them() {
        assert_eq!([zone(0), zone(120), zone(-210)], ["UTC", "UTC+2", "UTC-3:30"].map(str::to_owned));
    }

    #[test]
    fn a_source_that_says_nothing_changes_nothing() {
        assert_eq!(values(&Facts::default()), []);
        let said = Facts { rating: Some(0), position: Some((0.0, 0.0)), ..Facts::default() };
        assert_eq!(values(&said), [Value::Rating(None)]);
    }
}
