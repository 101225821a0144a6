//! The server, and what the key may do there.

use std::time::Duration;

use immich_api::{OLDEST, Permission, ServerInfo, ServerVersion};
use messages_macros::{tr, word};

use super::super::facts::{Facts, Unreached};
use super::super::verdict::{Verdict, failure, note, ok, skipped, warning};
use crate::commands::init::{named, page_of_keys};
use crate::language::said;

/// Clocks that differ by more make "changed since" wrong.
const SKEW: Duration = Duration::from_mins(2);

/// Jobs that wait; more than that is a server at work.
const MANY_JOBS: u64 = 100;

/// Before this one any key could give itself more permissions (CVE-2026-23896).
const KEYS_ARE_KEPT: ServerVersion = ServerVersion::new(2, 5, 0);

/// The newest major version of Immich whose answers are known.
const NEWEST_MAJOR: u32 = 3;

pub(super) fn address(facts: &Facts) -> Verdict {
    let server = &facts.server;
    let Some(address) = &server.address else {
        return failure(
            word!("there is none"),
            word!("set server to what the browser shows, such as http://nas:2283"),
        );
    };
    if let Some(concern) = &server.concern {
        return warning(
            said(concern),
            word!("use https://, or a connection that is encrypted below (a VPN)"),
        );
    }
    ok(address)
}

pub(super) fn server(facts: &Facts) -> Verdict {
    match &facts.server.version {
        Some(Ok(_)) => ok(word!("it answers as Immich")),
        Some(Err(Unreached { tls: Some(_), .. })) => skipped(word!("there is no secure connection")),
        Some(Err(Unreached { reason, elsewhere: Some(address), .. })) => {
            failure(said(reason), tr!("there is an Immich at {address}: set server to that"))
        }
        Some(Err(Unreached { reason, .. })) => failure(
            said(reason),
            word!(
                "open the address in the browser of this machine; check host, port (2283) and firewall; in a container \
             `localhost` is the container itself"
            ),
        ),
        None => skipped(word!("there is no address")),
    }
}

pub(super) fn tls(facts: &Facts) -> Verdict {
    let server = &facts.server;
    if let Some(Err(Unreached { tls: Some(why), reason, elsewhere })) = &server.version {
        return match elsewhere {
            Some(address) => {
                failure(said(reason), tr!("there is an Immich at {address}: set server to that"))
            }
            None => failure(said(reason), said(why)),
        };
    }
    if server.insecure {
        return warning(
            word!("any certificate is accepted: whoever is in between can read the API key"),
            word!("take `insecure` away, and name the authority of the certificate with ca_file"),
        );
    }
    match (&server.address, &server.version) {
        (Some(address), Some(Ok(_))) if address.starts_with("https://") => {
            ok(word!("the certificate is good"))
        }
        (Some(address), _) if !address.starts_with("https://") => ok(word!("not used in this network")),
        _ => skipped(word!("the server was not reached")),
    }
}

pub(super) fn version(facts: &Facts) -> Verdict {
    let Some(Ok(version)) = &facts.server.version else {
        return skipped(word!("the server was not reached"));
    };
    if !version.is_supported() {
        return failure(tr!("{version}; the oldest that works is {OLDEST}"), word!("update Immich"));
    }
    if version.major > NEWEST_MAJOR {
        return note(
            tr!("{version} is newer than any that this program was tried with ({NEWEST_MAJOR}.x)"),
            word!("look for a newer version of this program; begin with --dry-run"),
        );
    }
    if *version < KEYS_ARE_KEPT {
        return note(
            tr!(
                "{version}; before {KEYS_ARE_KEPT} any API key can give itself all permissions (CVE-2026-23896)"
            ),
            word!("update Immich, so that a key with few permissions is worth it"),
        );
    }
    ok(version.to_string())
}

/// What the server says to the keys that it took.
fn accepted(facts: &Facts) -> impl Iterator<Item = &ServerInfo> {
    facts.server.keyed.iter().flatten().filter_map(|keyed| keyed.as_ref().ok())
}

pub(super) fn key_accepted(facts: &Facts) -> Verdict {
    let Some(keyed) = &facts.server.keyed else {
        return skipped(word!("the server was not asked with a key"));
    };
    if let Some(error) = keyed.iter().find_map(|keyed| keyed.as_ref().err()) {
        return failure(said(error), word!("make a new key in Immich: Account Settings, API Keys"));
    }
    let users: Vec<String> =
        accepted(facts).map(|server| format!("{} ({})", server.user.name, server.key.name)).collect();
    ok(users.join(", "))
}

