//! Ids, minted from a seed so that two runs of a scenario give the same answers.
//!
//! A 3.x server accepts only version-4 UUIDs in parameters, so the minted ones are version 4 in form,
//! though nothing about them is random.

use std::{fmt, str::FromStr};

use uuid::{Builder, Uuid, Variant};

use crate::SandboxError;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            pub(crate) const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Reads an id as the server would: a version-4 UUID in its usual form, or nothing.
            pub fn parse(text: &str) -> Option<Self> {
                parse_v4(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = SandboxError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text).ok_or_else(|| SandboxError::BadId { text: text.to_owned() })
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                Self::parse(other) == Some(*self)
            }
        }
    )*};
}

id! {
    /// Names a photo or video.
    AssetId
    /// Names a person.
    PersonId
    /// Names a box in a photo.
    FaceId
    /// Names an album.
    AlbumId
    /// Names a tag.
    TagId
    /// Names a stack of assets.
    StackId
    /// Names a group of duplicates.
    DuplicateId
    /// Names a user.
    UserId
    /// Names an external library.
    LibraryId
    /// Names an API key (not its secret).
    KeyId
}

impl AssetId {
    /// The halves of its bits, to derive something else from them.
    pub(crate) fn halves(self) -> (u64, u64) {
        self.0.as_u64_pair()
    }
}

/// A UUID of version 4 in the hyphenated form, which is all that the server accepts.
pub(crate) fn parse_v4(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36)?;
    (uuid.get_version_num() == 4 && uuid.get_variant() == Variant::RFC4122).then_some(uuid)
}

/// Makes ids, the same ones for the same seed.
#[derive(Debug)]
pub(crate) struct Mint {
    state: u64,
}

impl Mint {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        Builder::from_random_bytes(bytes).into_uuid()
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }
}

/// One step of SplitMix64: spreads the bits of a counter.
pub(crate) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_mints_the_same_ids() {
        let (mut one, mut other) = (Mint::new(7), Mint::new(7));

        let ids: Vec<_> = (0..3).map(|_| one.uuid()).collect();

        assert_eq!(ids, (0..3).map(|_| other.uuid()).collect::<Vec<_>>());
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn minted_ids_are_version_4_in_form() {
        let mut mint = Mint::new(1);

        let bad = (0..1000).map(|_| mint.uuid().to_string()).find(|text| AssetId::parse(text).is_none());

        assert_eq!(bad, None);
    }

    #[test]
    fn a_uuid_of_another_version_is_refused() {
        assert_eq!(AssetId::parse("a6c5b3f0-5d4a-11ee-8c99-0242ac120002"), None);
        assert_eq!(AssetId::parse("not-a-uuid"), None);
        assert!(AssetId::parse("00000000-0000-4000-8000-000000000000").is_some());
    }
}
