//! Where a photo is: on the server or on a disk.

use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use immich_api::AssetId;
use photo_similarity::PhotoId;
use serde::{Deserialize, Serialize};

use crate::deeds::LocalPath;

/// Where a photo is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// On the Immich server.
    Asset(AssetId),
    /// A file on this machine, by its absolute path.
    File(LocalPath),
}

impl Place {
    /// The name of the photo at this place: the id of the asset, or a digest of the path.
    pub fn photo(&self) -> PhotoId {
        match self {
            Self::Asset(id) => PhotoId(id.as_u128().to_be_bytes()),
            Self::File(path) => {
                let mut id = [0; 16];
                let mut digest = blake3::Hasher::new_derive_key("immich-sync 2026 path of a photo");
                digest.update(path.path().as_os_str().as_bytes()).finalize_xof().fill(&mut id);
                PhotoId(id)
            }
        }
    }

    /// The asset, if it is one.
    pub fn asset(&self) -> Option<&AssetId> {
        match self {
            Self::Asset(id) => Some(id),
            Self::File(_) => None,
        }
    }

    /// The path, if it is a file here.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Asset(_) => None,
            Self::File(path) => Some(path.path()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asset(id) => write!(f, "asset {id}"),
            Self::File(path) => write!(f, "{}", path.path().display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn an_asset_keeps_its_id_and_a_file_is_named_by_its_path() {
        let id = AssetId::parse("289c7edf-4d4e-4ad7-a74e-4029b8dc94cd").unwrap();
        let file = |path: &str| Place::File(PathBuf::from(path).into()).photo();

        assert_eq!(Place::Asset(id).photo().to_string(), "289c7edf4d4e4ad7a74e4029b8dc94cd");
        assert!(file("/a") == file("/a") && file("/a") != file("/b"));
    }
}
