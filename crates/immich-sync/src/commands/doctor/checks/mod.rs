//! The checks, in the order in which they are shown.

mod library;
mod machine;
mod server;
mod settings;
mod state;

use messages_macros::word;

use super::facts::Facts;
use super::verdict::Verdict;

/// One check.
pub(super) struct Check {
    /// Its name for machines; it stays.
    pub(super) id: &'static str,
    /// Its name for people.
    pub(super) title: fn() -> &'static str,
    /// What it comes to.
    pub(super) judge: fn(&Facts) -> Verdict,
}

const fn check(id: &'static str, title: fn() -> &'static str, judge: fn(&Facts) -> Verdict) -> Check {
    Check { id, title, judge }
}

/// All of them.
pub(super) const ALL: [Check; 32] = [
    check("config", || word!("Config file"), settings::config),
    check("config-mode", || word!("Config file: who may read it"), settings::config_mode),
    check("settings", || word!("Settings"), settings::settings),
    check("key", || word!("API key"), settings::key),
    check("key-mode", || word!("API key: who may read it"), settings::key_mode),
    check("time-zone", || word!("Time zone"), settings::time_zone),
    check("address", || word!("Address of the server"), server::address),
    check("server", || word!("Server"), server::server),
    check("tls", || word!("Secure connection"), server::tls),
    check("version", || word!("Version of Immich"), server::version),
    check("key-accepted", || word!("API key: accepted"), server::key_accepted),
    check("permissions", || word!("API key: permissions"), server::permissions),
    check("clock", || word!("Clocks"), server::clock),
    check("queues", || word!("Background jobs of the server"), server::queues),
    check("face-import", || word!("Faces from files"), server::face_import),
    check("trash", || word!("Trash of the server"), server::trash),
    check("library", || word!("Library folder"), library::folder),
    check("paths", || word!("Photos of the server, here"), library::paths),
    check("mount", || word!("Library: mounted for writing"), library::mount),
    check("owner", || word!("Library: owner of the files"), library::owner),
    check("disk", || word!("Library: what its disk can do"), library::disk),
    check("space", || word!("Library: room"), library::space),
    check("sidecars", || word!("Sidecars"), library::sidecars),
    check("exiftool", || word!("ExifTool"), machine::exiftool),
    check("heif", || word!("HEIC photos of folders"), machine::heif),
    check("cache", || word!("Cache"), machine::cache),
    check("log", || word!("Log file"), machine::log),
    check("state-disk", || word!("State: its disk"), state::disk),
    check("state", || word!("State: database"), state::database),
    check("unfinished", || word!("Unfinished changes and other runs"), state::unfinished),
    check("schedule", || word!("Schedule"), state::schedule),
    check("last-run", || word!("Last run"), state::last_run),
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
