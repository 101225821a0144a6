//! The one way out: a POST over HTTP, nothing followed, nothing kept.
//!
//! Surprising defaults that are set here: the library takes a proxy from the environment, follows redirects (with all
//! headers) and has no time limits. The answer is not read beyond its status.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use crate::notice::{Request, Sender};

/// Sends to the world, trusting the certificates that the system trusts.
#[derive(Debug)]
pub struct Http {
    agent: Agent,
}

impl Http {
    /// Ready to send.
    pub fn new() -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("immich-sync/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build();
        Self { agent: Agent::new_with_config(config) }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

impl Sender for Http {
    fn post(&self, request: &Request, limit: Duration) -> Result<u16, String> {
        let mut post = self.agent.post(&request.url).config().timeout_global(Some(limit)).build();
        for (name, value) in &request.headers {
            post = post.header(name, value);
        }
        let answer = post.send(request.body.as_slice()).map_err(|error| error.to_string())?;
        Ok(answer.status().as_u16())
    }
}
