//! What the keys have to allow, said before anything is listed.

use immich_api::Permission;

use super::act::actions;
use crate::settings::OrganizeSettings;

/// All that a run with these settings asks of each key. A dry run only reads, and so it asks for less.
pub(crate) fn needed(settings: &OrganizeSettings) -> Vec<Permission> {
    let mut needed = vec![Permission::AssetRead, Permission::AssetStatistics];
    if settings.wishes.remove_tag.is_none() {
        // What is in an album is kept before what is in none, and members of a stack are no copies.
        needed.extend([Permission::AssetView, Permission::AlbumRead, Permission::StackRead]);
        needed.extend((!settings.names.people.is_empty()).then_some(Permission::PersonRead));
    }
    needed.extend((settings.output.is_some() && !settings.dry_run).then_some(Permission::AssetDownload));
    for action in actions(&settings.wishes) {
        let asked = action.permissions().iter().filter(|asked| !settings.dry_run || only_reads(**asked));
        needed.extend(asked);
    }
    let mut seen = Vec::new();
    for permission in needed {
        if !seen.contains(&permission) {
            seen.push(permission);
        }
    }
    seen
}

fn only_reads(permission: Permission) -> bool {
    permission.as_str().split('.').next_back() == Some("read")
}