pub(super) fn permissions(facts: &Facts) -> Verdict {
    let mut servers = accepted(facts).peekable();
    if servers.peek().is_none() {
        return skipped(word!("no key was accepted"));
    }
    let needed = &facts.server.needed;
    for server in servers {
        let missing = server.missing_permissions(needed);
        if !missing.is_empty() {
            let page = page_of_keys(&server.base_url);
            return failure(
                tr!("the key `{}` lacks {}", server.key.name, named(&missing)),
                tr!("tick them at {page}"),
            );
        }
    }
    let refreshes = accepted(facts).all(|server| server.can(Permission::JobCreate));
    if !refreshes {
        return note(
            word!("without `job.create` the server reads changed files only at its next scan"),
            word!("add it to the key, if changes should show at once"),
        );
    }
    ok(tr!("{} that the runs of this config need", needed.len()))
}

pub(super) fn clock(facts: &Facts) -> Verdict {
    let Some((theirs, ours)) = facts.server.clocks else {
        return skipped(word!("the server did not tell its time"));
    };
    let skew = theirs.duration_since(ours).unwrap_or_else(|error| error.duration());
    if skew <= SKEW {
        return ok(tr!("they differ by {} s", skew.as_secs()));
    }
    warning(
        tr!("server and this machine differ by {} s", skew.as_secs()),
        word!("let both take their time from the network (NTP); `--since` and the age of things go by it"),
    )
}

pub(super) fn queues(facts: &Facts) -> Verdict {
    match &facts.server.queues {
        None => skipped(word!("only the key of an administrator may see them")),
        Some(Err(error)) => skipped(said(error)),
        Some(Ok(queues)) => {
            let paused: Vec<&str> =
                queues.iter().filter(|queue| queue.is_paused).map(|queue| queue.name.as_str()).collect();
            let jobs: u64 = queues.iter().map(|queue| queue.active + queue.waiting).sum();
            if !paused.is_empty() {
                return warning(
                    tr!("paused: {}", paused.join(", ")),
                    word!(
                        "resume them in Immich (Administration, Jobs), or changed files are not read again"
                    ),
                );
            }
            if jobs > MANY_JOBS {
                return note(
                    tr!("{jobs} jobs wait or are at work"),
                    word!("a run now is slower than one later"),
                );
            }
            ok(tr!("{jobs} at work or waiting"))
        }
    }
}

pub(super) fn face_import(facts: &Facts) -> Verdict {
    let Some(server) = accepted(facts).next() else { return skipped(word!("no key was accepted")) };
    match server.features.import_faces {
        Some(true) if facts.server.writes_faces => warning(
            word!("the server reads faces from files, so faces that are written would be there twice"),
            word!(
                "switch the import of faces off in Immich (Metadata Settings), or do not write face-coordinates"
            ),
        ),
        Some(true) => ok(word!("read by the server, and none are written")),
        Some(false) => ok(word!("not read by the server")),
        None => skipped(word!("this version does not tell")),
    }
}

