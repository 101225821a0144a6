//! The checks, in the order in which they are shown.

mod library;
mod machine;
mod server;
mod settings;
mod state;

use super::facts::Facts;
use super::verdict::Verdict;

/// One check.
pub(super) struct Check {
    /// Its name for machines; it stays.
    pub(super) id: &'static str,
    /// Its name for people.
    pub(super) title: &'static str,
    /// What it comes to.
    pub(super) judge: fn(&Facts) -> Verdict,
}

const fn check(id: &'static str, title: &'static str, judge: fn(&Facts) -> Verdict) -> Check {
    Check { id, title, judge }
}

/// All of them.
pub(super) const ALL: [Check; 32] = [
    check("config", "Config file", settings::config),
    check("config-mode", "Config file: who may read it", settings::config_mode),
    check("settings", "Settings", settings::settings),
    check("key", "API key", settings::key),
    check("key-mode", "API key: who may read it", settings::key_mode),
    check("time-zone", "Time zone", settings::time_zone),
    check("address", "Address of the server", server::address),
    check("server", "Server", server::server),
    check("tls", "Secure connection", server::tls),
    check("version", "Version of Immich", server::version),
    check("key-accepted", "API key: accepted", server::key_accepted),
    check("permissions", "API key: permissions", server::permissions),
    check("clock", "Clocks", server::clock),
    check("queues", "Background jobs of the server", server::queues),
    check("face-import", "Faces from files", server::face_import),
    check("trash", "Trash of the server", server::trash),
    check("library", "Library folder", library::folder),
    check("paths", "Photos of the server, here", library::paths),
    check("mount", "Library: mounted for writing", library::mount),
    check("owner", "Library: owner of the files", library::owner),
    check("disk", "Library: what its disk can do", library::disk),
    check("space", "Library: room", library::space),
    check("sidecars", "Sidecars", library::sidecars),
    check("exiftool", "ExifTool", machine::exiftool),
    check("heif", "HEIC photos of folders", machine::heif),
    check("cache", "Cache", machine::cache),
    check("log", "Log file", machine::log),
    check("state-disk", "State: its disk", state::disk),
    check("state", "State: database", state::database),
    check("unfinished", "Unfinished changes and other runs", state::unfinished),
    check("schedule", "Schedule", state::schedule),
    check("last-run", "Last run", state::last_run),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::commands::doctor::verdict::Level;

    #[test]
    fn there_are_more_than_twenty_and_each_has_its_own_name() {
        let ids: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();

        assert_eq!(ids.len(), ALL.len());
        assert!(ALL.len() >= 20);
    }

    #[test]
    fn nothing_known_is_never_all_well_and_never_a_panic() {
        let facts = Facts::default();

        for check in &ALL {
            let verdict = (check.judge)(&facts);
            let has_remedy = verdict.remedy.is_some();
            assert_eq!(has_remedy, verdict.level > Level::Skipped, "{}: {verdict:?}", check.id);
            assert!(!verdict.reason.is_empty(), "{}", check.id);
        }
        assert_eq!((ALL[7].judge)(&facts).level, Level::Skipped, "no address, so no server was asked");
    }
}
