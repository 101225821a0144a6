//! The queues of the server's background jobs, for administrators.
//!
//! From 2.4 on each queue is a thing of its own; before, a job was sent the command to pause. A paused queue stays
//! paused until somebody resumes it, also when the server starts anew.

use std::fmt;

use serde_json::json;
use ureq::http::Method;

use crate::error::ApiError;
use crate::json::Json;
use crate::lenient::{boolean, integer, member, text};
use crate::permission::Permission;
use crate::reader::Reader;
use crate::server_info::ServerInfo;
use crate::version::Trait;
use crate::writer::Writer;

/// Names a queue, such as `thumbnailGeneration`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueName(String);

impl QueueName {
    /// Takes a name as the server writes it: letters only, as it becomes a part of a path.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name =
            !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_name.then(|| Self(text.to_owned()))
    }

    /// As the server writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A queue as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: QueueName,
    /// Whether its jobs wait until somebody resumes it.
    pub is_paused: bool,
    /// Jobs that are being done.
    pub active: u64,
    /// Jobs that wait.
    pub waiting: u64,
}

impl ServerInfo {
    /// What a key has to allow so that queues can be seen and paused; besides, its user is an administrator.
    pub fn queue_permissions(&self) -> [Permission; 2] {
        if self.version.has(Trait::Queues) {
            [Permission::QueueRead, Permission::QueueUpdate]
        } else {
            [Permission::JobRead, Permission::JobCreate]
        }
    }
}

impl Reader<'_> {
    /// All queues, in the server's order; [`ApiError::AdminNeeded`] for everybody but administrators.
    pub fn queues(self) -> Result<Vec<Queue>, ApiError> {
        if self.client.has(Trait::Queues) {
            self.client.get("GET /queues", "/queues", |answer| crate::reader::list(answer, queue))
        } else {
            self.client.get("GET /jobs", "/jobs", jobs)
        }
    }
}

impl Writer<'_> {
    /// Lets the jobs of a queue wait, or go on. May be repeated. For everybody but administrators
    /// [`ApiError::AdminNeeded`].
    pub fn pause_queue(self, queue: &QueueName, is_paused: bool) -> Result<(), ApiError> {
        if self.client.has(Trait::Queues) {
            let order = json!({ "isPaused": is_paused });
            return self.client.order("PUT /queues/{name}", Method::PUT, &format!("/queues/{queue}"), &order);
        }
        let order = json!({ "command": if is_paused { "pause" } else { "resume" }, "force": false });
        self.client.order("PUT /jobs/{name}", Method::PUT, &format!("/jobs/{queue}"), &order)
    }
}

fn queue(item: &Json<'_>) -> Option<Queue> {
    let name = QueueName::parse(&text(member(item, "name"))?)?;
    Some(of(name, boolean(member(item, "isPaused"))?, member(item, "statistics")))
}

fn jobs(answer: &Json<'_>) -> Option<Vec<Queue>> {
    let Json::Object(members) = answer else { return None };
    let one = |(name, item): &(std::borrow::Cow<'_, str>, Json<'_>)| {
        let is_paused = boolean(member(member(item, "queueStatus")?, "isPaused"))?;
        Some(of(QueueName::parse(name)?, is_paused, member(item, "jobCounts")))
    };
    members.iter().map(one).collect()
}

fn of(name: QueueName, is_paused: bool, counts: Option<&Json<'_>>) -> Queue {
    let count = |name| counts.and_then(|counts| integer(member(counts, name)));
    let count = |name| count(name).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    // The jobs of a paused queue count apart.
    Queue { name, is_paused, active: count("active"), waiting: count("waiting") + count("paused") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::answer;

    #[test]
    fn both_dialects_tell_the_same_queues() {
        let new = answer!([
            { "name": "library", "isPaused": true, "statistics": { "active": 1, "waiting": 2, "paused": 3 } },
        ]);
        let old = answer!({
            "library": { "queueStatus": { "isPaused": true, "isActive": false },
                         "jobCounts": { "active": 1, "waiting": 2, "paused": 3 } },
        });
        let queue_ = Queue { name: QueueName("library".into()), is_paused: true, active: 1, waiting: 5 };

        assert_eq!(crate::reader::list(&new, queue), Some(vec![queue_.clone()]));
        assert_eq!(jobs(&old), Some(vec![queue_]));
    }

    #[test]
    fn a_name_cannot_lead_to_another_path() {
        for text in ["", "../x", "a/b", "a?b", "a b", "ä"] {
            assert_eq!(QueueName::parse(text), None, "{text:?}");
        }
    }
}
