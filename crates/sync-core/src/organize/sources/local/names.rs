//! Names that hold no photos of the user: folders of systems and NAS boxes, and files that are something else.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

/// Folders in which systems keep thumbnails, snapshots and what was deleted; in small letters. Names that begin with a
/// dot need not be listed.
const FOLDERS: [&str; 11] = [
    "#recycle",
    "#snapshot",
    "$recycle.bin",
    "@eadir",
    "@recently-snapshot",
    "@recycle",
    "@sharebin",
    "@tmp",
    "lost+found",
    "recycler",
    "system volume information",
];

/// Extensions of files that stand beside photos and are none, so that they need not be opened to be told apart.
const OTHERS: [&str; 40] = [
    "aae", "app", "bak", "cfg", "conf", "cpp", "csv", "css", "db", "dll", "doc", "docx", "exe", "flac", "gz",
    "htm", "html", "ini", "iso", "jar", "js", "json", "log", "lnk", "m3u", "md", "mp3", "ods", "odt", "pdf",
    "py", "rar", "rs", "sh", "sqlite", "tar", "txt", "xmp", "yml", "zip",
];

/// Whether a folder is looked into.
pub(super) fn is_folder_of_photos(name: &OsStr) -> bool {
    let name = name.as_bytes();
    !name.starts_with(b".") && !FOLDERS.iter().any(|folder| name.eq_ignore_ascii_case(folder.as_bytes()))
}

/// Whether a file may be a photo or a video, as far as its name goes.
pub(in crate::organize) fn may_be_photo(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    if bytes.starts_with(b".") {
        return false;
    }
    let Some(dot) = bytes.iter().rposition(|byte| *byte == b'.') else { return true };
    let extension = &bytes[dot + 1..];
    !OTHERS.iter().any(|other| extension.eq_ignore_ascii_case(other.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_systems_are_passed_over() {
        for name in ["@eaDir", "#recycle", ".Trash-1000", "lost+found", ".git", "$RECYCLE.BIN"] {
            assert!(!is_folder_of_photos(OsStr::new(name)), "{name}");
        }
        for name in ["2019", "#family", "recycled bikes", "@home"] {
            assert!(is_folder_of_photos(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn what_has_no_known_extension_is_looked_at() {
        for name in ["IMG_1.JPG", "scan", "photo.unknown", "a.b.heic", "\u{e4}.png"] {
            assert!(may_be_photo(OsStr::new(name)), "{name}");
        }
        for name in ["._IMG_1.JPG", ".hidden.jpg", "IMG_1.jpg.xmp", "Thumbs.db", "a.TXT"] {
            assert!(!may_be_photo(OsStr::new(name)), "{name}");
        }
        assert!(may_be_photo(OsStr::from_bytes(b"\xff\xfe.jpg")));
    }
}
