//! What goes to the trash, and how it comes back.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use photo_similarity::Class;
use sample_pictures::{Kind, Picture};
use sync_core::deeds::What;
use sync_core::history;
use sync_core::organize::SourceChoice;
use sync_core::state::DeedStore as _;

use super::lab::{Desk, reasons};
use crate::scan::lab::scene;

fn twice() -> Desk {
    Desk::new(&[
        ("keep/lake.jpg", scene(1, 800, 600)),
        ("old/lake (1).jpg", scene(1, 800, 600)),
        ("old/lake (1).jpg.xmp", b"<x:xmpmeta/>".to_vec()),
        ("old/lake (1).txt", b"notes".to_vec()),
        ("other.jpg", scene(2, 800, 600)),
    ])
}

#[test]
fn an_exact_copy_goes_with_its_sidecar_and_comes_back_without_a_server() {
    let desk = twice();
    let before = desk.tree();

    let (summary, heard) = desk.go();

    let run = summary.run.unwrap();
    assert_eq!((summary.total.seen, summary.total.done), (1, 1), "{heard:?}");
    assert_eq!(desk.in_trash(), ["lake (1).jpg", "lake (1).jpg.xmp"]);
    let note = std::fs::read_to_string(desk.trash().join("info/lake (1).jpg.trashinfo")).unwrap();
    let path = desk.path("old/lake%20%281%29.jpg");
    assert!(note.starts_with(&format!("[Trash Info]\nPath={}\nDeletionDate=20", path.display())), "{note}");
    assert_eq!(desk.tree().len(), before.len() - 2);
    assert!(matches!(&heard.changed[..], [What::TrashFiles { files }] if files.len() == 2));
    assert_eq!(heard.planned, [("local-trash", 1, None)]);
    let told = &history::runs(&desk.lab.store).unwrap()[0].deeds;
    assert_eq!((told[0].kind.as_str(), told[0].items, told[0].undone), ("trash-files", 2, 0));

    let (shown, would) = desk.undo_preview(run);
    assert_eq!((shown.done, would.would.len(), desk.in_trash().len()), (2, 1, 2));
    let (back, _) = desk.undo(run);
    assert_eq!((back.done, back.is_clean()), (2, true));
    assert_eq!(desk.tree(), before, "to the number and the time of each file");
    assert_eq!((desk.in_trash(), desk.notes()), (vec![], vec![]));

    let (again, heard) = desk.undo(run);
    assert_eq!((again.seen, heard.warnings.len()), (0, 1), "{heard:?}");
}

#[test]
fn the_next_scan_is_clean_and_the_next_run_has_nothing_to_do() {
    let desk = twice();
    let (first, _) = desk.go();

    let (scan, told) = desk.lab.scan(&[]);
    assert_eq!((scan.seen, scan.groups_in_all(), told.warnings), (2, 0, vec![]));
    let (second, _) = desk.go();
    assert_eq!((second.run, second.total.seen), (None, 0));

    desk.undo(first.run.unwrap());
    assert_eq!(desk.scan().groups_in_all(), 1);
}

#[test]
fn a_folder_that_was_mostly_copies_is_not_taken_for_one_that_is_away() {
    let copies: Vec<(String, Vec<u8>)> =
        (0..30).map(|n| (format!("old/{n}.jpg"), scene(1, 80, 60))).collect();
    let mut files: Vec<(&str, Vec<u8>)> =
        copies.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    files.push(("keep/a.jpg", scene(1, 80, 60)));
    let mut desk = Desk::new(&files);
    let scan = desk.scan();
    assert_eq!((scan.files, scan.seen), (31, 31));

    let (asked, heard) = desk.act(&scan, &[]);
    let asked = asked.unwrap_err().to_string();
    assert!(asked.contains("30 of 31 files") && heard.changed.is_empty(), "{asked}");
    assert_eq!(desk.tree().len(), 31);

    desk.confirmed = true;
    assert_eq!(desk.go().0.total.done, 30);
    let (scan, told) = desk.lab.scan(&[]);
    assert_eq!((scan.seen, scan.groups_kept, told.warnings), (1, false, vec![]));
    assert_eq!(scan.groups_in_all(), 0);
}

