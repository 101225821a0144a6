//! What stays, and that it is said why.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use sample_pictures::{Exif, Gps, Kind, Picture};
use sync_core::local_trash::TrashPlace;
use sync_core::organize::{Decision, Place};
use sync_core::state::{DeedStore as _, GroupStore as _};

use super::lab::{Desk, reasons};
use crate::scan::lab::scene;

fn pair() -> Desk {
    Desk::new(&[("keep/a.jpg", scene(1, 80, 60)), ("b.jpg", scene(1, 80, 60))])
}

/// Nothing goes after `meanwhile`; why, of the copy.
#[track_caller]
fn stays(desk: &Desk, meanwhile: impl FnOnce(&Desk)) -> String {
    let scan = desk.scan();
    assert_eq!(scan.groups_in_all(), 1);
    meanwhile(desk);
    let before = desk.tree();

    let (summary, heard) = desk.act(&scan, &[]);

    let summary = summary.unwrap();
    assert_eq!((desk.tree(), desk.in_trash().len(), desk.notes().len()), (before, 0, 0), "{heard:?}");
    assert_eq!(summary.total.done, 0);
    assert!(desk.lab.store.open_deeds().unwrap().is_empty());
    let mut told = reasons(&heard).into_values().chain(heard.failed.iter().cloned());
    told.next().unwrap_or_default()
}

/// Other bytes under the same size and time.
fn replace_content(path: &Path) {
    let about = fs::metadata(path).unwrap();
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
    File::open(path).unwrap().set_modified(about.modified().unwrap()).unwrap();
}

#[test]
fn a_copy_that_was_changed_since_the_scan_stays() {
    let why = stays(&pair(), |desk| fs::write(desk.path("b.jpg"), "another picture").unwrap());
    assert!(why.contains("changed since it was compared"), "{why}");

    let why = stays(&pair(), |desk| replace_content(&desk.path("b.jpg")));
    assert!(why.contains("bytes are others"), "{why}");

    let why = stays(&pair(), |desk| fs::remove_file(desk.path("b.jpg")).unwrap());
    assert!(why.contains("gone"), "{why}");
}

#[test]
fn all_stays_when_the_kept_photo_is_gone_or_was_changed_since_the_scan() {
    let why = stays(&pair(), |desk| fs::remove_file(desk.path("keep/a.jpg")).unwrap());
    assert!(why.contains("would be kept is gone"), "{why}");

    let why = stays(&pair(), |desk| fs::write(desk.path("keep/a.jpg"), "x").unwrap());
    assert!(why.contains("would be kept is gone or was changed"), "{why}");

    let why = stays(&pair(), |desk| replace_content(&desk.path("keep/a.jpg")));
    assert!(why.contains("of the photo that would be kept"), "{why}");
}

#[test]
fn a_duplicate_is_decoded_again_beside_what_is_kept() {
    let two = || Desk::new(&[("keep/a.jpg", scene(1, 800, 600)), ("b.jpg", scene(1, 400, 300))]);
    let damaged = |path: &Path| {
        let about = fs::metadata(path).unwrap();
        fs::write(path, vec![0; usize::try_from(about.len()).unwrap()]).unwrap();
        File::open(path).unwrap().set_modified(about.modified().unwrap()).unwrap();
    };

    let why = stays(&two(), |desk| damaged(&desk.path("keep/a.jpg")));
    assert!(why.contains("of the photo that would be kept"), "{why}");

    let why = stays(&two(), |desk| {
        let about = fs::metadata(desk.path("b.jpg")).unwrap();
        let mut other = scene(7, 400, 300);
        other.resize(usize::try_from(about.len()).unwrap(), 0);
        fs::write(desk.path("b.jpg"), other).unwrap();
        File::open(desk.path("b.jpg")).unwrap().set_modified(about.modified().unwrap()).unwrap();
    });
    assert!(why.contains("/256") || why.contains("cannot") || why.contains("damaged"), "{why}");
}

#[test]
fn a_copy_that_says_more_than_what_is_kept_stays() {
    let full = Picture::new(Kind::Jpeg).seed(1007).size(800, 600).build();
    let exif = Exif::new().image_description("At the lake").gps(Gps::new(1.5, 2.5));
    let copy = Picture::new(Kind::Jpeg).seed(1007).size(400, 300).exif(exif).build();
    let desk = Desk::new(&[("keep/a.jpg", full), ("b.jpg", copy)]);

    let why = stays(&desk, |_| ());

    assert!(why.contains("a caption of its own"), "{why}");
}

#[test]
fn a_file_with_several_names_stays() {
    let why = stays(&pair(), |desk| {
        fs::hard_link(desk.path("b.jpg"), desk.root.path().join("elsewhere.jpg")).unwrap();
    });
    assert!(why.contains("hard links"), "{why}");

    let why = stays(&pair(), |desk| {
        let about = fs::metadata(desk.path("b.jpg")).unwrap();
        fs::remove_file(desk.path("b.jpg")).unwrap();
        fs::hard_link(desk.path("keep/a.jpg"), desk.path("b.jpg")).unwrap();
        assert_ne!(fs::metadata(desk.path("b.jpg")).unwrap().ino(), about.ino());
    });
    assert!(why.contains("changed"), "{why}");
}

