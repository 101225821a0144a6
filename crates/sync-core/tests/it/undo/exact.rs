//! A file that nobody touched since becomes, to the byte, what it was before.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use immich_sandbox::AssetId;
use jiff::Timestamp;
use photo_metadata::{
    Allowances, Change, Container, Datum, Engine, EngineChoice, Engines, FileTags, Inventory, MetadataError,
};
use sample_pictures::{Kind, Picture};
use sync_core::StopFlag;
use sync_core::history::{self, Reversal};
use sync_core::state::{RunId, Store};
use sync_core::undo::{Retention, Undo, UndoTarget};

use super::lab::{TakesBack, assert_same, exiftool_alone, jpeg, judged, left_over, undo};
use crate::harness::{Home, Recorder, Setting, engine, snapshot, text};

/// An engine that cannot be used: what is restored to the byte needs none.
pub(crate) struct Nobody;

impl Engine for Nobody {
    fn name(&self) -> String {
        "nobody".to_owned()
    }

    fn blocked(&self, _: Container) -> Option<String> {
        Some("nobody can write".to_owned())
    }

    fn read(&self, path: &Path, _: Container) -> Result<FileTags, MetadataError> {
        Err(MetadataError::Missing { path: path.to_owned() })
    }

    fn inventory(&self, path: &Path, _: Container) -> Result<Inventory, MetadataError> {
        Err(MetadataError::Missing { path: path.to_owned() })
    }

    fn write_copy(&self, source: &Path, _: &Path, _: &Change) -> Result<(), MetadataError> {
        Err(MetadataError::Missing { path: source.to_owned() })
    }
}

/// Takes back without any engine.
fn undo_alone(home: &Home, run: i64) {
    let (recorder, stop) = (Recorder::default(), StopFlag::new());
    let summary = Undo { engine: &Nobody, ..undo(&home.store, &recorder, &stop) }
        .run(&UndoTarget::Run(RunId(run)), "undo")
        .unwrap();
    assert!(summary.done > 0 && summary.is_clean(), "{summary:?} {:?}", recorder.take());
}

