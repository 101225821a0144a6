//! One request as the transport sees it: where to, in whose name, and what may become of the answer.

use ureq::http::{HeaderValue, Method};

/// Largest answer that is read, after inflation. The largest honest one measured has half a megabyte.
pub(crate) const LARGEST_ANSWER: u64 = 64 * 1024 * 1024;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    /// How messages name it, such as `GET /assets/{id}`.
    pub(crate) endpoint: &'static str,
    pub(crate) method: Method,
    /// Absolute, on the origin of the server, without anything secret.
    pub(crate) url: &'a str,
    /// JSON.
    pub(crate) body: Option<&'a [u8]>,
    pub(crate) caller: Caller<'a>,
    /// The most bytes of a good answer.
    pub(crate) limit: u64,
    /// Sending it twice would do it twice.
    pub(crate) is_once: bool,
    /// The bytes themselves are wanted, from this place on, and as they are stored.
    pub(crate) bytes_from: Option<u64>,
    /// A picture is wanted instead of JSON.
    pub(crate) wants_picture: bool,
}

/// In whose name a request goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caller<'a> {
    /// A probe: nobody knows yet who answers, and nonsense is not asked for again.
    Nobody,
    /// The API key.
    Key,
    /// Who has no session yet; the answer holds a secret.
    Login,
    /// A session, by the value of its header.
    Session(&'a HeaderValue),
}

/// How much of an answer to expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// As much as fits into the memory, in a matter of minutes.
    Bounded,
    /// As much as there is to say: only the silences have a limit.
    Stream,
}

impl<'a> Call<'a> {
    /// A question without a body.
    pub(crate) fn get(endpoint: &'static str, url: &'a str, caller: Caller<'a>) -> Self {
        Self {
            endpoint,
            method: Method::GET,
            url,
            body: None,
            caller,
            limit: LARGEST_ANSWER,
            is_once: false,
            bytes_from: None,
            wants_picture: false,
        }
    }

    /// A question that a picture answers.
    pub(crate) fn picture(endpoint: &'static str, url: &'a str, caller: Caller<'a>) -> Self {
        Self { wants_picture: true, ..Self::get(endpoint, url, caller) }
    }

    /// A question or an order with JSON.
    pub(crate) fn with_body(
        endpoint: &'static str,
        method: Method,
        url: &'a str,
        body: &'a [u8],
        caller: Caller<'a>,
    ) -> Self {
        Self { method, body: Some(body), ..Self::get(endpoint, url, caller) }
    }
}
