//! Notices of a run: what they say, and that they are noted as told only when somebody took them.
//!
//! News about several jobs go out together when the run has ended: a server that is away fails all of them, and that is
//! one message. A check that expects pings hears of the start and the end of every run, whatever is news.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use messages_macros::{tr, word};
use unattended::notice::{self, Channel, Delivery, JobNote, Notice, Pace, Service, deliver};
use unattended::status::JobStatus;
use unattended::{Event, Http};

use super::heard::pause;
use super::job::Went;
use super::order::{INTERRUPTED, shown_end};
use super::record::Record;
use super::round::{Round, is_bad};
use crate::exit::ExitStatus;

/// All that telling may take of a run.
const ALL_OF_IT: Duration = Duration::from_mins(1);
/// What it may take before the first job.
const AT_START: Duration = Duration::from_secs(15);

/// Tells people and services.
pub(super) struct Teller<'a> {
    round: &'a Round<'a>,
    http: Http,
    left: Cell<Duration>,
    /// Jobs by what is news about them, with the failed runs before.
    news: RefCell<BTreeMap<Event, Vec<(String, u32)>>>,
}

struct Watch(Instant);

impl Pace for Watch {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wait(&self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            pause(left);
        }
    }
}

impl<'a> Teller<'a> {
    /// Has said nothing yet.
    pub(super) fn new(round: &'a Round<'a>) -> Self {
        Self { round, http: Http::new(), left: Cell::new(ALL_OF_IT), news: RefCell::default() }
    }

    /// Something is news about a job.
    pub(super) fn note(&self, event: Event, job: &str, failures_before: u32) {
        self.news.borrow_mut().entry(event).or_default().push((job.to_owned(), failures_before));
    }

    /// A run begins.
    pub(super) fn ping_start(&self) {
        let names: Vec<String> = self.round.settings.jobs.iter().map(|job| job.name.clone()).collect();
        let notice = self.notice(Event::Start, word!("the run begins"), "", &names);
        self.send(&notice, AT_START, |_| true);
    }

    /// Runs that nobody saw end.
    pub(super) fn tell_cut_off(&self, names: &[String]) {
        let jobs = listed(names);
        let message = tr!(
            "The last run of {jobs} began and did not end: this program or the machine was ended in the middle. \
             The next run, which begins now, puts everything in order."
        );
        let notice = self.notice(Event::Failure, &tr!("{jobs}: a run was cut off"), &message, names);
        let is_told = self.to_people(&notice, AT_START);
        self.settle(Event::Failure, names, is_told);
    }

    /// Silence that lasts too long. Says which jobs are silent, whether or not that is news.
    pub(super) fn tell_stale(&self, names: &[String]) -> Vec<JobStatus> {
        let telling = &self.round.settings.telling;
        let Some(limit) = telling.stale_after else { return Vec::new() };
        let now = Timestamp::now();
        let all = Record::of(self.round.settings).read(names);
        let stale: Vec<JobStatus> = all.into_iter().filter(|job| job.is_stale(limit, now)).collect();
        let news = stale.iter().filter(|job| job.is_stale_news(limit, telling.repeat_after, now));
        let news: Vec<String> = news.map(|job| job.name.clone()).collect();
        if !news.is_empty() {
            let sentences: Vec<String> = stale.iter().map(|job| silence(job, now)).collect();
            let title = tr!("{}: no good run for too long", listed(&news));
            let notice = self.notice(Event::Stale, &title, &sentences.join("\n"), &news);
            for line in stale.iter().map(|job| silence_in_english(job, now)) {
                tracing::error!(line, "no good run for too long");
            }
            let is_told = self.send(&notice, AT_START, |_| true).1;
            self.settle(Event::Stale, &news, is_told);
        }
        stale
    }

    /// The run ended: tells everybody what is news for him.
    pub(super) fn end(&self, went: &[Went], status: ExitStatus) -> Vec<Delivery> {
        let mut deliveries = self.ping_end(went, status);
        let news = self.news.take();
        for (event, jobs) in &news {
            let names: Vec<String> = jobs.iter().map(|(name, _)| name.clone()).collect();
            let (title, message) = sentences(*event, jobs, went);
            let mut notice = self.notice(*event, &title, &message, &names);
            notice.exit = Some(status.code());
            if is_bad(*event) {
                notice.lines = lines(went, &names);
            }
            let (delivered, is_told) = self.send(&notice, ALL_OF_IT, |channel| !is_check(channel));
            deliveries.extend(delivered);
            self.settle(*event, &names, is_told);
        }
        deliveries
    }

    /// A check hears of every run.
    fn ping_end(&self, went: &[Went], status: ExitStatus) -> Vec<Delivery> {
        let names: Vec<String> = went.iter().map(|went| went.name.clone()).collect();
        let event = if status == ExitStatus::Ok { Event::Success } else { Event::Failure };
        let ends: Vec<String> =
            went.iter().map(|went| format!("{}: {}", went.name, shown_end(&went.outcome.word))).collect();
        let mut notice = self.notice(event, word!("the run ended"), &ends.join("\n"), &names);
        notice.exit = Some(status.code());
        notice.lines = lines(went, &names);
        self.send(&notice, ALL_OF_IT, is_check).0
    }

    fn to_people(&self, notice: &Notice, limit: Duration) -> bool {
        self.send(notice, limit, |channel| !is_check(channel)).1
    }

