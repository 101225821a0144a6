//! What an API key may do, as Immich names it.

use std::fmt;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal)+) => {
        /// A permission of an API key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Permission {
            $($(#[$doc])* $name,)+
        }

        impl Permission {
            /// Every permission that this client can need.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name that Immich shows, such as `asset.read`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

permissions! {
    /// List and read assets.
    AssetRead = "asset.read"
    /// Change assets.
    AssetUpdate = "asset.update"
    /// Move assets to the trash and back.
    AssetDelete = "asset.delete"
    /// Count assets.
    AssetStatistics = "asset.statistics"
    /// See thumbnails and previews.
    AssetView = "asset.view"
    /// Download originals.
    AssetDownload = "asset.download"
    /// Upload assets.
    AssetUpload = "asset.upload"
    /// Take albums, stack and more of an asset over to another one.
    AssetCopy = "asset.copy"
    /// List albums.
    AlbumRead = "album.read"
    /// Make albums.
    AlbumCreate = "album.create"
    /// Rename and describe albums.
    AlbumUpdate = "album.update"
    /// Remove albums.
    AlbumDelete = "album.delete"
    /// Put assets into albums.
    AlbumAssetCreate = "albumAsset.create"
    /// Take assets out of albums.
    AlbumAssetDelete = "albumAsset.delete"
    /// Read people.
    PersonRead = "person.read"
    /// Make people.
    PersonCreate = "person.create"
    /// Remove people.
    PersonDelete = "person.delete"
    /// Read face boxes.
    FaceRead = "face.read"
    /// Draw faces.
    FaceCreate = "face.create"
    /// Remove faces.
    FaceDelete = "face.delete"
    /// Read tags.
    TagRead = "tag.read"
    /// Make tags.
    TagCreate = "tag.create"
    /// Put tags on assets and take them off.
    TagAsset = "tag.asset"
    /// Remove tags.
    TagDelete = "tag.delete"
    /// List stacks.
    StackRead = "stack.read"
    /// Make stacks.
    StackCreate = "stack.create"
    /// Change stacks.
    StackUpdate = "stack.update"
    /// Dissolve stacks.
    StackDelete = "stack.delete"
    /// Read the own user.
    UserRead = "user.read"
    /// Start jobs, such as reading the metadata of an asset again.
    JobCreate = "job.create"
    /// See the queues of background jobs, before 2.4 (administrators).
    JobRead = "job.read"
    /// See the queues of background jobs (administrators).
    QueueRead = "queue.read"
    /// Pause and resume queues (administrators).
    QueueUpdate = "queue.update"
    /// List external libraries (administrators).
    LibraryRead = "library.read"
    /// Scan external libraries (administrators).
    LibraryUpdate = "library.update"
}

impl Permission {
    /// Whether only the key of an administrator can use it.
    pub fn needs_admin(self) -> bool {
        matches!(
            self,
            Self::LibraryRead | Self::LibraryUpdate | Self::JobRead | Self::QueueRead | Self::QueueUpdate
        )
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The permission that a 403 of Immich names, if that is what it says.
pub(crate) fn named_in(message: &str) -> Option<&str> {
    let name = message.strip_prefix("Missing required permission: ")?.trim();
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permission_is_read_from_the_recorded_text() {
        assert_eq!(named_in("Missing required permission: album.create"), Some("album.create"));
        assert_eq!(named_in("Forbidden"), None);
        assert_eq!(named_in("Missing required permission: \u{1b}[31m"), None);
    }
}