#[test]
fn a_smaller_copy_goes_after_both_were_decoded_and_a_similar_photo_never() {
    let mut desk = Desk::new(&[
        ("keep/a.jpg", scene(1, 800, 600)),
        ("a small.jpg", scene(1, 400, 300)),
        ("keep/c.mp4", Picture::new(Kind::Mp4).seed(3).build()),
        ("c.mp4", Picture::new(Kind::Mp4).seed(3).build()),
    ]);
    desk.lab.options.rules.similar = 80;
    assert_eq!(desk.scan().groups.len(), 2);

    let (summary, heard) = desk.go();

    assert_eq!(summary.total.done, 2, "{heard:?}");
    assert_eq!(desk.in_trash(), ["a small.jpg", "c.mp4"]);

    let mut groups = desk.lab.groups();
    desk.undo(summary.run.unwrap());
    for class in [Class::Burst, Class::Similar] {
        for group in &mut groups {
            group.class = class;
        }
        let scan = desk.scan();
        sync_core::state::GroupStore::replace_groups(
            &desk.lab.store,
            &mut groups.clone().into_iter().map(Ok),
        )
        .unwrap();
        assert_eq!(desk.act(&scan, &[]).0.unwrap().total.seen, 0, "{class}");
    }
}

#[test]
fn a_dry_run_reads_everything_and_moves_nothing() {
    let desk = twice();
    let (before, scan) = (desk.tree(), desk.scan());

    let (summary, heard) = desk.preview(&scan);

    assert_eq!((summary.total.done, summary.run), (1, None));
    assert!(matches!(&heard.would[..], [What::TrashFiles { files }] if files.len() == 2), "{heard:?}");
    assert_eq!(desk.tree(), before);
    assert!(!desk.trash().exists() && desk.lab.store.deed_counts().unwrap().is_empty());
}

#[test]
fn a_name_that_is_taken_in_the_trash_gets_a_number_and_nothing_there_is_touched() {
    let desk = twice();
    let files = desk.trash().join("files");
    std::fs::create_dir_all(&files).unwrap();
    std::fs::create_dir(desk.trash().join("info")).unwrap();
    std::fs::write(files.join("lake (1).jpg"), "of somebody").unwrap();
    std::fs::write(desk.trash().join("info/lake (1).2.jpg.trashinfo"), "a note without a file").unwrap();

    let (summary, _) = desk.go();

    assert_eq!(desk.in_trash(), ["lake (1).3.jpg", "lake (1).jpg", "lake (1).jpg.3.xmp"]);
    desk.undo(summary.run.unwrap());
    assert_eq!(std::fs::read(files.join("lake (1).jpg")).unwrap(), b"of somebody");
    assert_eq!((desk.in_trash().len(), desk.notes().len()), (1, 1));
}

#[test]
fn odd_names_go_and_come_back() {
    let desk = Desk::new(&[("keep/a.jpg", scene(1, 80, 60))]);
    let names: [&[u8]; 5] =
        [b"line\nbreak.jpg", b"100%.jpg", b"\xff\xfe.jpg", b"-rf .jpg", "\u{202e}gpj.a.jpg".as_bytes()];
    for name in names {
        std::fs::write(desk.photos().join(OsStr::from_bytes(name)), scene(1, 80, 60)).unwrap();
    }
    let before = desk.tree();

    let (summary, heard) = desk.go();

    assert_eq!(summary.total.done, 5, "{heard:?}");
    let note = std::fs::read_to_string(desk.trash().join("info/line\nbreak.jpg.trashinfo")).unwrap();
    assert!(note.contains("/line%0Abreak.jpg\n") && note.lines().count() == 3, "{note}");
    assert_eq!(desk.undo(summary.run.unwrap()).0.done, 5);
    assert_eq!(desk.tree(), before);
}

#[test]
fn folders_that_are_links_lead_to_the_same_files_and_the_note_names_the_real_one() {
    let mut desk = twice();
    let link = desk.root.path().join("link");
    symlink(desk.photos(), &link).unwrap();
    desk.lab.options.source = SourceChoice::Local(vec![link.clone()]);
    desk.lab.options.prefer_places = vec![link.join("keep").display().to_string()];

    let (summary, heard) = desk.go();

    assert_eq!((summary.total.done, reasons(&heard).len()), (1, 0), "{heard:?}");
    let note = std::fs::read_to_string(desk.trash().join("info/lake (1).jpg.trashinfo")).unwrap();
    assert!(note.contains("/photos/old/lake"), "{note}");
    desk.undo(summary.run.unwrap());
    assert!(desk.path("old/lake (1).jpg").is_file());
}

#[test]
fn the_same_folder_under_two_names_is_no_copy_of_itself() {
    let mut desk = Desk::new(&[("keep/a.jpg", scene(1, 80, 60))]);
    let link = desk.root.path().join("link");
    symlink(desk.photos(), &link).unwrap();
    desk.lab.options.source = SourceChoice::Local(vec![desk.photos(), link]);

    let (summary, _) = desk.go();

    assert_eq!((summary.total.seen, desk.tree().len()), (0, 1));
}
