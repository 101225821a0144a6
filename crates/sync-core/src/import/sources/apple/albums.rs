//! Albums by the names that the library has for them, so that a new title is no new album, and two of one title stay two.

use apple_photos::Library;

use crate::import::{AlbumKey, SourceAlbum};

/// What stands between folders in the name of an album.
const BETWEEN: &str = " / ";

/// The name of an album in the ledger.
pub(super) fn key_of(library: &Library, album: &str) -> AlbumKey {
    AlbumKey(format!("{}/{album}", name_of(library)))
}

/// What the library is called in the ledger: as its database calls itself, so that a library that was moved or renamed
/// is still the same.
pub(super) fn name_of(library: &Library) -> String {
    library.uuid().map_or_else(|| library.path().display().to_string(), str::to_owned)
}

/// The UUID of an album of this library.
pub(super) fn uuid_of<'k>(library: &Library, key: &'k AlbumKey) -> Option<&'k str> {
    key.0.strip_prefix(&name_of(library))?.strip_prefix('/')
}

/// An album of this library that is not in its trash.
pub(super) fn album(library: &Library, key: &AlbumKey) -> Option<SourceAlbum> {
    let uuid = uuid_of(library, key)?;
    let album = library.albums().iter().find(|album| album.uuid == uuid && !album.is_trashed)?;
    let path = album.path(BETWEEN);
    let title = if path.trim().is_empty() { "Untitled album".to_owned() } else { path };
    Some(SourceAlbum { key: key.clone(), title, description: String::new() })
}
