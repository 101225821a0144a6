//! One trial: a run with a fault, a look at all files, a run without it, and one with nothing to do.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use sync_core::state::{SqliteStore, Store as _};

use super::super::program::{Program, Run};
use super::super::reading::{NAMED, read};
use super::disk::{Disk, run};
use super::ground::{Ground, Place, Snapshot};
use super::meddler::{Deed, MARK, OTHER, meddle, moved, when_at_work};

/// The longest that a run may take, on a machine that does ten things at once.
const LIMIT: Duration = Duration::from_mins(2);

/// What is wrong during the first run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// So many KiB are left on the disk.
    Full(u64),
    /// So many KiB are left on the disk from the moment on that the first photo is worked on.
    FullMeanwhile(u64),
    /// So many inodes are left.
    NoInodes(usize),
    /// The disk is mounted for reading only.
    ReadOnly,
    /// The second photo, the database or the log may not be changed.
    ImmutableFile,
    /// Nothing may be made or removed in the folder of the second photo, of the state or of the log.
    ImmutableFolder,
    /// The second photo, the database or the log may not be opened.
    Unreadable,
    /// Nothing may be made in the folder of the second photo, of the state or of the log.
    Unwritable,
    /// The second photo belongs to somebody else.
    Foreign,
    /// Somebody works on every other photo.
    Meddled(Deed),
}

/// What is tried, and what has to come of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    /// Where the fault is.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) fault: Fault,
    /// The exit codes that are right.
    pub(crate) codes: &'static [i32],
    /// What the program has to say, beside the path; one of them where the fault strikes at all.
    pub(crate) says: &'static [&'static str],
}

/// What came of a trial.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code with the fault.
    pub(crate) code: Option<i32>,
    /// Originals that were as before, with the fault.
    pub(crate) intact: usize,
    /// Originals that were complete new versions, with the fault.
    pub(crate) renewed: usize,
    /// The first complaint of the program.
    pub(crate) said: String,
    /// What is not as promised.
    pub(crate) wrong: Vec<String>,
}

/// The program and what a run without any fault makes of the library.
pub(crate) struct Bench {
    program: Program,
    end: Snapshot,
}

impl Bench {
    /// Runs the program once without a fault, and has ExifTool look at what came of it.
    pub(crate) fn new(program: &Program) -> anyhow::Result<Self> {
        let ground = Ground::new(None)?;
        let before = ground.snapshot()?;
        let first = Run::of(&mut ground.command(program), LIMIT)?;
        if first.code() != Some(0) {
            bail!("the program fails without any fault: it {}", first.complaint());
        }
        let end = ground.snapshot()?;
        let root = ground.path(Place::Library);
        let paths: Vec<PathBuf> = end.keys().map(|file| root.join(file)).collect();
        let readings = read(&program.judge, &paths, &NAMED)?;
        for (number, path) in paths.iter().enumerate() {
            let reading = &readings[path];
            let tags = ["XMP-dc:Description", "XMP-xmp:Rating"].map(|tag| reading.text(tag));
            if tags != [format!("Caption {number}"), "4".to_owned()] {
                bail!("{} says {tags:?} after a run without any fault", path.display());
            }
        }
        if before.keys().ne(end.keys()) {
            bail!("a run without any fault leaves something behind");
        }
        Ok(Self { program: program.clone(), end })
    }

    /// Carries a trial out.
    pub(crate) fn run(&self, trial: &Trial) -> anyhow::Result<Outcome> {
        let mut ground = Ground::new(trial.disk())?;
        let before = ground.snapshot()?;
        if trial.fault.takes_rights() {
            ground.hand_over()?;
        }
        let (meddled, run) = self.with_fault(trial, &ground)?;
        let during = ground.snapshot();
        relieve(trial, &ground)?;
        let mut judge = Judge { trial, ground: &ground, before: &before, end: &self.end, wrong: Vec::new() };
        let (intact, renewed) = judge.files(&during?, &meddled);
        judge.words(&run, renewed);
        judge.put_back(&meddled)?;
        judge.goes_on(&self.program)?;
        let said = first_complaint(&run);
        Ok(Outcome { code: run.code(), intact, renewed, said, wrong: judge.wrong })
    }

    fn with_fault(&self, trial: &Trial, ground: &Ground) -> anyhow::Result<(BTreeSet<PathBuf>, Run)> {
        if let Fault::Meddled(deed) = trial.fault {
            let mut command = ground.slow_command(&self.program);
            let root = ground.path(Place::Library);
            return meddle(deed, &root, ground.aside(), || Run::of(&mut command, LIMIT));
        }
        if let Fault::FullMeanwhile(leave) = trial.fault {
            let mut command = ground.slow_command(&self.program);
            let root = ground.path(Place::Library);
            let fill = || disk(ground)?.fill(leave);
            let (is_filled, run) = when_at_work(&root, fill, || Run::of(&mut command, LIMIT))?;
            anyhow::ensure!(is_filled, "no photo was worked on, so nothing was tried");
            return Ok((BTreeSet::new(), run));
        }
        inflict(trial, ground)?;
        Ok((BTreeSet::new(), Run::of(&mut ground.command(&self.program), LIMIT)?))
    }
}

