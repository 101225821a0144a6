//! Which folder holds the state: one for each user of a server, below the user's folder of states.
//!
//! A user's id is used nowhere else and stays when the address of the server changes. Commands that ask no
//! server take the only state there is.

use std::path::{Path, PathBuf};

use anyhow::Result;
use sync_core::state::{SqliteStore, Store as _};

use crate::exit::usage;

/// The folder of a run for these users of one server: that of the first who has one, else of the first.
///
/// With several accounts, the one named first need not be the one it was first run with.
pub(crate) fn of_users(states: Option<&Path>, users: &[String]) -> Result<PathBuf> {
    let states = states.ok_or_else(|| {
        usage("there is no home folder to keep the state in; name a folder with --state-dir")
    })?;
    let known = users.iter().find(|user| states.join(user).is_dir());
    let user = known.or_else(|| users.first()).ok_or_else(|| usage("no account is known"))?;
    Ok(states.join(user))
}

/// The state of scans of this machine's folders alone, which belong to no server.
const LOCAL: &str = "local";

/// The folder of scans of this machine's folders alone.
pub(crate) fn of_this_machine(states: Option<&Path>) -> Result<PathBuf> {
    let states = states.ok_or_else(|| {
        usage("there is no home folder to keep the state in; name a folder with --state-dir")
    })?;
    Ok(states.join(LOCAL))
}

/// The only state that there is, or the one of this server; of several, none is guessed. That of this machine alone
/// counts where there is no other.
pub(crate) fn of_server(states: Option<&Path>, server: Option<&str>) -> Result<PathBuf> {
    let nothing =
        || usage("nothing was written yet, or its state is elsewhere; name its folder with --state-dir");
    let mut found = all(states.ok_or_else(nothing)?)?;
    if found.len() > 1 {
        found.retain(|state| state.folder.file_name() != Some(LOCAL.as_ref()));
    }
    if found.len() > 1
        && let Some(server) = server
    {
        found.retain(|state| bare(&state.url) == bare(server));
    }
    match found.as_slice() {
        [] => Err(nothing()),
        [one] => Ok(one.folder.clone()),
        several => {
            let named: Vec<String> = several
                .iter()
                .map(|state| format!("`{}` of {} ({})", state.folder.display(), state.url, state.users))
                .collect();
            Err(usage(format!("there are several states; name one with --state-dir: {}", named.join(", "))))
        }
    }
}

/// A state, and whose it is.
struct Found {
    folder: PathBuf,
    url: String,
    users: String,
}

/// Every state below the folder, in the order of their names.
fn all(states: &Path) -> Result<Vec<Found>> {
    let mut folders: Vec<PathBuf> = match std::fs::read_dir(states) {
        Ok(entries) => {
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect()
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            return Err(usage(format!(
                "the folder of states `{}` cannot be read: {error}",
                states.display()
            )));
        }
    };
    folders.sort();
    let mut found = Vec::new();
    for folder in folders {
        let Some(store) = SqliteStore::open_read_only(&folder)? else { continue };
        let identity = store.identity()?;
        let (url, users) = identity.map(|identity| (identity.url, identity.users)).unwrap_or_default();
        let users = match users.first() {
            Some(user) if users.len() == 1 => format!("user {user}"),
            _ => format!("{} users", users.len()),
        };
        found.push(Found { folder, url, users });
    }
    Ok(found)
}

/// An address as people write it: with or without `/api`.
fn bare(url: &str) -> &str {
    let url = url.trim().trim_end_matches('/');
    url.strip_suffix("/api").unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use sync_core::state::ServerIdentity;

    use super::*;

    fn state(states: &Path, user: &str, url: &str) {
        let store = SqliteStore::open(&states.join(user)).unwrap();
        let users = [user.to_owned()].into();
        store.set_identity(&ServerIdentity { url: url.to_owned(), users }).unwrap();
        store.close().unwrap();
    }

    #[test]
    fn the_only_state_is_taken_and_of_several_the_one_of_the_server() {
        let states = tempfile::tempdir().unwrap();
        let find = |server| of_server(Some(states.path()), server);
        assert!(find(None).unwrap_err().to_string().contains("nothing was written yet"));

        state(states.path(), "anna", "http://nas:2283/api");
        assert_eq!(find(None).unwrap(), states.path().join("anna"));

        state(states.path(), "ben", "http://other/api");
        assert_eq!(find(Some("http://other/")).unwrap(), states.path().join("ben"));
        let error = find(None).unwrap_err().to_string();
        assert!(error.contains("http://nas:2283/api") && error.contains("--state-dir"), "{error}");
    }

    #[test]
    fn the_state_of_this_machine_alone_counts_where_there_is_no_other() {
        let states = tempfile::tempdir().unwrap();
        let local = of_this_machine(Some(states.path())).unwrap();
        SqliteStore::open(&local).unwrap().close().unwrap();
        assert_eq!(of_server(Some(states.path()), None).unwrap(), local);

        state(states.path(), "anna", "http://nas");

        assert_eq!(of_server(Some(states.path()), None).unwrap(), states.path().join("anna"));
    }

    #[test]
    fn a_folder_without_a_state_is_none() {
        let states = tempfile::tempdir().unwrap();
        std::fs::create_dir(states.path().join("empty")).unwrap();

        state(states.path(), "anna", "http://nas/api");

        assert_eq!(of_server(Some(states.path()), None).unwrap(), states.path().join("anna"));
    }

    fn users(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_order_of_the_accounts_does_not_change_the_state() {
        let states = tempfile::tempdir().unwrap();
        let fresh = of_users(Some(states.path()), &users(&["anna", "ben"])).unwrap();
        std::fs::create_dir(&fresh).unwrap();

        let later = of_users(Some(states.path()), &users(&["ben", "anna"])).unwrap();

        assert_eq!(fresh, states.path().join("anna"));
        assert_eq!(later, fresh);
    }

    #[test]
    fn without_a_home_folder_a_state_has_to_be_named() {
        assert!(of_users(None, &users(&["anna"])).unwrap_err().to_string().contains("--state-dir"));
    }
}
