//! An undo that is killed again and again: each file is at every moment what it was before or after, and the next undo
//! goes on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use photo_metadata::{Change, Container, Draft, Engine, FileTags, Inventory, MetadataError};
use sample_pictures::{Kind, Picture};
use sync_core::state::{RunId, SqliteStore, Store};
use sync_core::undo::{Undo, UndoTarget};
use sync_core::writeback::Target;
use sync_core::{Event, Reporter, StopFlag};

use super::exact::Nobody;
use super::lab::{assert_same, bytes, exiftool_alone, jpeg, judged, left_over, undo};
use crate::child::{self, Kid};
use crate::harness::{Recorder, Setting};

const PHOTOS: usize = 8;

/// How a run is taken back.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    ToTheByte,
    TagByTag,
}

/// Says where an undo is: the parent kills it there.
struct Saying<'a>(&'a dyn Engine);

impl Engine for Saying<'_> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn blocked(&self, container: Container) -> Option<String> {
        self.0.blocked(container)
    }

    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError> {
        child::say("read");
        self.0.read(path, container)
    }

    fn inventory(&self, path: &Path, container: Container) -> Result<Inventory, MetadataError> {
        let result = self.0.inventory(path, container);
        child::say("looked");
        result
    }

    fn write_copy(&self, source: &Path, target: &Path, change: &Change) -> Result<(), MetadataError> {
        child::say("write");
        self.0.write_copy(source, target, change)
    }

    fn draft(&self, source: &Path, change: &Change) -> Result<Option<Draft>, MetadataError> {
        self.0.draft(source, change)
    }

    fn foretell(&self, source: &Path, change: &Change) -> Result<Option<String>, MetadataError> {
        self.0.foretell(source, change)
    }

    fn wants_second_opinion(&self, container: Container) -> bool {
        self.0.wants_second_opinion(container)
    }

    fn second_opinion(
        &self,
        source: &Path,
        target: &Path,
        change: &Change,
    ) -> Result<Vec<String>, MetadataError> {
        self.0.second_opinion(source, target, change)
    }

    fn heed(&self, source: &Path, change: &Change, findings: &[String]) {
        self.0.heed(source, change, findings);
    }
}

impl Reporter for Saying<'_> {
    fn report(&self, event: &Event<'_>) {
        if let Event::Done(_) = event {
            child::say("done");
        }
    }
}

#[test]
#[ignore = "the child process of other tests"]
fn child_takes_back_run_1() {
    take_back(exiftool_alone());
}

#[test]
#[ignore = "the child process of other tests"]
fn child_takes_back_run_1_without_an_engine() {
    take_back(&Nobody);
}

fn take_back(engine: &dyn Engine) {
    let store = SqliteStore::open(&child::folder()).unwrap();
    let (saying, stop) = (Saying(engine), StopFlag::new());
    let recorder = Recorder::default();
    let undo = Undo { engine: &saying, reporter: &saying, ..undo(&store, &recorder, &stop) };
    let summary = undo.run(&UndoTarget::Run(RunId(1)), "undo 1").unwrap();
    assert!(summary.is_clean(), "{summary:?}");
    store.close().unwrap();
    child::say("end");
}

/// A library whose run 1 wrote originals and sidecars, and what it was before and after.
struct Written {
    way: Way,
    home: crate::harness::Home,
    state: tempfile::TempDir,
    before: BTreeMap<PathBuf, Vec<u8>>,
    tags_before: BTreeMap<String, crate::harness::Tags>,
    after: BTreeMap<PathBuf, Vec<u8>>,
}

