//! Names of things on the server.
//!
//! An id ends in the path of a request, and a hostile server chooses its ids: `../admin` or `x?y=1` would
//! turn a harmless request into another one. So an id is a UUID from the moment it exists, and nothing
//! later has to check it again. It is kept as its 16 bytes: a library of a million assets holds several
//! times as many ids, and as text each would take a hundred bytes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// Characters of an id as text.
const LENGTH: usize = 36;

/// A text that should be an id and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id of Immich (8-4-4-4-12 hexadecimal digits)")]
pub struct BadId(String);

/// The bytes that a text with the shape of a UUID stands for.
fn bytes(text: &str) -> Result<[u8; 16], BadId> {
    let bad = || BadId(crate::clean::clean(text, 40));
    if text.len() != LENGTH {
        return Err(bad());
    }
    let (mut bytes, mut digits) = ([0; 16], 0);
    for (index, byte) in text.bytes().enumerate() {
        if matches!(index, 8 | 13 | 18 | 23) {
            if byte != b'-' {
                return Err(bad());
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return Err(bad()),
        };
        bytes[digits / 2] = bytes[digits / 2] << 4 | digit;
        digits += 1;
    }
    Ok(bytes)
}

/// The text in lower case, with hyphens.
fn spelled(bytes: [u8; 16]) -> [u8; LENGTH] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; LENGTH];
    let places = (0..LENGTH).filter(|place| !matches!(place, 8 | 13 | 18 | 23));
    for (digit, place) in places.enumerate() {
        let byte = bytes[digit / 2];
        let half = if digit % 2 == 0 { byte >> 4 } else { byte & 0xf };
        text[place] = DIGITS[usize::from(half)];
    }
    text
}

/// Hands the text on without a copy on the heap.
fn with_text<T>(bytes: [u8; 16], take: impl FnOnce(&str) -> T) -> T {
    take(str::from_utf8(&spelled(bytes)).unwrap_or_default())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Takes an id as the server or a user writes it; anything but a UUID is refused.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                bytes(text).map(Self)
            }

            /// The id as a number, for tables that hold very many; ordered like the ids.
            pub fn as_u128(&self) -> u128 {
                u128::from_be_bytes(self.0)
            }

            /// The id that [`Self::as_u128`] made into a number.
            pub fn from_u128(number: u128) -> Self {
                Self(number.to_be_bytes())
            }
        }

        /// In lower case, with hyphens.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                with_text(self.0, |text| f.pad(text))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                with_text(self.0, |text| f.debug_tuple(stringify!($name)).field(&text).finish())
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
                id.to_string()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                with_text(self.0, |text| serializer.serialize_str(text))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text).map(Self)
            }
        }
    )+};
}

/// Reads the text of an id.
struct Text;

impl Visitor<'_> for Text {
    type Value = [u8; 16];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id of Immich")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<[u8; 16], E> {
        bytes(text).map_err(E::custom)
    }
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
    /// Names one tag.
    TagId
    /// Names one stack of assets that belong together.
    StackId
    /// Names one group of duplicates; whoever makes a group chooses it.
    DuplicateId
}

impl DuplicateId {
    /// A name that is made of sixteen bytes, such as a digest of the group. Six of the bits become the mark of a
    /// random UUID, as newer servers take no others.
    pub fn from_digest(digest: [u8; 16]) -> Self {
        let mut bytes = digest;
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "289c7edf-4d4e-4ad7-a74e-4029b8dc94cd";

    #[test]
    fn a_uuid_is_an_id_in_lower_case() {
        let id = AssetId::parse(&ID.to_uppercase()).unwrap();

        assert_eq!(id.to_string(), ID);
        assert_eq!(format!("{id:>40}|{id:?}"), format!("    {ID}|AssetId(\"{ID}\")"));
    }

    #[test]
    fn an_id_is_a_number_and_back_in_the_same_order() {
        let id = AssetId::parse(ID).unwrap();
        let next = AssetId::from_u128(id.as_u128() + 1);

        assert_eq!(id.as_u128(), 0x289c_7edf_4d4e_4ad7_a74e_4029_b8dc_94cd);
        assert_eq!(AssetId::from_u128(id.as_u128()), id);
        assert_eq!((next.to_string(), id < next), (ID.replace("94cd", "94ce"), true));
    }

    #[test]
    fn a_group_of_duplicates_has_a_name_that_newer_servers_take() {
        assert_eq!(DuplicateId::from_digest([0; 16]).to_string(), "00000000-0000-4000-8000-000000000000");
        assert_eq!(DuplicateId::from_digest([0xff; 16]).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
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
        assert_eq!(serde_json::from_value::<PersonId>(serde_json::json!(ID)).unwrap(), id);
        for text in ["\"../x\"", "17", "null", "[1]"] {
            assert!(serde_json::from_str::<PersonId>(text).is_err(), "{text}");
        }
    }
}
