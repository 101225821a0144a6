//! How a user wants data to be written: which kinds, laid out how, and who wins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A kind of data that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Datum {
    /// Names of people.
    People,
    /// Coordinates.
    Gps,
    /// The caption.
    Caption,
    /// The capture time.
    Time,
    /// Stars and favourite.
    Rating,
    /// Names of albums.
    Albums,
    /// Places of faces.
    FaceCoordinates,
    /// Tags of the server.
    Tags,
}

impl Datum {
    /// All kinds, in the order in which people know them.
    pub const ALL: [Self; 8] = [
        Self::People,
        Self::Gps,
        Self::Caption,
        Self::Time,
        Self::Rating,
        Self::Albums,
        Self::FaceCoordinates,
        Self::Tags,
    ];
}

impl std::fmt::Display for Datum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::People => "people",
            Self::Gps => "gps",
            Self::Caption => "caption",
            Self::Time => "time",
            Self::Rating => "rating",
            Self::Albums => "albums",
            Self::FaceCoordinates => "face-coordinates",
            Self::Tags => "tags",
        })
    }
}

/// Who wins where file and server differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The server, unless the file was changed since both agreed and the server was not.
    #[default]
    Overwrite,
    /// The file; only what it does not say at all is written, and only what we wrote is changed.
    FillMissing,
    /// Nothing is written.
    Never,
}

/// The policy of each kind of data; [`Policy::Overwrite`] where none is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policies(BTreeMap<Datum, Policy>);

impl Policies {
    /// The policy of a kind of data.
    pub fn of(&self, datum: Datum) -> Policy {
        self.0.get(&datum).copied().unwrap_or_default()
    }

    /// Sets the policy of a kind of data.
    pub fn set(&mut self, datum: Datum, policy: Policy) {
        self.0.insert(datum, policy);
    }
}

/// How a user wants data to be laid out in tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct TagChoices {
    /// People's names also as keywords. Immich turns keywords into tags of the asset.
    pub people_as_keywords: bool,
    /// People's names also as hierarchical keywords, `People|Name`. The list of all tags (`digiKam:TagsList`) stays the
    /// server's, so that they do not become tags of a photo that has some.
    pub people_in_hierarchy: bool,
    /// Albums as hierarchical keywords, `Albums|Name`. Immich turns them into tags of an asset that has none; in front
    /// of others' tags stands the list of those.
    pub albums_in_hierarchy: bool,
    /// The first album as IPTC Extension Event.
    pub album_event: bool,
    /// The albums in EXIF `UserComment`, which digiKam takes for a caption.
    pub albums_in_comment: bool,
    /// Tags also as flat keywords (`dc:subject`), the last part of each.
    pub flat_tags: bool,
    /// Face regions also in Microsoft's form.
    pub microsoft_regions: bool,
}

impl Default for TagChoices {
    fn default() -> Self {
        Self {
            people_as_keywords: false,
            people_in_hierarchy: false,
            albums_in_hierarchy: true,
            album_event: true,
            albums_in_comment: false,
            flat_tags: true,
            microsoft_regions: false,
        }
    }
}

/// Layout and precedence together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rules {
    /// How data are laid out in tags.
    pub choices: TagChoices,
    /// Who wins.
    pub policies: Policies,
}
