//! Names of albums of folders, the same in every run.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use crate::import::AlbumKey;

const FOLDER: &str = "folder:";

/// A folder that is an album.
pub(super) fn folder(path: &Path) -> AlbumKey {
    AlbumKey(format!("{FOLDER}{}", spelled(path)))
}

/// The folder of such a name.
pub(super) fn folder_of(key: &AlbumKey) -> Option<PathBuf> {
    let text = key.0.strip_prefix(FOLDER)?.as_bytes();
    let (mut bytes, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(byte) = text.get(at) {
        if *byte == b'%' {
            let digits = std::str::from_utf8(text.get(at + 1..at + 3)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            bytes.push(*byte);
            at += 1;
        }
    }
    Some(OsString::from_vec(bytes).into())
}

/// The album that Picasa makes of a folder.
pub(super) fn picasa_folder(path: &Path) -> AlbumKey {
    AlbumKey(format!("picasa:{}", spelled(path)))
}

/// An album of Picasa, which may go through many folders.
pub(super) fn picasa_album(token: &str) -> AlbumKey {
    AlbumKey(format!("picasa-album:{token}"))
}

/// An album that a list knows by its title only.
pub(super) fn titled(list: &str, title: &str) -> AlbumKey {
    AlbumKey(format!("{list}:{title}"))
}

/// A path as text that two paths never share.
fn spelled(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            // Writing to a string never fails.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_comes_back_from_its_name() {
        for bytes in [&b"/a/b c"[..], b"/a/100%", b"/a/\xff\xfe%FF", b"/\xc3\xa4"] {
            let path = PathBuf::from(OsString::from_vec(bytes.to_vec()));
            assert_eq!(folder_of(&folder(&path)), Some(path));
        }
        assert_ne!(folder(Path::new("/a/%FF")), folder(Path::new(&OsString::from_vec(b"/a/\xff".to_vec()))));
        assert_eq!(folder_of(&picasa_album("abc")), None);
    }
}