impl Trial {
    /// The name in the table.
    pub(crate) fn name(&self) -> String {
        format!("{:?}", self.fault)
    }

    fn disk(&self) -> Option<(Place, u32)> {
        match self.fault {
            Fault::Full(_) | Fault::FullMeanwhile(_) | Fault::ReadOnly => Some((self.place, 512)),
            Fault::NoInodes(_) => Some((self.place, 64)),
            Fault::ImmutableFile
            | Fault::ImmutableFolder
            | Fault::Unreadable
            | Fault::Unwritable
            | Fault::Foreign
            | Fault::Meddled(_) => None,
        }
    }

    /// The file that a fault of one file is about.
    fn file(&self, ground: &Ground) -> PathBuf {
        match self.place {
            Place::Library => ground.path(Place::Library).join("01/b.png"),
            Place::State => ground.path(Place::State).join("state.db"),
            Place::Log => ground.log(),
        }
    }
}

impl Fault {
    /// Root may do everything, so these need another user.
    fn takes_rights(self) -> bool {
        matches!(self, Self::Unreadable | Self::Unwritable | Self::Foreign)
    }
}

fn inflict(trial: &Trial, ground: &Ground) -> anyhow::Result<()> {
    let file = trial.file(ground);
    let folder = file.parent().context("a folder")?.to_owned();
    match trial.fault {
        Fault::Full(leave) => disk(ground)?.fill(leave),
        Fault::NoInodes(leave) => disk(ground)?.use_up_inodes(leave),
        Fault::ReadOnly => disk(ground)?.remount("ro"),
        Fault::ImmutableFile => {
            fs::OpenOptions::new().create(true).append(true).open(&file)?;
            run(Command::new("chattr").arg("+i").arg(file))
        }
        Fault::ImmutableFolder => run(Command::new("chattr").arg("+i").arg(folder)),
        Fault::Unreadable => {
            fs::OpenOptions::new().create(true).append(true).open(&file)?;
            Ok(fs::set_permissions(file, fs::Permissions::from_mode(0o000))?)
        }
        Fault::Unwritable => Ok(fs::set_permissions(folder, fs::Permissions::from_mode(0o555))?),
        Fault::Foreign => run(Command::new("chown").arg("1:1").arg(file)),
        Fault::FullMeanwhile(_) | Fault::Meddled(_) => Ok(()),
    }
}

fn relieve(trial: &Trial, ground: &Ground) -> anyhow::Result<()> {
    let file = trial.file(ground);
    let folder = file.parent().context("a folder")?.to_owned();
    match trial.fault {
        Fault::Full(_) | Fault::FullMeanwhile(_) | Fault::NoInodes(_) | Fault::ReadOnly => {
            disk(ground)?.relieve()
        }
        Fault::ImmutableFile => run(Command::new("chattr").arg("-i").arg(file)),
        Fault::ImmutableFolder => run(Command::new("chattr").arg("-i").arg(folder)),
        Fault::Unreadable | Fault::Foreign => {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o644))?;
            run(Command::new("chown").arg("65534:65534").arg(file))
        }
        Fault::Unwritable => Ok(fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?),
        Fault::Meddled(_) => Ok(()),
    }
}

fn disk(ground: &Ground) -> anyhow::Result<&Disk> {
    ground.disk.as_ref().context("a disk of its own")
}

/// What the program says, all of it.
fn words(run: &Run) -> String {
    let mut words = run.stderr.clone();
    for object in &run.objects {
        let _ = write!(words, "\n{object}");
    }
    words
}

fn first_complaint(run: &Run) -> String {
    let is_complaint = |kind: &str| ["error", "failed", "warning"].contains(&kind);
    let mut objects = run.objects.iter();
    let found = objects.find(|object| {
        object["type"].as_str().is_some_and(is_complaint) || object["trouble"].as_bool() == Some(true)
    });
    let message = found.and_then(|object| object["message"].as_str());
    message.unwrap_or(run.stderr.trim()).lines().next().unwrap_or_default().to_owned()
}

/// Compares what is with what was promised.
struct Judge<'a> {
    trial: &'a Trial,
    ground: &'a Ground,
    before: &'a Snapshot,
    end: &'a Snapshot,
    wrong: Vec<String>,
}

