//! Messages to people and to services that watch: what they say, and in whose form.
//!
//! Four forms cover what people use: a check that expects a ping (healthchecks and its like), ntfy, a webhook of one's
//! own, and Apprise, which knows a hundred others. Each is a pure function to one request.

mod apprise;
mod healthchecks;
mod ntfy;
mod request;
mod send;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::news::Event;
use crate::secrets::masked_url;

pub use request::Request;
pub use send::{Delivery, Pace, Sender, deliver};

/// The form of what a webhook gets. Fields that are added keep it.
pub const SCHEMA: u32 = 1;

/// Bytes of lines that a message carries at most: services cut or refuse more.
const LONGEST_BODY: usize = 8_000;

/// Who is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Channel {
    /// In which form.
    pub service: Service,
    /// Where; often a secret itself.
    pub url: String,
    /// What the service knows us by, if that is not in the address.
    pub token: Option<String>,
    /// Of what.
    pub on: BTreeSet<Event>,
}

/// Shows neither token nor the part of the address that can be one.
impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.service.name(), masked_url(&self.url))
    }
}

/// In which form somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// A check that expects a ping from each run.
    Healthchecks,
    /// A topic of ntfy.
    Ntfy,
    /// Our own JSON, to any address.
    Webhook,
    /// A configuration of the Apprise API.
    Apprise,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Healthchecks, Self::Ntfy, Self::Webhook, Self::Apprise];

    /// As a config file spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthchecks => "healthchecks",
            Self::Ntfy => "ntfy",
            Self::Webhook => "webhook",
            Self::Apprise => "apprise",
        }
    }

    /// What it is told when nobody says: a check needs every run, a person only what is wrong.
    pub fn usual(self) -> BTreeSet<Event> {
        match self {
            Self::Healthchecks => [Event::Start, Event::Success, Event::Failure, Event::Stale].into(),
            Self::Ntfy | Self::Webhook | Self::Apprise => {
                [Event::Failure, Event::Recovered, Event::Stale].into()
            }
        }
    }
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Raised when a field changes its meaning.
    pub schema: u32,
    /// What happened.
    #[serde(serialize_with = "as_word")]
    pub event: Event,
    /// In one line.
    pub title: String,
    /// In sentences.
    pub message: String,
    /// The name of the machine.
    pub host: String,
    /// When.
    pub at: Timestamp,
    /// How the whole run ended; `None` while it has not.
    pub exit: Option<u8>,
    /// The jobs that it is about.
    pub jobs: Vec<JobNote>,
    /// The last lines of what they said.
    pub lines: Vec<String>,
}

/// What is told of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobNote {
    /// Its name.
    pub name: String,
    /// How its newest run ended, in a word.
    pub word: Option<String>,
    /// The same as a number.
    pub exit: Option<u8>,
    /// What it counted.
    pub counts: BTreeMap<String, u64>,
    /// Runs that failed since the last good one.
    pub failures_in_row: u32,
    /// When the last good one ended.
    pub last_good: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn as_word<S: serde::Serializer>(event: &Event, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(event.word())
}

impl Channel {
    /// The request by which this notice reaches the service; `None` where it is not to be told.
    pub fn request(&self, notice: &Notice) -> Option<Request> {
        if !self.on.contains(&notice.event) {
            return None;
        }
        match self.service {
            Service::Healthchecks => healthchecks::request(&self.url, notice),
            Service::Ntfy => Some(ntfy::request(&self.url, self.token.as_deref(), notice)),
            Service::Webhook => Some(webhook::request(&self.url, self.token.as_deref(), notice)),
            Service::Apprise => Some(apprise::request(&self.url, notice)),
        }
    }
}

impl Notice {
    /// Message and lines as one text, cut from the front where it is long: the end tells most.
    fn body(&self) -> String {
        let mut body = self.message.clone();
        let lines = self.lines.join("\n");
        if !lines.is_empty() {
            body.push_str("\n\n");
            let excess = lines.len().saturating_sub(LONGEST_BODY.saturating_sub(body.len()));
            let start = (excess..lines.len()).find(|at| lines.is_char_boundary(*at)).unwrap_or(lines.len());
            body.push_str(&lines[start..]);
        }
        body
    }
}

#[cfg(test)]
mod testing {
    use super::*;

    pub(super) fn notice(event: Event) -> Notice {
        Notice {
            schema: SCHEMA,
            event,
            title: "photos failed".to_owned(),
            message: "The job photos ended with 10.".to_owned(),
            host: "nas".to_owned(),
            at: "2026-03-29T02:00:00Z".parse().unwrap(),
            exit: Some(10),
            jobs: vec![JobNote {
                name: "photos".to_owned(),
                word: Some("unreachable".to_owned()),
                exit: Some(10),
                counts: BTreeMap::from([("done".to_owned(), 3)]),
                failures_in_row: 2,
                last_good: None,
            }],
            lines: vec!["one".to_owned(), "zwei ü".to_owned()],
        }
    }

    pub(super) fn json(request: &Request) -> serde_json::Value {
        assert!(
            request.headers.iter().any(|(name, value)| name == "content-type" && value == "application/json")
        );
        serde_json::from_slice(&request.body).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_what_he_did_not_ask_for() {
        let on = Service::Ntfy.usual();
        let channel =
            Channel { service: Service::Ntfy, url: "https://ntfy.sh/t".to_owned(), token: None, on };

        assert!(channel.request(&testing::notice(Event::Failure)).is_some());
        assert!(channel.request(&testing::notice(Event::Success)).is_none());
    }

    #[test]
    fn a_channel_shows_no_secret() {
        let url = "https://u:pw@h/topic".to_owned();
        let token = Some("tk_secret".to_owned());
        let channel = Channel { service: Service::Ntfy, url, token, on: BTreeSet::new() };

        assert_eq!(format!("{channel:?}"), "ntfy at https://h/***");
    }

    #[test]
    fn a_long_body_keeps_its_beginning_and_its_end() {
        let mut notice = testing::notice(Event::Failure);
        notice.lines = (0..2000).map(|number| format!("Zeile ü {number}")).collect();

        let body = notice.body();

        assert!(body.len() <= LONGEST_BODY + 2, "{}", body.len());
        assert!(body.starts_with("The job photos ended with 10.\n\n") && body.ends_with("ü 1999"));
    }
}
