//! One message on its way out.

use std::fmt;

use serde::Serialize;

use crate::secrets::masked_url;

/// A POST to a service. `Debug` shows neither its address nor its headers, which can be keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to.
    pub url: String,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// What.
    pub body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes to {}", self.body.len(), masked_url(&self.url))
    }
}

impl Request {
    /// With a body of text.
    pub(super) fn text(url: String, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())];
        Self { url, headers, body: body.as_bytes().to_vec() }
    }

    /// With a body of JSON.
    pub(super) fn json(url: String, body: &impl Serialize) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        // Nothing in a notice has a form that JSON lacks; an empty body would still say that something happened.
        Self { url, headers, body: serde_json::to_vec(body).unwrap_or_default() }
    }

    /// With a token, if there is one.
    pub(super) fn with_token(mut self, token: Option<&str>) -> Self {
        if let Some(token) = token {
            self.headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        self
    }
}
