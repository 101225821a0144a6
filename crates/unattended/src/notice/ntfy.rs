//! A topic of ntfy. Published as JSON to the root of the server, since a header has no place for `ü`.

use serde_json::json;

use super::{Notice, Request};
use crate::news::Event;

/// The message. The last part of the address is the topic.
pub(super) fn request(url: &str, token: Option<&str>, notice: &Notice) -> Request {
    let url = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let (server, topic) = url.rsplit_once('/').unwrap_or((url, ""));
    let (priority, tag) = match notice.event {
        Event::Failure => (4, "rotating_light"),
        Event::Stale => (4, "hourglass"),
        Event::Recovered => (3, "white_check_mark"),
        Event::Success => (2, "white_check_mark"),
        Event::Start => (1, "arrow_forward"),
    };
    let body = json!({
        "topic": topic,
        "title": notice.title,
        "message": cut(&notice.body()),
        "priority": priority,
        "tags": [tag],
    });
    Request::json(format!("{server}/"), &body).with_token(token)
}

/// ntfy turns a message of more than 4,096 bytes into a file.
fn cut(body: &str) -> &str {
    const LONGEST: usize = 4000;
    let end = (0..=LONGEST.min(body.len())).rev().find(|at| body.is_char_boundary(*at)).unwrap_or_default();
    &body[..end]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{json, notice};
    use super::*;

    #[test]
    fn the_topic_is_the_end_of_the_address_and_the_token_a_header() {
        let request = request("https://ntfy.example:8443/my-topic/", Some("tk_1"), &notice(Event::Failure));

        assert_eq!(request.url, "https://ntfy.example:8443/");
        let body = json(&request);
        assert_eq!((&body["topic"], &body["title"]), (&"my-topic".into(), &"photos failed".into()));
        assert_eq!(body["priority"], 4);
        assert!(body["message"].as_str().unwrap().ends_with("zwei ü"), "{body}");
        assert!(request.headers.contains(&("authorization".to_owned(), "Bearer tk_1".to_owned())));
    }

    #[test]
    fn a_long_message_is_cut_between_two_letters() {
        let text = "ü".repeat(3000);

        assert_eq!(cut(&text).len(), 4000);
        assert_eq!(cut("short"), "short");
    }
}
