//! A machine under test control: its clock, its disk, its runs, and a phone that gets notices.
//!
//! A run here does what `immich-sync run` does with the parts of this crate: it settles what a killed run left, notes
//! begin and end in the status file, tells news, and writes a log.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use unattended::log_file::{Limits, LogFile};
use unattended::notice::{Channel, Notice, Pace, Request, Sender, Service, deliver};
use unattended::rounds::{self, Heard, Plan, Reason, Told, World};
use unattended::status::Status;
use unattended::{Event, Outcome};

const CONFIG: &str = "/etc/immich-sync/config.toml";
const JOB: &str = "photos";

/// How long a run takes.
pub(crate) const RUN: SignedDuration = SignedDuration::from_mins(25);
/// After how long a failure is told again.
const REPEAT: SignedDuration = SignedDuration::from_hours(24);
/// How old the last good run may be.
const STALE: SignedDuration = SignedDuration::from_hours(20);

/// When log files are full.
pub(crate) const LIMITS: Limits = Limits {
    max_bytes: Some(300_000),
    max_age: Some(SignedDuration::from_hours(5 * 24)),
    keep: 4,
    keep_for: Some(SignedDuration::from_hours(20 * 24)),
};

/// A stretch of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span(pub(crate) Timestamp, pub(crate) Timestamp);

impl Span {
    fn contains(self, at: Timestamp) -> bool {
        self.0 <= at && at < self.1
    }
}

/// The machine.
pub(crate) struct Machine {
    folder: tempfile::TempDir,
    clock: Arc<AtomicI64>,
    plan: Plan,
    server_away: Span,
    off: VecDeque<Span>,
    until: Timestamp,
    running: Option<Span>,
    is_off: bool,
    phone: Phone,
    /// Each start, with when it was due and what it made up for.
    pub(crate) starts: Vec<(Timestamp, Timestamp, Reason)>,
    /// Each run, from begin to end; one that was cut off ends there.
    pub(crate) runs: Vec<Span>,
    /// What was told, and when.
    pub(crate) notices: Vec<(Timestamp, Event)>,
    /// What the loop told.
    pub(crate) told: Vec<Told>,
}

impl Machine {
    /// From one instant to another; `off` without power, in order; the server is away once.
    pub(crate) fn new(plan: Plan, whole: Span, off: Vec<Span>, server_away: Span) -> Self {
        let clock = Arc::new(AtomicI64::new(whole.0.as_second()));
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock,
            plan,
            server_away,
            off: off.into(),
            until: whole.1,
            running: None,
            is_off: false,
            phone: Phone::default(),
            starts: Vec::new(),
            runs: Vec::new(),
            notices: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Lets the time pass: the program is started when there is power, and ends without a word when there is none.
    pub(crate) fn live(&mut self) {
        while self.time() < self.until {
            let (plan, last_run) = (self.plan.clone(), self.last_run());
            rounds::run(self, plan, last_run);
            if let Some(off) = self.off.front().filter(|_| self.is_off) {
                self.clock.store(off.1.as_second(), Ordering::SeqCst);
                self.off.pop_front();
                self.is_off = false;
            }
        }
    }

    /// Messages that arrived on the phone.
    pub(crate) fn arrived(&self) -> usize {
        *self.phone.arrived.lock().unwrap()
    }

    /// The log file.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("immich-sync.log")
    }

    /// The status file.
    pub(crate) fn status_file(&self) -> PathBuf {
        Status::path(self.folder.path())
    }

