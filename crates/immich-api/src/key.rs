//! The API key, in a type that cannot be shown.
//!
//! The key opens a family's whole library. It leaves this type in one place only, the header of a request;
//! `Debug` and `Display` print stars, and it cannot be serialised.

use std::fmt;

use crate::error::ApiError;

/// An API key of Immich. Shown as `***` wherever it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Takes a key as a user pastes it; surrounding white space goes.
    ///
    /// A key that is empty, or holds characters that no header can carry, is refused: a line break inside
    /// would let the key write further headers.
    pub fn new(key: impl Into<String>) -> Result<Self, ApiError> {
        let key: String = key.into();
        let key = key.trim();
        if key.is_empty() {
            return Err(ApiError::BadKey { problem: "it is empty" });
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApiError::BadKey { problem: "it holds a space or a character that is not ASCII" });
        }
        Ok(Self(key.to_owned()))
    }

    /// The key itself, for the header of a request and nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_key_loses_its_line_break() {
        assert_eq!(ApiKey::new(" abc\n").unwrap().reveal(), "abc");
    }

    #[test]
    fn a_key_that_could_forge_a_header_is_refused_and_not_shown() {
        for key in ["", "  ", "abc\r\nx-evil: 1", "a b", "schlüssel", "a\0b"] {
            let error = ApiKey::new(key).unwrap_err();

            assert!(matches!(error, ApiError::BadKey { .. }), "{key:?}");
            assert!(key.trim().is_empty() || !format!("{error} {error:?}").contains(key.trim()));
        }
    }

    #[test]
    fn a_key_prints_as_stars() {
        let key = ApiKey::new("secret").unwrap();

        assert_eq!(format!("{key} {key:?} {:?}", Some(&key)), "*** *** Some(***)");
    }
}
