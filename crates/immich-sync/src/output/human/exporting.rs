//! Exports, as they go.

use messages_macros::{tr, word};
use sync_core::export::{ExportEvent, ExportedFile};

use super::super::export::{ExportEnd, left, lines};
use super::super::{clean_path, told};
use super::Human;
use crate::exit::ExitStatus;
use crate::settings::words::LogLevel;

impl Human {
    /// Tells it; `dry_run` says whether it would only be so.
    pub(super) fn exporting(&self, event: &ExportEvent<'_>, dry_run: bool) {
        match event {
            ExportEvent::Progress(progress) => self.progress.exported(progress),
            ExportEvent::Wrote { file, is_update, is_renamed } => {
                if *is_update {
                    self.tell(
                        file.path,
                        |path| tr!("Exported again `{path}`"),
                        |would, path| tr!("{would} export again `{path}`"),
                        dry_run,
                    );
                } else {
                    self.tell(
                        file.path,
                        |path| tr!("Exported `{path}`"),
                        |would, path| tr!("{would} export `{path}`"),
                        dry_run,
                    );
                }
                if *is_renamed && self.level >= LogLevel::Warn && self.troubles.count("renamed") {
                    let word = self.console.aside.yellow(word!("Another name:"));
                    self.aside(&tr!(
                        "{word} `{}`, since another file has the one it would have",
                        clean_path(file.path)
                    ));
                }
            }
            ExportEvent::Adopted { file } => self.tell(
                file.path,
                |path| tr!("There already: `{path}`"),
                |would, path| tr!("{would} take as it is `{path}`"),
                dry_run,
            ),
            ExportEvent::Removed { file } => self.tell(
                file.path,
                |path| tr!("Put into the trash: `{path}`"),
                |would, path| tr!("{would} put into the trash `{path}`"),
                dry_run,
            ),
            ExportEvent::Bare { file, why } if self.troubles.count("not-embedded") => {
                let (path, why) = (clean_path(file.path), told(why));
                let word = self.console.aside.yellow(word!("Nothing written into"));
                self.aside(&format!("{word} `{path}`: {why}"));
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
        let part = file.part.map(|part| format!(" ({})", told(part.word()))).unwrap_or_default();
        let word = self.console.aside.yellow(word!("Skipped"));
        self.aside(&format!("{word} `{}`{part}: {why}", clean_path(file.path)));
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