/// Photos of several kinds that the server knows better.
fn home() -> (Home, Vec<AssetId>) {
    let mut setting = Setting::new();
    let alice = setting.scenario.person("Alice");
    let kinds = [Kind::Png, Kind::WebpExtended, Kind::Heic, Kind::Mp4];
    let pictures = kinds.map(|kind| (format!("a.{}", kind.extension()), Picture::new(kind)));
    let mut ids = Vec::new();
    for (name, picture) in [("a.jpg".to_owned(), jpeg())].into_iter().chain(pictures) {
        setting.file(&name, &picture);
        let asset = setting.scenario.asset_file(&setting.library, &name).person(&alice);
        ids.push(asset.description("new caption").rating(4).gps(52.5, 13.4).tag("beach").id());
    }
    let mut home = setting.start();
    home.options.data = Datum::ALL.into();
    for name in snapshot(home.photos.path()).keys() {
        let long_ago = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_789);
        let file = std::fs::File::options().write(true).open(home.photos.path().join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    (home, ids)
}

fn edit_all(home: &Home, ids: &[AssetId], caption: &str) {
    for id in ids {
        home.sandbox
            .edit(*id, |asset| {
                asset.description = Some(caption.to_owned());
                asset.rating = Some(2);
                (asset.latitude, asset.longitude) = (Some(-33.5), Some(-70.5));
            })
            .unwrap();
    }
}

#[test]
fn a_run_that_is_taken_back_leaves_bytes_and_times_as_they_were() {
    let (home, ids) = home();
    let before = snapshot(home.photos.path());
    assert_eq!(home.write().0.files, ids.len() as u64);
    assert_ne!(snapshot(home.photos.path()), before);

    undo_alone(&home, 1);

    assert_eq!(snapshot(home.photos.path()), before);
    assert!(left_over(home.photos.path()).is_empty());
}

#[test]
fn two_runs_are_taken_back_one_after_the_other_or_at_once() {
    let (home, ids) = home();
    let before = snapshot(home.photos.path());
    home.write();
    let first = snapshot(home.photos.path());
    edit_all(&home, &ids, "another caption");
    home.write();
    let second = snapshot(home.photos.path());

    undo_alone(&home, 2);
    assert_eq!(snapshot(home.photos.path()), first);
    undo_alone(&home, 1);
    assert_eq!(snapshot(home.photos.path()), before);
    undo_alone(&home, 4);
    undo_alone(&home, 3);
    assert_eq!(snapshot(home.photos.path()), second, "the undoing can be undone");

    let (summary, told) = home.undo(&UndoTarget::Path(home.path("")));
    assert_eq!((summary.done, summary.files), (5, 10), "{told:?}");
    assert_eq!(snapshot(home.photos.path()), before);
}

#[test]
fn files_that_get_a_new_time_with_each_change_come_back_too() {
    let (mut home, ids) = home();
    home.options.replace.touch = true;
    let before = super::lab::bytes(home.photos.path());
    home.write();
    edit_all(&home, &ids, "another caption");
    home.write();
    let (recorder, stop) = (Recorder::default(), StopFlag::new());
    let taking =
        Undo { engine: &Nobody, replace: home.options.replace, ..undo(&home.store, &recorder, &stop) };

    taking.run(&UndoTarget::Run(RunId(2)), "undo").unwrap();
    taking.run(&UndoTarget::Run(RunId(1)), "undo").unwrap();

    assert_eq!(super::lab::bytes(home.photos.path()), before);
}

#[test]
fn a_preview_of_two_runs_needs_no_engine_either() {
    let (home, ids) = home();
    home.write();
    edit_all(&home, &ids, "another caption");
    home.write();
    let files = snapshot(home.photos.path());
    let (recorder, stop) = (Recorder::default(), StopFlag::new());

    let summary = Undo { engine: &Nobody, ..undo(&home.store, &recorder, &stop) }
        .preview(&UndoTarget::Path(home.path("")))
        .unwrap();

    assert_eq!((summary.done, summary.files, summary.is_clean()), (5, 10, true), "{:?}", recorder.take());
    assert_eq!(snapshot(home.photos.path()), files);
}

#[test]
fn a_file_that_somebody_changed_without_moving_a_byte_goes_tag_by_tag() {
    let (home, _) = home();
    home.write();
    let path = home.path("a.jpg");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle_of_the_scan = bytes.len() - 40;
    bytes[middle_of_the_scan] ^= 1;
    std::fs::write(&path, &bytes).unwrap();

    let (summary, told) = home.undo_run(1);

    assert!(summary.done == 5 && summary.is_clean(), "{told:?}");
    let now = std::fs::read(&path).unwrap();
    assert_eq!(now[now.len() - 40], bytes[middle_of_the_scan], "what somebody changed is still so");
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "old caption");
}

#[test]
fn what_is_not_kept_any_more_goes_tag_by_tag() {
    let (home, _) = home();
    let before = judged(home.photos.path());
    home.write_with(exiftool_alone());
    home.store.drop_ways_back(RunId(1), u64::MAX).unwrap();
    let (recorder, stop) = (Recorder::default(), StopFlag::new());

    let summary = Undo { engine: exiftool_alone(), ..undo(&home.store, &recorder, &stop) }
        .run(&UndoTarget::Run(RunId(1)), "undo")
        .unwrap();

    assert!(summary.done == 5 && summary.is_clean(), "{:?}", recorder.take());
    assert_same(&judged(home.photos.path()), &before);
}

