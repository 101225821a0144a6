//! Which folder holds the state: one for each user of a server, below the user's folder of states.
//!
//! A user's id is used nowhere else and stays when the address of the server changes. Commands that ask no
//! server take the only state there is.

use std::path::{Path, PathBuf};

use anyhow::Result;

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

#[cfg(test)]
mod tests {
    use super::*;

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