    /// Sends it, logs what did not arrive, and says whether it counts as told: somebody took it, or nobody wants it.
    fn send(
        &self,
        notice: &Notice,
        limit: Duration,
        wants: impl Fn(&Channel) -> bool,
    ) -> (Vec<Delivery>, bool) {
        let begin = Instant::now();
        let limit = limit.min(self.left.get());
        let channels = &self.round.settings.telling.channels;
        let channels: Vec<Channel> = channels.iter().filter(|channel| wants(channel)).cloned().collect();
        let deliveries = deliver(&channels, notice, limit, &self.http, &Watch(begin));
        self.left.set(self.left.get().saturating_sub(begin.elapsed()));
        for delivery in &deliveries {
            let (to, tries) = (&delivery.to, delivery.tries);
            match &delivery.failed {
                None => tracing::info!(to, tries, event = notice.event.word(), "notice sent"),
                Some(reason) => {
                    tracing::warn!(to, tries, reason, event = notice.event.word(), "notice not sent");
                    self.round.warn(&format!("a notice did not reach {to}: {reason}"));
                }
            }
        }
        let is_told = deliveries.is_empty() || deliveries.iter().any(|delivery| delivery.failed.is_none());
        (deliveries, is_told)
    }

    fn settle(&self, event: Event, names: &[String], is_told: bool) {
        let record = Record::of(self.round.settings);
        for name in names {
            record.change(name, |job| job.note(event, is_told, Timestamp::now()));
        }
    }

    fn notice(&self, event: Event, title: &str, message: &str, names: &[String]) -> Notice {
        let secrets = &self.round.settings.secrets;
        let jobs = Record::of(self.round.settings).read(names);
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Notice {
            schema: notice::SCHEMA,
            event,
            title: secrets.hide(&tr!("immich-sync on {host}: {title}")),
            message: secrets.hide(message),
            host,
            at: Timestamp::now(),
            exit: None,
            jobs: jobs.iter().map(of_job).collect(),
            lines: Vec::new(),
        }
    }
}

fn is_check(channel: &Channel) -> bool {
    channel.service == Service::Healthchecks
}

fn of_job(job: &JobStatus) -> JobNote {
    JobNote {
        name: job.name.clone(),
        word: job.word.clone(),
        exit: job.exit,
        counts: job.counts.clone(),
        failures_in_row: job.failures_in_row,
        last_good: job.last_good,
    }
}

/// The last lines of these jobs; their names stand before them where there are several.
fn lines(went: &[Went], names: &[String]) -> Vec<String> {
    let told: Vec<&Went> = went.iter().filter(|went| names.contains(&went.name)).collect();
    let is_one = told.len() == 1;
    told.iter()
        .flat_map(|went| {
            let before = if is_one { String::new() } else { format!("[{}] ", went.name) };
            went.lines.iter().map(move |line| format!("{before}{line}"))
        })
        .collect()
}

/// What is said of an event, in short and in full.
fn sentences(event: Event, jobs: &[(String, u32)], went: &[Went]) -> (String, String) {
    let names: Vec<String> = jobs.iter().map(|(name, _)| name.clone()).collect();
    let listed = listed(&names);
    let title = match event {
        Event::Failure => tr!("{listed} failed"),
        Event::Recovered => tr!("{listed} is well again"),
        Event::Success => tr!("{listed} went well"),
        Event::Stale => tr!("{listed}: no good run for too long"),
        Event::Start => tr!("{listed} begins"),
    };
    let each = |(name, before): &(String, u32)| {
        let end = went.iter().find(|went| went.name == *name).map(|went| &went.outcome);
        let word = end.map_or("", |outcome| shown_end(&outcome.word));
        let code = end.and_then(|outcome| outcome.exit).map_or_else(String::new, |code| format!(" ({code})"));
        match event {
            Event::Failure if *before > 0 => {
                tr!("{name}: {word}{code}; {before} runs before it failed, too")
            }
            Event::Recovered if *before > 0 => tr!("{name}: {word}, after {before} that failed"),
            Event::Failure => format!("{name}: {word}{code}"),
            _ => format!("{name}: {word}"),
        }
    };
    let message: Vec<String> = jobs.iter().filter(|(_, _)| event != Event::Start).map(each).collect();
    debug_assert!(!message.iter().any(|line| line.contains(INTERRUPTED)), "that is nobody's news");
    (title, message.join("\n"))
}

/// How long there was no good run.
pub(super) fn silence(job: &JobStatus, now: Timestamp) -> String {
    let hours = silent_hours(job, now);
    let time = if hours < 72 { tr!("{hours} hours") } else { tr!("{} days", hours / 24) };
    match job.last_good {
        Some(_) => tr!("{}: the last good run is {time} ago", job.name),
        None => tr!("{}: no good run since it is known, {time} ago", job.name),
    }
}

/// The same as the log has it.
fn silence_in_english(job: &JobStatus, now: Timestamp) -> String {
    let hours = silent_hours(job, now);
    let time = if hours < 72 { format!("{hours} hours") } else { format!("{} days", hours / 24) };
    match job.last_good {
        Some(_) => format!("{}: the last good run is {time} ago", job.name),
        None => format!("{}: no good run since it is known, {time} ago", job.name),
    }
}

fn silent_hours(job: &JobStatus, now: Timestamp) -> i64 {
    now.duration_since(job.good_or_seen()).as_hours()
}

fn listed(names: &[String]) -> String {
    names.join(", ")
}
