//! Numbers about the traffic of a client, for the summary of a run.

use std::time::Duration;

/// What a client sent and received so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestStats {
    /// Requests that left, repeats and redirects included.
    pub requests: u64,
    /// Requests that were sent again after a failure.
    pub retries: u64,
    /// Bytes of answers, after inflation.
    pub bytes_received: u64,
    /// Bytes of files that were uploaded, with their forms; also of tries that failed.
    pub bytes_sent: u64,
    /// Time spent waiting for the rate limit and between repeats.
    pub waited: Duration,
}
