//! Events for people: quiet about what went well, clear about what did not.

mod exporting;
mod importing;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use immich_api::{AssetId, QueueName};
use messages_macros::{tr, word};
use sync_core::deeds::{DeedCount, TrashedFile, What};
use sync_core::event::Activity;
use sync_core::export::ExportEvent;
use sync_core::import::ImportEvent;
use sync_core::organize::{NotCompared, Place, ScanSummary, SkipKind};
use sync_core::paths::PrefixMap;
use sync_core::plan::{Kept, SkipReason, Step};
use sync_core::{Event, Reporter};

use super::diff::{file_lines, shown};
use super::export::ExportEnd;
use super::history::deed_words;
use super::import::ImportEnd;
use super::plain::Lines;
use super::progress::{Progress, Silent};
use super::terminal::Bar;
use super::troubles::Troubles;
use super::words::{count, time};
use super::{Console, End, OrganizeEnd, Presenter, clean, clean_path, organize, scan, summary, told};
use crate::exit::ExitStatus;
use crate::settings::OutputSettings;
use crate::settings::words::LogLevel;

/// Tells a person.
pub(super) struct Human {
    console: Console,
    level: LogLevel,
    quiet: bool,
    root: PathBuf,
    progress: Box<dyn Progress>,
    troubles: Troubles,
    changed: AtomicU64,
    sent: AtomicU64,
    /// Whose step came last.
    last: Mutex<Option<AssetId>>,
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
            sent: AtomicU64::new(0),
            last: Mutex::default(),
        }
    }

    fn aside(&self, line: &str) {
        self.progress.aside(&mut || self.console.aside(line));
    }

    /// What became of a file, or would become of it.
    fn tell(
        &self,
        path: &Path,
        did: impl FnOnce(&str) -> String,
        would: impl FnOnce(&str, &str) -> String,
        dry_run: bool,
    ) {
        let path = shown(path, &self.root);
        if dry_run && !self.quiet {
            let line = would(&self.console.result.green(word!("Would")), &path);
            self.progress.aside(&mut || self.console.result(&line));
        } else if !dry_run && self.level >= LogLevel::Info {
            self.aside(&did(&path));
        }
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
            self.aside(&tr!("Wrote `{}`: {}", shown(&step.path, &self.root), tags.join(", ")));
        }
    }

    fn skipped(&self, path: &Path, reason: &SkipReason) {
        let is_told = self.level >= LogLevel::Warn && reason.is_trouble();
        if is_told && self.troubles.count(reason.code()) {
            let (path, reason) = (shown(path, &self.root), told(&reason.to_string()));
            self.aside(&format!("{} `{path}`: {reason}", self.console.aside.yellow(word!("Skipped"))));
        }
    }

    fn failed(&self, path: &Path, message: &str) {
        if self.troubles.count("failed") {
            let (path, message) = (shown(path, &self.root), told(message));
            self.aside(&format!("{} `{path}`: {message}", self.console.aside.red(word!("Failed"))));
        }
    }

    /// Whether a photo is dealt with that the bar counts. A photo with a sidecar has two steps.
    fn ends_a_photo(&self, event: &Event<'_>) -> bool {
        match event {
            Event::WouldDo(step) | Event::Done(step) => {
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                last.replace(step.asset.clone()).as_ref() != Some(&step.asset)
            }
            Event::Failed(_) => true,
            Event::Skipped(skipped) => {
                let reason = &skipped.reason;
                matches!(reason, SkipReason::UpToDate | SkipReason::Refused(_) | SkipReason::Missing)
            }
            _ => false,
        }
    }

    fn kept(&self, kept: &Kept) {
        let level = if kept.is_trouble { LogLevel::Warn } else { LogLevel::Info };
        // What is left alone in one photo is left alone in many for the same reason.
        let kind = kept.datum.map_or_else(|| "kept".to_owned(), |datum| format!("kept {datum}"));
        if self.level >= level && self.troubles.count(&kind) {
            let (path, why) = (shown(&kept.path, &self.root), told(&kept.why));
            let word = self.console.aside.yellow(word!("Kept"));
            self.aside(&match kept.datum.map(|datum| told(&datum.to_string())) {
                Some(datum) => tr!("{word} {datum} of `{path}`: {why}"),
                None => format!("{word} `{path}`: {why}"),
            });
        }
    }

    fn jobs(&self, queues: &[QueueName], are_paused: bool) {
        if !self.quiet {
            let names: Vec<&str> = queues.iter().map(QueueName::as_str).collect();
            let names = names.join(", ");
            self.aside(&if are_paused {
                tr!("Jobs of the server wait until everything is sent: {names}.")
            } else {
                tr!("Jobs of the server go on: {names}.")
            });
        }
    }

    fn mapped(&self, folders: &[PrefixMap], agreed: u64, of: u64) {
        if self.quiet {
            return;
        }
        for folder in folders {
            let (server, local) = (clean(&folder.server), clean_path(&folder.local));
            self.aside(&tr!("The server's folder `{server}` is `{local}` here."));
        }
        self.aside(&tr!("({agreed} of {} compared are the same files.)", count(of, "photo")));
    }

    /// A video is not worth a line; a picture that is broken is.
    fn not_compared(&self, photo: &NotCompared) {
        let is_trouble = photo.kind.is_none_or(SkipKind::is_trouble);
        let level = if is_trouble { LogLevel::Warn } else { LogLevel::Debug };
        if self.level >= level && self.troubles.count(photo.kind.map_or("failed", SkipKind::code)) {
            let (at, why) = (told(&photo.place.to_string()), told(&photo.why));
            let name = match &photo.place {
                Place::Asset(_) => format!("`{}` ({at})", clean(&photo.name)),
                Place::File(_) => format!("`{at}`"),
            };
            self.aside(&format!("{} {name}: {why}", self.console.aside.yellow(word!("Not compared"))));
        }
    }

    fn scanned(&self, scan: &ScanSummary) {
        self.progress.end();
        if self.quiet && scan.is_clean() {
            return;
        }
        for line in scan::lines(scan, self.console.aside) {
            self.console.aside(&line);
        }
        self.progress.begin();
    }

    /// Said beforehand, since a server takes its time for each photo.
    fn planned(&self, action: &'static str, changes: u64, seconds: Option<u64>) {
        if self.quiet {
            return;
        }
        let seconds = seconds.filter(|seconds| *seconds > 1).map(Duration::from_secs);
        let (what, changes) = (acting(action), count(changes, "change"));
        self.aside(&match seconds.map(time) {
            Some(long) => tr!("{what}: {changes}; the server will be busy for about {long}."),
            None => format!("{what}: {changes}."),
        });
    }

    fn would_change(&self, what: &What) {
        let words = what_words(what);
        let words = words.strip_prefix("took ").map_or_else(|| words.clone(), |rest| format!("taken {rest}"));
        let line = format!("{} {words}", self.console.result.green(word!("Would have")));
        self.progress.aside(&mut || self.console.result(&line));
    }

    fn recovered(&self, folders: u64, completed: u64, rolled_back: u64) {
        if folders + completed + rolled_back > 0 {
            self.aside(&tr!(
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
            Event::Asked { what, done, total } => self.progress.asked(asked(*what), *done, *total),
            Event::Mapped { folders, agreed, of } => self.mapped(folders, *agreed, *of),
            Event::Kept(kept) => self.kept(kept),
            Event::Looking { done, total } => {
                self.progress.asked(word!("Looking at pictures"), *done, *total);
            }
            Event::Comparing { done, total } => self.progress.asked(word!("Comparing"), *done, *total),
            Event::NotCompared(photo) => self.not_compared(photo),
            Event::Scanned(scan) => self.scanned(scan),
            Event::ActionPlanned { action, changes, seconds } => self.planned(action, *changes, *seconds),
            Event::Acting { action, done, total } => self.progress.asked(acting(action), *done, *total),
            Event::WouldChange(what) if !self.quiet => self.would_change(what),
            Event::Changed(what) if self.level >= LogLevel::Info => self.aside(&what_words(what)),
            Event::Planning { candidates } => self.progress.planned(*candidates),
            Event::WouldDo(step) => self.would_do(step),
            Event::Done(step) => self.done(step),
            Event::Skipped(skipped) => self.skipped(&skipped.path, &skipped.reason),
            Event::FileSkipped { path, reason } => self.skipped(path, reason),
            Event::Failed(failed) => self.failed(&failed.path, &failed.message),
            Event::FileFailed { path, message } => self.failed(path, message),
            Event::Warning(message) if self.level >= LogLevel::Warn => {
                self.aside(&format!("{} {}", self.console.aside.yellow(word!("Warning:")), told(message)));
            }
            Event::Queues { queues, are_paused } => self.jobs(queues, *are_paused),
            Event::Import(event) => self.importing(event, false),
            Event::Export(event) => self.exporting(event, false),
            _ => {}
        }
        if self.ends_a_photo(event) {
            self.progress.step();
        }
    }
}

impl Presenter for Human {
    fn begin(&self) {
        self.progress.begin();
    }

    fn pause(&self) {
        self.progress.end();
    }

    fn finish(&self, end: &End<'_>) {
        self.progress.end();
        let all_well = end.status == ExitStatus::Ok && !end.traffic.insecure;
        if self.quiet && all_well {
            return;
        }
        for line in summary::lines(end, self.troubles.unnamed(), self.console.aside) {
            self.console.aside(&line);
        }
    }

    fn finish_organizing(&self, end: &OrganizeEnd<'_>) {
        self.progress.end();
        if self.quiet && end.status == ExitStatus::Ok && !end.traffic.insecure {
            return;
        }
        for line in organize::lines(end, self.troubles.unnamed(), self.console.aside) {
            self.console.aside(&line);
        }
    }

    fn foretell(&self, event: &ImportEvent<'_>) {
        self.importing(event, true);
    }

    fn finish_importing(&self, end: &ImportEnd<'_>) {
        self.end_of_import(end);
    }

    fn foretell_export(&self, event: &ExportEvent<'_>) {
        self.exporting(event, true);
    }

    fn finish_exporting(&self, end: &ExportEnd<'_>) {
        self.end_of_export(end);
    }

    fn give_up(&self, error: &anyhow::Error, _status: ExitStatus) {
        self.progress.end();
        self.console.error(error);
        let sent = self.sent.load(Ordering::Relaxed);
        if sent > 0 {
            let files = count(sent, "file");
            self.console.aside(&tr!("{files} had been sent before that, and will not be sent twice."));
        }
        let changed = self.changed.load(Ordering::Relaxed);
        if changed > 0 {
            let files = count(changed, "file");
            self.console.aside(&tr!("{files} had been changed before that; every file is whole."));
        }
    }
}

/// What is done with groups, in a few words.
fn acting(action: &str) -> &'static str {
    match action {
        "remove-tags" => word!("Removing tags"),
        "tag" | "tag-duplicates-of-local" => word!("Tagging"),
        "albums" => word!("Filling albums"),
        "stack" => word!("Stacking"),
        "review" => word!("Filling the review page"),
        "favourite" => word!("Giving hearts"),
        "description" => word!("Writing captions"),
        "archive" => word!("Archiving"),
        "trash" => word!("Putting copies into the trash"),
        "output" => word!("Making folders"),
        "put-away" => word!("Putting files that the server has into the trash"),
        "local-trash" => word!("Putting copies on this machine into the trash"),
        _ => word!("Changing the server"),
    }
}

/// A change, in words. A file of this machine that goes somewhere is named.
fn what_words(what: &What) -> String {
    let named =
        |file: Option<&TrashedFile>| file.map_or_else(String::new, |file| clean_path(file.from.path()));
    match what {
        What::TrashFiles { files } => return tr!("put `{}` into the trash", named(files.last())),
        What::RestoreFiles { files } => {
            return tr!("brought `{}` back from the trash", named(files.first()));
        }
        _ => {}
    }
    let (kind, subject) = (what.kind().to_owned(), what.subject().to_owned());
    deed_words(&DeedCount { kind, subject, items: what.len() as u64, undone: 0, open: 0 })
}

/// What the server is asked or told, in a few words.
fn asked(what: Activity) -> &'static str {
    match what {
        Activity::Albums => word!("Asking for albums"),
        Activity::Tags => word!("Asking for tags"),
        Activity::Faces => word!("Asking for faces"),
        Activity::Refresh => word!("Telling the server"),
        _ => word!("Asking the server"),
    }
}
