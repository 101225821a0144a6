//! Extensions that the server accepts, and their types. The lists are those of `/server/media-types`.

use std::path::Path;

use crate::AssetKind;

/// Extensions of pictures.
pub(crate) const IMAGE: &[&str] = &[
    ".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp", ".3fr", ".ari", ".arw", ".cap", ".cin",
    ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc", ".mrw", ".nef", ".nrw",
    ".orf", ".ori", ".pef", ".psd", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f", ".heic",
    ".heif", ".hif", ".insp", ".jp2", ".jpe", ".jxl", ".mpo", ".svg", ".tif", ".tiff",
];

/// Extensions of videos.
pub(crate) const VIDEO: &[&str] = &[
    ".3gp", ".3gpp", ".avi", ".flv", ".insv", ".m2t", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpe",
    ".mpeg", ".mpg", ".mts", ".mxf", ".ts", ".vob", ".webm", ".wmv",
];

/// Extensions of sidecars.
pub(crate) const SIDECAR: &[&str] = &[".xmp"];

/// Photo or video by the extension; anything unknown counts as a photo.
pub(crate) fn kind_of(name: &str) -> AssetKind {
    if VIDEO.contains(&extension(name).as_str()) { AssetKind::Video } else { AssetKind::Image }
}

/// Whether a small picture can be made of a photo of this name.
pub(crate) fn is_decoded_here(name: &str) -> bool {
    let known = [".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".tif", ".tiff", ".mpo"];
    known.contains(&extension(name).as_str())
}

/// Whether an upload of this name is taken.
pub(crate) fn is_accepted(name: &str) -> bool {
    let extension = extension(name);
    IMAGE.contains(&extension.as_str()) || VIDEO.contains(&extension.as_str())
}

/// Whether a sidecar of this name is taken.
pub(crate) fn is_sidecar(name: &str) -> bool {
    SIDECAR.contains(&extension(name).as_str())
}

/// The type that the server reports for a name.
pub(crate) fn mime_of(name: &str) -> String {
    let extension = extension(name);
    match extension.as_str() {
        ".jpg" | ".jpeg" | ".jpe" | ".insp" | ".mpo" => "image/jpeg".to_owned(),
        ".tif" | ".tiff" => "image/tiff".to_owned(),
        ".svg" => "image/svg+xml".to_owned(),
        ".psd" => "image/vnd.adobe.photoshop".to_owned(),
        ".heic" | ".heif" | ".hif" | ".avif" | ".bmp" | ".gif" | ".png" | ".webp" | ".jp2" | ".jxl" => {
            format!("image/{}", &extension[1..])
        }
        ".mov" => "video/quicktime".to_owned(),
        ".mp4" | ".insv" => "video/mp4".to_owned(),
        ".m4v" => "video/x-m4v".to_owned(),
        ".avi" => "video/msvideo".to_owned(),
        ".mkv" => "video/x-matroska".to_owned(),
        ".3gp" | ".3gpp" => "video/3gpp".to_owned(),
        ".mpg" | ".mpe" | ".mpeg" | ".vob" => "video/mpeg".to_owned(),
        ".mts" | ".m2ts" | ".m2t" | ".ts" => "video/mp2t".to_owned(),
        other if VIDEO.contains(&other) => format!("video/x-{}", &other[1..]),
        other => format!("image/x-{}", other.trim_start_matches('.')),
    }
}

/// The extension in small letters with its dot, or nothing.
pub(crate) fn extension(name: &str) -> String {
    let extension = Path::new(name).extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if extension.is_empty() { extension } else { format!(".{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides_whatever_its_case() {
        assert_eq!(kind_of("IMG_1.MOV"), AssetKind::Video);
        assert_eq!(kind_of("IMG_1.heic"), AssetKind::Image);
        assert_eq!(mime_of("a.JPG"), "image/jpeg");
        assert_eq!(mime_of("a.MOV"), "video/quicktime");
    }

    #[test]
    fn a_text_is_not_taken() {
        assert!(is_accepted("a.cr3"));
        assert!(!is_accepted("notes.txt"));
        assert!(!is_accepted("noextension"));
    }
}
