//! When runs are started, by the system or by `daemon`. All stand in the table `[schedule]`.

use crate::settings::setting::{flag, flag_that_is_on, value, values};

/// What begins the name of each.
pub(crate) const SCHEDULE: &str = "schedule-";

settings! {
    "Schedule" {
        /// Times of the day at which to run, such as 02:00
        SCHEDULE_AT = values("schedule-at", "TIME", &[',', ' ']).not_on_command_line();
        /// Run this often instead, counted from midnight: 15m, 6h; it has to divide the day
        SCHEDULE_EVERY = value("schedule-every", "TIME").not_on_command_line();
        /// Only on these days: mon to sun, weekdays, weekend
        SCHEDULE_DAYS = values("schedule-days", "DAY", &[',', ' ']).default("daily").not_on_command_line();
        /// Put each start off by chance, up to so much
        SCHEDULE_RANDOM_DELAY = value("schedule-random-delay", "TIME").default("0").not_on_command_line();
        /// Run on a battery too
        SCHEDULE_ON_BATTERY = flag("schedule-on-battery").not_on_command_line();
        /// Do not make up for a run that was missed while the machine was off
        SCHEDULE_CATCH_UP = flag_that_is_on("schedule-catch-up").not_on_command_line();
        /// The zone of these times [default: that of the system]
        SCHEDULE_TIME_ZONE = value("schedule-time-zone", "ZONE").not_on_command_line();
        /// Where `daemon` answers /healthz and /metrics, such as 127.0.0.1:9090 [default: nowhere]
        SCHEDULE_LISTEN = value("schedule-listen", "ADDRESS:PORT").option("listen");
    }
}
