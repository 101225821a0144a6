//! Which entry of which directory is which of our tags, and what stands beside them because a standard asks for it.

use super::tiff::{BYTE, SHORT, UNDEFINED};
use crate::tag::Tag;

/// The directories that hold our tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Ifd0,
    Exif,
    Gps,
}

impl Place {
    /// All of them, the one that leads to the others first.
    pub(super) const ALL: [Self; 3] = [Self::Ifd0, Self::Exif, Self::Gps];

    /// The name of the directory.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ifd0 => "IFD0",
            Self::Exif => "ExifIFD",
            Self::Gps => "GPS",
        }
    }

    /// What a new directory of this kind holds beside our tags: tag, type, number of values, values, where numbers
    /// stand in the order of the block. The same that ExifTool 13 adds; EXIF 3.0 no longer asks for a resolution.
    pub(super) fn companions(self) -> &'static [(u16, u16, &'static [u16])] {
        match self {
            Self::Ifd0 => &[(0x0213, SHORT, &[1])],
            Self::Exif => &[
                (0x9000, UNDEFINED, &[0x30, 0x32, 0x33, 0x32]),
                (0x9101, UNDEFINED, &[1, 2, 3, 0]),
                (0xa001, SHORT, &[0xffff]),
            ],
            Self::Gps => &[(0x0000, BYTE, &[2, 3, 0, 0])],
        }
    }
}

/// Where one of our tags stands; `None` for tags of other blocks.
pub(super) fn entry_of(tag: Tag) -> Option<(Place, u16)> {
    Some(match tag {
        Tag::ImageDescription => (Place::Ifd0, 0x010e),
        Tag::ExifRating => (Place::Ifd0, 0x4746),
        Tag::ExifRatingPercent => (Place::Ifd0, 0x4749),
        Tag::DateTimeOriginal => (Place::Exif, 0x9003),
        Tag::CreateDate => (Place::Exif, 0x9004),
        Tag::OffsetTimeOriginal => (Place::Exif, 0x9011),
        Tag::OffsetTimeDigitized => (Place::Exif, 0x9012),
        Tag::UserComment => (Place::Exif, 0x9286),
        Tag::SubSecTimeOriginal => (Place::Exif, 0x9291),
        Tag::GpsLatitudeRef => (Place::Gps, 0x0001),
        Tag::GpsLatitude => (Place::Gps, 0x0002),
        Tag::GpsLongitudeRef => (Place::Gps, 0x0003),
        Tag::GpsLongitude => (Place::Gps, 0x0004),
        Tag::GpsAltitudeRef => (Place::Gps, 0x0005),
        Tag::GpsAltitude => (Place::Gps, 0x0006),
        _ => return None,
    })
}

/// Which of our tags an entry is.
pub(super) fn tag_of(directory: &str, id: u16) -> Option<Tag> {
    Tag::ALL
        .iter()
        .copied()
        .find(|tag| entry_of(*tag).is_some_and(|(place, own)| own == id && place.name() == directory))
}

/// ExifTool's name of an entry that writers add or take away beside what they were asked for.
pub(super) fn companion_of(directory: &str, id: u16) -> Option<&'static str> {
    Some(match (directory, id) {
        ("IFD0", 0x011a) => "IFD0:XResolution",
        ("IFD0", 0x011b) => "IFD0:YResolution",
        ("IFD0", 0x0128) => "IFD0:ResolutionUnit",
        ("IFD0", 0x0213) => "IFD0:YCbCrPositioning",
        ("ExifIFD", 0x9000) => "ExifIFD:ExifVersion",
        ("ExifIFD", 0x9101) => "ExifIFD:ComponentsConfiguration",
        ("ExifIFD", 0xa000) => "ExifIFD:FlashpixVersion",
        ("ExifIFD", 0xa001) => "ExifIFD:ColorSpace",
        ("GPS", 0x0000) => "GPS:GPSVersionID",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::TagBlock;

    #[test]
    fn each_tag_of_the_block_has_its_entry_and_each_entry_its_tag() {
        for tag in Tag::ALL {
            let entry = entry_of(*tag);

            assert_eq!(entry.is_some(), tag.block() == TagBlock::Exif, "{tag}");
            let back = entry.and_then(|(place, id)| tag_of(place.name(), id));
            assert_eq!(back, entry.map(|_| *tag), "{tag}");
        }
        assert_eq!(tag_of("IFD1", 0x010e), None);
    }
}
