//! Our tags as properties: their names, and in which form they are read and written.

use super::tree::Name;
use crate::tag::Tag;

/// How a property holds its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Several items in a list of this kind; a single value is a list of one.
    List(&'static str),
    /// Text that may stand in several languages, of which the default is ours.
    Language,
    /// One value.
    Plain,
    /// Regions of the picture.
    Regions,
}

/// How a value is spelled in a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As it is.
    Text,
    /// ISO 8601 (XMP part 1, section 8.2.1.1).
    Date,
    /// Two whole numbers with a slash.
    Rational,
    /// Degrees and minutes with one of these letters, the second for negative ones (XMP part 2, section 3.2).
    Degrees(char, char),
}

/// One of our tags in XMP.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) tag: Tag,
    /// The known prefix of its namespace.
    pub(super) prefix: &'static str,
    pub(super) local: &'static str,
    pub(super) form: Form,
    pub(super) spelling: Spelling,
}

const fn property(tag: Tag, prefix: &'static str, local: &'static str, form: Form) -> Property {
    Property { tag, prefix, local, form, spelling: Spelling::Text }
}

const fn spelled(tag: Tag, prefix: &'static str, local: &'static str, spelling: Spelling) -> Property {
    Property { tag, prefix, local, form: Form::Plain, spelling }
}

/// All of them.
pub(super) static PROPERTIES: [Property; 19] = [
    property(Tag::Subject, "dc", "subject", Form::List("Bag")),
    property(Tag::PersonInImage, "Iptc4xmpExt", "PersonInImage", Form::List("Bag")),
    property(Tag::HierarchicalSubject, "lr", "hierarchicalSubject", Form::List("Bag")),
    property(Tag::TagsList, "digiKam", "TagsList", Form::List("Seq")),
    property(Tag::Event, "Iptc4xmpExt", "Event", Form::Language),
    property(Tag::Title, "dc", "title", Form::Language),
    property(Tag::Description, "dc", "description", Form::Language),
    property(Tag::XmpImageDescription, "tiff", "ImageDescription", Form::Language),
    property(Tag::Rating, "xmp", "Rating", Form::Plain),
    property(Tag::MicrosoftRating, "MicrosoftPhoto", "Rating", Form::Plain),
    spelled(Tag::XmpLatitude, "exif", "GPSLatitude", Spelling::Degrees('N', 'S')),
    spelled(Tag::XmpLongitude, "exif", "GPSLongitude", Spelling::Degrees('E', 'W')),
    spelled(Tag::XmpAltitude, "exif", "GPSAltitude", Spelling::Rational),
    property(Tag::XmpAltitudeRef, "exif", "GPSAltitudeRef", Form::Plain),
    spelled(Tag::XmpDateTimeOriginal, "exif", "DateTimeOriginal", Spelling::Date),
    spelled(Tag::DateCreated, "photoshop", "DateCreated", Spelling::Date),
    spelled(Tag::XmpCreateDate, "xmp", "CreateDate", Spelling::Date),
    property(Tag::RegionInfo, "mwg-rs", "Regions", Form::Regions),
    property(Tag::MicrosoftRegions, "MP", "RegionInfo", Form::Regions),
];

impl Property {
    /// The property of this name, if it is one of ours.
    pub(super) fn named(name: &Name) -> Option<&'static Self> {
        let prefix = name.space.known?;
        let local = name.local();
        PROPERTIES.iter().find(|property| property.prefix == prefix && property.local == local)
    }

    /// Whether ExifTool shows a property of this name as one of our tags although it is none: it makes up names for
    /// what it does not know, and `dc:Subject` becomes `XMP-dc:Subject`.
    pub(super) fn is_mistaken(name: &Name) -> bool {
        let Some(prefix) = name.space.known else { return false };
        let plain = name.local().replace('_', "");
        let shown = |property: &Self| property.tag.name().split_once(':').map_or("", |(_, shown)| shown);
        let same =
            |property: &Self| property.prefix == prefix && shown(property).eq_ignore_ascii_case(&plain);
        PROPERTIES.iter().any(same) && Self::named(name).is_none()
    }

    /// The property that holds a tag; `None` for tags of other blocks.
    pub(super) fn of(tag: Tag) -> Option<&'static Self> {
        PROPERTIES.iter().find(|property| property.tag == tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::TagBlock;

    #[test]
    fn every_tag_of_xmp_is_a_property_and_no_other() {
        for tag in Tag::ALL {
            assert_eq!(Property::of(*tag).is_some(), tag.block() == TagBlock::Xmp, "{tag}");
        }
    }
}
