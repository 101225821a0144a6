//! What runs that nobody watches tell, to whom, and what runs around them.

use crate::settings::setting::{value, values};

/// What begins the names of those about notices.
pub(crate) const NOTIFY: &str = "notify-";

/// What begins the names of those about hooks.
pub(crate) const HOOKS: &str = "hooks-";

settings! {
    "Unattended runs" {
        /// A file that `run` writes the numbers of all jobs to, as Prometheus reads them
        METRICS_FILE = value("metrics-file", "FILE").path().not_on_command_line();
        /// Tell when the last good run of a job is longer ago
        STALE_AFTER = value("stale-after", "TIME").not_on_command_line();
        /// A program with its arguments that runs before the jobs of `run`; when it fails, none of them runs
        HOOKS_BEFORE = values("hooks-before", "WORD", &[' ']).only_in_config();
        /// One that runs after all of them went well
        HOOKS_AFTER = values("hooks-after", "WORD", &[' ']).only_in_config();
        /// One that runs after some of them failed
        HOOKS_FAILED = values("hooks-failed", "WORD", &[' ']).only_in_config();
        /// One that runs at the end, however that is
        HOOKS_FINALLY = values("hooks-finally", "WORD", &[' ']).only_in_config();
        /// How long each of these programs may take
        HOOKS_TIMEOUT = value("hooks-timeout", "TIME").default("5m").not_on_command_line();
    }
    "Notices of unattended runs" {
        /// How long after a failure was told it is told again while it lasts
        NOTIFY_REPEAT_AFTER = value("notify-repeat-after", "TIME").default("24h").not_on_command_line();
        /// Address of a check that expects a ping from each run, such as `https://hc-ping.com/UUID`
        NOTIFY_HEALTHCHECKS_URL =
            value("notify-healthchecks-url", "URL").secret().not_on_command_line();
        /// A file with that address in its first line
        NOTIFY_HEALTHCHECKS_URL_FILE =
            value("notify-healthchecks-url-file", "FILE").path().not_on_command_line();
        /// What the check is told: start, success, failure, stale
        NOTIFY_HEALTHCHECKS_ON = values("notify-healthchecks-on", "EVENT", &[',', ' ', '\n'])
            .default("start, success, failure, stale")
            .not_on_command_line();
        /// A topic of ntfy, such as `https://ntfy.sh/TOPIC`
        NOTIFY_NTFY_URL = value("notify-ntfy-url", "URL").secret().not_on_command_line();
        /// A file with that address in its first line
        NOTIFY_NTFY_URL_FILE = value("notify-ntfy-url-file", "FILE").path().not_on_command_line();
        /// The access token for the topic
        NOTIFY_NTFY_TOKEN = value("notify-ntfy-token", "TOKEN").secret().not_on_command_line();
        /// A file with that token in its first line
        NOTIFY_NTFY_TOKEN_FILE = value("notify-ntfy-token-file", "FILE").path().not_on_command_line();
        /// What is told there: start, success, failure, recovered, stale
        NOTIFY_NTFY_ON = values("notify-ntfy-on", "EVENT", &[',', ' ', '\n'])
            .default("failure, recovered, stale")
            .not_on_command_line();
        /// An address that gets JSON
        NOTIFY_WEBHOOK_URL = value("notify-webhook-url", "URL").secret().not_on_command_line();
        /// A file with that address in its first line
        NOTIFY_WEBHOOK_URL_FILE = value("notify-webhook-url-file", "FILE").path().not_on_command_line();
        /// A token that goes along as `Authorization: Bearer`
        NOTIFY_WEBHOOK_TOKEN = value("notify-webhook-token", "TOKEN").secret().not_on_command_line();
        /// A file with that token in its first line
        NOTIFY_WEBHOOK_TOKEN_FILE = value("notify-webhook-token-file", "FILE").path().not_on_command_line();
        /// What is told there: start, success, failure, recovered, stale
        NOTIFY_WEBHOOK_ON = values("notify-webhook-on", "EVENT", &[',', ' ', '\n'])
            .default("failure, recovered, stale")
            .not_on_command_line();
        /// A configuration of the Apprise API, such as `http://apprise:8000/notify/KEY`
        NOTIFY_APPRISE_URL = value("notify-apprise-url", "URL").secret().not_on_command_line();
        /// A file with that address in its first line
        NOTIFY_APPRISE_URL_FILE = value("notify-apprise-url-file", "FILE").path().not_on_command_line();
        /// What is told there: start, success, failure, recovered, stale
        NOTIFY_APPRISE_ON = values("notify-apprise-on", "EVENT", &[',', ' ', '\n'])
            .default("failure, recovered, stale")
            .not_on_command_line();
    }
}
