//! One run: the lock, the jobs in order, and what is told of them.

use std::time::Instant;

use anyhow::Result;
use jiff::Timestamp;
use messages_macros::{tr, word};
use sync_core::SyncError;
use sync_core::lock::RunLock;
use unattended::status::JobStatus;
use unattended::{Event, Outcome};

use super::heard::{Heard, pause};
use super::hooks::{self, Moment};
use super::job::{self, Went};
use super::order::{self, CUT_OFF, HOOK, INTERRUPTED};
use super::process::Outputs;
use super::record::{Record, remove_left_behind};
use super::result::{self, RunEnd};
use super::tell::Teller;
use crate::exit::ExitStatus;
use crate::output::{Console, clean, told};
use crate::room::holder;
use crate::settings::{OutputSettings, RunSettings};

/// How often a run that waits asks whether the other one ended.
const ASK: std::time::Duration = std::time::Duration::from_millis(500);

/// What one run works with.
pub(super) struct Round<'a> {
    pub(super) settings: &'a RunSettings,
    pub(super) output: &'a OutputSettings,
    pub(super) console: Console,
    pub(super) heard: Heard,
}

/// A job whose news is known: how many runs failed before.
struct Ended {
    name: String,
    failures_before: u32,
}

impl Round<'_> {
    /// Runs everything; tells how it went.
    pub(super) fn go(&self) -> Result<ExitStatus> {
        let begin = Instant::now();
        for concern in &self.settings.concerns {
            self.warn(concern);
        }
        let _lock = self.lock()?;
        remove_left_behind(&self.settings.runs());
        let teller = Teller::new(self);
        if !self.settings.dry_run {
            self.settle(&teller);
            teller.ping_start();
        }
        let went = self.all(&teller);
        let outcomes: Vec<Outcome> = went.iter().map(|went| went.outcome.clone()).collect();
        let status = order::worst(&outcomes, self.heard.signal());
        let deliveries = if self.settings.dry_run { Vec::new() } else { teller.end(&went, status) };
        self.write_metrics();
        let end = RunEnd { went: &went, status, took: begin.elapsed(), deliveries: &deliveries };
        result::show(self, &end);
        Ok(status)
    }

    /// Where the lines of jobs go. Somebody who can be asked is asked.
    pub(super) fn outputs(&self) -> Outputs {
        use std::io::IsTerminal as _;
        if self.output.json {
            return Outputs::Aside;
        }
        let is_users = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if is_users { Outputs::Terminal } else { Outputs::Passed }
    }

    /// Says something that is no result; the text is in English, as the log keeps it.
    pub(super) fn warn(&self, text: &str) {
        let text = self.settings.secrets.hide(text);
        tracing::warn!(text = clean(&text), "warning");
        self.console.aside(&format!("{} {}", self.console.aside.yellow(word!("Warning:")), told(&text)));
    }

    fn lock(&self) -> Result<RunLock> {
        let runs = self.settings.runs();
        let mut is_told = false;
        loop {
            match RunLock::acquire(&runs, &holder()) {
                Err(SyncError::Locked { holder, .. })
                    if self.settings.waits && self.heard.signal().is_none() =>
                {
                    if !is_told {
                        self.console.aside(&tr!("Waiting for another run to end ({}).", told(&holder)));
                        is_told = true;
                    }
                    pause(ASK);
                }
                locked => return Ok(locked?),
            }
        }
    }

    /// What runs before this one left open: one that was cut off counts as failed, and silence is told.
    fn settle(&self, teller: &Teller<'_>) {
        let record = Record::of(self.settings);
        let names: Vec<String> = self.settings.jobs.iter().map(|job| job.name.clone()).collect();
        let mut cut_off = Vec::new();
        for job in record.read(&names).iter().filter(|job| job.is_open()) {
            let outcome = Outcome {
                exit: None,
                word: CUT_OFF.to_owned(),
                is_good: false,
                counts: std::collections::BTreeMap::new(),
            };
            tracing::error!(job = job.name, started = ?job.started, "a run of the job was cut off");
            record.change(&job.name, |job| job.end(&outcome, Timestamp::now()));
            cut_off.push(job.name.clone());
        }
        if !cut_off.is_empty() {
            teller.tell_cut_off(&cut_off);
        }
        teller.tell_stale(&self.settings.enabled);
    }

    /// The hooks around all, and all.
    fn all(&self, teller: &Teller<'_>) -> Vec<Went> {
        let hook = |moment, outcome| hooks::run(self, &self.settings.hooks, moment, None, outcome);
        let went = match hook(Moment::Before, None) {
            Ok(()) => self.jobs(teller),
            Err(reason) => {
                self.warn(&reason);
                let none = |name: &str| Went::not_started(name, HOOK, 1, &reason);
                self.settings.jobs.iter().map(|job| self.ended(none(&job.name), teller)).collect()
            }
        };
        let outcomes: Vec<Outcome> = went.iter().map(|went| went.outcome.clone()).collect();
        let code = order::worst(&outcomes, self.heard.signal()).code();
        let is_good = code == 0;
        let word = order::word(code).to_owned();
        let whole = Outcome { exit: Some(code), word, is_good, counts: result::sums(&went) };
        let moment = if is_good { Moment::After } else { Moment::Failed };
        for moment in [moment, Moment::Finally] {
            if let Err(reason) = hook(moment, Some(&whole)) {
                self.warn(&reason);
            }
        }
        went
    }

    fn jobs(&self, teller: &Teller<'_>) -> Vec<Went> {
        let record = Record::of(self.settings);
        let mut all = Vec::new();
        for (number, job) in self.settings.jobs.iter().enumerate() {
            if self.heard.signal().is_some() {
                break;
            }
            if !self.settings.dry_run {
                record.change(&job.name, |job| job.begin(Timestamp::now()));
                self.write_metrics();
            }
            let went = self.ended(job::run(self, job, number), teller);
            let is_over = job.stops && !went.outcome.is_good;
            all.push(went);
            if is_over && number + 1 < self.settings.jobs.len() {
                self.warn(&format!("`{}` failed, so the jobs behind it do not run", job.name));
                break;
            }
        }
        all
    }

    /// Notes how a job ended, and what is news about that.
    fn ended(&self, went: Went, teller: &Teller<'_>) -> Went {
        if self.settings.dry_run {
            return went;
        }
        let (record, outcome, now) = (Record::of(self.settings), &went.outcome, Timestamp::now());
        if outcome.word == INTERRUPTED {
            record.change(&went.name, |job: &mut JobStatus| job.interrupt(outcome, now));
            return went;
        }
        let repeat_after = self.settings.telling.repeat_after;
        let news = record.change(&went.name, |job| {
            let ended = Ended { name: job.name.clone(), failures_before: job.end(outcome, now) };
            job.news(ended.failures_before, repeat_after, now).map(|event| (event, ended))
        });
        if let Some((event, ended)) = news {
            teller.note(event, &ended.name, ended.failures_before);
        }
        went
    }

    /// For a collector of metrics, while jobs run and afterwards.
    pub(super) fn write_metrics(&self) {
        let Some(path) = self.settings.metrics_file.as_ref().filter(|_| !self.settings.dry_run) else {
            return;
        };
        let jobs = Record::of(self.settings).read(&self.settings.enabled);
        let text = unattended::metrics::text(&jobs, self.settings.telling.stale_after, Timestamp::now());
        if let Err(error) = unattended::metrics::write(path, &text) {
            self.warn(&format!("the numbers for Prometheus cannot be written: {error}"));
        }
    }
}

/// Whether an event is about something that went wrong.
pub(super) fn is_bad(event: Event) -> bool {
    matches!(event, Event::Failure | Event::Stale)
}
