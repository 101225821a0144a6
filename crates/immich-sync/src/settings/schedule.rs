//! `[schedule]`: when runs are started.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use unattended::calendar::{Calendar, Days, interval, read_days, read_time};
use unattended::rounds::Plan;

use super::setting::Setting;
use super::{Sources, catalogue, seconds};
use crate::exit::usage;

/// No start is put off by more seconds.
const A_DAY: u64 = 86_400;

/// When runs are started, with nothing left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScheduleSettings {
    /// When, by how much a start is put off, and what becomes of missed ones.
    pub(crate) plan: Plan,
    /// Whether the times are of another zone than that of the system.
    pub(crate) own_zone: bool,
    /// Whether to run on a battery.
    pub(crate) on_battery: bool,
}

impl ScheduleSettings {
    /// Decides, or says what is missing.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Self> {
        let missing = || {
            usage(
                "there is no schedule; add a table `[schedule]` with `at = [\"02:00\"]` or `every = \"6h\"` to the config file",
            )
        };
        Self::find(sources)?.ok_or_else(missing)
    }

    /// The same; `None` where no schedule is set.
    pub(crate) fn find(sources: &Sources<'_>) -> Result<Option<Self>> {
        let (zone, own_zone) = zone(sources)?;
        let Some(calendar) = calendar(sources, zone)? else { return Ok(None) };
        let random_delay = delay(sources, &calendar)?;
        let catch_up = sources.flag(&catalogue::SCHEDULE_CATCH_UP)?;
        let plan = Plan { calendar, random_delay, catch_up };
        let on_battery = sources.flag(&catalogue::SCHEDULE_ON_BATTERY)?;
        Ok(Some(Self { plan, own_zone, on_battery }))
    }
}

/// Where `daemon` answers, if anywhere.
pub(crate) fn listen(sources: &Sources<'_>) -> Result<Option<SocketAddr>> {
    sources.parsed(&catalogue::SCHEDULE_LISTEN, "an address and a port such as 127.0.0.1:9090")
}

fn calendar(sources: &Sources<'_>, zone: TimeZone) -> Result<Option<Calendar>> {
    let (at, every) = (&catalogue::SCHEDULE_AT, &catalogue::SCHEDULE_EVERY);
    let days = days(sources)?;
    match (sources.find(at)?, sources.find(every)?) {
        (Some(at), Some(every)) => {
            Err(usage(format!("{} and {} say different things; keep one of them", at.origin, every.origin)))
        }
        (Some(given), None) => {
            let mut times = Vec::new();
            for text in sources.texts(at)? {
                times.push(
                    read_time(&text).ok_or_else(|| given.not("times of the day such as 02:00 or 14:30"))?,
                );
            }
            Ok(Calendar::at(times, days, zone))
        }
        (None, Some(given)) => {
            let every = seconds(&given.text()?).and_then(interval);
            let calendar = every.and_then(|minutes| Calendar::every(minutes, days, zone));
            let expected = "a time that divides the day, such as 15m, 1h, 6h or 1d; for others, use `at`";
            calendar.map(Some).ok_or_else(|| given.not(expected))
        }
        (None, None) => Ok(None),
    }
}

fn days(sources: &Sources<'_>) -> Result<Days> {
    let setting = &catalogue::SCHEDULE_DAYS;
    let Some(given) = sources.find(setting)? else { return Ok(Days::ALL) };
    let words = sources.texts(setting)?;
    read_days(words.iter().map(String::as_str))
        .map_err(|_| given.not("days: mon to sun, weekdays or weekend"))
}

