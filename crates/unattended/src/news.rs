//! What is news about a job: each failure once, the first good run afterwards, a silence that lasts too long.
//!
//! What was told is only noted when somebody took it: a message that a dead network kept here goes out with the next
//! run. So a failure that nobody heard of is still news when the job is well again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::status::JobStatus;

/// How a run of a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit code; `None` where nobody saw it end.
    pub exit: Option<u8>,
    /// The same as a word.
    pub word: String,
    /// Whether that is good.
    pub is_good: bool,
    /// What it counted.
    pub counts: BTreeMap<String, u64>,
}

/// Something that may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// A run begins.
    Start,
    /// A run went well, as the one before did.
    Success,
    /// A job failed, and nobody was told yet or it is long ago.
    Failure,
    /// A job that failed went well.
    Recovered,
    /// There was no good run of a job for too long.
    Stale,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Start, Self::Success, Self::Failure, Self::Recovered, Self::Stale];

    /// As a config file and a message spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Recovered => "recovered",
            Self::Stale => "stale",
        }
    }
}

impl JobStatus {
    /// A run of it begins.
    pub fn begin(&mut self, now: Timestamp) {
        (self.started, self.ended) = (Some(now), None);
    }

    /// Whether its newest run began and nobody saw it end. While a run is active that is so for its current job.
    pub fn is_open(&self) -> bool {
        self.started.is_some() && self.ended.is_none()
    }

    /// Its newest run ended. Says how many runs failed before, for [`Self::news`].
    pub fn end(&mut self, outcome: &Outcome, now: Timestamp) -> u32 {
        let failures_before = self.failures_in_row;
        self.interrupt(outcome, now);
        if outcome.is_good {
            self.last_good = Some(now);
            self.failures_in_row = 0;
        } else {
            self.failures_in_row = failures_before.saturating_add(1);
        }
        failures_before
    }

    /// Its newest run was asked to stop before it was done, which is neither good nor a failure.
    pub fn interrupt(&mut self, outcome: &Outcome, now: Timestamp) {
        self.ended = Some(now);
        self.exit = outcome.exit;
        self.word = Some(outcome.word.clone());
        self.counts.clone_from(&outcome.counts);
    }

    /// Whether its newest run went well; `None` when none ended yet.
    pub fn is_good(&self) -> Option<bool> {
        self.ended.map(|_| self.failures_in_row == 0)
    }

    /// What the run that just ended is worth; `None` for a failure like the one that was told less than
    /// `repeat_after` ago.
    pub fn news(&self, failures_before: u32, repeat_after: SignedDuration, now: Timestamp) -> Option<Event> {
        if self.failures_in_row == 0 {
            let was_bad = failures_before > 0 || self.failure_told.is_some() || self.stale_told.is_some();
            return Some(if was_bad { Event::Recovered } else { Event::Success });
        }
        is_due(self.failure_told, repeat_after, now).then_some(Event::Failure)
    }

    /// Whether it is to be told that there was no good run for longer than `limit`.
    pub fn is_stale_news(&self, limit: SignedDuration, repeat_after: SignedDuration, now: Timestamp) -> bool {
        self.is_stale(limit, now) && is_due(self.stale_told, repeat_after, now)
    }

    /// Notes what became of telling an event.
    pub fn note(&mut self, event: Event, is_told: bool, now: Timestamp) {
        match (event, is_told) {
            (Event::Failure, true) => self.failure_told = Some(now),
            (Event::Stale, true) => self.stale_told = Some(now),
            (Event::Recovered, true) => (self.failure_told, self.stale_told) = (None, None),
            // So that the next good run tells it.
            (Event::Recovered, false) => self.failure_told = self.failure_told.or(Some(now)),
            (Event::Failure | Event::Stale, false) | (Event::Start | Event::Success, _) => {}
        }
    }
}

fn is_due(told: Option<Timestamp>, repeat_after: SignedDuration, now: Timestamp) -> bool {
    told.is_none_or(|told| now.duration_since(told) >= repeat_after)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Event::{Failure, Recovered, Success};
    use super::*;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
    }

    fn outcome(is_good: bool) -> Outcome {
        let (exit, word) = if is_good { (0, "ok") } else { (1, "failed") };
        Outcome { exit: Some(exit), word: word.to_owned(), is_good, counts: BTreeMap::new() }
    }

    /// What is told of these runs, every 12 hours, when telling works as often as said.
    fn told(runs: &[(bool, bool)]) -> Vec<Option<Event>> {
        let mut job = JobStatus::new(Path::new("/c"), "photos", at(0));
        let mut all = Vec::new();
        for (hour, (is_good, arrives)) in (0..).step_by(12).zip(runs) {
            job.begin(at(hour));
            let before = job.end(&outcome(*is_good), at(hour));
            let news = job.news(before, DAY, at(hour));
            if let Some(event) = news {
                job.note(event, *arrives, at(hour));
            }
            all.push(news);
        }
        all
    }

    #[test]
    fn a_failure_is_told_once_and_again_after_a_day_and_once_that_it_is_over() {
        let told = told(&[
            (true, true),
            (false, true),
            (false, true),
            (false, true),
            (true, true),
            (true, true),
            (false, true),
        ]);

        let expected = [
            Some(Success),
            Some(Failure),
            None,
            Some(Failure),
            Some(Recovered),
            Some(Success),
            Some(Failure),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_failure_that_nobody_heard_of_is_told_by_the_next_run_whichever_way_that_ends() {
        assert_eq!(told(&[(false, false), (false, true)]), [Some(Failure), Some(Failure)]);
        let well_again = told(&[(false, false), (true, false), (true, true), (true, true)]);
        assert_eq!(well_again, [Some(Failure), Some(Recovered), Some(Recovered), Some(Success)]);
    }

    #[test]
    fn silence_is_told_when_it_lasts_too_long_and_again_after_a_day() {
        let mut job = JobStatus::new(Path::new("/c"), "photos", at(0));
        let limit = SignedDuration::from_hours(36);
        let is_news = |job: &JobStatus, hour| job.is_stale_news(limit, DAY, at(hour));

        assert!(!is_news(&job, 36) && is_news(&job, 37));
        job.note(Event::Stale, true, at(37));

        assert!(!is_news(&job, 60) && is_news(&job, 61));
        let before = job.end(&outcome(true), at(62));
        assert_eq!(job.news(before, DAY, at(62)), Some(Event::Recovered));
        job.note(Event::Recovered, true, at(62));
        assert_eq!(job.stale_told, None);
    }

    #[test]
    fn a_run_that_nobody_saw_end_is_open_and_counts_as_failed() {
        let mut job = JobStatus::new(Path::new("/c"), "photos", at(0));
        job.begin(at(1));
        assert!(job.is_open() && job.is_good().is_none());

        let cut = Outcome { exit: None, word: "cut-off".to_owned(), is_good: false, counts: BTreeMap::new() };
        job.end(&cut, at(13));

        assert!(!job.is_open());
        assert_eq!((job.is_good(), job.failures_in_row), (Some(false), 1));
    }
}
