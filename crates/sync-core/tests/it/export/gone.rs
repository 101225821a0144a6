//! Photos that the library has no more, and undo.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use photo_metadata::replace::ReplaceOptions;
use photo_metadata::{EngineChoice, Engines, MetadataError};
use sample_pictures::{AppleFile, Whereabouts};
use sync_core::export::{Cleanup, Template};
use sync_core::state::{RunId, Store as _};
use sync_core::undo::{Undo, UndoTarget};
use sync_core::{Summary, SyncError};

use super::bench::{Bench, Told, photo};

fn cleaning(bench: &mut Bench) {
    let trash = bench.to.join(".immich-sync-trash");
    bench.options.cleanup = Some(Cleanup { trash, zone: TimeZone::UTC });
}

fn many(count: usize) -> Bench {
    Bench::new((0..count).map(|number| photo(&format!("k{number}"), &format!("IMG_{number:03}.JPG"))))
}

fn undo(bench: &Bench, run: RunId) -> Summary {
    let none = || {
        Err(MetadataError::ExifToolMissing {
            program: "none".into(),
            source: std::io::ErrorKind::NotFound.into(),
        })
    };
    let engine = Engines::new(EngineChoice::Native, 0, Box::new(none), Box::new(|_: &str| {}));
    let undo = Undo {
        store: &bench.store,
        engine: &engine,
        replace: ReplaceOptions::default(),
        owes: false,
        clients: &[],
        workers: 1,
        reporter: &Told::default(),
        stop: &bench.stop,
        now: &|| Timestamp::UNIX_EPOCH,
    };
    undo.run(&UndoTarget::Run(run), "undo").unwrap()
}

#[test]
fn only_what_we_exported_and_nobody_changed_goes_and_undo_brings_it_back() {
    let mut bench = many(30);
    cleaning(&mut bench);
    bench.run();
    std::fs::write(bench.to.join("2024/05/mine.JPG"), "mine").unwrap();
    std::fs::write(bench.to.join("2024/05/IMG_001.JPG"), "changed").unwrap();
    let before = bench.files();

    bench.change(|made| drop(made.photos.drain(0..3)));
    let (preview, _) = bench.preview();
    let (summary, told) = bench.run();

    assert_eq!((preview.removed, summary.removed), (2, 2), "{told:?}");
    let after = bench.files();
    assert!(!after.contains_key("2024/05/IMG_000.JPG") && !after.contains_key("2024/05/IMG_002.JPG"));
    assert_eq!(
        (after["2024/05/mine.JPG"].as_slice(), after["2024/05/IMG_001.JPG"].as_slice()),
        (&b"mine"[..], &b"changed"[..])
    );
    let undone = undo(&bench, summary.run.unwrap());
    assert_eq!(undone.done, 2);
    assert_eq!(bench.files(), before);
}

#[test]
fn much_is_asked_about_first() {
    let mut bench = many(40);
    cleaning(&mut bench);
    bench.run();
    let before = bench.files();
    bench.change(|made| drop(made.photos.drain(0..20)));

    let (refused, _) = bench.try_run();
    let unchanged = bench.files();
    bench.options.confirmed = true;
    let (summary, _) = bench.run();

    assert!(matches!(refused, Err(SyncError::ExportShrank { gone: 20, managed: 40 })), "{refused:?}");
    assert_eq!(unchanged, before);
    assert_eq!((summary.removed, bench.files().len()), (20, 20));
}

#[test]
fn an_empty_library_and_missing_originals_say_nothing_about_what_is_gone() {
    let mut bench = many(5);
    cleaning(&mut bench);
    bench.options.confirmed = true;
    bench.run();
    let before = bench.files();

    bench.change(|made| {
        made.photos.iter_mut().for_each(|photo| photo.original = AppleFile::absent(Whereabouts::InCloud));
    });
    let (missing, _) = bench.run();
    bench.change(|made| made.photos.clear());
    let (empty, _) = bench.run();

    assert_eq!((missing.removed, missing.troubled(), empty.removed), (0, 5, 0));
    assert_eq!(bench.files(), before);
}

#[test]
fn a_moved_template_takes_the_files_along() {
    let mut bench = many(5);
    bench.run();
    cleaning(&mut bench);
    bench.options.confirmed = true;
    bench.options.folder = Template::parse("{created.year}").unwrap();

    let (summary, told) = bench.run();

    assert_eq!((summary.written, summary.removed), (5, 5), "{told:?}");
    assert!(bench.names().iter().all(|name| name.starts_with("2024/IMG_")));
    assert_eq!(bench.run().0.done(), 0);
}

#[test]
fn undo_takes_new_files_away_and_leaves_what_was_changed_or_renewed() {
    let mut bench = many(3);
    let (first, _) = bench.run();
    std::fs::write(bench.to.join("2024/05/IMG_001.JPG"), "changed").unwrap();
    let undone = undo(&bench, first.run.unwrap());
    let left = bench.names();

    let (again, _) = bench.run();
    bench.options.touch = true;
    let (renewed, _) = bench.run();
    let kept = undo(&bench, renewed.run.unwrap());

    assert_eq!((undone.done, undone.skipped_in_all()), (2, 1));
    assert_eq!(left, ["2024/05/IMG_001.JPG"]);
    assert_eq!((again.written, renewed.updated), (2, 2));
    assert_eq!((kept.done, kept.skipped_in_all(), bench.files().len()), (1, 2, 3));
    assert_eq!(bench.store.runs().unwrap().len(), 5);
}