/// Shorter than the shortest distance between two runs, so that no start is put off beyond the next.
fn delay(sources: &Sources<'_>, calendar: &Calendar) -> Result<SignedDuration> {
    let Some(given) = sources.find(&catalogue::SCHEDULE_RANDOM_DELAY)? else {
        return Ok(SignedDuration::ZERO);
    };
    let delay = seconds(&given.text()?).filter(|delay| *delay <= A_DAY).map(Duration::from_secs);
    let delay = delay.and_then(|delay| SignedDuration::try_from(delay).ok());
    let delay = delay.ok_or_else(|| given.not("a time up to a day, such as 90s, 10m or 1h"))?;
    if delay >= calendar.shortest() {
        return Err(given.not("a time that is shorter than from one run to the next"));
    }
    Ok(delay)
}

/// The zone, and whether it is another than that of the system.
fn zone(sources: &Sources<'_>) -> Result<(TimeZone, bool)> {
    let system = TimeZone::system();
    let setting: &Setting = &catalogue::SCHEDULE_TIME_ZONE;
    let Some(given) = sources.find(setting)? else { return Ok((system, false)) };
    let zone = TimeZone::get(&given.text()?).map_err(|_| given.not("a time zone such as Europe/Berlin"))?;
    let own = zone.iana_name() != system.iana_name();
    Ok((zone, own))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;
    use crate::config::ConfigFile;
    use crate::environment::Environment;

    fn resolve(text: &str) -> Result<ScheduleSettings> {
        let config = ConfigFile::parse(text, std::path::Path::new("/etc/config.toml"))?;
        let matches = crate::args::Args::command().get_matches_from(["immich-sync", "schedule", "status"]);
        crate::args::Args::from_arg_matches(&matches)?;
        let (_, schedule) = matches.subcommand().unwrap();
        let (_, matches) = schedule.subcommand().unwrap();
        let environment = Environment::new::<String>([]);
        ScheduleSettings::resolve(&Sources { matches, environment: &environment, config: &config })
    }

    fn error(text: &str) -> String {
        resolve(text).unwrap_err().to_string()
    }

    #[test]
    fn times_days_and_delay_are_read_from_the_table() {
        let text = "[schedule]\nat = [\"14:00\", \"02:00\"]\ndays = [\"mon\", \"weekend\"]\nrandom_delay = \"10m\"\n\
                    on_battery = true\ncatch_up = false\ntime_zone = \"Pacific/Apia\"\n";

        let found = resolve(text).unwrap();

        let calendar = &found.plan.calendar;
        assert_eq!(calendar.times().len(), 2);
        assert_eq!(calendar.days().iter().count(), 3);
        assert_eq!(calendar.zone().iana_name(), Some("Pacific/Apia"));
        assert_eq!(found.plan.random_delay, SignedDuration::from_mins(10));
        assert!(found.on_battery && !found.plan.catch_up && found.own_zone);
    }

    #[test]
    fn one_time_is_enough_and_an_interval_too() {
        assert_eq!(resolve("[schedule]\nat = \"2:30\"\n").unwrap().plan.calendar.times().len(), 1);
        let every = resolve("[schedule]\nevery = \"6h\"\n").unwrap();
        assert_eq!(every.plan.calendar.times().len(), 4);
        assert!(every.plan.catch_up && !every.on_battery && !every.own_zone);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, part) in [
            ("", "there is no schedule"),
            ("[schedule]\n\nat = [\"25:00\"]\n", "line 3"),
            ("[schedule]\nevery = \"5h\"\n", "divides the day"),
            ("[schedule]\nevery = \"6h\"\nat = \"02:00\"\n", "say different things"),
            ("[schedule]\nat = \"02:00\"\ndays = [\"montag\"]\n", "mon to sun"),
            ("[schedule]\nat = \"02:00\"\ntime_zone = \"Mars/Olympus\"\n", "Europe/Berlin"),
            ("[schedule]\nevery = \"15m\"\nrandom_delay = \"15m\"\n", "shorter"),
            ("[schedule]\nat = \"02:00\"\nrandom_dealy = \"1m\"\n", "did you mean `schedule_random_delay`"),
        ] {
            let said = error(text);
            assert!(said.contains(part), "{text}: {said}");
        }
    }
}
