//! The builder: which container, which picture, which metadata, and then the bytes.

use std::fs;
use std::path::Path;

use crate::{
    ByteOrder, Exif, HeifLayout, Iptc, Kind, PictureError, Video, XmpPacket, avi, bmp, gif, heif, jpeg, jxl,
    png, tiff_file, video, webp,
};

/// A picture or a video to be made. The same calls give the same bytes.
#[derive(Debug, Clone)]
pub struct Picture {
    pub(crate) kind: Kind,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) seed: u64,
    pub(crate) orientation: Option<u16>,
    pub(crate) exif: Option<Exif>,
    pub(crate) iptc: Option<Iptc>,
    pub(crate) xmp: Option<XmpPacket>,
    pub(crate) extended_xmp: Option<String>,
    pub(crate) segments: Vec<(u8, Vec<u8>)>,
    pub(crate) second_image: Option<Vec<u8>>,
    pub(crate) content_credentials: bool,
    pub(crate) motion_video: Vec<u8>,
    pub(crate) trailer: Vec<u8>,
    pub(crate) heif: HeifLayout,
    pub(crate) video: Video,
}

impl Picture {
    /// A picture of 64 × 48 pixels without any metadata.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            width: 64,
            height: 48,
            seed: 0,
            orientation: None,
            exif: None,
            iptc: None,
            xmp: None,
            extended_xmp: None,
            segments: Vec::new(),
            second_image: None,
            content_credentials: false,
            motion_video: Vec::new(),
            trailer: Vec::new(),
            heif: HeifLayout::default(),
            video: Video::default(),
        }
    }

    /// Sets the size in pixels as stored, 1 to 4096 in each direction.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.width = width.clamp(1, 4096);
        self.height = height.clamp(1, 4096);
        self
    }

    /// Sets which landscape is shown.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the orientation, 1 to 8. The pixels are stored so that a viewer that obeys it shows them upright.
    ///
    /// In HEIC and AVIF this is EXIF and an `irot` property, in MP4 and MOV the matrix of the track.
    #[must_use]
    pub fn orientation(mut self, orientation: u16) -> Self {
        self.orientation = Some(orientation.clamp(1, 8));
        self
    }

    /// Sets the EXIF block.
    #[must_use]
    pub fn exif(mut self, exif: Exif) -> Self {
        self.exif = Some(exif);
        self
    }

    /// Sets the IPTC data.
    #[must_use]
    pub fn iptc(mut self, iptc: Iptc) -> Self {
        self.iptc = Some(iptc);
        self
    }

    /// Sets the XMP packet: a text, stored to the letter, or [`crate::Xmp`].
    #[must_use]
    pub fn xmp(mut self, packet: impl Into<XmpPacket>) -> Self {
        self.xmp = Some(packet.into());
        self
    }

    /// Adds extended XMP to a JPEG. A made main packet announces it; one written to the letter must do so itself.
    #[must_use]
    pub fn extended_xmp(mut self, text: impl Into<String>) -> Self {
        self.extended_xmp = Some(text.into());
        self
    }

    /// Adds a segment to a JPEG, such as an `APP5` (0xe5) of a tool that nobody knows.
    #[must_use]
    pub fn jpeg_segment(mut self, marker: u8, content: impl Into<Vec<u8>>) -> Self {
        self.segments.push((marker, content.into()));
        self
    }

    /// Adds a second JPEG behind the first, with an MPF index that finds it.
    #[must_use]
    pub fn mpf(mut self, second_image: impl Into<Vec<u8>>) -> Self {
        self.second_image = Some(second_image.into());
        self
    }

    /// Adds an APP11 segment shaped like content credentials (C2PA) to a JPEG.
    #[must_use]
    pub fn content_credentials(mut self) -> Self {
        self.content_credentials = true;
        self
    }

    /// Makes a motion photo of a JPEG: the video follows its end, and a made XMP packet says how far from the end.
    #[must_use]
    pub fn motion_photo(mut self, video: impl Into<Vec<u8>>) -> Self {
        self.motion_video = video.into();
        self
    }

    /// Adds bytes behind the end of the image, in any container.
    #[must_use]
    pub fn trailer(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.trailer = bytes.into();
        self
    }

    /// Sets how the boxes of HEIC and AVIF are laid out.
    #[must_use]
    pub fn heif(mut self, layout: HeifLayout) -> Self {
        self.heif = layout;
        self
    }

    /// Sets dates, place and layout of MP4 and MOV.
    #[must_use]
    pub fn video(mut self, video: Video) -> Self {
        self.video = video;
        self
    }

    /// Makes the bytes.
    ///
    /// # Panics
    ///
    /// When the container cannot hold what was asked for, which is a mistake in the call;
    /// [`Picture::try_build`] says so with an error.
    pub fn build(&self) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "a container that cannot hold this is a mistake in the test")]
        self.try_build().expect("the container can hold what was asked for")
    }

    /// Makes the bytes, or says what the container cannot hold.
    pub fn try_build(&self) -> Result<Vec<u8>, PictureError> {
        self.check()?;
        match self.kind {
            Kind::Jpeg => jpeg::build(self),
            Kind::Png => png::build(self),
            Kind::WebpLossless | Kind::WebpExtended => webp::build(self),
            Kind::Tiff => tiff_file::build_tiff(self),
            Kind::Dng => tiff_file::build_dng(self),
            Kind::Gif => gif::build(self),
            Kind::Bmp => Ok(bmp::build(self)),
            Kind::Heic | Kind::Avif => heif::build(self),
            Kind::Jxl => jxl::build(self),
            Kind::Mp4 | Kind::Mov => video::build(self),
            Kind::Avi => avi::build(self),
        }
    }

    /// Makes the file; its folder is made as well. The name need not fit the content.
    pub fn write_to(&self, path: impl AsRef<Path>) -> Result<(), PictureError> {
        let path = path.as_ref();
        let bytes = self.try_build()?;
        let failed = |source| PictureError::Write { path: path.to_path_buf(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(path, bytes).map_err(failed)
    }

    /// The EXIF block from its `II` or `MM` on, if anything was said that stands in it.
    pub(crate) fn exif_block(&self) -> Result<Option<Vec<u8>>, PictureError> {
        match (&self.exif, self.orientation) {
            (None, None) => Ok(None),
            (exif, _) => exif.clone().unwrap_or_default().to_tiff(self).map(Some),
        }
    }

    /// The XMP packet as it is to be stored.
    pub(crate) fn xmp_packet(&self) -> Option<Vec<u8>> {
        self.xmp.as_ref().map(|packet| match packet {
            XmpPacket::Exactly(bytes) => bytes.clone(),
            XmpPacket::Made(fields) => fields.packet().into_bytes(),
        })
    }

    pub(crate) fn byte_order(&self) -> ByteOrder {
        self.exif.as_ref().map_or(ByteOrder::default(), |exif| exif.byte_order)
    }

    /// Refuses what the container has no place for, rather than leaving it out in silence.
    fn check(&self) -> Result<(), PictureError> {
        let kind = self.kind;
        let turns = kind.holds_exif() || matches!(kind, Kind::Mp4 | Kind::Mov);
        let jpeg = kind == Kind::Jpeg;
        let wishes = [
            (self.exif.is_some(), kind.holds_exif(), "EXIF"),
            (self.orientation.is_some(), turns, "an orientation"),
            (self.iptc.is_some(), kind.holds_iptc(), "IPTC"),
            (self.xmp.is_some(), kind.holds_xmp(), "XMP"),
            (self.extended_xmp.is_some(), jpeg, "extended XMP"),
            (!self.segments.is_empty(), jpeg, "JPEG segments"),
            (self.second_image.is_some(), jpeg, "a second image"),
            (self.content_credentials, jpeg, "JUMBF in a JPEG segment"),
            (!self.motion_video.is_empty(), jpeg, "the video of a motion photo"),
        ];
        match wishes.iter().find(|(asked, possible, _)| *asked && !possible) {
            Some((_, _, what)) => Err(PictureError::CannotHold { kind, what }),
            None => Ok(()),
        }
    }
}
