//! An import, told to a person.

use std::path::Path;
use std::sync::atomic::Ordering;

use messages_macros::{tr, word};
use sync_core::import::{ImportEvent, SkipKind};

use super::super::diff::shown;
use super::super::import::{ImportEnd, lines};
use super::super::told;
use super::super::words::count;
use super::Human;
use crate::exit::ExitStatus;
use crate::settings::words::LogLevel;

impl Human {
    /// Tells it; `dry_run` says whether it would only be so.
    pub(super) fn importing(&self, event: &ImportEvent<'_>, dry_run: bool) {
        match event {
            ImportEvent::Progress(progress) => self.progress.imported(progress),
            ImportEvent::Uploaded { path } => {
                self.sent.fetch_add(u64::from(!dry_run), Ordering::Relaxed);
                self.tell(
                    path.path(),
                    |path| tr!("Sent `{path}`"),
                    |would, path| tr!("{would} send `{path}`"),
                    dry_run,
                );
            }
            ImportEvent::Damaged { path, why } => self.damaged(path.path(), why),
            ImportEvent::Adopted { path } => self.tell(
                path.path(),
                |path| tr!("There already: `{path}`"),
                |would, path| tr!("{would} adopt `{path}`"),
                dry_run,
            ),
            ImportEvent::Updated { path } => self.tell(
                path.path(),
                |path| tr!("Updated `{path}`"),
                |would, path| tr!("{would} update `{path}`"),
                dry_run,
            ),
            ImportEvent::Passed(passed) => {
                self.left_out(passed.path.path(), passed.kind, passed.why.as_deref());
            }
            ImportEvent::Left { path, kind, why } => self.left_out(path.path(), *kind, *why),
            ImportEvent::Trouble(trouble) => self.failed(trouble.path.path(), &trouble.message),
            ImportEvent::Failed { path, message, .. } => self.failed(path.path(), message),
            ImportEvent::Conflict { path, field, server_wins }
                if self.level >= LogLevel::Warn && self.troubles.count("conflict") =>
            {
                let (path, field) = (shown(path.path(), &self.root), told(field));
                let word = self.console.aside.yellow(word!("Both changed"));
                self.aside(&if *server_wins {
                    tr!("{word} the {field} of `{path}`: the server wins")
                } else {
                    tr!("{word} the {field} of `{path}`: the source wins")
                });
            }
            ImportEvent::Gone { photos: 1 } if !self.quiet => {
                self.aside(word!("1 photo is gone from the source; on the server nothing goes."));
            }
            ImportEvent::Gone { photos } if !self.quiet => {
                let photos = count(*photos, "photo");
                self.aside(&tr!("{photos} are gone from the source; on the server nothing goes."));
            }
            _ => {}
        }
    }

    fn damaged(&self, path: &Path, why: &str) {
        if self.level >= LogLevel::Warn && self.troubles.count("sent-damaged") {
            let (path, why) = (shown(path, &self.root), told(why));
            self.aside(&format!(
                "{} `{path}`: {why}",
                self.console.aside.yellow(word!("Sent, but damaged:"))
            ));
        }
    }

    fn left_out(&self, path: &Path, kind: SkipKind, why: Option<&str>) {
        let level = if kind.is_trouble() { LogLevel::Warn } else { LogLevel::Debug };
        if self.level >= level && self.troubles.count(kind.name()) {
            let why = why.map_or_else(|| reason(kind).to_owned(), told);
            let path = shown(path, &self.root);
            self.aside(&format!("{} `{path}`: {why}", self.console.aside.yellow(word!("Skipped"))));
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
        SkipKind::Empty => word!("it is empty"),
        SkipKind::Refused => word!("the server takes no such file"),
        SkipKind::Damaged => word!("it is damaged"),
        kind => kind.name(),
    }
}
