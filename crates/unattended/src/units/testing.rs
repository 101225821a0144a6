//! A service for tests, with a name that is hard on every kind of quoting.

use jiff::tz::TimeZone;

use super::*;
use crate::calendar::{Days, read_time};

/// Blanks, signs of every quoting, and letters that are not ASCII.
pub(crate) const HARD: &str = "Fotos & \"Ä\" 50% $HOME 'x' \\n <b> #;";

/// At 02:00 and 14:30 of every day.
pub(crate) fn service() -> Service {
    let times = ["02:00", "14:30"].map(|time| read_time(time).unwrap()).to_vec();
    Service {
        program: "/usr/local/bin/immich-sync".into(),
        config: "/home/anna/.config/immich-sync/config.toml".into(),
        calendar: Calendar::at(times, Days::ALL, TimeZone::get("Europe/Berlin").unwrap()).unwrap(),
        own_zone: false,
        random_delay: SignedDuration::from_mins(10),
        on_battery: false,
        catch_up: true,
        runs_others: false,
        writable: vec!["/srv/photos".into(), "/home/anna/.local/state/immich-sync".into()],
        logs: "/home/anna/.local/state/immich-sync/logs".into(),
        owner: Owner::User,
    }
}

/// The same with hard names everywhere.
pub(crate) fn hard_service(below: &Path) -> Service {
    let folder = below.join(HARD);
    Service {
        program: folder.join("immich-sync"),
        config: folder.join("config.toml"),
        writable: vec![folder.join("library"), folder.join("state")],
        logs: folder.join("logs"),
        ..service()
    }
}
