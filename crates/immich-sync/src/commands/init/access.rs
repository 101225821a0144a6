//! What the key has to allow, and the way to get there.

use immich_api::{Permission, ServerInfo};

use crate::args::SyncWord;

/// What every use of the key needs; `user.read` tells whose photos these are.
pub(crate) const LEAST: [Permission; 3] =
    [Permission::UserRead, Permission::AssetRead, Permission::AssetStatistics];

/// What writing can do without: albums, tags, and a server that reads changed files at once.
const OF_WRITING: [Permission; 3] = [Permission::AlbumRead, Permission::TagRead, Permission::JobCreate];

/// What looking for duplicates cannot do without.
const OF_ORGANIZING: [Permission; 3] = [Permission::AssetView, Permission::AlbumRead, Permission::StackRead];

/// The page of Immich where keys are made and edited.
pub(crate) fn page(base_url: &str) -> String {
    format!("{}/user-settings?isOpen=api-keys", base_url.trim_end_matches("/api"))
}

/// All that is worth ticking at once, so that nobody has to come back.
pub(crate) fn worth_having() -> Vec<Permission> {
    let mut all: Vec<Permission> = LEAST.into_iter().chain(OF_WRITING).chain(OF_ORGANIZING).collect();
    all.sort();
    all.dedup();
    all
}

/// What this choice cannot do without and the key has not.
pub(crate) fn lacking(server: &ServerInfo, what: &[SyncWord]) -> Vec<Permission> {
    let mut needed = LEAST.to_vec();
    if what.contains(&SyncWord::Organize) {
        needed.extend(OF_ORGANIZING);
    }
    server.missing_permissions(&needed)
}

/// Their names, for a message.
pub(crate) fn named(permissions: &[Permission]) -> String {
    permissions.iter().map(|permission| format!("`{permission}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_keys_is_at_the_root_of_the_server() {
        assert_eq!(page("http://nas:2283/api"), "http://nas:2283/user-settings?isOpen=api-keys");
        assert_eq!(page("https://x.de/immich/api"), "https://x.de/immich/user-settings?isOpen=api-keys");
    }

    #[test]
    fn each_permission_is_named_once() {
        let all = worth_having();

        assert_eq!(all.iter().filter(|permission| **permission == Permission::AlbumRead).count(), 1);
        assert!(named(&all).starts_with("`asset.read`, "), "{}", named(&all));
    }
}
