//! Reading JSON of a server that changes its mind between versions.
//!
//! Immich sends numbers as strings and the other way round, nulls and missing members for the same thing,
//! and two spellings of an instant in one body. A value that cannot be understood is `None`, which means
//! "unknown" everywhere in this crate and never "delete".

use jiff::Timestamp;
use serde_json::Value;

/// A member of an object; `None` for null, for a missing one, and when it is no object.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|found| !found.is_null())
}

/// A text; also a number, and a list of exactly one.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) if items.len() == 1 && !items[0].is_array() => text(items.first()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A finite number; also written as text.
pub(crate) fn number(value: Option<&Value>) -> Option<f64> {
    let number = match value? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.filter(|number| number.is_finite())
}

/// A whole number; `4`, `4.0` and `"4"` are the same.
pub(crate) fn integer(value: Option<&Value>) -> Option<i64> {
    /// Beyond it a double no longer holds every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(exact) = value?.as_i64() {
        return Some(exact);
    }
    let number = number(value)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact range of a double")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// A switch; also written as text or as 0 and 1.
pub(crate) fn boolean(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(switch) => Some(*switch),
        Value::String(text) if text == "true" => Some(true),
        Value::String(text) if text == "false" => Some(false),
        Value::Number(number) if number.as_i64() == Some(1) => Some(true),
        Value::Number(number) if number.as_i64() == Some(0) => Some(false),
        Value::Null | Value::String(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An instant; both `…Z` and `…+00:00`, with up to nanoseconds.
pub(crate) fn instant(value: Option<&Value>) -> Option<Timestamp> {
    value?.as_str()?.trim().parse().ok()
}

/// An id that may be null or missing, but not something else: a library that we cannot read must not
/// turn a file of the user into a file that Immich manages.
pub(crate) fn optional_id<T, E>(
    value: &Value,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, ()> {
    match member(value, name) {
        None => Ok(None),
        Some(Value::String(id)) if id.is_empty() => Ok(None),
        Some(found) => found.as_str().and_then(|id| parse(id).ok()).map(Some).ok_or(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_texts_are_read_from_either() {
        assert_eq!(text(Some(&json!(5))), Some("5".to_owned()));
        assert_eq!(text(Some(&json!(["one"]))), Some("one".to_owned()));
        assert_eq!(text(Some(&json!(["one", "two"]))), None);
        assert_eq!(number(Some(&json!("52.5"))), Some(52.5));
        assert_eq!(integer(Some(&json!("4"))), Some(4));
        assert_eq!(integer(Some(&json!(4.0))), Some(4));
        assert_eq!(integer(Some(&json!(4.5))), None);
        assert_eq!(boolean(Some(&json!("true"))), Some(true));
    }

    #[test]
    fn what_is_no_number_is_unknown() {
        for value in [json!("NaN"), json!("inf"), json!(""), json!(null), json!({}), json!([1])] {
            assert_eq!(number(Some(&value)), None, "{value}");
        }
    }

    #[test]
    fn both_spellings_of_an_instant_are_the_same() {
        let short = instant(Some(&json!("2026-11-20T12:05:04.116Z"))).unwrap();
        let long = instant(Some(&json!("2026-11-20T12:05:04.116000+00:00"))).unwrap();

        assert_eq!(short, long);
        assert_eq!(instant(Some(&json!("2026-11-20"))), None);
        assert_eq!(instant(Some(&json!("+999999-01-01T00:00:00Z"))), None);
    }
}