#[test]
fn the_history_tells_which_changes_come_back_to_the_byte_and_what_that_takes() {
    let (home, ids) = home();
    home.write();
    edit_all(&home, &ids[..1], "another caption");
    home.write();
    home.store.drop_ways_back(RunId(1), u64::MAX).unwrap();

    let runs = history::runs(&home.store).unwrap();

    let kept: Vec<u64> = runs.iter().map(|entry| entry.changes.kept.changes).collect();
    assert_eq!(kept, [0, 1]);
    assert!(runs[1].changes.kept.bytes > 0);
    let mut reversals = Vec::new();
    history::changes(&home.store, &UndoTarget::Path(home.path("a.jpg")), |entry| {
        reversals.push((entry.reversal, entry.kept > 0));
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(reversals, [(Reversal::TagByTag, false), (Reversal::Exact, true)]);
}

#[test]
fn what_is_old_goes_in_silence_and_what_is_too_much_is_told() {
    let (home, ids) = home();
    home.write();
    edit_all(&home, &ids, "another caption");
    home.write();
    let (recorder, now) = (Recorder::default(), Timestamp::now());
    let apply = |age, bytes, at| Retention { age, bytes }.apply(&home.store, at, &recorder).unwrap();
    let kept = || home.store.ways_back().unwrap().values().map(|kept| kept.changes).collect::<Vec<_>>();

    apply(Some(Duration::from_hours(24)), Some(1 << 30), now);
    assert_eq!((kept(), recorder.take().warnings.len()), (vec![5, 5], 0));
    let all: u64 = home.store.ways_back().unwrap().values().map(|kept| kept.bytes).sum();
    assert_eq!(apply(None, Some(all - 1), now).changes, 1);
    let warnings = recorder.take().warnings;
    assert!(warnings.len() == 1 && warnings[0].contains("tag by tag"), "{warnings:?}");
    assert_eq!(kept(), [4, 5]);
    apply(Some(Duration::from_hours(24)), None, now + Duration::from_hours(25));
    assert_eq!((kept(), recorder.take().warnings.len()), (Vec::new(), 0));
}

/// The photos and videos of the shared corpus; `None` where there is none.
fn corpus(test: &str) -> Option<Vec<PathBuf>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("IMMICH_SYNC_SHARED").map_or(beside, PathBuf::from);
    let folder = shared.join("corpus");
    if !folder.is_dir() {
        let line = format!("SKIPPED {test}: no shared folder at {}\n", shared.display());
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return None;
    }
    let (mut folders, mut files) = (vec![folder], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.retain(|path| !["md", "xmp"].iter().any(|end| path.extension().is_some_and(|own| own == *end)));
    files.sort();
    Some(files)
}

/// Writes A, writes B, takes back B, takes back A: the very bytes each time. Answers with how many files A wrote.
fn there_and_back(files: &[PathBuf], engine: &dyn Engine) -> u64 {
    let mut setting = Setting::new();
    let alice = setting.scenario.person("Zoë Müller");
    let mut ids = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let name = format!("{number:03}-{}", file.file_name().unwrap().to_str().unwrap());
        setting.bytes(&name, &std::fs::read(file).unwrap());
        let asset = setting.scenario.asset_file(&setting.library, &name).person(&alice);
        ids.push(asset.description("Größe 5 µm").rating(4).gps(52.5, 13.4).tag("beach").id());
    }
    let mut home = setting.start();
    home.options.data = Datum::ALL.into();
    home.options.allowed = Allowances { raw: true, signed: true };
    let before = snapshot(home.photos.path());
    let (summary, told) = home.write_with(engine);
    let first = snapshot(home.photos.path());
    edit_all(&home, &ids, "another caption, which is a good deal longer than the one before");
    home.options.brake.confirmed = true;
    let (again, _) = home.write_with(engine);
    assert_eq!(again.files, summary.files, "{told:?}");
    if summary.files == 0 {
        assert_eq!(first, before, "nothing was written, they said");
        return 0;
    }

    let all: usize = before.values().map(|(bytes, _)| bytes.len()).sum();
    let (kept, mean) = (kept_per_change(&home), (all / before.len()) as u64);
    assert!(kept < mean / 10, "{kept} bytes are kept for a change of a file of {mean}");
    undo_alone(&home, 2);
    let other = differing(&snapshot(home.photos.path()), &first);
    assert!(other.is_empty(), "not as the first write left them: {other:?}");
    undo_alone(&home, 1);
    let other = differing(&snapshot(home.photos.path()), &before);
    assert!(other.is_empty(), "not as they were: {other:?}");
    assert_eq!(home.store.check().unwrap(), Vec::<String>::new());
    summary.files
}

/// What is kept for each change on average, in bytes.
fn kept_per_change(home: &Home) -> u64 {
    let (mut changes, mut bytes) = (0, 0);
    for kept in home.store.ways_back().unwrap().values() {
        changes += kept.changes;
        bytes += kept.bytes;
    }
    bytes / changes.max(1)
}

type Snapshot = std::collections::BTreeMap<PathBuf, (Vec<u8>, SystemTime)>;

fn differing(now: &Snapshot, then: &Snapshot) -> Vec<PathBuf> {
    let names: std::collections::BTreeSet<&PathBuf> = now.keys().chain(then.keys()).collect();
    names.into_iter().filter(|name| now.get(*name) != then.get(*name)).cloned().collect()
}

#[test]
fn real_files_come_back_to_the_byte_whoever_writes_them() {
    let Some(files) = corpus("real_files_come_back_to_the_byte_whoever_writes_them") else { return };
    let some: Vec<PathBuf> = files.iter().step_by(9).cloned().collect();

    let written = there_and_back(&some, exiftool_alone());

    assert!(written > some.len() as u64 / 2, "{written} of {} were written", some.len());
    let written = there_and_back(&files, &native());
    assert!(written > files.len() as u64 / 2, "{written} of {} were written natively", files.len());
}

/// The engine that needs no ExifTool.
fn native() -> Engines<'static> {
    let exiftool = || Err(MetadataError::Missing { path: PathBuf::from("exiftool") });
    Engines::new(EngineChoice::Native, 0, Box::new(exiftool), Box::new(|_| {}))
}