pub(super) fn trash(facts: &Facts) -> Verdict {
    let Some(server) = accepted(facts).next() else { return skipped(word!("no key was accepted")) };
    match server.features.trash {
        Some(false) => warning(
            word!("the trash of the server is off: what is trashed there is gone at once"),
            word!(
                "switch it on in Immich (Administration, Trash Settings); until then nothing is trashed from here"
            ),
        ),
        Some(true) => ok(word!("it is on")),
        None => skipped(word!("this version does not tell")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use immich_api::{CurrentUser, Features, KeyInfo, Queue, QueueName, UserId};

    use super::*;
    use crate::commands::doctor::verdict::Level;

    fn server_info(permissions: &[&str]) -> ServerInfo {
        let permissions = Some(permissions.iter().map(ToString::to_string).collect());
        ServerInfo {
            base_url: "http://nas:2283/api".to_owned(),
            version: ServerVersion::new(3, 0, 3),
            features: Features::default(),
            key: KeyInfo { name: "sync".to_owned(), permissions },
            user: CurrentUser {
                id: UserId::from_u128(1),
                name: "Anna".to_owned(),
                is_admin: false,
                email: None,
            },
            insecure: false,
        }
    }

    fn reached(version: ServerVersion) -> Facts {
        let mut facts = Facts::default();
        facts.server.address = Some("http://nas:2283".to_owned());
        facts.server.version = Some(Ok(version));
        facts
    }

    #[test]
    fn missing_permissions_are_named_with_the_page_to_add_them() {
        let mut facts = reached(ServerVersion::new(3, 0, 3));
        facts.server.needed = vec![Permission::AssetRead, Permission::TagRead];
        facts.server.keyed = Some(vec![Ok(server_info(&["asset.read"]))]);

        let verdict = permissions(&facts);

        assert_eq!(verdict.level, Level::Failure);
        assert!(
            verdict.reason.contains("`tag.read`") && !verdict.reason.contains("`asset.read`"),
            "{verdict:?}"
        );
        assert!(verdict.remedy.unwrap().contains("http://nas:2283/user-settings?isOpen=api-keys"));
        facts.server.keyed = Some(vec![Ok(server_info(&["asset.read", "tag.read", "job.create"]))]);
        assert_eq!(permissions(&facts).level, Level::Ok);
    }

    #[test]
    fn each_version_has_its_verdict() {
        let level = |major, minor| version(&reached(ServerVersion::new(major, minor, 0))).level;

        assert_eq!(level(1, 100), Level::Failure);
        assert_eq!(level(2, 0), Level::Note);
        assert_eq!(level(2, 5), Level::Ok);
        assert_eq!(level(9, 0), Level::Note);
    }

    #[test]
    fn clocks_may_differ_by_seconds() {
        let level = |seconds| {
            let mut facts = Facts::default();
            let now = SystemTime::UNIX_EPOCH + Duration::from_hours(1);
            facts.server.clocks = Some((now, now + Duration::from_secs(seconds)));
            clock(&facts).level
        };

        assert_eq!((level(0), level(30), level(3000)), (Level::Ok, Level::Ok, Level::Warning));
    }

    #[test]
    fn trouble_with_a_certificate_is_not_told_twice() {
        let mut facts = reached(ServerVersion::new(3, 0, 0));
        facts.server.version =
            Some(Err(Unreached { reason: "x".to_owned(), tls: Some("it has expired"), elsewhere: None }));

        assert_eq!((server(&facts).level, tls(&facts).level), (Level::Skipped, Level::Failure));
        assert_eq!(tls(&facts).remedy.as_deref(), Some("it has expired"));
    }

    #[test]
    fn queues_that_are_paused_or_long_are_told() {
        let level = |is_paused, waiting| {
            let mut facts = Facts::default();
            let name = QueueName::parse("sidecar").unwrap();
            facts.server.queues = Some(Ok(vec![Queue { name, is_paused, active: 0, waiting }]));
            queues(&facts).level
        };

        assert_eq!(
            (level(false, 3), level(false, 3000), level(true, 0)),
            (Level::Ok, Level::Note, Level::Warning)
        );
    }

    #[test]
    fn faces_are_a_worry_only_where_they_are_read_and_written() {
        let level = |reads, writes| {
            let mut info = server_info(&["all"]);
            info.features.import_faces = Some(reads);
            let mut facts = Facts::default();
            facts.server.keyed = Some(vec![Ok(info)]);
            facts.server.writes_faces = writes;
            face_import(&facts).level
        };

        assert_eq!(
            (level(true, true), level(true, false), level(false, true)),
            (Level::Warning, Level::Ok, Level::Ok)
        );
    }

    #[test]
    fn an_address_of_another_port_is_the_remedy() {
        let mut facts = reached(ServerVersion::new(3, 0, 0));
        let elsewhere = Some("http://nas:2283".to_owned());
        facts.server.version = Some(Err(Unreached { reason: "no".to_owned(), tls: None, elsewhere }));

        assert!(server(&facts).remedy.unwrap().contains("http://nas:2283"));
    }

    #[test]
    fn a_trash_that_is_off_is_a_warning() {
        let mut info = server_info(&["all"]);
        info.features.trash = Some(false);
        let mut facts = Facts::default();
        facts.server.keyed = Some(vec![Ok(info)]);

        assert_eq!(trash(&facts).level, Level::Warning);
    }
}
