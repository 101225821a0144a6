//! The program, let loose on a copy of real files of many makers and kinds.
//!
//! Each file ends in one of two ways: written, with everything wanted in it and everything else as it was; or
//! refused, with a reason and not a byte changed. Anything else is wrong.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use immich_sandbox::{AssetId, FaceBox, PersonId, Sandbox, Scenario, SourceType, Version};
use serde_json::Value;
use tempfile::TempDir;

use super::compare::Versions;
use super::program::{Program, Run, SERVER_ROOT};
use super::reading::{EVERYTHING, IPTC_AS_UTF8, Reading, read};
use super::told::{Told, introduce};
use super::wishes::{unmet, wishes};
use super::{files, told};

/// The longest that one run over the corpus may take.
const LIMIT: Duration = Duration::from_mins(15);

/// The folders of the corpus that hold no photos or videos.
const NO_MEDIA: [&str; 1] = ["xmp"];

/// What became of one file.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// From the folder of the corpus on.
    pub(crate) file: PathBuf,
    /// What ExifTool says it is.
    pub(crate) kind: String,
    /// How it ended.
    pub(crate) verdict: Verdict,
}

/// How a file ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Everything wanted is there, everything else as before.
    Written,
    /// Left alone to the last byte, for this reason.
    Refused(String),
    /// Neither of these.
    Wrong(Vec<String>),
}

/// Where the shared test material is, or would be.
pub(crate) fn shared() -> PathBuf {
    let beside = super::program::workspace();
    let beside = beside.parent().unwrap_or(&beside).join("shared");
    std::env::var_os("IMMICH_SYNC_SHARED").map_or(beside, PathBuf::from)
}

/// The files as they are before anything is written, and what ExifTool says of them.
pub(crate) struct Corpus {
    folder: PathBuf,
    files: Vec<PathBuf>,
    tags: BTreeMap<PathBuf, Reading>,
    iptc_as_utf8: BTreeMap<PathBuf, Reading>,
}

impl Corpus {
    /// Reads all photos and videos of this folder.
    pub(crate) fn open(folder: &Path, exiftool: &Path) -> anyhow::Result<Self> {
        let files = media(folder)?;
        let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
        let (tags, iptc_as_utf8) =
            (read(exiftool, &paths, &EVERYTHING)?, read(exiftool, &paths, &IPTC_AS_UTF8)?);
        Ok(Self { folder: folder.to_owned(), files, tags, iptc_as_utf8 })
    }
}

/// Lets the program write all five data into a copy of the corpus, and judges every file.
pub(crate) fn run(program: &Program, corpus: &Corpus, flags: &[&str]) -> anyhow::Result<Vec<Outcome>> {
    let trial = Trial::prepare(corpus)?;
    let (library, state) = (trial.library(), trial.folder.path().join("state"));
    let before = files::contents(&library)?;
    let mut command = program.write(&trial.sandbox, &library, &state);
    let run = Run::of(command.args(flags), LIMIT)?;
    if !matches!(run.code(), Some(0 | 3)) {
        bail!("the program {}", run.complaint());
    }
    let after = files::contents(&library)?;
    let is_new = |file: &&PathBuf| !before.contains_key(*file) && !is_sidecar(file, &before);
    if let Some(new) = after.keys().find(is_new) {
        bail!("`{}` was left behind in the library", new.display());
    }
    if !trial.sandbox.writes().is_empty() {
        bail!("the program changed something on the server");
    }
    let new: Vec<PathBuf> = corpus.files.iter().map(|file| library.join(file)).collect();
    let readings = read(&program.judge, &new, &EVERYTHING)?;
    let said = said(&run, &library);
    let judge = Judge { corpus, library: &library, readings: &readings, before: &before, after: &after };
    let outcomes = corpus.files.iter().zip(0..).map(|(file, number)| {
        let kind = corpus.tags[&corpus.folder.join(file)].text("File:FileType");
        let kind = if kind.is_empty() { "unknown".to_owned() } else { kind };
        let verdict = judge.verdict(file, &Told::number(number)?, said.get(file));
        Ok(Outcome { file: file.clone(), kind, verdict })
    });
    outcomes.collect()
}

