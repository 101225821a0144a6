//! What a client has to be told before it can connect.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::key::ApiKey;

/// How many requests leave per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RateLimit {
    /// At most that many per second; what is not a number above 0 counts as the default of 10.
    PerSecond(f64),
    /// Starts at 10 per second, goes up while the server answers quickly (to hundreds within seconds) and down when
    /// it pushes back. The one for fetching many pictures: how many requests are in flight limits them enough.
    Auto,
    /// No limit until the server pushes back; then half of what it bore, and up again like [`Self::Auto`].
    UntilPushedBack,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::PerSecond(10.0)
    }
}

/// Asked while the client waits; `true` ends the wait with [`crate::ApiError::Stopped`].
pub type StopQuestion = Arc<dyn Fn() -> bool + Send + Sync>;

/// What [`crate::Client::connect`] needs.
#[derive(Clone)]
pub struct ClientOptions {
    /// Address as a person writes it: `http://nas:2283`, also with a path or a slash at the end.
    pub server: String,
    /// The key that is sent with each request.
    pub key: ApiKey,
    /// Requests per second.
    pub rate_limit: RateLimit,
    /// Uploads per second, counted apart from other requests: each is worth many of them, and how many are in
    /// flight and the line limit them enough.
    pub upload_limit: RateLimit,
    /// How often a request that failed for a passing reason is sent again.
    pub retries: u32,
    /// How long a request is tried beyond that while nothing answers at an address where the server answered
    /// before: it is being restarted, or the network is away for a moment.
    pub patience: Duration,
    /// Longest time for a connection to stand, name lookup and TLS included.
    pub connect_timeout: Duration,
    /// Longest silence of the server, before and inside an answer, and the longest that it takes no byte of an
    /// upload.
    pub read_timeout: Duration,
    /// Certificates (PEM) to trust besides those of the system.
    pub ca_pem: Option<Vec<u8>>,
    /// Trust any certificate of this server. Anybody on the way can then read the key.
    pub insecure: bool,
    /// How the client introduces itself.
    pub user_agent: String,
    /// Where time and chance come from.
    pub clock: Arc<dyn Clock>,
    /// Asked while waiting; `true` ends the run.
    pub stop: StopQuestion,
}

impl ClientOptions {
    /// The defaults: 10 requests a second and uploads until the server pushes back, 5 repeats and no patience beyond, 10 s to connect, 60 s of silence.
    pub fn new(server: impl Into<String>, key: ApiKey) -> Self {
        Self {
            server: server.into(),
            key,
            rate_limit: RateLimit::default(),
            upload_limit: RateLimit::UntilPushedBack,
            retries: 5,
            patience: Duration::ZERO,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_mins(1),
            ca_pem: None,
            insecure: false,
            user_agent: concat!("immich-sync/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: Arc::new(SystemClock::new()),
            stop: Arc::new(|| false),
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("server", &crate::address::without_userinfo(&self.server))
            .field("key", &self.key)
            .field("rate_limit", &self.rate_limit)
            .field("retries", &self.retries)
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}
