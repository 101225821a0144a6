//! What a second run does: nothing, or just what changed; and never anything to files of others.

use sample_pictures::{AppleFile, Whereabouts};
use sync_core::export::{LeftKind, OnConflict, Template};

use super::bench::{Bench, everything, photo};

#[test]
fn the_second_run_writes_nothing_and_reads_no_picture() {
    let mut live = photo("b", "IMG_2.HEIC");
    live.live = Some(AppleFile::default());
    let mut edited = photo("c", "IMG_3.JPG");
    (edited.edited, edited.render) = (Some(1_714_600_000.0), Some(AppleFile::default()));
    let bench = Bench::new([photo("a", "IMG_1.JPG"), live, edited]);
    let package = everything(&bench.package);

    let (first, _) = bench.run();
    let pictures = std::fs::read_dir(bench.package.join("originals")).unwrap();
    pictures.for_each(|folder| make_unreadable(&folder.unwrap().path()));
    let (second, told) = bench.run();

    assert_eq!((first.written, first.assets, first.failed), (5, 3, 0));
    assert_eq!(
        bench.names(),
        ["IMG_1.JPG", "IMG_2.HEIC", "IMG_2.mov", "IMG_3.JPG", "IMG_3_edited.jpeg"]
            .map(|name| format!("2024/05/{name}"))
    );
    assert_eq!((second.done(), second.run, second.left[&LeftKind::Unchanged]), (0, None, 5), "{told:?}");
    assert_eq!(everything(&bench.package).len(), package.len());
}

/// Replaces files by others of the same name, which a second run would notice if it read them.
fn make_unreadable(folder: &std::path::Path) {
    for file in std::fs::read_dir(folder).unwrap() {
        std::fs::write(file.unwrap().path(), "not to be read").unwrap();
    }
}

#[test]
fn nothing_in_the_package_changes() {
    let bench = Bench::new([photo("a", "IMG_1.JPG"), photo("b", "IMG_2.MOV")]);
    let before = everything(&bench.package);

    bench.run();
    bench.run();

    assert_eq!(everything(&bench.package), before);
}

#[test]
fn exported_files_are_the_bytes_of_the_library_with_its_times() {
    let mut first = photo("a", "IMG_1.JPG");
    first.original = AppleFile::of(*b"\xff\xd8 the bytes");
    let mut bench = Bench::new([first]);
    bench.run();
    let times =
        |bench: &Bench| std::fs::metadata(bench.to.join("2024/05/IMG_1.JPG")).unwrap().modified().unwrap();
    let like_library = times(&bench);

    bench.options.touch = true;
    let (summary, _) = bench.run();

    assert_eq!(bench.files()["2024/05/IMG_1.JPG"], b"\xff\xd8 the bytes");
    assert_eq!(summary.updated, 1);
    let taken = times(&bench).duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(taken, 1_714_557_600);
    assert_ne!(times(&bench), like_library);
}

#[test]
fn an_edit_comes_along_and_so_does_its_end() {
    let mut bench = Bench::new([photo("a", "IMG_1.JPG")]);
    bench.run();

    bench.change(|made| {
        made.photos[0].edited = Some(1_714_600_000.0);
        made.photos[0].render = Some(AppleFile::of(*b"\xff\xd8 edited once"));
    });
    let (edited, _) = bench.run();
    bench.change(|made| {
        made.photos[0].edited = Some(1_714_700_000.0);
        made.photos[0].render = Some(AppleFile::of(*b"\xff\xd8 edited twice"));
    });
    std::fs::write(render(&bench), b"\xff\xd8 edited twice").unwrap();
    let (again, told) = bench.run();

    assert_eq!((edited.written, edited.left[&LeftKind::Unchanged]), (1, 1));
    assert_eq!((again.updated, again.left[&LeftKind::Unchanged]), (1, 1), "{told:?}");
    assert_eq!(bench.files()["2024/05/IMG_1_edited.jpeg"], b"\xff\xd8 edited twice");

    bench.change(|made| (made.photos[0].edited, made.photos[0].render) = (None, None));
    let (reverted, told) = bench.run();
    assert_eq!((reverted.done(), reverted.stays), (0, 1), "{told:?}");
}

fn render(bench: &Bench) -> std::path::PathBuf {
    let renders = bench.package.join("resources/renders");
    let files = everything(&renders).into_keys().find(|name| name.contains("_1_201_a")).unwrap();
    renders.join(files)
}

#[test]
fn a_file_that_somebody_changed_is_never_overwritten() {
    let mut bench = Bench::new([photo("a", "IMG_1.JPG")]);
    bench.run();
    let mine = bench.to.join("2024/05/IMG_1.JPG");
    std::fs::remove_file(&mine).unwrap();
    std::fs::write(&mine, "mine").unwrap();

    let (left, _) = bench.run();
    bench.options.touch = true;
    let (renamed, told) = bench.run();
    let (then, _) = bench.run();

    assert_eq!(left.left[&LeftKind::ChangedHere], 1);
    assert_eq!(told, ["wrote renamed 2024/05/IMG_1 (1).JPG"]);
    assert_eq!((renamed.written, then.left[&LeftKind::Unchanged]), (1, 1));
    assert_eq!(bench.files()["2024/05/IMG_1.JPG"], b"mine");
}

