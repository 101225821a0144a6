//! `schedule status`: what is installed, when the next run is, and how the last ones went.

use anyhow::Result;
use jiff::Timestamp;
use messages_macros::{tr, word};
use serde_json::{Value, json};
use unattended::status::{JobStatus, Status};

use super::pieces::{Found, Piece};
use super::{Here, install};
use crate::args::ScheduleOptions;
use crate::commands::run::shown_end;
use crate::exit::ExitStatus;
use crate::output::{Console, clean, clean_path, weekday};
use crate::settings::{ScheduleSettings, catalogue};

/// Runs it.
pub(super) fn run(args: &ScheduleOptions, console: Console) -> Result<ExitStatus> {
    let here = Here::find(args)?;
    let sources = here.start.sources();
    let config = super::config(&sources)?;
    let settings = ScheduleSettings::find(&sources)?;
    let wanted = settings.as_ref().map(|settings| here.wanted(settings)).transpose()?.unwrap_or_default();
    let found = here.places().iter().map(super::Place::look).collect::<Result<Vec<_>>>()?;
    let state = Standing::of(&wanted, &found, here.system.is_active(here.user.uid)?);
    let jobs = Status::read(&Status::path(&here.user.states))?;
    let jobs: Vec<&JobStatus> = jobs.of_config(&config).collect();
    let next = settings.as_ref().filter(|_| state.runs()).and_then(next);
    if sources.flag(&catalogue::JSON)? {
        let jobs: Vec<Value> = jobs.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
        let object = json!({
            "config": clean_path(&config), "system": here.system.word(), "state": state.word(),
            "next_run": next.map(|next| next.to_string()), "jobs": jobs,
        });
        console.result(&format!("{object:#}"));
        return Ok(state.status());
    }
    console.result(&tr!("Schedule: {} ({})", state.sentence(), here.system.word()));
    for place in here.places() {
        if place.look()? != Found::Nothing {
            console.result(&format!("  {}", place.shown()));
        }
    }
    if let Some(settings) = settings.as_ref().filter(|_| state.runs()) {
        console.result(&next_run(settings));
        for hint in install::hints(&here, settings)? {
            console.aside(&format!("{} {hint}", console.aside.yellow(word!("Note:"))));
        }
    }
    if jobs.is_empty() {
        console.result(word!("Last run: none yet"));
    }
    for job in jobs {
        console.result(&last_run(job));
    }
    Ok(state.status())
}

/// How a schedule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// As the config says.
    Installed,
    /// As the config said before.
    Outdated,
    /// Changed by hand, or made by somebody else.
    Changed,
    /// There, and the system does not start it.
    Inactive,
    /// Not there.
    None,
}

impl Standing {
    pub(super) fn of(wanted: &[Piece], found: &[Found], is_active: bool) -> Self {
        if found.iter().all(|found| matches!(found, Found::Nothing | Found::Foreign)) {
            return Self::None;
        }
        if found.iter().any(|found| matches!(found, Found::Changed(_) | Found::Foreign)) {
            return Self::Changed;
        }
        let is_same = wanted.len() == found.len()
            && wanted.iter().zip(found).all(|(piece, found)| *found == Found::Ours(piece.text.clone()));
        match (is_active, is_same) {
            (false, _) => Self::Inactive,
            (true, true) => Self::Installed,
            (true, false) => Self::Outdated,
        }
    }

    fn runs(self) -> bool {
        matches!(self, Self::Installed | Self::Outdated | Self::Changed)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Outdated => "outdated",
            Self::Changed => "changed",
            Self::Inactive => "inactive",
            Self::None => "none",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Installed => word!("installed"),
            Self::Outdated => {
                word!("installed, but the config says otherwise now; `schedule install` brings it in step")
            }
            Self::Changed => word!("installed and changed by hand"),
            Self::Inactive => {
                word!("its files are there, but the system does not start it; `schedule install` does")
            }
            Self::None => word!("not installed; `schedule install` does that"),
        }
    }

    fn status(self) -> ExitStatus {
        if self.runs() { ExitStatus::Ok } else { ExitStatus::Failed }
    }
}

fn next(settings: &ScheduleSettings) -> Option<Timestamp> {
    settings.plan.calendar.next_after(Timestamp::now())
}

/// When the next run is, on the clock of the schedule.
pub(super) fn next_run(settings: &ScheduleSettings) -> String {
    let Some(next) = next(settings) else { return word!("Next run: never").to_owned() };
    let clock = next.to_zoned(settings.plan.calendar.zone().clone());
    let clock = format!("{} {}", weekday(clock.weekday()), clock.strftime("%Y-%m-%d %H:%M %Z"));
    let ahead = length(next.duration_since(Timestamp::now()).as_secs());
    match settings.plan.random_delay.as_secs() {
        0 => tr!("Next run: {clock} (in {ahead})"),
        delay => tr!("Next run: {clock} (in {ahead}, up to {} later)", length(delay)),
    }
}

fn last_run(job: &JobStatus) -> String {
    let name = clean(&job.name);
    let Some(started) = job.started else { return tr!("Last run of {name}: none yet") };
    let local =
        |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string();
    let word = match (&job.word, job.ended) {
        (_, None) => word!("has not ended").to_owned(),
        (Some(word), Some(_)) => clean(shown_end(word)),
        (None, Some(_)) => word!("ended").to_owned(),
    };
    let good = match job.last_good {
        Some(good) if job.failures_in_row > 0 => {
            tr!("; {} in a row without a good one since {}", job.failures_in_row, local(good))
        }
        None if job.failures_in_row > 0 => tr!("; none of {} went well", job.failures_in_row),
        _ => String::new(),
    };
    tr!("Last run of {name}: {}, {word}{good}", local(started))
}

/// A length of time in its two largest units.
fn length(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (1, _, _) => tr!("1 day {hours} h"),
        _ => tr!("{days} days {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_two_units_at_most() {
        let shown: Vec<String> = [0, 59, 60, 3599, 3600, 86_399, 90_000, 200_000].map(length).into();

        assert_eq!(
            shown,
            ["0 s", "59 s", "1 min", "59 min", "1 h 0 min", "23 h 59 min", "1 day 1 h", "2 days 7 h"]
        );
    }

    #[test]
    fn a_job_tells_how_long_it_went_wrong() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut job = JobStatus::new(std::path::Path::new("/c"), "photos", at("2026-01-01T00:00:00Z"));
        assert_eq!(last_run(&job), "Last run of photos: none yet");
        job.started = Some(at("2026-01-03T02:00:00Z"));
        assert!(last_run(&job).ends_with("has not ended"));
        job.ended = job.started;
        job.word = Some("unreachable".to_owned());
        job.failures_in_row = 2;

        assert!(last_run(&job).ends_with("unreachable; none of 2 went well"), "{}", last_run(&job));
    }
}