#[test]
fn what_the_user_chose_to_keep_stays() {
    let desk = pair();
    desk.scan();
    let group = &desk.lab.groups()[0];
    let places: Vec<Place> = group.members.iter().map(|member| member.place.clone()).collect();
    desk.lab.store.decide(group.id, Some(&Decision::Keep(places)), desk.lab.now).unwrap();

    assert!(stays(&desk, |_| ()).contains("chose to keep it"));
}

#[test]
fn what_lies_in_the_storage_of_a_server_or_in_a_trash_stays() {
    let why = stays(&pair(), |desk| fs::write(desk.path(".immich"), "").unwrap());
    assert!(why.contains("storage of an Immich server"), "{why}");

    let files = [("keep/a.jpg", scene(1, 80, 60)), ("t/files/b.jpg", scene(1, 80, 60))];
    let why = stays(&Desk::new(&files), |desk| fs::create_dir(desk.path("t/info")).unwrap());
    assert!(why.contains("in a trash already"), "{why}");

    let files = [("keep/files/a.jpg", scene(1, 80, 60)), ("b.jpg", scene(1, 80, 60))];
    let why = stays(&Desk::new(&files), |desk| fs::create_dir(desk.path("keep/info")).unwrap());
    assert!(why.contains("is in a trash itself"), "{why}");
}

#[test]
fn no_file_goes_to_another_file_system() {
    let elsewhere = Path::new("/dev/shm");
    let mut desk = pair();
    let device = |path: &Path| path.metadata().map(|about| about.dev()).ok();
    if device(elsewhere).is_none() || device(elsewhere) == device(desk.root.path()) {
        eprintln!("SKIPPED no_file_goes_to_another_file_system: /dev/shm is no other file system here");
        return;
    }
    let other = tempfile::tempdir_in(elsewhere).unwrap();
    desk.place = TrashPlace::Folder(other.path().join("trash"));

    let why = stays(&desk, |_| ());

    assert!(why.contains("another file system"), "{why}");
    assert!(!other.path().join("trash").exists());
}

#[test]
fn a_trash_that_cannot_be_used_is_told_and_nothing_moves() {
    let why = stays(&pair(), |desk| fs::write(desk.trash(), "no folder").unwrap());
    assert!(why.contains("cannot be used") && why.contains("--local-trash"), "{why}");

    let why = stays(&pair(), |desk| {
        fs::create_dir(desk.trash()).unwrap();
        fs::create_dir(desk.root.path().join("victim")).unwrap();
        std::os::unix::fs::symlink(desk.root.path().join("victim"), desk.trash().join("files")).unwrap();
    });
    assert!(why.contains("a link"), "{why}");

    let mut desk = pair();
    desk.place = TrashPlace::Nowhere;
    assert!(stays(&desk, |_| ()).contains("--local-trash"));
}

/// Somebody who may not do everything; the administrator may.
fn as_a_user(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            if rustix::process::geteuid().is_root() {
                let nobody = rustix::process::Uid::from_raw(65_534);
                // Of this thread alone.
                rustix::thread::set_thread_res_uid(nobody, nobody, nobody).unwrap();
            }
            work();
        });
        worker.join().unwrap();
    });
}

#[test]
fn a_folder_that_must_not_be_written_keeps_its_files_and_the_trash_its_order() {
    let desk = pair();
    let open = |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    open(desk.root.path(), 0o777);
    fs::create_dir_all(desk.trash().join("files")).unwrap();
    fs::create_dir(desk.trash().join("info")).unwrap();
    for folder in [desk.trash(), desk.trash().join("files"), desk.trash().join("info")] {
        open(&folder, 0o777);
    }
    open(&desk.photos(), 0o555);
    let scan = desk.scan();
    let before = desk.tree();

    let mut told = Vec::new();
    as_a_user(|| {
        let (summary, heard) = desk.act(&scan, &[]);
        told = heard.failed;
        assert_eq!(summary.unwrap().total.failed, 1);
    });
    open(&desk.photos(), 0o755);

    assert!(told[0].contains("cannot be put into the trash"), "{told:?}");
    assert_eq!((desk.tree(), desk.in_trash(), desk.notes()), (before, vec![], vec![]));
    assert!(desk.lab.store.open_deeds().unwrap().is_empty());
    assert_eq!(desk.go().0.total.done, 1, "once it may be written");
}

#[test]
fn a_file_that_cannot_be_read_stays() {
    let desk = pair();
    fs::set_permissions(desk.root.path(), Permissions::from_mode(0o777)).unwrap();
    let scan = desk.scan();
    let path = desk.path("b.jpg");
    fs::set_permissions(&path, Permissions::from_mode(0o200)).unwrap();

    let mut told = Vec::new();
    as_a_user(|| told = desk.act(&scan, &[]).1.skipped);

    assert!(told[0].1.contains("cannot be read"), "{told:?}");
    assert!(path.is_file());
}