#[test]
fn a_video_that_is_written_in_place_is_taken_back_in_place() {
    let mut setting = Setting::new();
    setting.file("a.mp4", &Picture::new(Kind::Mp4));
    setting.scenario.asset_file(&setting.library, "a.mp4").description("new caption").rating(4);
    let mut home = setting.start();
    home.options.replace.inside_from = Some(1);
    let (path, before) = (home.path("a.mp4"), snapshot(home.photos.path()));
    let inode = || std::os::unix::fs::MetadataExt::ino(&path.metadata().unwrap());
    let first = inode();
    let (summary, told) = home.write_with(&native());
    assert_eq!(summary.done, 1, "{told:?}");
    // Where the file system shares what stays between two files, a copy costs no more.
    let row = home.store.journal(None).unwrap().remove(0);
    let is_in_place = row.way_back.unwrap().in_place;
    assert_eq!(inode() == first, is_in_place);
    let (recorder, stop) = (Recorder::default(), StopFlag::new());

    Undo { engine: &Nobody, replace: home.options.replace, ..undo(&home.store, &recorder, &stop) }
        .run(&UndoTarget::Run(RunId(1)), "undo")
        .unwrap();

    assert_eq!(snapshot(home.photos.path()), before, "{:?}", recorder.take());
    assert_eq!(inode() == first, is_in_place);
}

#[test]
#[ignore = "takes minutes; `cargo xtask undo` runs it"]
fn all_real_files_come_back_to_the_byte() {
    let Some(files) = corpus("all_real_files_come_back_to_the_byte") else { return };

    let written = there_and_back(&files, engine());
    let with_exiftool = there_and_back(&files, exiftool_alone());

    assert!(with_exiftool >= 130, "{with_exiftool} of {} were written by ExifTool", files.len());
    assert!(written >= 130, "{written} of {} were written", files.len());
}
