//! Some files at a time: made and brought to the disk, announced with their digests, given their names, and closed.
//!
//! What is remembered of a file is written with the announcement, since everything about it is known then. A run that is
//! killed in between leaves files that have their name and are known, or files that have none and are made again.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use photo_metadata::replace::identity;

use super::make::{Made, NotMade, Workshop, discard};
use super::put::{Touched, put_new, put_over};
use super::step::{Expects, Step};
use super::{
    Export, ExportEvent, ExportOwner, ExportRow, ExportStamp, ExportSummary, ExportedFile, LeftKind,
};
use crate::deeds::{Deed, HERE, Hex, LocalPath, MadeFile, What};
use crate::error::{SyncError, chain};
use crate::event::Event;
use crate::export::ExportProgress;
use crate::parallel::ordered;
use crate::state::RunId;

/// Files in a batch: each batch costs a sync of the state.
const FILES: usize = 128;
/// Bytes after which a batch is closed, so that a break loses little.
const BYTES: u64 = 1 << 30;

/// The hand of an export: the only part of it that changes anything.
pub(super) struct Hand<'a> {
    export: &'a Export<'a>,
    owner: &'a ExportOwner,
    workshop: Workshop<'a>,
    command: &'a str,
    run: Option<RunId>,
    steps: Vec<Step>,
    bytes: u64,
    touched: Touched,
    /// How much there is to do, as far as known.
    pub(super) goal: ExportProgress,
}

/// How one step ended before the files got their names.
enum Ready {
    Made(Made),
    /// It is there already.
    There,
    Stopped,
}

impl<'a> Hand<'a> {
    pub(super) fn new(
        export: &'a Export<'a>,
        owner: &'a ExportOwner,
        command: &'a str,
        goal: ExportProgress,
    ) -> Result<Self, SyncError> {
        let workshop = Workshop::open(export.root, export.engine)?;
        Ok(Self {
            export,
            owner,
            workshop,
            command,
            run: None,
            steps: Vec::new(),
            bytes: 0,
            touched: Touched::default(),
            goal,
        })
    }

    /// Takes a step, and carries a batch out when enough have come together.
    pub(super) fn take(&mut self, step: Step, summary: &mut ExportSummary) -> Result<(), SyncError> {
        self.bytes += step.bytes;
        self.steps.push(step);
        if self.steps.len() >= FILES || self.bytes >= BYTES { self.carry_out(summary) } else { Ok(()) }
    }

    /// The run in the state, which begins with the first change.
    pub(super) fn run(&mut self) -> Result<RunId, SyncError> {
        match self.run {
            Some(run) => Ok(run),
            None => {
                let run = self.export.store.begin_run(self.command, self.now())?;
                Ok(*self.run.insert(run))
            }
        }
    }

    /// Closes the run, if one began.
    pub(super) fn end(&mut self, summary: &mut ExportSummary) -> Result<(), SyncError> {
        self.workshop.close();
        summary.run = self.run;
        match self.run {
            Some(run) => self.export.store.end_run(run, &summary.of_history(), self.now()),
            None => Ok(()),
        }
    }

    fn now(&self) -> Timestamp {
        (self.export.now)()
    }

    /// Does what was taken.
    pub(super) fn carry_out(&mut self, summary: &mut ExportSummary) -> Result<(), SyncError> {
        let steps = std::mem::take(&mut self.steps);
        self.bytes = 0;
        if steps.is_empty() {
            return Ok(());
        }
        let mut full = None;
        let (mut ready, mut there) = (Vec::new(), Vec::new());
        for (step, made) in self.made(steps) {
            match made {
                Ok(Ready::Made(made)) => ready.push((step, made)),
                Ok(Ready::There) => there.push(step),
                Ok(Ready::Stopped) => {}
                Err(problem) => {
                    self.fail(&step, &problem, summary);
                    full = full.or(problem.is_full.then_some(problem.message));
                }
            }
        }
        self.adopt(&there, summary)?;
        self.name(&ready, summary)?;
        self.tell_progress(summary);
        match full {
            None => Ok(()),
            Some(message) => Err(SyncError::Named {
                what: "the folder of the export",
                path: self.export.root.to_owned(),
                message: format!("{message}; what is there is whole, and the next run goes on"),
            }),
        }
    }

