//! What the key has to allow, said before anything is read.

use immich_api::Permission;
use sync_core::import::sources::apple::PeopleRule;
use sync_core::import::{DeleteRule, EditRule};

use crate::settings::{ImportFrom, ImportSettings};

/// All that an import with these settings asks of the key. None of it needs an administrator, and a dry run asks for less.
pub(crate) fn needed(settings: &ImportSettings) -> Vec<Permission> {
    // That of uploads is asked for by the question which files are there already.
    let mut needed = vec![Permission::AssetRead, Permission::AssetUpload];
    let draws = draws_faces(&settings.from);
    // A dry run looks for people and for faces that are there.
    needed.extend(draws.then_some([Permission::PersonRead, Permission::FaceRead]).into_iter().flatten());
    if settings.dry_run {
        return needed;
    }
    let of_faces = [Permission::PersonCreate, Permission::FaceCreate, Permission::FaceDelete];
    needed.extend(draws.then_some(of_faces).into_iter().flatten());
    let options = &settings.options;
    needed.push(Permission::AssetUpdate);
    if options.into_album.is_some() || settings.from.has_albums() {
        needed.extend([
            Permission::AlbumRead,
            Permission::AlbumCreate,
            Permission::AlbumUpdate,
            Permission::AlbumAssetCreate,
            Permission::AlbumAssetDelete,
        ]);
    }
    if !options.tags.is_empty()
        || options.session_tag.is_some()
        || options.people_tag.is_some()
        || settings.from.has_tags()
    {
        needed.extend([Permission::TagRead, Permission::TagCreate, Permission::TagAsset]);
    }
    if options.on_edit == EditRule::Stack || !options.stack.is_empty() {
        needed.extend([Permission::StackRead, Permission::StackCreate]);
    }
    if let ImportFrom::Apple(options) = &settings.from {
        // A photo that was reverted comes on top of its stack again, and an album that was deleted goes when it is empty.
        needed.extend((!options.stack.is_empty()).then_some(Permission::StackUpdate));
        needed.extend(options.albums.then_some(Permission::AlbumDelete));
    }
    if options.on_edit != EditRule::KeepBoth {
        // A new version gets what the old one had.
        needed.push(Permission::AssetCopy);
    }
    if options.delete == DeleteRule::Trash || options.on_edit == EditRule::Replace {
        needed.push(Permission::AssetDelete);
    }
    needed
}

/// Whether faces are drawn on the server.
pub(super) fn draws_faces(from: &ImportFrom) -> bool {
    matches!(from, ImportFrom::Apple(options) if options.people == PeopleRule::Faces)
}
