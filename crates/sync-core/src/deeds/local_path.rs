//! Paths as deeds and records keep them.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A path that survives JSON whatever its bytes are; names in old photo folders often are no UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "Spelled", from = "Spelled")]
pub struct LocalPath(PathBuf);

impl LocalPath {
    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl From<PathBuf> for LocalPath {
    fn from(path: PathBuf) -> Self {
        Self(path)
    }
}

/// Text where it is text, bytes where it is not.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Spelled {
    Text(String),
    Bytes(Vec<u8>),
}

impl From<LocalPath> for Spelled {
    fn from(path: LocalPath) -> Self {
        match path.0.into_os_string().into_string() {
            Ok(text) => Self::Text(text),
            Err(other) => Self::Bytes(other.into_vec()),
        }
    }
}

impl From<Spelled> for LocalPath {
    fn from(spelled: Spelled) -> Self {
        match spelled {
            Spelled::Text(text) => Self(text.into()),
            Spelled::Bytes(bytes) => Self(OsString::from_vec(bytes).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_json_whatever_its_bytes_are() {
        for bytes in [&b"/a/b.jpg"[..], b"/a/\xff\xfe.jpg"] {
            let path = LocalPath(OsString::from_vec(bytes.to_vec()).into());

            let json = serde_json::to_string(&path).unwrap();

            assert_eq!(serde_json::from_str::<LocalPath>(&json).unwrap(), path, "{json}");
        }
    }
}
