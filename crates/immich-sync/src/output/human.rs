//! Events for people: quiet about what went well, clear about what did not.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sync_core::plan::{Failed, SkipReason, Skipped, Step};
use sync_core::{Event, Reporter};

use super::diff::{file_lines, shown};
use super::plain::Lines;
use super::progress::{Progress, Silent};
use super::terminal::Bar;
use super::troubles::Troubles;
use super::words::count;
use super::{Console, End, Presenter, clean, summary};
use crate::args::LogLevel;
use crate::exit::ExitStatus;
use crate::settings::OutputSettings;

/// Tells a person.
pub(super) struct Human {
    console: Console,
    level: LogLevel,
    quiet: bool,
    root: PathBuf,
    progress: Box<dyn Progress>,
    troubles: Troubles,
    changed: AtomicU64,
}

impl Human {
    /// With a bar on a terminal, with a line now and then elsewhere.
    pub(super) fn new(console: Console, settings: &OutputSettings, root: &Path) -> Self {
        let progress: Box<dyn Progress> = if settings.quiet {
            Box::new(Silent)
        } else if console.can_draw {
            Box::new(Bar::new(console.aside.on))
        } else {
            Box::new(Lines::new(console))
        };
        Self {
            console,
            level: settings.level.unwrap_or(LogLevel::Warn),
            quiet: settings.quiet,
            root: root.to_owned(),
            progress,
            troubles: Troubles::default(),
            changed: AtomicU64::new(0),
        }
    }

    fn aside(&self, line: &str) {
        self.progress.aside(&mut || self.console.aside(line));
    }

    fn would_do(&self, step: &Step) {
        let lines = file_lines(step, &self.root, self.console.result, self.console.width);
        self.progress.aside(&mut || self.console.result(&lines.join("\n")));
    }

    fn done(&self, step: &Step) {
        self.changed.fetch_add(1, Ordering::Relaxed);
        if self.level >= LogLevel::Info {
            let mut tags: Vec<&str> = step.change.edits.iter().map(|edit| edit.tag.name()).collect();
            tags.dedup();
            self.aside(&format!("Wrote `{}`: {}", shown(&step.path, &self.root), tags.join(", ")));
        }
    }

    fn skipped(&self, skipped: &Skipped) {
        let is_told = self.level >= LogLevel::Warn && skipped.reason.is_trouble();
        if is_told && self.troubles.count(skipped.reason.code()) {
            let (path, reason) = (shown(&skipped.path, &self.root), clean(&skipped.reason.to_string()));
            self.aside(&format!("{} `{path}`: {reason}", self.console.aside.yellow("Skipped")));
        }
    }

    fn failed(&self, failed: &Failed) {
        if self.troubles.count("failed") {
            let (path, message) = (shown(&failed.path, &self.root), clean(&failed.message));
            self.aside(&format!("{} `{path}`: {message}", self.console.aside.red("Failed")));
        }
    }

    fn recovered(&self, folders: u64, completed: u64, rolled_back: u64) {
        if folders + completed + rolled_back > 0 {
            self.aside(&format!(
                "An earlier run was interrupted and is put in order: {} found complete, {} not begun, {} removed.",
                count(completed, "change"),
                count(rolled_back, "change"),
                count(folders, "work folder"),
            ));
        }
    }
}

impl Reporter for Human {
    fn report(&self, event: &Event<'_>) {
        match event {
            Event::Recovered { folders, completed, rolled_back } => {
                self.recovered(*folders, *completed, *rolled_back);
            }
            Event::Listed { assets } => self.progress.listed(*assets),
            Event::Planning { candidates } => self.progress.planned(*candidates),
            Event::WouldDo(step) => self.would_do(step),
            Event::Done(step) => self.done(step),
            Event::Skipped(skipped) => self.skipped(skipped),
            Event::Failed(failed) => self.failed(failed),
            Event::Warning(message) if self.level >= LogLevel::Warn => {
                self.aside(&format!("{} {}", self.console.aside.yellow("Warning:"), clean(message)));
            }
            _ => {}
        }
        if opens_a_file(event) {
            self.progress.step();
        }
    }
}

impl Presenter for Human {
    fn begin(&self) {
        self.progress.begin();
    }

    fn finish(&self, end: &End<'_>) {
        self.progress.end();
        let all_well = end.status == ExitStatus::Ok && !end.insecure;
        if self.quiet && all_well {
            return;
        }
        for line in summary::lines(end, self.troubles.unnamed(), self.console.aside) {
            self.console.aside(&line);
        }
    }

    fn give_up(&self, error: &anyhow::Error, _status: ExitStatus) {
        self.progress.end();
        self.console.error(error);
        let changed = self.changed.load(Ordering::Relaxed);
        if changed > 0 {
            let photos = count(changed, "photo");
            self.console.aside(&format!("{photos} had been changed before that; every file is whole."));
        }
    }
}

/// Whether a photo is dealt with that the bar counts.
fn opens_a_file(event: &Event<'_>) -> bool {
    match event {
        Event::WouldDo(_) | Event::Done(_) | Event::Failed(_) => true,
        Event::Skipped(skipped) => {
            matches!(skipped.reason, SkipReason::UpToDate | SkipReason::Refused(_) | SkipReason::Missing)
        }
        _ => false,
    }
}
