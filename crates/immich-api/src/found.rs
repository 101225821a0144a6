//! A look at an address without a key: is Immich there, and which version.

use std::time::SystemTime;

use crate::address::Address;
use crate::client::Client;
use crate::discovery;
use crate::error::ApiError;
use crate::options::ClientOptions;
use crate::transport::Transport;
use crate::version::ServerVersion;

/// What answers at an address.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Where the API is, without a slash at the end, such as `http://nas:2283/api`.
    pub base_url: String,
    /// The version of the server.
    pub version: ServerVersion,
    /// The clock of the server, to the second, where it tells.
    pub date: Option<SystemTime>,
}

impl Client {
    /// Looks for the server that [`Client::connect`] would talk to. The key is not sent.
    pub fn find(options: ClientOptions) -> Result<Found, ApiError> {
        let address = Address::parse(&options.server)?;
        let transport = Transport::new(options, address.origin.clone())?;
        let (base_url, version) = discovery::find_base(&transport, &address)?;
        let date = discovery::date(&transport, &base_url);
        Ok(Found { base_url, version, date })
    }
}
