//! A webhook of one's own: the notice as JSON, every field of it.

use super::{Notice, Request};

/// The message.
pub(super) fn request(url: &str, token: Option<&str>, notice: &Notice) -> Request {
    Request::json(url.to_owned(), notice).with_token(token)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, notice};
    use super::*;
    use crate::news::Event;

    #[test]
    fn everything_is_a_field() {
        let body = json(&request("https://h/x", None, &notice(Event::Failure)));

        let expected = serde_json::json!({
            "schema": 1,
            "event": "failure",
            "title": "photos failed",
            "message": "The job photos ended with 10.",
            "host": "nas",
            "at": "2026-03-29T02:00:00Z",
            "exit": 10,
            "jobs": [{
                "name": "photos",
                "word": "unreachable",
                "exit": 10,
                "counts": { "done": 3 },
                "failures_in_row": 2,
                "last_good": null,
            }],
            "lines": ["one", "zwei ü"],
        });
        assert_eq!(body, expected);
    }
}
