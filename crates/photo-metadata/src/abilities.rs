//! What each container can hold, and where its readers look first.

use crate::structure::Container;

impl Container {
    /// Whether it can hold an XMP packet that is written here.
    pub fn holds_xmp(self) -> bool {
        !matches!(
            self,
            Self::JxlCodestream | Self::Bmp | Self::Avi | Self::Matroska | Self::MpegTs | Self::Insv
        )
    }

    /// Whether it can hold EXIF that is written here.
    pub fn holds_exif(self) -> bool {
        self.holds_xmp() && !matches!(self, Self::Gif | Self::Mp4 | Self::Mov | Self::Xmp)
    }

    /// Whether readers look into its EXIF before they look into its XMP.
    ///
    /// PNG got a place for EXIF only in 2017; its readers know XMP better.
    pub fn is_exif_first(self) -> bool {
        self.holds_exif() && self != Self::Png
    }

    /// Whether it has a movie header and the keys of QuickTime.
    pub fn is_quicktime(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov)
    }

    /// Why nothing can be written into it, if so.
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            _ if self.holds_xmp() && self != Self::Xmp => None,
            Self::Xmp => Some("it is a sidecar, not an original"),
            Self::JxlCodestream => Some("a bare JPEG XL codestream has no place for metadata"),
            Self::Insv => Some("the maker's trailer of an Insta360 video would be damaged"),
            _ => Some("this format has no place for the metadata"),
        }
    }

    /// The name that people know it by.
    pub fn label(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Dng => "DNG",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Mp4 => "MP4",
            Self::Mov => "MOV",
            Self::Jxl | Self::JxlCodestream => "JPEG XL",
            Self::Jp2 => "JPEG 2000",
            Self::Bmp => "BMP",
            Self::Avi => "AVI",
            Self::Matroska => "Matroska",
            Self::MpegTs => "MPEG-TS",
            Self::Insv => "INSV",
            Self::Cr2 => "CR2",
            Self::Cr3 => "CR3",
            Self::Nef => "NEF",
            Self::Arw => "ARW",
            Self::Raf => "RAF",
            Self::Orf => "ORF",
            Self::Rw2 => "RW2",
            Self::Pef => "PEF",
            Self::Srw => "SRW",
            Self::OtherRaw => "raw",
            Self::Xmp => "XMP",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_writes_is_refused_with_a_reason() {
        for container in
            [Container::Bmp, Container::Avi, Container::Matroska, Container::MpegTs, Container::Insv]
        {
            assert!(container.refusal().is_some(), "{container:?}");
            assert!(!container.holds_exif());
        }
        assert_eq!(Container::Jpeg.refusal(), None);
        assert_eq!(Container::Gif.refusal(), None);
    }
}