    fn made(&self, steps: Vec<Step>) -> Vec<(Step, Result<Ready, NotMade>)> {
        let mut made = Vec::with_capacity(steps.len());
        let work = |step: Step| {
            let ready = match step.expects {
                _ if self.export.stop.is_raised() => Ok(Ready::Stopped),
                Expects::Same { .. } => Ok(Ready::There),
                Expects::Nothing | Expects::Ours { .. } => self.workshop.make(&step).map(Ready::Made),
            };
            (step, ready)
        };
        ordered(steps.into_iter(), self.export.options.workers, work, |result| {
            made.push(result);
            ControlFlow::Continue(())
        });
        made
    }

    /// Remembers files that are there with the right bytes.
    fn adopt(&mut self, steps: &[Step], summary: &mut ExportSummary) -> Result<(), SyncError> {
        let row = |step: &Step| match step.expects {
            Expects::Same { identity, digest } => {
                Some(row(step, identity.size, (identity.mtime_ns, identity.inode), digest))
            }
            Expects::Nothing | Expects::Ours { .. } => None,
        };
        let rows: Vec<ExportRow> = steps.iter().filter_map(row).collect();
        if !rows.is_empty() {
            self.export.store.put_exports(self.owner, &rows)?;
        }
        for step in steps {
            summary.seen += 1;
            summary.adopted += 1;
            self.tell(&ExportEvent::Adopted { file: file(step) });
        }
        Ok(())
    }

    /// Announces files that are complete, and gives them their names.
    fn name(&mut self, ready: &[(Step, Made)], summary: &mut ExportSummary) -> Result<(), SyncError> {
        if ready.is_empty() {
            return Ok(());
        }
        let run = self.run()?;
        let files = ready.iter().map(|(step, made)| self.made_file(step, made)).collect();
        let what = What::MakeFiles { files };
        let rows: Vec<ExportRow> = ready.iter().map(|(step, made)| made_row(step, made)).collect();
        let deed = Deed { run, account: HERE.to_owned(), undoes: None, at: self.now(), what: what.clone() };
        let id = self.export.store.announce_export(&deed, self.owner, &rows)?;
        let mut happened = Vec::with_capacity(ready.len());
        let (mut back, mut lost) = (Vec::new(), Vec::new());
        for ((step, made), row) in ready.iter().zip(rows) {
            let named = self.give_name(step, &made.at);
            happened.push(named.is_ok());
            match named {
                Ok(()) => self.wrote(step, made, summary),
                Err(error) => {
                    discard(&made.at);
                    match step.expects {
                        Expects::Ours { .. } => back.push(as_before(row)),
                        Expects::Nothing | Expects::Same { .. } => lost.push(step.slot),
                    }
                    self.fail(step, &NotMade::from(error), summary);
                }
            }
        }
        self.touched.sync();
        let happened = what.only(|item| happened.get(item).copied().unwrap_or_default());
        self.export.store.close_export(id, happened.as_ref(), self.owner, (&back, &lost))
    }

    fn give_name(&mut self, step: &Step, at: &Path) -> std::io::Result<()> {
        let to = self.export.root.join(&step.path);
        self.touched.make_folder(self.export.root, &to)?;
        match &step.expects {
            Expects::Ours { identity, .. } => put_over(at, &to, identity),
            Expects::Nothing | Expects::Same { .. } => put_new(at, &to),
        }
    }

    fn made_file(&self, step: &Step, made: &Made) -> MadeFile {
        MadeFile {
            path: LocalPath::from(self.export.root.join(&step.path)),
            digest: Some(Hex(made.digest).to_string()),
            replaced: matches!(step.expects, Expects::Ours { .. }),
        }
    }

