//! What the keys have to allow, said before anything is listed.

use immich_api::Permission;

use crate::settings::{OrganizeSettings, Wish};

/// All that a run with these settings asks of each key.
pub(super) fn needed(settings: &OrganizeSettings) -> Vec<Permission> {
    let mut needed = if settings.wishes.remove_tag.is_some() { untagging() } else { comparing(settings) };
    let acts = settings.wishes.actions.iter().filter(|_| !settings.dry_run);
    needed.extend(acts.flat_map(acting));
    let mut seen = Vec::new();
    needed.retain(|permission| {
        !seen.contains(permission) && {
            seen.push(*permission);
            true
        }
    });
    needed
}

fn comparing(settings: &OrganizeSettings) -> Vec<Permission> {
    let mut needed = vec![Permission::AssetRead, Permission::AssetStatistics, Permission::AssetView];
    needed.extend((!settings.names.albums.is_empty()).then_some(Permission::AlbumRead));
    needed.extend((!settings.names.people.is_empty()).then_some(Permission::PersonRead));
    needed
}

fn untagging() -> Vec<Permission> {
    vec![Permission::AssetRead, Permission::TagRead, Permission::TagAsset, Permission::TagDelete]
}

/// What an action asks for: also what makes its end, such as a tag that nobody uses any more.
fn acting(wish: &Wish) -> Vec<Permission> {
    use Permission as P;
    match wish {
        Wish::Tag | Wish::TagLocal => vec![P::TagRead, P::TagCreate, P::TagAsset, P::TagDelete],
        Wish::Albums => vec![
            P::AlbumRead,
            P::AlbumCreate,
            P::AlbumUpdate,
            P::AlbumDelete,
            P::AlbumAssetCreate,
            P::AlbumAssetDelete,
        ],
        Wish::Stack => vec![P::StackRead, P::StackCreate, P::StackUpdate, P::StackDelete],
        Wish::Favourite | Wish::Description | Wish::Review | Wish::Archive => vec![P::AssetUpdate],
        Wish::Trash => {
            vec![P::AssetDelete, P::AssetUpdate, P::AlbumRead, P::AlbumAssetCreate, P::TagRead, P::TagAsset]
        }
        Wish::Output(_) => vec![P::AssetDownload],
    }
}
