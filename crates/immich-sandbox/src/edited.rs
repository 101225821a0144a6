//! Which fields of an asset somebody edited and no sidecar holds yet.
//!
//! The server calls them locked: reading the file again leaves them alone until a sidecar says the same. From
//! then on it is the sidecar that keeps them.

use crate::Asset;

/// A field that the server writes into a sidecar. People, albums, hearts and visibility are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Description = 1,
    Rating = 2,
    Position = 4,
    Taken = 8,
    Tags = 16,
}

/// Some of the fields; a byte, since a library has a million of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fields(u8);

impl Fields {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn has(self, field: Field) -> bool {
        self.0 & field as u8 != 0
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What differs between two states of an asset.
    pub(crate) fn between(before: &Asset, after: &Asset) -> Self {
        let position = |asset: &Asset| (asset.latitude, asset.longitude);
        let taken = |asset: &Asset| (asset.date_time_original, asset.time_zone.clone());
        [
            (Field::Description, before.description != after.description),
            (Field::Rating, before.rating != after.rating),
            (Field::Position, position(before) != position(after)),
            (Field::Taken, taken(before) != taken(after)),
            (Field::Tags, before.tags != after.tags),
        ]
        .into()
    }

    /// What an asset has a value for.
    pub(crate) fn told(asset: &Asset) -> Self {
        [
            (Field::Description, asset.description.as_deref().is_some_and(|text| !text.is_empty())),
            (Field::Rating, asset.rating.is_some()),
            (Field::Position, asset.latitude.is_some() && asset.longitude.is_some()),
            (Field::Taken, asset.date_time_original.is_some()),
            (Field::Tags, !asset.tags.is_empty()),
        ]
        .into()
    }
}

impl From<Field> for Fields {
    fn from(field: Field) -> Self {
        Self(field as u8)
    }
}

impl<const N: usize> From<[(Field, bool); N]> for Fields {
    fn from(chosen: [(Field, bool); N]) -> Self {
        let chosen = chosen.into_iter().filter(|(_, on)| *on);
        chosen.fold(Self::NONE, |fields, (field, _)| fields.and(field.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_chosen_and_taken_away_alone() {
        let both = Fields::from([(Field::Rating, true), (Field::Tags, true), (Field::Taken, false)]);

        let left = both.without(Field::Rating.into());

        assert!(both.has(Field::Rating) && both.has(Field::Tags) && !both.has(Field::Taken));
        assert_eq!(left, Field::Tags.into());
        assert!(left.without(both).is_empty());
    }
}