/// Whether a file is the sidecar of one that was there.
fn is_sidecar(file: &Path, before: &BTreeMap<PathBuf, Vec<u8>>) -> bool {
    file.extension().is_some_and(|extension| extension == "xmp")
        && before.contains_key(&file.with_extension(""))
}

/// What two writes and the undo of both came to.
#[derive(Debug, Default)]
pub(crate) struct Undone {
    /// Files that both runs wrote, and that are the original again to the last byte.
    pub(crate) exact: usize,
    /// Files that were written, and say what they said, in other bytes.
    pub(crate) otherwise: Vec<PathBuf>,
    /// Files that are as after the first run again, when the second is taken back.
    pub(crate) first_again: usize,
    /// Files that the second run changed.
    pub(crate) written: usize,
    /// Files that changed when the same was written once more.
    pub(crate) again: usize,
}

/// Writes the corpus, writes it again as it is, writes something else, and takes both back, the last first.
pub(crate) fn undo(program: &Program, corpus: &Corpus, flags: &[&str]) -> anyhow::Result<Undone> {
    let trial = Trial::prepare(corpus)?;
    let (library, state) = (trial.library(), trial.folder.path().join("state"));
    let original = files::contents(&library)?;
    let write = |what: &str| {
        // All of them get other values, on purpose.
        let mut command = program.write(&trial.sandbox, &library, &state);
        let run = Run::of(command.args(flags).arg("--yes"), LIMIT)?;
        if !matches!(run.code(), Some(0 | 3)) {
            bail!("{what} {}", run.complaint());
        }
        files::contents(&library)
    };
    let first = write("the first run")?;
    let again = write("the same again")?;
    trial.say_something_else()?;
    let second = write("the second run")?;
    let take_back = |run: &str| {
        let mut command = program.undo(run, &library, &state);
        let ended = Run::of(&mut command, LIMIT)?;
        if !matches!(ended.code(), Some(0 | 3)) {
            bail!("the undo of run {run} {}", ended.complaint());
        }
        files::contents(&library)
    };
    // The run in which nothing was to be done has a number too.
    let back_to_first = take_back("3")?;
    let back = take_back("1")?;
    let mut undone = Undone::default();
    for (file, bytes) in &original {
        undone.again += usize::from(first.get(file) != again.get(file));
        if first.get(file) == Some(bytes) || second.get(file) == first.get(file) {
            continue;
        }
        undone.written += 1;
        undone.first_again += usize::from(back_to_first.get(file) == first.get(file));
        if back.get(file) == Some(bytes) {
            undone.exact += 1;
        } else {
            undone.otherwise.push(file.clone());
        }
    }
    Ok(undone)
}

/// A copy of the corpus, and a server that says something new of each file.
struct Trial {
    folder: TempDir,
    sandbox: Sandbox,
    assets: Vec<AssetId>,
    people: Vec<PersonId>,
}

impl Trial {
    fn prepare(corpus: &Corpus) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let library = folder.path().canonicalize()?.join("library");
        files::copy(&corpus.folder, &library).context("copy the corpus")?;
        let mut scenario = Scenario::new(Version::V3_0_3);
        let people = introduce(&mut scenario);
        let place = scenario.external_library(SERVER_ROOT, &library);
        let assets: Vec<AssetId> = corpus
            .files
            .iter()
            .map(|file| {
                let asset = scenario.asset_file(&place, &file.to_string_lossy());
                let face = |asset: immich_sandbox::AssetBuilder<'_>| {
                    asset.face(None, FaceBox::default(), SourceType::MachineLearning).id()
                };
                face(asset.face(None, FaceBox::default(), SourceType::MachineLearning))
            })
            .collect();
        let sandbox = Sandbox::start(scenario)?;
        let trial = Self { folder, sandbox, assets, people };
        trial.say(0)?;
        Ok(trial)
    }

    /// Other data for every photo.
    fn say_something_else(&self) -> anyhow::Result<()> {
        self.say(1_001)
    }

    fn say(&self, first: u64) -> anyhow::Result<()> {
        for (number, asset) in (first..).zip(&self.assets) {
            let told = told::Told::number(number)?;
            self.sandbox.edit(*asset, |asset| told.put(asset, &self.people))?;
        }
        Ok(())
    }

    fn library(&self) -> PathBuf {
        let folder = self.folder.path();
        folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join("library")
    }
}