impl Judge<'_> {
    /// How many originals are as before, and how many are complete new versions.
    fn files(&mut self, during: &Snapshot, meddled: &BTreeSet<PathBuf>) -> (usize, usize) {
        let (mut intact, mut renewed) = (0, 0);
        for (file, before) in self.before {
            let is_meddled = meddled.contains(file);
            let found = during.get(&self.place_of(file, is_meddled));
            match found {
                found if is_meddled && !self.is_theirs(found, file) => {
                    self.complain(format!("the change of somebody else to {} is lost", file.display()));
                }
                _ if is_meddled && self.trial.fault != Fault::Meddled(Deed::MoveFolder) => {}
                Some(found) if found == before => intact += 1,
                Some(found) if Some(found) == self.end.get(file) => renewed += 1,
                Some(_) => self.complain(format!("{} is damaged", file.display())),
                None => self.complain(format!("{} is gone", file.display())),
            }
        }
        (intact, renewed)
    }

    fn place_of(&self, file: &Path, is_meddled: bool) -> PathBuf {
        match (self.trial.fault, file.parent(), file.file_name()) {
            (Fault::Meddled(Deed::MoveFolder), Some(folder), Some(name)) if is_meddled => {
                moved(folder).join(name)
            }
            _ => file.to_owned(),
        }
    }

    /// Whether somebody else's deed is still what one sees.
    fn is_theirs(&self, found: Option<&Vec<u8>>, file: &Path) -> bool {
        let (before, end) = (self.before.get(file), self.end.get(file));
        match self.trial.fault {
            Fault::Meddled(Deed::Change) => {
                let old = found.and_then(|found| found.strip_suffix(MARK)).map(<[u8]>::to_vec);
                old.is_some() && (old.as_ref() == before || old.as_ref() == end)
            }
            Fault::Meddled(Deed::Replace) => found.is_some_and(|found| found == OTHER),
            Fault::Meddled(Deed::Remove) => found.is_none(),
            Fault::Meddled(Deed::MoveFolder) => found.is_some(),
            _ => false,
        }
    }

    fn words(&mut self, run: &Run, renewed: usize) {
        let code = run.code();
        if !code.is_some_and(|code| self.trial.codes.contains(&code)) {
            self.complain(format!("it {}", run.complaint()));
        }
        // A fault that left enough room for everything did not strike.
        if code == Some(0) && renewed == self.before.len() {
            return;
        }
        let words = words(run);
        let place = self.ground.path(self.trial.place);
        if !words.contains(&*place.to_string_lossy()) {
            self.complain(format!("it does not name {}", place.display()));
        }
        if !self.trial.says.is_empty() && !self.trial.says.iter().any(|said| words.contains(said)) {
            self.complain(format!("it does not say {:?} but: {}", self.trial.says, first_complaint(run)));
        }
    }

    /// What somebody did is undone: that cause is gone as well.
    fn put_back(&self, meddled: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
        let root = self.ground.path(Place::Library);
        for file in meddled {
            if self.trial.fault == Fault::Meddled(Deed::MoveFolder) {
                let folder = root.join(file.parent().context("a folder")?);
                rustix::fs::rename(moved(&folder), &folder)?;
            } else {
                self.ground.restore(file, &self.before[file])?;
            }
        }
        if meddled.is_empty() && matches!(self.trial.fault, Fault::Meddled(_)) {
            bail!("nobody came to meddle, so nothing was tried");
        }
        Ok(())
    }

    /// Without the fault all comes to the end it would have come to, and then there is nothing to do.
    fn goes_on(&mut self, program: &Program) -> anyhow::Result<()> {
        let next = Run::of(&mut self.ground.command(program), LIMIT)?;
        if next.code() != Some(0) {
            self.complain(format!("without the fault it {}", next.complaint()));
        }
        let after = self.ground.snapshot()?;
        for (file, bytes) in self.end {
            if after.get(file) != Some(bytes) {
                self.complain(format!("{} does not come to its end state", file.display()));
            }
        }
        for file in after.keys().filter(|file| !self.end.contains_key(*file)) {
            self.complain(format!("{} is left behind", file.display()));
        }
        let last = Run::of(&mut self.ground.command(program), LIMIT)?;
        if last.code() != Some(0) || last.count("done") > 0 || self.ground.snapshot()? != after {
            self.complain(format!(
                "a run with nothing to do wrote {} and {}",
                last.count("done"),
                last.complaint()
            ));
        }
        self.state()
    }

    fn state(&mut self) -> anyhow::Result<()> {
        let store = SqliteStore::open_read_only(&self.ground.path(Place::State))?.context("a state")?;
        for trouble in store.check()? {
            self.complain(trouble);
        }
        for row in store.open_changes()? {
            self.complain(format!("the change of {} is open", row.intent.path.display()));
        }
        Ok(())
    }

    fn complain(&mut self, what: String) {
        self.wrong.push(what);
    }
}
