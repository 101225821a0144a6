//! What a file is by its name, as the server decides it: the extension alone.

use super::super::MediaKind;

/// Pictures that an Immich server takes, as its `mime-types.ts` lists them.
const IMAGES: [&str; 18] = [
    "avif", "bmp", "gif", "heic", "heif", "hif", "insp", "jp2", "jpe", "jpeg", "jpg", "jxl", "mpo", "png",
    "svg", "tif", "tiff", "webp",
];

/// Raw pictures that it takes.
const RAWS: [&str; 30] = [
    "3fr", "ari", "arw", "cap", "cin", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq", "k25", "kdc",
    "mrw", "nef", "nrw", "orf", "ori", "pef", "psd", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
];

/// Videos that it takes, and the two extensions of the moving half of a Pixel photo, which are MP4.
const VIDEOS: [&str; 22] = [
    "3gp", "3gpp", "avi", "flv", "insv", "m2t", "m2ts", "m4v", "mkv", "mov", "mp", "mp4", "mpe", "mpeg",
    "mpg", "mts", "mv", "mxf", "ts", "vob", "webm", "wmv",
];

/// What a file of this name is; `None` for one that is neither picture nor video.
pub fn kind_of(name: &[u8]) -> Option<MediaKind> {
    let extension = extension_of(name)?;
    let is_one_of = |list: &[&str]| list.iter().any(|known| extension.eq_ignore_ascii_case(known.as_bytes()));
    if is_one_of(&IMAGES) {
        Some(MediaKind::Image)
    } else if is_one_of(&RAWS) {
        Some(MediaKind::Raw)
    } else if is_one_of(&VIDEOS) {
        Some(MediaKind::Video)
    } else {
        None
    }
}

/// A name that the server takes: it knows `.MP` and `.MV` only with the extension of what they hold, and cuts off what is
/// in front of a backslash, as if that were a folder.
pub fn upload_name(name: &str) -> String {
    let name = name.replace('\\', "_");
    match extension_of(name.as_bytes()) {
        Some(extension) if extension.eq_ignore_ascii_case(b"mp") || extension.eq_ignore_ascii_case(b"mv") => {
            format!("{name}.mp4")
        }
        _ => name,
    }
}

/// What stands behind the last dot, unless the dot is the first character.
pub(super) fn extension_of(name: &[u8]) -> Option<&[u8]> {
    let dot = name.iter().rposition(|byte| *byte == b'.')?;
    (dot > 0).then(|| &name[dot + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides_in_any_case() {
        assert_eq!(kind_of(b"a.JPG"), Some(MediaKind::Image));
        assert_eq!(kind_of(b"a.b.Cr2"), Some(MediaKind::Raw));
        assert_eq!(kind_of(b"PXL_1.MP"), Some(MediaKind::Video));
        assert_eq!(kind_of(b"a.X3F"), Some(MediaKind::Raw));
        for other in [&b"a.json"[..], b"jpg", b".jpg", b"a.", b"a.html"] {
            assert_eq!(kind_of(other), None, "{}", other.escape_ascii());
        }
    }

    #[test]
    fn the_moving_half_of_a_pixel_photo_gets_an_extension_that_the_server_knows() {
        assert_eq!(upload_name("PXL_1.MP"), "PXL_1.MP.mp4");
        assert_eq!(upload_name("PXL_1.MP.jpg"), "PXL_1.MP.jpg");
    }

    #[test]
    fn a_name_with_a_backslash_is_kept_whole() {
        assert_eq!(upload_name("a\\b.jpg"), "a_b.jpg");
        assert_eq!(upload_name("\\.jpg"), "_.jpg");
    }
}