/// The photos and videos of the corpus, from its folder on.
fn media(corpus: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in files::everything(corpus)? {
        let relative = path.strip_prefix(corpus)?;
        let is_media =
            relative.components().count() > 1 && !NO_MEDIA.iter().any(|no| relative.starts_with(no));
        if is_media && path.is_file() {
            found.push(relative.to_owned());
        }
    }
    Ok(found)
}

/// The object of each file in what the program said.
fn said(run: &Run, library: &Path) -> HashMap<PathBuf, Value> {
    let about = run.objects.iter().filter_map(|object| {
        let path = Path::new(object["path"].as_str()?);
        let path = path.strip_prefix(library).or_else(|_| path.strip_prefix(SERVER_ROOT)).ok()?;
        Some((path.to_owned(), object.clone()))
    });
    about.collect()
}

struct Judge<'a> {
    corpus: &'a Corpus,
    library: &'a Path,
    readings: &'a BTreeMap<PathBuf, Reading>,
    before: &'a BTreeMap<PathBuf, Vec<u8>>,
    after: &'a BTreeMap<PathBuf, Vec<u8>>,
}

impl Judge<'_> {
    fn verdict(&self, file: &Path, told: &Told, said: Option<&Value>) -> Verdict {
        let (Some(old), Some(new)) = (self.before.get(file), self.after.get(file)) else {
            return Verdict::Wrong(vec!["it is gone".to_owned()]);
        };
        // Raw files are left as the camera made them.
        let mut sidecar = file.as_os_str().to_owned();
        sidecar.push(".xmp");
        if old == new && self.after.contains_key(Path::new(&sidecar)) {
            return Verdict::Refused("a sidecar was written beside it".to_owned());
        }
        let Some(said) = said else {
            return Verdict::Wrong(vec!["the program says nothing of it".to_owned()]);
        };
        let (kind, message) = (&said["type"], said["message"].as_str().unwrap_or_default());
        if kind == "skipped" || kind == "failed" {
            return match (old == new, message.is_empty()) {
                (false, _) => Verdict::Wrong(vec![format!("it was changed although: {message}")]),
                (true, true) => Verdict::Wrong(vec!["it was left alone without a reason".to_owned()]),
                (true, false) => Verdict::Refused(message.to_owned()),
            };
        }
        let mut wrong = self.written(file, told, old, new);
        wrong.extend(self.attributes(file));
        if wrong.is_empty() { Verdict::Written } else { Verdict::Wrong(wrong) }
    }

    fn written(&self, file: &Path, told: &Told, old: &[u8], new: &[u8]) -> Vec<String> {
        if old == new {
            return vec!["it is as before, although the program says that it was written".to_owned()];
        }
        let place = self.corpus.folder.join(file);
        let (before, after) = (&self.corpus.tags[&place], &self.readings[&self.library.join(file)]);
        let before_as_utf8 = &self.corpus.iptc_as_utf8[&place];
        let wishes = wishes(told, before);
        let mut wrong = unmet(&wishes, after);
        wrong.extend(Versions { before, before_as_utf8, after, old, new }.foreign_changes(&wishes));
        wrong
    }

    /// A change of metadata changes neither the times nor the rights of a file.
    fn attributes(&self, file: &Path) -> Option<String> {
        use std::os::unix::fs::MetadataExt as _;
        let about = |folder: &Path| {
            let about = folder.join(file).metadata().ok()?;
            Some((about.mode(), about.uid(), about.gid(), about.mtime(), about.mtime_nsec()))
        };
        let (old, new) = (about(&self.corpus.folder), about(self.library));
        (old != new).then(|| format!("mode, owner or time was {old:?}, is {new:?}"))
    }
}
