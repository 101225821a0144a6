//! What was asked, in order: the proof that a dry run writes nothing and that a key stays at home.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;

use crate::traffic::{Traffic, route};

/// Bodies are kept up to this many bytes: enough for any JSON of a test, too little for a video.
const BODY_CAP: usize = 256 * 1024;

/// POST requests that change nothing of a library.
const READING_POSTS: [&str; 10] = [
    "/api/search/metadata",
    "/api/search/statistics",
    "/api/search/random",
    "/api/assets/bulk-upload-check",
    "/api/assets/exist",
    "/api/download/info",
    "/api/download/archive",
    "/api/sync/stream",
    "/api/auth/login",
    "/api/auth/logout",
];

/// One request, as it arrived, and how it was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Query without its question mark, as sent.
    pub query: String,
    /// Names in small letters and values, without the value of the key.
    pub headers: Vec<(String, String)>,
    /// Whether a key came in a header.
    pub has_key: bool,
    /// Whether a key came in the query, where it would land in the logs of a proxy.
    pub has_key_in_query: bool,
    /// The body up to 256 KiB, of an upload up to 4 KiB.
    pub body: Vec<u8>,
    /// Length of the body; 0 when the answer left before the body was read.
    pub body_length: usize,
    /// Status of the answer; `None` when none was sent.
    pub status: Option<u16>,
    /// The fault that was played, if any.
    pub fault: Option<String>,
}

impl RecordedRequest {
    /// Whether it could change something on the server.
    pub fn is_write(&self) -> bool {
        match self.method.as_str() {
            "GET" | "HEAD" | "OPTIONS" => false,
            "POST" => !READING_POSTS.contains(&self.path.as_str()),
            _ => true,
        }
    }

    /// The first value of a header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn body_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// Method, path and query in one line.
    pub fn line(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, self.query)
    }

    pub(crate) fn of(method: &str, uri: &axum::http::Uri, headers: &HeaderMap) -> Self {
        let query = uri.query().unwrap_or_default().to_owned();
        Self {
            method: method.to_owned(),
            path: uri.path().to_owned(),
            has_key: headers.contains_key("x-api-key"),
            has_key_in_query: query.split('&').any(|pair| pair.starts_with("apiKey=")),
            query,
            headers: headers
                .iter()
                .map(|(name, value)| (name.to_string(), shown(name.as_str(), value)))
                .collect(),
            ..Self::default()
        }
    }

    /// Keeps what an upload began with.
    pub(crate) fn keep_start(&mut self, start: Vec<u8>, length: u64) {
        self.body_length = usize::try_from(length).unwrap_or(usize::MAX);
        self.body = start;
    }

    pub(crate) fn keep_body(&mut self, body: &[u8]) {
        self.body_length = body.len();
        self.body = body[..body.len().min(BODY_CAP)].to_vec();
    }
}

fn shown(name: &str, value: &axum::http::HeaderValue) -> String {
    if matches!(
        name,
        "x-api-key" | "authorization" | "cookie" | "x-immich-user-token" | "x-immich-session-token"
    ) {
        return "***".to_owned();
    }
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// The list of requests, shared with the server's thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    requests: Vec<RecordedRequest>,
    /// How many came, kept or not.
    count: u64,
    /// Whether they are only counted.
    only_counts: bool,
    /// What they and their answers weighed.
    traffic: Traffic,
}

impl Record {
    fn lock(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request; answers its number, which nothing has while they are only counted.
    pub(crate) fn begin(&self, request: RecordedRequest) -> usize {
        let mut list = self.lock();
        list.count += 1;
        list.traffic.entry(route(&request.method, &request.path)).or_default().requests += 1;
        if list.only_counts {
            return usize::MAX;
        }
        list.requests.push(request);
        list.requests.len() - 1
    }

    pub(crate) fn only_count(&self, on: bool) {
        self.lock().only_counts = on;
    }

    pub(crate) fn count(&self) -> u64 {
        self.lock().count
    }

    /// Adds the bytes of a request of this route, and of its answer.
    pub(crate) fn weigh(&self, route: &str, request: u64, answer: u64) {
        // After a clear, what was under way belongs to nothing.
        if let Some(traffic) = self.lock().traffic.get_mut(route) {
            traffic.weigh(request, answer);
        }
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.lock().traffic.clone()
    }

    /// Changes a request that is under way. After a [`Self::clear`] there may be none of that number.
    pub(crate) fn amend(&self, number: usize, change: impl FnOnce(&mut RecordedRequest)) {
        if let Some(request) = self.lock().requests.get_mut(number) {
            change(request);
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.lock().requests.clone()
    }

    pub(crate) fn clear(&self) {
        let mut list = self.lock();
        (list.requests, list.count, list.traffic) = (Vec::new(), 0, Traffic::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str) -> RecordedRequest {
        RecordedRequest { method: method.to_owned(), path: path.to_owned(), ..RecordedRequest::default() }
    }

    #[test]
    fn a_search_is_no_write_though_it_is_a_post() {
        assert!(!request("POST", "/api/search/metadata").is_write());
        assert!(!request("GET", "/api/assets").is_write());
    }

    #[test]
    fn everything_else_counts_as_a_write() {
        for (method, path) in
            [("POST", "/api/assets"), ("PUT", "/api/assets"), ("DELETE", "/api/tags/x"), ("PATCH", "/")]
        {
            assert!(request(method, path).is_write(), "{method} {path}");
        }
    }
}
