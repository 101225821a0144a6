//! The kinds of files, and which extension stands for which.
//!
//! Libraries hold files with the wrong extension (a JPEG called `.heic` is common after a phone transfer), so
//! what a file is comes from its first bytes. The extension only tells the raw formats apart that are all
//! TIFF at the start, and is compared with the content to find the misnamed ones.

use serde::{Deserialize, Serialize};

/// What a file is by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// JPEG, with or without further images and videos behind the first.
    Jpeg,
    /// PNG and APNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// TIFF that is no raw format.
    Tiff,
    /// Adobe Digital Negative.
    Dng,
    /// HEIC, HEIF, HIF: still images of HEVC and others in boxes.
    Heic,
    /// AVIF.
    Avif,
    /// MP4, M4V, 3GP.
    Mp4,
    /// QuickTime movie.
    Mov,
    /// JPEG XL in boxes.
    Jxl,
    /// JPEG XL without boxes, which has no place for metadata.
    JxlCodestream,
    /// JPEG 2000 in boxes.
    Jp2,
    /// Windows bitmap.
    Bmp,
    /// AVI.
    Avi,
    /// Matroska and WebM.
    Matroska,
    /// MPEG transport stream: MTS, M2TS.
    MpegTs,
    /// Insta360 video: MP4 with the maker's trailer.
    Insv,
    /// Canon raw built on TIFF.
    Cr2,
    /// Canon raw built on boxes.
    Cr3,
    /// Nikon raw.
    Nef,
    /// Sony raw.
    Arw,
    /// Fujifilm raw.
    Raf,
    /// Olympus raw.
    Orf,
    /// Panasonic raw.
    Rw2,
    /// Pentax raw.
    Pef,
    /// Samsung raw.
    Srw,
    /// Any other raw format that is TIFF at the start.
    OtherRaw,
    /// An XMP sidecar.
    Xmp,
}

impl Container {
    /// Whether the file holds the data of a sensor, for which a sidecar is the default.
    pub fn is_raw(self) -> bool {
        matches!(
            self,
            Self::Dng
                | Self::Cr2
                | Self::Cr3
                | Self::Nef
                | Self::Arw
                | Self::Raf
                | Self::Orf
                | Self::Rw2
                | Self::Pef
                | Self::Srw
                | Self::OtherRaw
        )
    }

    /// Whether the file is a video.
    pub fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov | Self::Insv | Self::Avi | Self::Matroska | Self::MpegTs)
    }

    /// Whether the file is a directory of tags in the manner of TIFF.
    pub fn is_tiff_based(self) -> bool {
        matches!(
            self,
            Self::Tiff
                | Self::Dng
                | Self::Cr2
                | Self::Nef
                | Self::Arw
                | Self::Orf
                | Self::Rw2
                | Self::Pef
                | Self::Srw
                | Self::OtherRaw
        )
    }
}

/// The kinds of files that an extension stands for, in any case of letters, without the dot.
///
/// Empty for an extension that is not known: nothing can be said about such a name.
pub fn expected_containers(extension: &str) -> &'static [Container] {
    use Container as C;
    match extension.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "jpe" | "jfif" | "insp" => &[C::Jpeg],
        "png" | "apng" => &[C::Png],
        "webp" => &[C::WebP],
        "gif" => &[C::Gif],
        "tif" | "tiff" => &[C::Tiff],
        "dng" => &[C::Dng],
        "heic" | "heif" | "hif" | "heics" | "heifs" => &[C::Heic],
        "avif" | "avifs" => &[C::Avif],
        "mp4" | "m4v" | "3gp" | "3g2" | "3gpp" => &[C::Mp4, C::Mov],
        "mov" | "qt" => &[C::Mov, C::Mp4],
        "jxl" => &[C::Jxl, C::JxlCodestream],
        "jp2" | "jpx" | "jpf" | "jpm" => &[C::Jp2],
        "bmp" | "dib" => &[C::Bmp],
        "avi" => &[C::Avi],
        "mkv" | "webm" => &[C::Matroska],
        "mts" | "m2ts" | "ts" => &[C::MpegTs],
        "insv" => &[C::Insv, C::Mp4],
        "cr2" => &[C::Cr2],
        "cr3" => &[C::Cr3],
        "nef" | "nrw" => &[C::Nef],
        "arw" | "srf" | "sr2" => &[C::Arw],
        "raf" => &[C::Raf],
        "orf" => &[C::Orf],
        "rw2" => &[C::Rw2],
        "pef" => &[C::Pef],
        "srw" => &[C::Srw],
        "erf" | "dcr" | "k25" | "kdc" | "3fr" | "fff" | "iiq" | "mef" | "mos" | "rwl" | "gpr" => {
            &[C::OtherRaw]
        }
        "xmp" => &[C::Xmp],
        _ => &[],
    }
}

/// Which raw format a TIFF is, by its extension; [`Container::Tiff`] where the extension is of no raw format.
pub(super) fn tiff_by_extension(extension: &str) -> Container {
    match expected_containers(extension).first() {
        Some(&container) if container.is_tiff_based() => container,
        _ => Container::Tiff,
    }
}
