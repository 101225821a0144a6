//! An import, told to a person.

use std::path::Path;
use std::sync::atomic::Ordering;

use sync_core::import::{ImportEvent, SkipKind};

use super::super::clean;
use super::super::diff::shown;
use super::super::import::{ImportEnd, lines};
use super::super::words::count;
use super::Human;
use crate::exit::ExitStatus;
use crate::settings::words::LogLevel;

impl Human {
    /// Tells it; `dry_run` says whether it would only be so.
    pub(super) fn importing(&self, event: &ImportEvent<'_>, dry_run: bool) {
        let tell = |path: &Path, done: &str, would: &str| {
            if dry_run { self.would(path, would) } else { self.did(path, done) }
        };
        match event {
            ImportEvent::Progress(progress) => self.progress.imported(progress),
            ImportEvent::Uploaded { path } => {
                self.sent.fetch_add(u64::from(!dry_run), Ordering::Relaxed);
                tell(path.path(), "Sent", "send");
            }
            ImportEvent::Damaged { path, why } => self.damaged(path.path(), why),
            ImportEvent::Adopted { path } => tell(path.path(), "There already:", "adopt"),
            ImportEvent::Updated { path } => tell(path.path(), "Updated", "update"),
            ImportEvent::Passed(passed) => {
                self.left_out(passed.path.path(), passed.kind, passed.why.as_deref());
            }
            ImportEvent::Left { path, kind, why } => self.left_out(path.path(), *kind, *why),
            ImportEvent::Trouble(trouble) => self.failed(trouble.path.path(), &trouble.message),
            ImportEvent::Failed { path, message, .. } => self.failed(path.path(), message),
            ImportEvent::Conflict { path, field, server_wins }
                if self.level >= LogLevel::Warn && self.troubles.count("conflict") =>
            {
                let winner = if *server_wins { "the server" } else { "the source" };
                let path = shown(path.path(), &self.root);
                let word = self.console.aside.yellow("Both changed");
                self.aside(&format!("{word} the {field} of `{path}`: {winner} wins"));
            }
            ImportEvent::Gone { photos } if !self.quiet => self.aside(&format!(
                "{} gone from the source; on the server nothing goes.",
                if *photos == 1 {
                    "1 photo is".to_owned()
                } else {
                    format!("{} are", count(*photos, "photo"))
                }
            )),
            _ => {}
        }
    }

    fn would(&self, path: &Path, what: &str) {
        if !self.quiet {
            let path = shown(path, &self.root);
            let line = format!("{} {what} `{path}`", self.console.result.green("Would"));
            self.progress.aside(&mut || self.console.result(&line));
        }
    }

    fn did(&self, path: &Path, what: &str) {
        if self.level >= LogLevel::Info {
            self.aside(&format!("{what} `{}`", shown(path, &self.root)));
        }
    }

    fn damaged(&self, path: &Path, why: &str) {
        if self.level >= LogLevel::Warn && self.troubles.count("sent-damaged") {
            let path = shown(path, &self.root);
            self.aside(&format!(
                "{} `{path}`: {}",
                self.console.aside.yellow("Sent, but damaged:"),
                clean(why)
            ));
        }
    }

    fn left_out(&self, path: &Path, kind: SkipKind, why: Option<&str>) {
        let level = if kind.is_trouble() { LogLevel::Warn } else { LogLevel::Debug };
        if self.level >= level && self.troubles.count(kind.name()) {
            let why = why.map_or_else(|| reason(kind).to_owned(), clean);
            let path = shown(path, &self.root);
            self.aside(&format!("{} `{path}`: {why}", self.console.aside.yellow("Skipped")));
        }
    }

    pub(super) fn end_of_import(&self, end: &ImportEnd<'_>) {
        self.progress.end();
        if self.quiet && end.status == ExitStatus::Ok && !end.traffic.insecure {
            return;
        }
        for line in lines(end, self.troubles.unnamed(), self.console.aside) {
            self.console.aside(&line);
        }
    }
}

/// Why one file is left out, where the source or the server said no more.
fn reason(kind: SkipKind) -> &'static str {
    match kind {
        SkipKind::Empty => "it is empty",
        SkipKind::Refused => "the server takes no such file",
        SkipKind::Damaged => "it is damaged",
        kind => kind.name(),
    }
}
