//! When runs are due: times of the day or an interval, on some days of the week, in a time zone.
//!
//! People set clocks, so everything is decided on the clock of the zone. Twice a year that clock jumps: a time that
//! does not exist on a day is due at the next instant that does, a time that exists twice is due at the first. An
//! interval divides the day and is counted from midnight, so that nothing drifts however often the program is
//! started. Where it is shorter than the hour that exists twice, it is due in both, since there it is the distance
//! that people mean.
//!
//! Surprise: systemd 252 leaves out a time that does not exist, until the next day; [`Calendar::missing_times`] finds such
//! days so that they can be told.

mod days;
mod read;

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

pub use days::Days;
pub use read::{interval, read_days, read_time};

/// How far ahead a day is looked for. With one day of the week it is at most 7 days off, 8 where a zone skipped a day.
const FAR: i64 = 9;

/// Minutes of a day on the clock.
const DAY: u16 = 24 * 60;

/// What is due on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// At these times of the day, in order and each once.
    At(Vec<Time>),
    /// Every so many minutes from midnight on; they divide the day.
    Every(u16),
}

/// When runs are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    rule: Rule,
    days: Days,
    zone: TimeZone,
}

/// What is due that nobody could do, between two instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub first: Timestamp,
    /// The newest.
    pub last: Timestamp,
}

impl Calendar {
    /// At these times of the day; `None` if there is none.
    pub fn at(mut times: Vec<Time>, days: Days, zone: TimeZone) -> Option<Self> {
        times.sort_unstable();
        times.dedup();
        if times.is_empty() { None } else { Some(Self { rule: Rule::At(times), days, zone }) }
    }

    /// Every so many minutes, counted from midnight; `None` if they do not divide the day.
    pub fn every(minutes: u16, days: Days, zone: TimeZone) -> Option<Self> {
        let divides = minutes > 0 && DAY.is_multiple_of(minutes);
        divides.then_some(Self { rule: Rule::Every(minutes), days, zone })
    }

    /// What is due on a day.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// On which days of the week.
    pub fn days(&self) -> Days {
        self.days
    }

    /// The zone whose clock counts.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// All times of a day, in order.
    pub fn times(&self) -> Vec<Time> {
        match &self.rule {
            Rule::At(times) => times.clone(),
            Rule::Every(minutes) => (0..DAY).step_by(usize::from(*minutes)).filter_map(time_of).collect(),
        }
    }

    /// The shortest way on the clock from one run to the next.
    pub fn shortest(&self) -> SignedDuration {
        let times = self.times();
        let minutes = |time: &Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
        let over_night = times.first().zip(times.last());
        let over_night = over_night.map(|(first, last)| i64::from(DAY) - minutes(last) + minutes(first));
        let within = times.windows(2).map(|two| minutes(&two[1]) - minutes(&two[0]));
        SignedDuration::from_mins(within.chain(over_night).min().unwrap_or_default())
    }

    /// The first instant after this one that is due; `None` at the end of time.
    pub fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let mut day = self.day_of(instant)?.yesterday().ok()?;
        for _ in 0..=FAR {
            if let Some(due) = self.due_on(day).into_iter().find(|due| *due > instant) {
                return Some(due);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The newest instant that was due then: this one or one before it.
    pub fn last_until(&self, instant: Timestamp) -> Option<Timestamp> {
        let mut day = self.day_of(instant)?.tomorrow().ok()?;
        for _ in 0..=FAR {
            if let Some(due) = self.due_on(day).into_iter().rev().find(|due| *due <= instant) {
                return Some(due);
            }
            day = day.yesterday().ok()?;
        }
        None
    }

    /// What was due after `after` until `until`, both ends as they are read: the first not, the second yes.
    pub fn due_between(&self, after: Timestamp, until: Timestamp) -> impl Iterator<Item = Timestamp> {
        let first = self.day_of(after).and_then(|day| day.yesterday().ok());
        let days = std::iter::successors(first, |day| day.tomorrow().ok());
        let end = self.day_of(until).and_then(|day| day.tomorrow().ok()).unwrap_or(Date::MIN);
        let mut newest = after;
        days.take_while(move |day| *day <= end).flat_map(|day| self.due_on(day)).filter(move |due| {
            let is_new = *due > newest && *due <= until;
            if is_new {
                newest = *due;
            }
            is_new
        })
    }

    /// What was due and not done between two instants.
    pub fn missed(&self, after: Timestamp, until: Timestamp) -> Option<Missed> {
        self.due_between(after, until).fold(None, |missed: Option<Missed>, due| match missed {
            None => Some(Missed { count: 1, first: due, last: due }),
            Some(missed) => Some(Missed { count: missed.count + 1, last: due, ..missed }),
        })
    }

    /// The next day, within a year, on which one of the times does not exist, with that time.
    pub fn missing_times(&self, from: Timestamp) -> Option<(Date, Time)> {
        let end = from.checked_add(SignedDuration::from_hours(366 * 24)).ok()?;
        let changes = self.zone.following(from).map(|change| change.timestamp());
        let times = self.times();
        changes.take_while(|change| *change <= end).find_map(|change| {
            let day = self.day_of(change)?;
            let near = [day.yesterday().ok()?, day];
            near.into_iter().filter(|day| self.days.contains(day.weekday())).find_map(|day| {
                let missing = times.iter().find(|time| {
                    let there = self.zone.to_ambiguous_timestamp(day.to_datetime(**time)).offset();
                    matches!(there, AmbiguousOffset::Gap { .. })
                });
                missing.map(|time| (day, *time))
            })
        })
    }

    fn day_of(&self, instant: Timestamp) -> Option<Date> {
        // Far from both ends of time, so that a day more or less exists.
        let margin = 3.days();
        let day = self.zone.to_datetime(instant).date();
        (day.checked_add(margin).is_ok() && day.checked_sub(margin).is_ok()).then_some(day)
    }

    /// The instants of a day of the zone, in order and each once.
    fn due_on(&self, day: Date) -> Vec<Timestamp> {
        if !self.days.contains(day.weekday()) {
            return Vec::new();
        }
        let mut due: Vec<Timestamp> =
            self.times().into_iter().flat_map(|time| self.instants(day, time)).collect();
        due.sort_unstable();
        due.dedup();
        due
    }

    fn instants(&self, day: Date, time: Time) -> Vec<Timestamp> {
        let clock = day.to_datetime(time);
        let read = |offset: jiff::tz::Offset| offset.to_timestamp(clock).ok();
        match self.zone.to_ambiguous_timestamp(clock).offset() {
            AmbiguousOffset::Unambiguous { offset } => read(offset).into_iter().collect(),
            // With the offset from before, the clock is read past the change: the change itself is the first
            // instant that exists.
            AmbiguousOffset::Gap { before, .. } => {
                read(before).and_then(|past| self.change_until(past)).into_iter().collect()
            }
            AmbiguousOffset::Fold { before, after } => {
                let twice = i64::from(before.seconds()) - i64::from(after.seconds());
                let is_within = matches!(self.rule, Rule::Every(minutes) if i64::from(minutes) * 60 <= twice);
                let second = if is_within { read(after) } else { None };
                read(before).into_iter().chain(second).collect()
            }
        }
    }

    /// The newest change of the clock until then.
    fn change_until(&self, instant: Timestamp) -> Option<Timestamp> {
        let behind = instant.checked_add(SignedDuration::from_nanos(1)).ok()?;
        self.zone.preceding(behind).next().map(|change| change.timestamp())
    }
}

fn time_of(minute: u16) -> Option<Time> {
    Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
