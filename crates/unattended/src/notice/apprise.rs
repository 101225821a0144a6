//! The Apprise API (`/notify/KEY`), which passes a message on to whatever stands in its configuration.

use serde_json::json;

use super::{Notice, Request};
use crate::news::Event;

/// The message.
pub(super) fn request(url: &str, notice: &Notice) -> Request {
    let kind = match notice.event {
        Event::Failure => "failure",
        Event::Stale => "warning",
        Event::Recovered | Event::Success => "success",
        Event::Start => "info",
    };
    let body = json!({ "title": notice.title, "body": notice.body(), "type": kind, "format": "text" });
    Request::json(url.to_owned(), &body)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, notice};
    use super::*;

    #[test]
    fn an_event_becomes_one_of_the_four_types() {
        let kind = |event| json(&request("http://apprise:8000/notify/k", &notice(event)))["type"].clone();

        assert_eq!(Event::ALL.map(kind), ["info", "success", "failure", "success", "warning"]);
    }
}
