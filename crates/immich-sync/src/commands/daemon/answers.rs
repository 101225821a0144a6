//! What the port answers, as text.

use jiff::Timestamp;
use unattended::health::Health;

/// An answer: the status of HTTP, the type, the text.
pub(super) struct Answer {
    /// 200, 404, 500 or 503.
    pub(super) status: u16,
    /// What the text is.
    pub(super) content_type: &'static str,
    /// The text.
    pub(super) text: String,
}

const JSON: &str = "application/json";

/// How all is: 200 where it is well, 503 where not or where nobody knows.
pub(super) fn health(health: Result<Health, unattended::Error>) -> Answer {
    match health {
        Ok(health) => {
            let status = if health.ok { 200 } else { 503 };
            let text = serde_json::to_string(&health).unwrap_or_default();
            Answer { status, content_type: JSON, text: text + "\n" }
        }
        Err(error) => {
            let object = serde_json::json!({ "ok": false, "because": [error.to_string()] });
            Answer { status: 503, content_type: JSON, text: format!("{object}\n") }
        }
    }
}

/// The numbers for Prometheus.
pub(super) fn metrics(metrics: Result<String, unattended::Error>) -> Answer {
    match metrics {
        Ok(text) => Answer { status: 200, content_type: "text/plain; version=0.0.4; charset=utf-8", text },
        Err(error) => Answer { status: 500, content_type: "text/plain", text: format!("{error}\n") },
    }
}

/// The numbers that only the schedule knows.
pub(super) fn schedule_metrics(next: Option<Timestamp>) -> String {
    let Some(next) = next else { return String::new() };
    format!(
        "# HELP immich_sync_next_run_timestamp_seconds When the next run starts.\n\
         # TYPE immich_sync_next_run_timestamp_seconds gauge\n\
         immich_sync_next_run_timestamp_seconds {}\n",
        next.as_second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_cannot_be_read_is_not_taken_for_health() {
        let foreign = unattended::Error::Foreign { path: "/s".into(), message: "torn".to_owned() };

        let answer = health(Err(foreign));

        assert_eq!(answer.status, 503);
        assert!(answer.text.contains("torn") && answer.text.starts_with("{\"because\""), "{}", answer.text);
    }

    #[test]
    fn health_is_an_object_and_a_status() {
        let answer = health(Ok(Health::of(
            [],
            None,
            Some("2026-01-01T02:00:00Z".parse().unwrap()),
            Timestamp::UNIX_EPOCH,
        )));

        assert_eq!(answer.status, 200);
        let object: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(object["next_run"], "2026-01-01T02:00:00Z");
        assert_eq!(object["failures_in_row"], 0);
    }
}