#[test]
fn a_file_that_is_gone_is_exported_again() {
    let bench = Bench::new([photo("a", "IMG_1.JPG"), photo("b", "IMG_2.JPG")]);
    bench.run();
    std::fs::remove_file(bench.to.join("2024/05/IMG_2.JPG")).unwrap();

    let (summary, told) = bench.run();

    assert_eq!(summary.written, 1);
    assert!(told.contains(&"wrote 2024/05/IMG_2.JPG".to_owned()), "{told:?}");
}

#[test]
fn what_is_there_with_the_same_bytes_is_taken_and_other_things_are_not() {
    let bench = Bench::new([photo("a", "IMG_1.JPG"), photo("b", "IMG_2.JPG")]);
    bench.run();
    let exported = bench.files();
    let mut other = Bench::of(bench.made.clone());
    std::fs::create_dir_all(other.to.join("2024/05")).unwrap();
    std::fs::write(other.to.join("2024/05/IMG_1.JPG"), &exported["2024/05/IMG_1.JPG"]).unwrap();
    std::fs::write(other.to.join("2024/05/img_2.jpg"), "something else").unwrap();

    let (preview, _) = other.preview();
    let (summary, told) = other.run();
    other.options.on_conflict = OnConflict::Skip;
    let (then, _) = other.run();

    assert_eq!((preview.adopted, preview.written), (1, 1));
    assert_eq!((summary.adopted, summary.written), (1, 1));
    assert_eq!(told, ["adopted 2024/05/IMG_1.JPG", "wrote renamed 2024/05/IMG_2 (1).JPG"]);
    assert_eq!(then.left[&LeftKind::Unchanged], 2);
    assert_eq!(other.files()["2024/05/img_2.jpg"], b"something else");
    bench.stop.raise();
    assert!(bench.run().0.stopped);
}

#[test]
fn with_skip_a_file_in_the_way_is_told_and_nothing_is_written() {
    let mut bench = Bench::new([photo("a", "IMG_1.JPG")]);
    std::fs::create_dir_all(bench.to.join("2024/05")).unwrap();
    std::fs::write(bench.to.join("2024/05/IMG_1.JPG"), "something else").unwrap();
    bench.options.on_conflict = OnConflict::Skip;

    let (summary, _) = bench.run();

    assert_eq!((summary.left[&LeftKind::InTheWay], summary.troubled(), summary.done()), (1, 1, 0));
}

#[test]
fn a_preview_says_what_a_run_does_and_changes_nothing() {
    let bench = Bench::new([photo("a", "IMG_1.JPG"), photo("b", "IMG_1.JPG")]);

    let (preview, foretold) = bench.preview();
    let nothing = bench.to.exists();
    let (summary, told) = bench.run();

    assert!(!nothing);
    assert_eq!(foretold, told);
    assert_eq!((preview.written, preview.run), (summary.written, None));
}

#[test]
fn originals_that_are_not_here_are_told_with_their_reason_and_tried_again() {
    let mut in_cloud = photo("a", "IMG_1.JPG");
    in_cloud.original = AppleFile::absent(Whereabouts::InCloud);
    let mut lost = photo("b", "IMG_2.JPG");
    lost.original = AppleFile::absent(Whereabouts::Lost);
    let mut bench = Bench::new([in_cloud, lost, photo("c", "IMG_3.JPG")]);

    let (summary, _) = bench.run();
    bench.change(|made| made.photos[0].original = AppleFile::default());
    let (then, told) = bench.run();

    assert_eq!(
        (summary.left[&LeftKind::InCloud], summary.left[&LeftKind::Lost], summary.troubled()),
        (1, 1, 2)
    );
    assert_eq!(then.written, 1, "{told:?}");
}

#[test]
fn hidden_and_trashed_photos_are_left_out_unless_they_are_asked_for() {
    let mut hidden = photo("a", "IMG_1.JPG");
    hidden.is_hidden = true;
    let mut trashed = photo("b", "IMG_2.JPG");
    trashed.is_trashed = true;
    let mut bench = Bench::new([hidden, trashed]);

    let (without, _) = bench.run();
    (bench.options.selection.hidden, bench.options.selection.trashed) = (true, true);
    let (with, _) = bench.run();

    assert_eq!(
        (without.done(), without.left[&LeftKind::Hidden], without.left[&LeftKind::Trashed]),
        (0, 1, 1)
    );
    assert_eq!(with.written, 2);
}

#[test]
fn parts_can_be_left_out() {
    let mut edited = photo("a", "IMG_1.HEIC");
    (edited.edited, edited.render) = (Some(1_714_600_000.0), Some(AppleFile::default()));
    (edited.live, edited.live_render) = (Some(AppleFile::default()), Some(AppleFile::default()));
    let mut raw = photo("b", "IMG_2.JPG");
    raw.raw = Some(AppleFile::default());
    let names = |change: &dyn Fn(&mut Bench)| {
        let mut bench = Bench::new([edited.clone(), raw.clone()]);
        bench.options.folder = Template::parse("x").unwrap();
        change(&mut bench);
        bench.run();
        bench.names().join(" ")
    };

    assert_eq!(names(&|_| {}).split(' ').count(), 6);
    assert_eq!(
        names(&|bench| bench.options.files.originals_of_edited = false),
        "x/IMG_1_edited.heic x/IMG_1_edited.mov x/IMG_2.JPG x/IMG_2.cr2"
    );
    assert_eq!(
        names(&|bench| {
            (bench.options.files.edited, bench.options.files.live, bench.options.files.raw) =
                (false, false, false);
        }),
        "x/IMG_1.HEIC x/IMG_2.JPG"
    );
}