    fn wrote(&self, step: &Step, made: &Made, summary: &mut ExportSummary) {
        let is_update = matches!(step.expects, Expects::Ours { .. });
        summary.seen += 1;
        summary.bytes += made.identity.size;
        if is_update {
            summary.updated += 1;
        } else {
            summary.written += 1;
        }
        self.tell(&ExportEvent::Wrote { file: file(step), is_update, is_renamed: step.is_renamed });
        if let Some(why) = &made.without {
            self.tell(&ExportEvent::Bare { file: file(step), why });
        }
    }

    fn fail(&self, step: &Step, problem: &NotMade, summary: &mut ExportSummary) {
        summary.seen += 1;
        summary.failed += 1;
        let (message, transient) = (problem.message.as_str(), problem.transient);
        self.tell(&ExportEvent::Failed { file: file(step), message, transient });
    }

    /// Tells how far it is.
    pub(super) fn tell_progress(&self, summary: &ExportSummary) {
        let progress = ExportProgress { ended: summary.seen, bytes: summary.bytes, ..self.goal };
        self.tell(&ExportEvent::Progress(progress));
    }

    pub(super) fn tell(&self, event: &ExportEvent<'_>) {
        self.export.reporter.report(&Event::Export(event));
    }
}

/// A file as events name it.
pub(super) fn file(step: &Step) -> ExportedFile<'_> {
    ExportedFile { path: &step.path, asset: &step.asset, part: Some(step.part) }
}

fn row(step: &Step, size: u64, (mtime_ns, inode): (i64, u64), digest: [u8; 32]) -> ExportRow {
    ExportRow {
        slot: step.slot,
        unit: step.unit,
        asset: step.asset.clone(),
        part: step.part,
        number: step.number,
        path: LocalPath::from(step.path.clone()),
        stamp: step.stamp,
        size,
        mtime_ns,
        inode,
        digest,
        before: None,
    }
}

fn made_row(step: &Step, made: &Made) -> ExportRow {
    let before = match step.expects {
        Expects::Ours { digest, .. } => Some(digest),
        Expects::Nothing | Expects::Same { .. } => None,
    };
    let about = &made.identity;
    ExportRow { before, ..row(step, about.size, (about.mtime_ns, about.inode), made.digest) }
}

/// A file that was to be replaced and was not: the next run tries again.
fn as_before(row: ExportRow) -> ExportRow {
    ExportRow { digest: row.before.unwrap_or_default(), stamp: ExportStamp::default(), before: None, ..row }
}

impl Export<'_> {
    /// Puts in order what a killed run announced: a file that is still the version before is renewed, one that is gone is
    /// made again.
    pub(super) fn settle(&self, owner: &ExportOwner) -> Result<(), SyncError> {
        let (mut kept, mut gone) = (Vec::new(), Vec::new());
        for row in self.store.exports_under_way(owner)? {
            let path = self.root.join(row.path.path());
            let Ok(about) = identity(&path) else {
                gone.push(row.slot);
                continue;
            };
            let digest = crate::deeds::files::open(&path)
                .and_then(|mut file| crate::deeds::files::digest_bytes(&mut file))
                .map_err(|error| SyncError::Named {
                    what: "the file of an interrupted export",
                    path: path.clone(),
                    message: chain(&error),
                })?;
            let (size, mtime_ns, inode) = (about.size, about.mtime_ns, about.inode);
            if Some(digest) == row.before {
                kept.push(ExportRow { size, mtime_ns, inode, ..as_before(row) });
            } else {
                // The new version, or one that somebody made of it since.
                kept.push(ExportRow { before: None, ..row });
            }
        }
        if kept.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.store.put_exports(owner, &kept)?;
        self.store.forget_exports(owner, &gone)
    }
}

/// Something that is left, in numbers and words.
pub(super) fn leave(
    export: &Export<'_>,
    file: ExportedFile<'_>,
    kind: LeftKind,
    summary: &mut ExportSummary,
) {
    summary.leave(kind);
    export.reporter.report(&Event::Export(&ExportEvent::Left { file, kind }));
}
