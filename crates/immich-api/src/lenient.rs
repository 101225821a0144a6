//! Reading JSON of a server that changes its mind between versions.
//!
//! Immich sends numbers as strings and the other way round, nulls and missing members for the same thing,
//! and two spellings of an instant in one body. A value that cannot be understood is `None`, which means
//! "unknown" everywhere in this crate and never "delete".

use jiff::Timestamp;

use crate::json::Json;

/// A member of an object; `None` for null, for a missing one, and when it is no object.
pub(crate) fn member<'a, 'b>(value: &'a Json<'b>, name: &str) -> Option<&'a Json<'b>> {
    value.get(name).filter(|found| !matches!(found, Json::Null))
}

/// A text; also a number, and a list of exactly one.
pub(crate) fn text(value: Option<&Json<'_>>) -> Option<String> {
    match value? {
        Json::Text(text) => Some(text.clone().into_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::List(items) if items.len() == 1 && items[0].as_list().is_none() => text(items.first()),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    }
}

/// A finite number; also written as text.
pub(crate) fn number(value: Option<&Json<'_>>) -> Option<f64> {
    let number = match value? {
        Json::Number(number) => number.as_f64(),
        Json::Text(text) => text.trim().parse().ok(),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    };
    number.filter(|number| number.is_finite())
}

/// A whole number; `4`, `4.0` and `"4"` are the same.
pub(crate) fn integer(value: Option<&Json<'_>>) -> Option<i64> {
    /// Beyond it a double no longer holds every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Json::Number(number) = value?
        && let Some(exact) = number.as_i64()
    {
        return Some(exact);
    }
    let number = number(value)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact range of a double")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// A switch; also written as text or as 0 and 1.
pub(crate) fn boolean(value: Option<&Json<'_>>) -> Option<bool> {
    match value? {
        Json::Bool(switch) => Some(*switch),
        Json::Text(text) if text == "true" => Some(true),
        Json::Text(text) if text == "false" => Some(false),
        Json::Number(number) if number.as_i64() == Some(1) => Some(true),
        Json::Number(number) if number.as_i64() == Some(0) => Some(false),
        Json::Null | Json::Text(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => None,
    }
}

/// An instant; both `…Z` and `…+00:00`, with up to nanoseconds.
pub(crate) fn instant(value: Option<&Json<'_>>) -> Option<Timestamp> {
    value?.as_str()?.trim().parse().ok()
}

/// An id that may be null or missing, but not something else: a library that we cannot read must not
/// turn a file of the user into a file that Immich manages.
pub(crate) fn optional_id<T, E>(
    value: &Json<'_>,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, ()> {
    match member(value, name) {
        None => Ok(None),
        Some(Json::Text(id)) if id.is_empty() => Ok(None),
        Some(found) => found.as_str().and_then(|id| parse(id).ok()).map(Some).ok_or(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::answer;

    #[test]
    fn numbers_and_texts_are_read_from_either() {
        assert_eq!(text(Some(&answer!(5))), Some("5".to_owned()));
        assert_eq!(text(Some(&answer!(["one"]))), Some("one".to_owned()));
        assert_eq!(text(Some(&answer!(["one", "two"]))), None);
        assert_eq!(number(Some(&answer!("52.5"))), Some(52.5));
        assert_eq!(integer(Some(&answer!("4"))), Some(4));
        assert_eq!(integer(Some(&answer!(4.0))), Some(4));
        assert_eq!(integer(Some(&answer!(4.5))), None);
        assert_eq!(boolean(Some(&answer!("true"))), Some(true));
    }

    #[test]
    fn what_is_no_number_is_unknown() {
        for value in [answer!("NaN"), answer!("inf"), answer!(""), answer!(null), answer!({}), answer!([1])] {
            assert_eq!(number(Some(&value)), None, "{value:?}");
        }
    }

    #[test]
    fn both_spellings_of_an_instant_are_the_same() {
        let short = instant(Some(&answer!("2026-11-20T12:05:04.116Z"))).unwrap();
        let long = instant(Some(&answer!("2026-11-20T12:05:04.116000+00:00"))).unwrap();

        assert_eq!(short, long);
        assert_eq!(instant(Some(&answer!("2026-11-20"))), None);
        assert_eq!(instant(Some(&answer!("+999999-01-01T00:00:00Z"))), None);
    }
}
