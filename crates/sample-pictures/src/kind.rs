//! The containers that a library of photos and videos is made of.

/// A container of one picture or one video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// JPEG with a JFIF header, baseline.
    Jpeg,
    /// PNG, 8 bits per channel.
    Png,
    /// WebP with nothing but one `VP8L` chunk; has no place for metadata.
    WebpLossless,
    /// WebP with a `VP8X` header, which can announce `EXIF` and `XMP ` chunks.
    WebpExtended,
    /// Uncompressed RGB TIFF in strips.
    Tiff,
    /// GIF 89a with one frame.
    Gif,
    /// Windows bitmap; has no place for metadata.
    Bmp,
    /// HEIF with an `hvc1` item: right structure, dummy coded data.
    Heic,
    /// HEIF with an `av01` item: right structure, dummy coded data.
    Avif,
    /// JPEG XL in its box container: right structure, dummy code stream.
    Jxl,
    /// Raw photo as DNG: an RGB preview and a mosaic in a sub-directory.
    Dng,
    /// MP4 with one `avc1` track of dummy frames.
    Mp4,
    /// `QuickTime` with one track of JPEG frames.
    Mov,
    /// AVI with JPEG frames; nobody writes metadata into it.
    Avi,
}

impl Kind {
    /// Every kind, once.
    pub const ALL: [Self; 14] = [
        Self::Jpeg,
        Self::Png,
        Self::WebpLossless,
        Self::WebpExtended,
        Self::Tiff,
        Self::Gif,
        Self::Bmp,
        Self::Heic,
        Self::Avif,
        Self::Jxl,
        Self::Dng,
        Self::Mp4,
        Self::Mov,
        Self::Avi,
    ];

    /// The usual file name extension, lower case and without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebpLossless | Self::WebpExtended => "webp",
            Self::Tiff => "tif",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Jxl => "jxl",
            Self::Dng => "dng",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Avi => "avi",
        }
    }

    /// The media type, as HTTP names it.
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebpLossless | Self::WebpExtended => "image/webp",
            Self::Tiff => "image/tiff",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
            Self::Jxl => "image/jxl",
            Self::Dng => "image/x-adobe-dng",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Avi => "video/x-msvideo",
        }
    }

    /// Whether it is a video.
    pub fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov | Self::Avi)
    }

    /// Whether a decoder finds real pixels in it.
    pub fn decodes(self) -> bool {
        !matches!(self, Self::Heic | Self::Avif | Self::Jxl | Self::Mp4)
    }

    /// Whether [`crate::Picture::exif`] and [`crate::Picture::orientation`] have a place in it.
    pub fn holds_exif(self) -> bool {
        !self.is_video() && !matches!(self, Self::WebpLossless | Self::Gif | Self::Bmp)
    }

    /// Whether [`crate::Picture::xmp`] has a place in it.
    pub fn holds_xmp(self) -> bool {
        !matches!(self, Self::WebpLossless | Self::Bmp | Self::Avi)
    }

    /// Whether [`crate::Picture::iptc`] has a place in it.
    pub fn holds_iptc(self) -> bool {
        matches!(self, Self::Jpeg | Self::Tiff | Self::Dng)
    }

    /// Whether ExifTool 13.59 writes XMP into it.
    pub fn exiftool_writes(self) -> bool {
        !matches!(self, Self::Bmp | Self::Avi)
    }
}
