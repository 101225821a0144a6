//! Exports, as they go.

use std::path::Path;

use sync_core::export::{ExportEvent, ExportedFile};

use super::super::export::{ExportEnd, left, lines};
use super::super::{clean, clean_path};
use super::Human;
use crate::exit::ExitStatus;
use crate::settings::words::LogLevel;

impl Human {
    /// Tells it; `dry_run` says whether it would only be so.
    pub(super) fn exporting(&self, event: &ExportEvent<'_>, dry_run: bool) {
        match event {
            ExportEvent::Progress(progress) => self.progress.exported(progress),
            ExportEvent::Wrote { file, is_update, is_renamed } => {
                let (did, would) =
                    if *is_update { ("Exported again", "export again") } else { ("Exported", "export") };
                self.told(file.path, did, would, dry_run);
                if *is_renamed && self.level >= LogLevel::Warn && self.troubles.count("renamed") {
                    let word = self.console.aside.yellow("Another name:");
                    self.aside(&format!(
                        "{word} `{}`, since another file has the one it would have",
                        clean_path(file.path)
                    ));
                }
            }
            ExportEvent::Adopted { file } => self.told(file.path, "There already:", "take as it is", dry_run),
            ExportEvent::Removed { file } => {
                self.told(file.path, "Put into the trash:", "put into the trash", dry_run);
            }
            ExportEvent::Bare { file, why } if self.troubles.count("not-embedded") => {
                let word = self.console.aside.yellow("Nothing written into");
                self.aside(&format!("{word} `{}`: {}", clean_path(file.path), clean(why)));
            }
            ExportEvent::Left { file, kind } => {
                let level = if kind.is_trouble() { LogLevel::Warn } else { LogLevel::Debug };
                if self.level >= level && self.troubles.count(kind.name()) {
                    self.left_as(file, left(*kind));
                }
            }
            ExportEvent::Failed { file, message, .. } => self.failed(file.path, message),
            _ => {}
        }
    }

    fn left_as(&self, file: &ExportedFile<'_>, why: &str) {
        let part = file.part.map(|part| format!(" ({})", part.word())).unwrap_or_default();
        let word = self.console.aside.yellow("Skipped");
        self.aside(&format!("{word} `{}`{part}: {why}", clean_path(file.path)));
    }

    fn told(&self, path: &Path, did: &str, would: &str, dry_run: bool) {
        let path = clean_path(path);
        if dry_run && !self.quiet {
            let line = format!("{} {would} `{path}`", self.console.result.green("Would"));
            self.progress.aside(&mut || self.console.result(&line));
        } else if !dry_run && self.level >= LogLevel::Info {
            self.aside(&format!("{did} `{path}`"));
        }
    }

    pub(super) fn end_of_export(&self, end: &ExportEnd<'_>) {
        self.progress.end();
        if self.quiet && end.status == ExitStatus::Ok {
            return;
        }
        for line in lines(end, self.troubles.unnamed(), self.console.aside) {
            self.console.aside(&line);
        }
    }
}
