//! Which fields ExifTool knows in regions. A known field is text as it stands; of an unknown one ExifTool guesses
//! whether it is a date or a fraction, and shows it changed.

/// Fields of a structure by the names they have in a packet, each with its usual prefix.
pub(super) type Known = [(&'static str, &'static str, Kind)];

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Date,
    Structure(&'static Known),
    /// Anything; fields have groups before their names.
    Extensions,
    /// Something that ExifTool does not know.
    Unknown,
    /// A property of another schema, which may have rules of its own.
    Foreign,
}

/// `mwg-rs:Regions` (Metadata Working Group, Guidelines 2.0, section 5.9).
pub(super) const REGIONS: &Known = &[
    ("mwg-rs", "RegionList", Kind::Structure(REGION)),
    ("mwg-rs", "AppliedToDimensions", Kind::Structure(DIMENSIONS)),
];

const REGION: &Known = &[
    ("mwg-rs", "Area", Kind::Structure(AREA)),
    ("mwg-rs", "Type", Kind::Text),
    ("mwg-rs", "Name", Kind::Text),
    ("mwg-rs", "Description", Kind::Text),
    ("mwg-rs", "FocusUsage", Kind::Text),
    ("mwg-rs", "BarCodeValue", Kind::Text),
    ("mwg-rs", "Rotation", Kind::Text),
    ("rdfs", "seeAlso", Kind::Text),
    ("mwg-rs", "Extensions", Kind::Extensions),
];

const AREA: &Known = &[
    ("stArea", "x", Kind::Text),
    ("stArea", "y", Kind::Text),
    ("stArea", "w", Kind::Text),
    ("stArea", "h", Kind::Text),
    ("stArea", "d", Kind::Text),
    ("stArea", "unit", Kind::Text),
];

const DIMENSIONS: &Known =
    &[("stDim", "w", Kind::Text), ("stDim", "h", Kind::Text), ("stDim", "unit", Kind::Text)];

/// `MP:RegionInfo` (Microsoft, People Tagging Overview).
pub(super) const PEOPLE: &Known =
    &[("MPRI", "Regions", Kind::Structure(PERSON)), ("MPRI", "DateRegionsValid", Kind::Date)];

const PERSON: &Known = &[
    ("MPReg", "Rectangle", Kind::Text),
    ("MPReg", "PersonDisplayName", Kind::Text),
    ("MPReg", "PersonEmailDigest", Kind::Text),
    ("MPReg", "PersonLiveIdCID", Kind::Text),
    ("MPReg", "PersonSourceID", Kind::Text),
];

/// The schemas that may stand in extensions and be read here: those whose values are plain text.
const PLAIN: [&str; 7] = ["dc", "xmp", "photoshop", "Iptc4xmpCore", "Iptc4xmpExt", "lr", "digiKam"];

impl Kind {
    /// What a field of it holds; `None` where it has no fields that could be read here.
    pub(super) fn field(self, prefix: Option<&str>, local: &str) -> Option<Self> {
        match self {
            Self::Structure(known) => {
                let field = known.iter().find(|(_, name, _)| *name == local);
                Some(field.map_or(Self::Unknown, |(_, _, kind)| *kind))
            }
            Self::Unknown => Some(Self::Unknown),
            Self::Extensions => match prefix {
                None => Some(Self::Unknown),
                Some(prefix) => PLAIN.contains(&prefix).then_some(Self::Foreign),
            },
            Self::Text | Self::Date | Self::Foreign => None,
        }
    }
}

/// The prefix and the name of a field in a packet, by the name that ExifTool gives it.
pub(super) fn written(known: &Known, shown: &str) -> Option<(&'static str, &'static str, Kind)> {
    known.iter().find(|(_, local, _)| capitalised(local) == shown).copied()
}

/// With its first letter large.
pub(super) fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// The name that ExifTool makes of one without small letters: `FOO_BAR` is `fooBar`.
pub(super) fn lowered(name: &str) -> String {
    let mut out = String::new();
    let mut letters = name.to_ascii_lowercase().chars().collect::<Vec<_>>().into_iter().peekable();
    while let Some(letter) = letters.next() {
        match letters.peek() {
            Some(next) if letter == '_' && next.is_ascii_lowercase() => {
                out.push(next.to_ascii_uppercase());
                letters.next();
            }
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_exiftool_shows() {
        assert_eq!(lowered("L10N"), "l10n");
        assert_eq!(lowered("FOO_BAR__X"), "fooBar_X");
        assert_eq!(capitalised("seeAlso"), "SeeAlso");
        assert_eq!(
            written(REGION, "SeeAlso").map(|(prefix, local, _)| (prefix, local)),
            Some(("rdfs", "seeAlso"))
        );
    }
}
