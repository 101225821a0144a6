//! Raw files and the pictures that a camera writes beside them: parts of one shot, no copies of each other.

use crate::name::marks::stem;

/// Extensions of raw files.
const RAW: [&str; 31] = [
    "3fr", "ari", "arw", "cap", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "gpr", "iiq", "k25", "kdc",
    "mef", "mos", "mrw", "nef", "nrw", "orf", "ori", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw",
    "x3f",
];

/// Extensions of what a camera writes beside of a raw file.
const PARTNERS: [&str; 7] = ["avif", "heic", "heif", "hif", "jpeg", "jpg", "jxl"];

/// Whether the extension of a file name is that of a raw file.
pub fn is_raw(name: &str) -> bool {
    extension(name).is_some_and(|extension| RAW.contains(&extension.as_str()))
}

/// Whether two files are the raw file and the picture of one shot: in the same folder, of the same name but for its
/// extension, one raw and the other what cameras write beside it.
pub fn raw_pair(one: &str, other: &str) -> bool {
    if folder(one) != folder(other) {
        return false;
    }
    let is_partner =
        |name: &str| extension(name).is_some_and(|extension| PARTNERS.contains(&extension.as_str()));
    let kinds = (is_raw(one) && is_partner(other)) || (is_partner(one) && is_raw(other));
    kinds && shot(one) == shot(other)
}

fn folder(name: &str) -> &str {
    name.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
}

fn extension(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())
}

/// The name of the shot. A Pixel calls the two `PXL_….RAW-01.COVER.jpg` and `PXL_….RAW-02.ORIGINAL.dng`.
fn shot(name: &str) -> String {
    let mut stem = stem(name);
    if let Some(end) = stem.find(".raw-0") {
        stem.truncate(end);
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_file_and_its_picture_are_a_pair() {
        assert!(raw_pair("2019/IMG_1234.CR2", "2019/IMG_1234.JPG"));
        assert!(raw_pair("IMG_1234.heic", "img_1234.DNG"));
        assert!(raw_pair(
            "a/PXL_20210101_101010123.RAW-01.COVER.jpg",
            "a/PXL_20210101_101010123.RAW-02.ORIGINAL.dng"
        ));
    }

    #[test]
    fn other_folders_names_and_kinds_are_none() {
        assert!(!raw_pair("a/IMG_1234.CR2", "b/IMG_1234.JPG"));
        assert!(!raw_pair("IMG_1234.CR2", "IMG_1235.JPG"));
        assert!(!raw_pair("IMG_1234.HEIC", "IMG_1234.JPG"), "an export beside its original is a copy");
        assert!(!raw_pair("IMG_1234.CR2", "IMG_1234.DNG"));
        assert!(!raw_pair("IMG_1234.CR2", "IMG_1234.xmp"));
    }

    #[test]
    fn raw_files_are_known_by_their_extension() {
        assert!(is_raw("a.NEF") && is_raw("x/b.raf") && !is_raw("c.jpg") && !is_raw("raw"));
    }
}
