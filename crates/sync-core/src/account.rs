//! The accounts of a run: users of one server, each with a key of their own.
//!
//! What one user shares with another is listed for both; the owner's account alone has it, so no photo is
//! handled twice, and nothing is written for a user who gave no key.

use immich_api::{Client, Reader, ServerInfo};

use crate::error::SyncError;
use crate::state::{ServerIdentity, Store};

/// One user of the server, as far as reading goes.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Asks on behalf of the user.
    pub reader: Reader<'a>,
    /// The server and the user, as found when connecting.
    pub server: &'a ServerInfo,
}

impl<'a> Account<'a> {
    /// The reading half of a client.
    pub fn of(client: &'a Client) -> Self {
        Self { reader: client.reader(), server: client.server() }
    }

    pub(crate) fn user(&self) -> String {
        self.server.user.id.to_string()
    }
}

/// Who a state would belong to after a run with these accounts.
///
/// The address of a server may change; the id of a user on it does not. So a state is for these accounts when it
/// knows at least one of their users.
pub(crate) fn identity(accounts: &[Account<'_>], store: &dyn Store) -> Result<ServerIdentity, SyncError> {
    let url = accounts.first().map(|account| account.server.base_url.clone()).unwrap_or_default();
    let users = accounts.iter().map(Account::user).collect();
    let found = ServerIdentity { url, users };
    let Some(known) = store.identity()? else { return Ok(found) };
    if known.users.is_disjoint(&found.users) {
        let text = |identity: &ServerIdentity| {
            let users: Vec<&str> = identity.users.iter().map(String::as_str).collect();
            format!("{} (user {})", identity.url, users.join(", "))
        };
        return Err(SyncError::OtherServer { known: text(&known), found: text(&found) });
    }
    let users = known.users.union(&found.users).cloned().collect();
    Ok(ServerIdentity { url: found.url, users })
}