fn written(way: Way) -> Written {
    let mut setting = Setting::new();
    for number in 0..PHOTOS {
        let name = format!("{number}.jpg");
        let picture = if number % 2 == 0 { jpeg() } else { Picture::new(Kind::Jpeg) };
        setting.file(&name, &picture.seed(number as u64));
        setting.scenario.asset_file(&setting.library, &name).description("new").rating(4).tag("beach");
    }
    let state = tempfile::tempdir().unwrap();
    let mut home = setting.start();
    home.options.targets.target = Target::Both;
    home.store = SqliteStore::open(state.path()).unwrap();
    let (before, tags_before) = (bytes(home.photos.path()), judged(home.photos.path()));
    let (summary, told) = home.write_with(exiftool_alone());
    assert_eq!((summary.done, summary.files), (PHOTOS as u64, 2 * PHOTOS as u64), "{told:?}");
    if way == Way::TagByTag {
        assert_eq!(home.store.drop_ways_back(RunId(1), u64::MAX).unwrap().changes, PHOTOS as u64);
    }
    // The child opens the state; two at a time are refused by the lock of the program.
    let store = std::mem::replace(&mut home.store, SqliteStore::in_memory().unwrap());
    store.close().unwrap();
    let after = bytes(home.photos.path());
    Written { way, home, state, before, tags_before, after }
}

impl Written {
    fn folder(&self) -> &Path {
        self.home.photos.path()
    }

    /// Each file is what run 1 left, or a complete one that says what it said before; a sidecar may be gone.
    fn prove_whole(&self) {
        for (path, written) in &self.after {
            let Ok(now) = std::fs::read(path) else {
                assert!(path.extension().unwrap() == "xmp", "{} is gone", path.display());
                continue;
            };
            if now == *written {
                continue;
            }
            let before = self.before.get(path);
            let is_whole = if self.way == Way::ToTheByte { before == Some(&now) } else { before.is_some() };
            assert!(is_whole, "{} is neither old nor new", path.display());
            let tags = crate::harness::tags(path);
            let caption = tags.get("XMP-dc:Description").and_then(serde_json::Value::as_str);
            assert!(caption.is_none_or(|text| text == "old caption"), "{}: {caption:?}", path.display());
            assert!(now.ends_with(&[0xff, 0xd9]), "{} is cut off", path.display());
        }
    }
}

/// Reads some lines of the child and a moment more; whether it is still at work.
fn let_live(kid: &mut Kid, lines: u32, random: &mut fastrand::Rng) -> bool {
    for _ in 0..random.u32(1..lines) {
        if kid.line().is_none_or(|line| line == "end") {
            return false;
        }
    }
    let until = Instant::now() + Duration::from_micros(random.u64(0..15_000));
    while Instant::now() < until {
        std::hint::spin_loop();
    }
    true
}

/// Kills so often that there are a few kills before it ends.
fn kill_until_it_ends(way: Way, child: &str, lines: u32) -> Written {
    let written = written(way);
    let mut random = fastrand::Rng::with_seed(11);
    let mut kills = 0;
    loop {
        let mut kid = Kid::start(child, written.state.path());
        if !let_live(&mut kid, lines, &mut random) {
            break;
        }
        kid.kill();
        kills += 1;
        written.prove_whole();
        assert!(kills < 100, "it never comes to its end");
    }
    assert!(kills >= 3, "only {kills} kills");
    let store = SqliteStore::open(written.state.path()).unwrap();
    assert!(store.open_changes().unwrap().is_empty() && store.check().unwrap().is_empty());
    assert!(store.marks_of_run(RunId(1)).unwrap().iter().all(|mark| mark.undone_by.is_some()));
    assert!(left_over(written.folder()).is_empty());
    written
}

#[test]
fn a_killed_undo_leaves_whole_files_and_the_next_one_completes_it() {
    let written = kill_until_it_ends(Way::TagByTag, "undo::killed::child_takes_back_run_1", 14);

    assert_same(&judged(written.folder()), &written.tags_before);
}

#[test]
fn a_killed_undo_leaves_each_file_as_it_was_before_or_after_to_the_byte() {
    let child = "undo::killed::child_takes_back_run_1_without_an_engine";

    let written = kill_until_it_ends(Way::ToTheByte, child, 3);

    assert_eq!(bytes(written.folder()), written.before);
}
