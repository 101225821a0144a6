//! Sidecars come back byte for byte, or go when we made them; unless somebody touched them since.

use std::collections::BTreeMap;
use std::path::PathBuf;

use immich_sandbox::AssetId;
use sample_pictures::{Kind, Picture, Xmp};
use sync_core::state::{Role, Store, Verdict};
use sync_core::writeback::Target;

use super::lab::{TakesBack, bytes, jpeg, left_over, move_file, records, with_exiftool};
use crate::harness::{Home, Setting, items, text};

/// A sidecar as Lightroom leaves it.
fn foreign() -> Vec<u8> {
    let xmp = Xmp::new().subject("theirs").description("their caption").rating(1).label("Red");
    xmp.foreign("<crs:Exposure2012 xmlns:crs=\"http://ns.adobe.com/camera-raw-settings/1.0/\">+0.50</crs:Exposure2012>")
        .document()
        .into_bytes()
}

/// A photo without a sidecar and one with: written by run 1 into sidecars only.
fn written() -> (Home, [AssetId; 2], BTreeMap<PathBuf, Vec<u8>>) {
    let mut setting = Setting::new();
    setting.file("bare.jpg", &jpeg());
    setting.file("with.jpg", &Picture::new(Kind::Jpeg).seed(2));
    setting.bytes("with.jpg.xmp", &foreign());
    let alice = setting.scenario.person("Alice");
    let ids = ["bare.jpg", "with.jpg"].map(|name| {
        let asset = setting.scenario.asset_file(&setting.library, name).person(&alice);
        asset.description("new caption").tag("beach").tag("theirs").id()
    });
    let mut home = setting.start();
    home.options.targets.target = Target::Sidecar;
    let before = bytes(home.photos.path());
    let (summary, told) = home.write();
    assert_eq!((summary.done, summary.files), (2, 2), "{told:?}");
    assert_eq!(text(&home.tags("bare.jpg.xmp"), "XMP-dc:Description"), "new caption");
    (home, ids, before)
}

#[test]
fn nobody_touched_them_the_folder_is_bit_identical_again() {
    let (home, ids, before) = written();

    let (summary, told) = home.undo_run(1);

    assert_eq!((summary.done, summary.files, summary.is_clean()), (2, 2, true), "{told:?}");
    assert_eq!(bytes(home.photos.path()), before);
    for id in ids {
        let records = records(&home, id);
        let sidecar = records.iter().find(|record| record.role == Role::Sidecar).unwrap();
        assert_eq!((&sidecar.verdict, sidecar.base.has_written()), (&Verdict::Undone, false));
    }
    assert!(left_over(home.photos.path()).is_empty());
}

#[test]
fn the_next_run_makes_none_again_until_the_server_says_something_new() {
    let (home, ids, before) = written();
    home.undo_run(1);

    let (again, told) = home.write();

    assert_eq!((again.done, bytes(home.photos.path())), (0, before), "{told:?}");
    home.sandbox.edit(ids[0], |asset| asset.description = Some("newest".to_owned())).unwrap();
    assert_eq!(home.write().0.done, 1);
    assert_eq!(text(&home.tags("bare.jpg.xmp"), "XMP-dc:Description"), "newest");
}

#[test]
fn an_undo_of_the_undo_has_them_as_they_were_written() {
    let (home, _, _) = written();
    let after_write = bytes(home.photos.path());
    home.undo_run(1);

    let (summary, told) = home.undo_run(2);

    assert_eq!((summary.done, summary.files), (2, 2), "{told:?}");
    assert_eq!(bytes(home.photos.path()), after_write);
    assert_eq!(home.write().0.done, 0);
}

#[test]
fn what_somebody_put_into_them_since_stays() {
    let (home, _, before) = written();
    for name in ["bare.jpg.xmp", "with.jpg.xmp"] {
        with_exiftool(&home.path(name), &["-XMP-dc:Creator=They", "-XMP-dc:Subject+=later"]);
    }

    let (summary, told) = home.undo_run(1);

    assert_eq!((summary.done, summary.files), (2, 2), "{told:?}");
    let (bare, with) = (home.tags("bare.jpg.xmp"), home.tags("with.jpg.xmp"));
    assert_eq!(
        (items(&bare, "XMP-dc:Creator"), items(&with, "XMP-dc:Creator")),
        (vec!["They".to_owned()], vec!["They".to_owned()])
    );
    assert_eq!(items(&bare, "XMP-dc:Subject"), ["later"]);
    assert_eq!(items(&with, "XMP-dc:Subject"), ["theirs", "later"]);
    assert!(!bare.contains_key("XMP-dc:Description") && !bare.contains_key("XMP-iptcExt:PersonInImage"));
    assert_eq!(text(&with, "XMP-dc:Description"), "their caption");
    for (path, content) in before {
        assert!(path.extension().unwrap() == "xmp" || std::fs::read(&path).unwrap() == content);
    }
}

#[test]
fn a_sidecar_that_moved_with_its_photo_is_found_there() {
    let (home, ids, before) = written();
    std::fs::create_dir(home.path("moved")).unwrap();
    for (name, id) in ["bare.jpg", "with.jpg"].into_iter().zip(ids) {
        for name in [name.to_owned(), format!("{name}.xmp")] {
            move_file(&home.path(&name), &home.path(&format!("moved/{name}")));
        }
        let records = records(&home, id).into_iter().filter(|record| record.role == Role::Original);
        for mut record in records {
            record.path = home.path(&format!("moved/{name}"));
            home.store.remember(&record).unwrap();
        }
    }

    let (summary, told) = home.undo_run(1);

    assert_eq!(summary.done, 2, "{told:?}");
    let names = |all: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<_, _> {
        all.into_iter().map(|(path, bytes)| (path.file_name().unwrap().to_owned(), bytes)).collect()
    };
    assert_eq!(names(bytes(home.photos.path())), names(before));
}

#[test]
fn original_and_sidecar_of_one_photo_are_one_photo() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg());
    setting.scenario.asset_file(&setting.library, "a.jpg").description("new").tag("beach");
    let mut home = setting.start();
    home.options.targets.target = Target::Both;
    let (summary, told) = home.write();
    assert_eq!((summary.done, summary.files), (1, 2), "{told:?}");

    let (summary, told) = home.undo(&sync_core::undo::UndoTarget::Path(home.path("a.jpg")));

    assert_eq!((summary.seen, summary.done, summary.files), (1, 1, 2), "{told:?}");
    assert!(!home.path("a.jpg.xmp").exists());
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "old caption");
}

#[test]
fn the_path_of_a_sidecar_means_the_sidecar_alone() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg());
    setting.scenario.asset_file(&setting.library, "a.jpg").description("new").tag("beach");
    let mut home = setting.start();
    home.options.targets.target = Target::Both;
    home.write();

    let (summary, told) = home.undo(&sync_core::undo::UndoTarget::Path(home.path("a.jpg.xmp")));

    assert_eq!((summary.done, summary.files), (1, 1), "{told:?}");
    assert!(!home.path("a.jpg.xmp").exists());
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "new");
}
