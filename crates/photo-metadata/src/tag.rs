//! The tags we write, and nothing else.
//!
//! A tag name reaches the writer only from this list: with a name from outside, ExifTool could be
//! made to read or run things (`-TAG<=file`). Which datum goes into which of these tags, per
//! container, is decided in [`crate::edits`].

use serde::{Deserialize, Serialize};

/// What kind of value a tag holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// One string.
    Text,
    /// A list of strings whose order carries no meaning.
    List,
    /// A number; compared with the tolerance of the tag.
    Number,
    /// A date, with or without time, fraction and offset, in ExifTool's notation.
    Date,
    /// Regions of the picture.
    Structure,
}

macro_rules! tags {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $kind:ident;)+) => {
        /// A tag of the fixed list, by its ExifTool family-1 group and name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Tag {
            $($(#[$doc])* $variant,)+
        }

        impl Tag {
            /// All tags of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Group and name, as ExifTool writes it and as a person may look it up.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The option that makes ExifTool read it.
            pub(crate) fn option(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("-", $name),)+
                }
            }

            /// What kind of value it holds.
            pub fn kind(self) -> ValueKind {
                match self {
                    $(Self::$variant => ValueKind::$kind,)+
                }
            }
        }
    };
}

tags! {
    /// Keywords, one item each (Dublin Core `dc:subject`).
    Subject = "XMP-dc:Subject", List;
    /// Names of the people shown (IPTC Extension).
    PersonInImage = "XMP-iptcExt:PersonInImage", List;
    /// Keywords of the IPTC block (IIM 2:25), at most 64 bytes each.
    IptcKeywords = "IPTC:Keywords", List;
    /// Keywords with their path, parts separated by `|` (Lightroom).
    HierarchicalSubject = "XMP-lr:HierarchicalSubject", List;
    /// Tags with their path, parts separated by `/` (digiKam). Immich takes these for all tags of an asset.
    TagsList = "XMP-digiKam:TagsList", List;
    /// The event shown, default language (IPTC Extension).
    Event = "XMP-iptcExt:Event", Text;
    /// The user's comment in EXIF (0x9286); its eight bytes of character set are the writer's matter.
    UserComment = "ExifIFD:UserComment", Text;

    /// The title, default language (Dublin Core `dc:title`).
    Title = "XMP-dc:Title", Text;
    /// The caption, default language (Dublin Core `dc:description`).
    Description = "XMP-dc:Description", Text;
    /// The caption in EXIF (0x010e), UTF-8 as the Metadata Working Group asks.
    ImageDescription = "IFD0:ImageDescription", Text;
    /// The caption in older XMP (`tiff:ImageDescription`).
    XmpImageDescription = "XMP-tiff:ImageDescription", Text;
    /// The caption of the IPTC block (IIM 2:120), at most 2,000 bytes.
    IptcCaption = "IPTC:Caption-Abstract", Text;
    /// The caption of a QuickTime file (`com.apple.quicktime.description`).
    KeysDescription = "Keys:Description", Text;

    /// Stars, 0 to 5 (`xmp:Rating`).
    Rating = "XMP-xmp:Rating", Number;
    /// Stars in EXIF (0x4746), as Windows writes them.
    ExifRating = "IFD0:Rating", Number;
    /// Stars in percent in EXIF (0x4749): 1, 25, 50, 75 or 99.
    ExifRatingPercent = "IFD0:RatingPercent", Number;
    /// Stars in percent in XMP (`MicrosoftPhoto:Rating`), the same scale.
    MicrosoftRating = "XMP-microsoft:RatingPercent", Number;

    /// Degrees of latitude without sign (EXIF GPS 0x0002).
    GpsLatitude = "GPS:GPSLatitude", Number;
    /// `N` or `S` (EXIF GPS 0x0001).
    GpsLatitudeRef = "GPS:GPSLatitudeRef", Text;
    /// Degrees of longitude without sign (EXIF GPS 0x0004).
    GpsLongitude = "GPS:GPSLongitude", Number;
    /// `E` or `W` (EXIF GPS 0x0003).
    GpsLongitudeRef = "GPS:GPSLongitudeRef", Text;
    /// Metres above or below sea level, without sign (EXIF GPS 0x0006).
    GpsAltitude = "GPS:GPSAltitude", Number;
    /// 0 above, 1 below sea level (EXIF GPS 0x0005).
    GpsAltitudeRef = "GPS:GPSAltitudeRef", Number;
    /// Signed degrees (`exif:GPSLatitude`).
    XmpLatitude = "XMP-exif:GPSLatitude", Number;
    /// Signed degrees (`exif:GPSLongitude`).
    XmpLongitude = "XMP-exif:GPSLongitude", Number;
    /// Metres above or below sea level, without sign (`exif:GPSAltitude`).
    XmpAltitude = "XMP-exif:GPSAltitude", Number;
    /// 0 above, 1 below sea level (`exif:GPSAltitudeRef`).
    XmpAltitudeRef = "XMP-exif:GPSAltitudeRef", Number;
    /// Latitude, longitude and perhaps altitude of a QuickTime file (ISO 6709, key `location`).
    KeysCoordinates = "Keys:GPSCoordinates", Text;
    /// The same in the user data atom `©xyz`, where Android cameras put it.
    UserDataCoordinates = "UserData:GPSCoordinates", Text;

    /// When the picture was taken, wall clock (EXIF 0x9003).
    DateTimeOriginal = "ExifIFD:DateTimeOriginal", Date;
    /// When it was digitised, wall clock (EXIF 0x9004).
    CreateDate = "ExifIFD:CreateDate", Date;
    /// Offset from UTC of `DateTimeOriginal` (EXIF 0x9011).
    OffsetTimeOriginal = "ExifIFD:OffsetTimeOriginal", Text;
    /// Offset from UTC of `CreateDate` (EXIF 0x9012).
    OffsetTimeDigitized = "ExifIFD:OffsetTimeDigitized", Text;
    /// Decimal fraction of the second of `DateTimeOriginal` (EXIF 0x9291).
    SubSecTimeOriginal = "ExifIFD:SubSecTimeOriginal", Text;
    /// When the picture was taken (`exif:DateTimeOriginal`).
    XmpDateTimeOriginal = "XMP-exif:DateTimeOriginal", Date;
    /// When the content was made (`photoshop:DateCreated`).
    DateCreated = "XMP-photoshop:DateCreated", Date;
    /// When the resource was made (`xmp:CreateDate`); kept in step, never added.
    XmpCreateDate = "XMP-xmp:CreateDate", Date;
    /// Day of the IPTC block (IIM 2:55).
    IptcDateCreated = "IPTC:DateCreated", Date;
    /// Time of the IPTC block (IIM 2:60), with offset where known.
    IptcTimeCreated = "IPTC:TimeCreated", Text;
    /// Creation time of the movie header, UTC (ISO 14496-12, `mvhd`).
    MovieCreateDate = "QuickTime:CreateDate", Date;
    /// Creation time of the track headers, UTC (`tkhd`).
    TrackCreateDate = "QuickTime:TrackCreateDate", Date;
    /// Creation time of the media headers, UTC (`mdhd`).
    MediaCreateDate = "QuickTime:MediaCreateDate", Date;
    /// Wall clock and offset of a QuickTime file (`com.apple.quicktime.creationdate`).
    KeysCreationDate = "Keys:CreationDate", Date;

    /// Faces and other parts of the picture (`mwg-rs:Regions`).
    RegionInfo = "XMP-mwg-rs:RegionInfo", Structure;
    /// People and where they are, in Microsoft's form (`MP:RegionInfo`).
    MicrosoftRegions = "XMP-MP:RegionInfoMP", Structure;
}