    fn time(&self) -> Timestamp {
        Timestamp::from_second(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    fn last_run(&self) -> Option<Timestamp> {
        let status = Status::read(&self.status_file()).unwrap();
        status.job(Path::new(CONFIG), JOB).and_then(|job| job.ended.max(job.started))
    }

    fn write_log(&self, at: Timestamp, lines: usize) {
        let clock = Arc::clone(&self.clock);
        let now = move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
        let mut log = LogFile::open(&self.log(), LIMITS, now).unwrap();
        for line in 0..lines {
            writeln!(log, "{at} INFO photo {line} is as it should be, which takes a line of usual length")
                .unwrap();
        }
    }

    /// What `run` does first: a run that nobody saw end failed.
    fn begin(&mut self) {
        let now = self.time();
        let cut = outcome(false, "cut-off");
        let news = Status::change(&self.status_file(), |status| {
            let job = status.job_mut(Path::new(CONFIG), JOB, now);
            let news =
                job.is_open().then(|| job.end(&cut, now)).and_then(|before| job.news(before, REPEAT, now));
            job.begin(now);
            news
        });
        if let Some(event) = news.unwrap() {
            self.notify(event);
        }
    }

    /// What it does last.
    fn end(&mut self) {
        let now = self.time();
        let is_good = !self.server_away.contains(now);
        let ended = if is_good { outcome(true, "ok") } else { outcome(false, "unreachable") };
        let (news, is_stale) = Status::change(&self.status_file(), |status| {
            let job = status.job_mut(Path::new(CONFIG), JOB, now);
            let before = job.end(&ended, now);
            (job.news(before, REPEAT, now), job.is_stale_news(STALE, REPEAT, now))
        })
        .unwrap();
        for event in news.into_iter().chain(is_stale.then_some(Event::Stale)) {
            if event != Event::Success {
                self.notify(event);
            }
        }
        self.write_log(now, 600);
    }

    fn notify(&mut self, event: Event) {
        let now = self.time();
        let notice = Notice {
            schema: unattended::notice::SCHEMA,
            event,
            title: event.word().to_owned(),
            message: String::new(),
            host: "nas".to_owned(),
            at: now,
            exit: None,
            jobs: Vec::new(),
            lines: Vec::new(),
        };
        let channel = Channel {
            service: Service::Ntfy,
            url: "https://ntfy.example/topic".to_owned(),
            token: None,
            on: Service::Ntfy.usual(),
        };
        let sent = deliver(&[channel], &notice, Duration::from_mins(1), &self.phone, &Patient);
        let is_told = sent.iter().all(|delivery| delivery.failed.is_none());
        Status::change(&self.status_file(), |status| {
            status.job_mut(Path::new(CONFIG), JOB, now).note(event, is_told, now);
        })
        .unwrap();
        self.notices.push((now, event));
    }
}

fn outcome(is_good: bool, word: &str) -> Outcome {
    let exit = if is_good { 0 } else { 10 };
    Outcome { exit: Some(exit), word: word.to_owned(), is_good, counts: BTreeMap::new() }
}

impl World for Machine {
    fn now(&mut self) -> Timestamp {
        self.time()
    }

    fn chance(&mut self) -> u64 {
        // The same in each run of the test, and not the same each time.
        u64::try_from(self.starts.len()).unwrap() * 7919
    }

    fn wait(&mut self, until: Option<Timestamp>) -> Heard {
        let now = self.time();
        let cut = self.off.front().map_or(Timestamp::MAX, |off| off.0);
        let end = self.running.map_or(Timestamp::MAX, |run| run.1);
        if self.is_off {
            // The power is gone: the loop is let out without anything that it says or does.
            if let Some(run) = self.running.take() {
                self.runs.push(Span(run.0, now));
            }
            return Heard::Ended;
        }
        let next = until.unwrap_or(Timestamp::MAX).min(cut).min(end).min(self.until).max(now);
        self.clock.store(next.as_second(), Ordering::SeqCst);
        if cut <= next {
            self.is_off = true;
            return Heard::Stop;
        }
        if end <= next {
            self.end();
            self.runs.extend(self.running.take());
            return Heard::Ended;
        }
        if self.until <= next { Heard::Stop } else { Heard::Time }
    }

    fn start(&mut self, due: Timestamp, reason: Reason) -> bool {
        assert!(self.running.is_none(), "two runs at once");
        let now = self.time();
        self.starts.push((now, due, reason));
        self.running = Some(Span(now, now + RUN));
        self.begin();
        true
    }

    fn pass_on(&mut self) {
        assert!(self.is_off || self.until <= self.time(), "only the end stops a run");
    }

    fn tell(&mut self, told: Told) {
        if !self.is_off {
            self.told.push(told);
        }
    }

    fn planned(&mut self, _next: Option<Timestamp>) {}
}

/// A service that fails at every first try.
#[derive(Default)]
struct Phone {
    tries: Mutex<u32>,
    arrived: Mutex<usize>,
}

impl Sender for Phone {
    fn post(&self, _request: &Request, _limit: Duration) -> Result<u16, String> {
        let mut tries = self.tries.lock().unwrap();
        *tries += 1;
        if *tries % 2 == 1 {
            return Ok(503);
        }
        *self.arrived.lock().unwrap() += 1;
        Ok(200)
    }
}

/// Waits cost nothing.
struct Patient;

impl Pace for Patient {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn wait(&self, _time: Duration) {}
}
