//! Pings in the form of healthchecks.io, which its like understand too: `/start`, the exit code, `/fail`.
//!
//! The check itself notices that pings stay away, so it hears of every run, and of success as well.

use super::{Notice, Request};
use crate::news::Event;

/// The ping for this event; none for what a check does not know.
pub(super) fn request(url: &str, notice: &Notice) -> Option<Request> {
    let end = match (notice.event, notice.exit) {
        (Event::Start, _) => "start".to_owned(),
        (Event::Success, _) => "0".to_owned(),
        // A run that failed may have no bad code of its own, such as one that was stopped by nobody's wish.
        (Event::Failure, Some(code)) if code != 0 => code.to_string(),
        (Event::Failure | Event::Stale, _) => "fail".to_owned(),
        (Event::Recovered, _) => return None,
    };
    let body = if notice.event == Event::Start { String::new() } else { notice.body() };
    Some(Request::text(below(url, &end), &body))
}

/// The address with a segment more, in front of what is asked of it.
fn below(url: &str, segment: &str) -> String {
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let path = path.trim_end_matches('/');
    query.map_or_else(|| format!("{path}/{segment}"), |query| format!("{path}/{segment}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::notice;
    use super::*;

    fn url(event: Event, exit: Option<u8>) -> Option<String> {
        let notice = Notice { exit, ..notice(event) };
        request("https://hc-ping.com/uuid/?create=1", &notice).map(|request| request.url)
    }

    #[test]
    fn each_event_has_its_address() {
        let at = |end: &str| Some(format!("https://hc-ping.com/uuid/{end}?create=1"));

        assert_eq!(url(Event::Start, None), at("start"));
        assert_eq!(url(Event::Success, Some(0)), at("0"));
        assert_eq!(url(Event::Success, Some(3)), at("0"), "what counts as good is a success");
        assert_eq!(url(Event::Failure, Some(10)), at("10"));
        assert_eq!(url(Event::Stale, None), at("fail"));
        assert_eq!(url(Event::Recovered, Some(0)), None);
    }

    #[test]
    fn the_last_lines_are_the_body() {
        let request = request("https://hc-ping.com/uuid", &notice(Event::Failure)).unwrap();

        assert_eq!(request.body, "The job photos ended with 10.\n\none\nzwei ü".as_bytes());
        assert_eq!(request.url, "https://hc-ping.com/uuid/10");
    }
}
