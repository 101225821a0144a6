//! The report of an export: a line for every file, as CSV or JSON, complete or not there at all.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use messages_macros::{tr, word};
use serde_json::Value;
use sync_core::export::ExportEvent;
use sync_core::import::ImportEvent;
use sync_core::{Event, Reporter};
use tempfile::NamedTempFile;

use super::super::console::lose_results;
use super::super::{Console, End, OrganizeEnd, Presenter};
use super::{ExportEnd, object};
use crate::exit::{ExitStatus, usage};
use crate::output::ImportEnd;
use crate::settings::ReportFile;

/// What the columns of the table are called, as in the objects of `--json`.
const COLUMNS: [&str; 6] = ["path", "asset", "file", "type", "reason", "message"];

/// Writes the report.
pub(crate) struct Report {
    console: Console,
    file: ReportFile,
    /// `None` when it could not be written any more.
    writer: Mutex<Option<Writer>>,
}

struct Writer {
    out: BufWriter<NamedTempFile>,
    lines: u64,
}

impl Report {
    /// Begins one: that it cannot be written should be known before the first file.
    pub(crate) fn begin(console: Console, file: &ReportFile) -> anyhow::Result<Self> {
        let begin = || -> io::Result<Writer> {
            let folder = file.path.parent().unwrap_or(Path::new("."));
            let aside = tempfile::Builder::new().prefix(".immich-sync-report-").tempfile_in(folder)?;
            let mut writer = Writer { out: BufWriter::new(aside), lines: 0 };
            let head = if file.as_json { "[".to_owned() } else { COLUMNS.join(",") };
            writer.out.write_all(head.as_bytes())?;
            Ok(writer)
        };
        let writer = begin().map_err(|error| {
            usage(format!("the report `{}` cannot be written: {error}", super::super::clean_path(&file.path)))
        })?;
        Ok(Self { console, file: file.clone(), writer: Mutex::new(Some(writer)) })
    }

    fn add(&self, event: &ExportEvent<'_>, dry_run: bool) {
        let Some(object) = object(event, dry_run).filter(|object| object["path"].is_string()) else { return };
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = writer.as_mut() else { return };
        if let Err(error) = open.add(&object, self.file.as_json) {
            *writer = None;
            self.lost(&error);
        }
    }

    fn close(&self) {
        let Some(mut open) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        let close = || -> io::Result<()> {
            open.out.write_all(if self.file.as_json { b"\n]\n" } else { b"\n" })?;
            let aside = open.out.into_inner().map_err(io::IntoInnerError::into_error)?;
            aside.as_file().sync_all()?;
            aside.persist(&self.file.path).map(drop).map_err(|failed| failed.error)
        };
        if let Err(error) = close() {
            self.lost(&error);
        }
    }

    fn lost(&self, error: &io::Error) {
        let path = super::super::clean_path(&self.file.path);
        let warning = self.console.aside.yellow(word!("Warning:"));
        let error = super::super::told(&error.to_string());
        self.console.aside(&tr!("{warning} the report `{path}` cannot be written: {error}"));
        lose_results();
    }
}

impl Writer {
    fn add(&mut self, object: &Value, as_json: bool) -> io::Result<()> {
        let line = if as_json {
            format!("{}\n{object}", if self.lines == 0 { "" } else { "," })
        } else {
            let cells = COLUMNS.map(|column| cell(object[column].as_str().unwrap_or_default()));
            format!("\n{}", cells.join(","))
        };
        self.lines += 1;
        self.out.write_all(line.as_bytes())
    }
}

/// A cell of a table (RFC 4180).
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

impl Reporter for Report {
    fn report(&self, event: &Event<'_>) {
        if let Event::Export(event) = event {
            self.add(event, false);
        }
    }
}

impl Presenter for Report {
    fn finish(&self, _end: &End<'_>) {}

    fn finish_organizing(&self, _end: &OrganizeEnd<'_>) {}

    fn foretell(&self, _event: &ImportEvent<'_>) {}

    fn finish_importing(&self, _end: &ImportEnd<'_>) {}

    fn foretell_export(&self, event: &ExportEvent<'_>) {
        self.add(event, true);
    }

    fn finish_exporting(&self, _end: &ExportEnd<'_>) {
        self.close();
    }

    fn give_up(&self, _error: &anyhow::Error, _status: ExitStatus) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sync_core::export::{ExportedFile, LeftKind, Part};

    use super::*;

    fn written(as_json: bool) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = ReportFile { path: folder.path().join("report"), as_json };
        let report = Report::begin(Console::detect(), &file).unwrap();
        let file_of = |path| ExportedFile { path: Path::new(path), asset: "A", part: Some(Part::Original) };

        report.add(&ExportEvent::Adopted { file: file_of("2024/a, \"b\".jpg") }, false);
        report.add(&ExportEvent::Left { file: file_of("c.jpg"), kind: LeftKind::InCloud }, false);
        report.add(&ExportEvent::Stays { files: 3 }, false);
        report.close();

        std::fs::read_to_string(file.path).unwrap()
    }

    #[test]
    fn a_table_has_a_line_for_every_file() {
        assert_eq!(
            written(false),
            "path,asset,file,type,reason,message\n\"2024/a, \"\"b\"\".jpg\",A,original,adopted,,\n\
             c.jpg,A,original,skipped,in-cloud,\n"
        );
    }

    #[test]
    fn json_is_one_list() {
        let list: Value = serde_json::from_str(&written(true)).unwrap();

        assert_eq!(list.as_array().unwrap().len(), 2);
        assert_eq!(list[1]["reason"], "in-cloud");
    }
}
