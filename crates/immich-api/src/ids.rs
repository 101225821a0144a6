//! Names of things on the server.
//!
//! An id ends in the path of a request, and a hostile server chooses its ids: `../admin` or `x?y=1` would
//! turn a harmless request into another one. So an id is a UUID from the moment it exists, in lower case,
//! and nothing later has to check it again.

use serde::{Deserialize, Serialize};

/// A text that should be an id and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id of Immich (8-4-4-4-12 hexadecimal digits)")]
pub struct BadId(String);

/// The text in lower case, when it has the shape of a UUID.
fn checked(text: &str) -> Result<String, BadId> {
    let shape = |(index, byte): (usize, u8)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    if text.len() == 36 && text.bytes().enumerate().all(shape) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(BadId(crate::clean::clean(text, 40)))
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes an id as the server or a user writes it; anything but a UUID is refused.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                checked(text).map(Self)
            }

            /// The id in lower case, with hyphens.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// Names one asset (photo or video).
    AssetId
    /// Names one user.
    UserId
    /// Names one person of the face recognition.
    PersonId
    /// Names one face box.
    FaceId
    /// Names one external library.
    LibraryId
    /// Names one album.
    AlbumId
}

impl AssetId {
    /// The 128 bits of the id: a set of seen assets costs 16 bytes each instead of a string.
    pub(crate) fn to_bits(&self) -> u128 {
        self.0
            .bytes()
            .filter_map(|byte| char::from(byte).to_digit(16))
            .fold(0, |bits, digit| bits << 4 | u128::from(digit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "289c7edf-4d4e-4ad7-a74e-4029b8dc94cd";

    #[test]
    fn a_uuid_is_an_id_in_lower_case() {
        let id = AssetId::parse(&ID.to_uppercase()).unwrap();

        assert_eq!(id.as_str(), ID);
        assert_eq!(id.to_bits(), 0x289c_7edf_4d4e_4ad7_a74e_4029_b8dc_94cd);
    }

    #[test]
    fn nothing_that_could_change_a_url_is_an_id() {
        let hostile = ["", "../x", "a/b", "289c7edf-4d4e-4ad7-a74e-4029b8dc94c/", "%2e%2e%2f", "x?y=1"];
        let spread = "289c7edf-4d4e-4ad7-a74e-4029b8dc94cd\n";
        for text in hostile.into_iter().chain([spread, &ID.replace('-', "0"), &ID.replace('2', "ä")]) {
            assert!(AssetId::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ids_travel_through_json_as_plain_strings() {
        let id: PersonId = serde_json::from_str(&format!("\"{ID}\"")).unwrap();

        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{ID}\""));
        assert!(serde_json::from_str::<PersonId>("\"../x\"").is_err());
    }
}