/// The block of metadata that a tag stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagBlock {
    Exif,
    Xmp,
    Iptc,
    /// Headers, keys and user data of a movie.
    Movie,
}

impl Tag {
    /// Where it stands.
    pub(crate) fn block(self) -> TagBlock {
        match self.name().split(':').next().unwrap_or_default() {
            "IFD0" | "ExifIFD" | "GPS" => TagBlock::Exif,
            "IPTC" => TagBlock::Iptc,
            "QuickTime" | "Keys" | "UserData" => TagBlock::Movie,
            _ => TagBlock::Xmp,
        }
    }

    /// The tag that a reader's group and name stand for.
    ///
    /// Each track has a group of its own (`Track2:MediaCreateDate`); they are one tag here.
    pub fn from_read(group: &str, name: &str) -> Option<Self> {
        if group.starts_with("Track") {
            return match name {
                "TrackCreateDate" => Some(Self::TrackCreateDate),
                "MediaCreateDate" => Some(Self::MediaCreateDate),
                _ => None,
            };
        }
        Self::ALL.iter().copied().find(|tag| {
            tag.name()
                .split_once(':')
                .is_some_and(|(own_group, own_name)| own_group == group && own_name == name)
        })
    }

    /// The name to write it by. Text that may stand in several languages is given with the default one, since
    /// a writer that is told none takes all the others away (measured with ExifTool 12.57 and 13.59).
    pub(crate) fn written_name(self) -> &'static str {
        match self {
            Self::Title => "XMP-dc:Title-x-default",
            Self::Description => "XMP-dc:Description-x-default",
            Self::XmpImageDescription => "XMP-tiff:ImageDescription-x-default",
            Self::Event => "XMP-iptcExt:Event-x-default",
            _ => self.name(),
        }
    }

    /// Whether it stands in the IPTC block, which is only changed where it exists.
    pub fn is_iptc(self) -> bool {
        self.name().starts_with("IPTC:")
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_leads_back_to_its_tag() {
        for tag in Tag::ALL {
            let (group, name) = tag.name().split_once(':').unwrap();
            let group = if name.starts_with("Track") || name.starts_with("Media") { "Track2" } else { group };

            assert_eq!(Tag::from_read(group, name), Some(*tag));
        }
    }
}
