//! Group folders: complete files only, nothing overwritten, and all that was made can be taken away again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use photo_similarity::Class;
use sync_core::Account;
use sync_core::organize::{ActSummary, Folders, GroupRecord, Link, MemberRecord, Place};

use super::lab::{Ear, Lab, of_members};

/// A file on this machine as a scan would describe it.
fn file(lab: &Lab, path: &Path, bytes: &[u8], rank: usize) -> MemberRecord {
    std::fs::write(path, bytes).unwrap();
    MemberRecord {
        place: Place::File(path.to_owned().into()),
        account: String::new(),
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        path: path.display().to_string(),
        bytes: Some(bytes.len() as u64),
        ..lab.member(0, rank)
    }
}

/// An asset whose original is this.
fn asset(lab: &Lab, photo: usize, bytes: &[u8], rank: usize) -> MemberRecord {
    lab.sandbox.set_picture(lab.ids[photo], bytes).unwrap();
    MemberRecord { bytes: Some(bytes.len() as u64), ..lab.member(photo, rank) }
}

fn make(lab: &Lab, root: &Path, link: Link) -> (ActSummary, Vec<String>) {
    let (client, ear) = (lab.client(), Ear::default());
    let reader = Account::of(&client).reader;
    let folders = Folders {
        store: &lab.store,
        root,
        link,
        classes: None,
        groups: None,
        readers: BTreeMap::from([(lab.account.clone(), reader)]),
        reporter: &ear,
        stop: &lab.stop,
        now: &Timestamp::now,
    };
    let summary = folders.run("organize --output").unwrap();
    (summary, ear.take().warnings)
}

/// All files below a folder with their content.
fn below(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

fn folder_of(root: &Path, group: &GroupRecord) -> PathBuf {
    root.join(format!("{}-{}", group.class, &group.id.to_string()[..12]))
}

#[test]
fn a_group_has_a_folder_with_copies_and_originals_and_an_undo_takes_it_away() {
    let (lab, here, root) = (Lab::new(2), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let local = file(&lab, &here.path().join("a.jpg"), b"on the disk", 0);
    let group = of_members(Class::Duplicate, vec![local, asset(&lab, 1, b"on the server", 1)]);
    lab.groups(vec![group.clone()]);

    let (summary, told) = make(&lab, root.path(), Link::Copy);

    let folder = folder_of(root.path(), &group);
    let expected = BTreeMap::from([
        (folder.join("1-keep-a.jpg"), b"on the disk".to_vec()),
        (folder.join("2-1.jpg"), b"on the server".to_vec()),
    ]);
    assert_eq!((below(root.path()), told), (expected, Vec::new()));
    assert_eq!((summary.total.seen, summary.total.done), (2, 2));
    assert_eq!(make(&lab, root.path(), Link::Copy).0.run, None, "the second run has nothing to do");

    let (back, _) = lab.undo(summary.run.unwrap());
    assert_eq!((back.done, below(root.path()), folder.exists()), (2, BTreeMap::new(), false));
    assert_eq!(std::fs::read(here.path().join("a.jpg")).unwrap(), b"on the disk");
}

#[test]
fn what_somebody_changed_or_put_there_stays() {
    let (lab, here, root) = (Lab::new(1), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = file(&lab, &here.path().join("a.jpg"), b"one", 0);
    let two = file(&lab, &here.path().join("b.jpg"), b"two", 1);
    let group = of_members(Class::Exact, vec![one, two]);
    let folder = folder_of(root.path(), &group);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("2-b.jpg"), "somebody's").unwrap();
    lab.groups(vec![group]);

    let (summary, told) = make(&lab, root.path(), Link::Copy);
    assert_eq!((summary.total.done, summary.total.failed), (1, 1));
    assert!(told[0].contains("another file is at"), "{told:?}");
    std::fs::write(folder.join("1-keep-a.jpg"), "edited").unwrap();

    let (back, heard) = lab.undo(summary.run.unwrap());

    assert_eq!((back.done, back.skipped["touched-since"]), (0, 1));
    assert!(heard.warnings[0].contains("1-keep-a.jpg"), "{heard:?}");
    assert_eq!(below(root.path()).len(), 2);
}

#[test]
fn what_was_left_half_is_gone_on_with_and_checked() {
    let (lab, root) = (Lab::new(2), tempfile::tempdir().unwrap());
    let bytes: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
    let group = of_members(Class::Exact, vec![asset(&lab, 0, &bytes, 0), asset(&lab, 1, b"second", 1)]);
    let folder = folder_of(root.path(), &group);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(".1-keep-0.jpg.part"), &bytes[..150_000]).unwrap();
    std::fs::write(folder.join(".2-1.jpg.part"), "of another file that was longer").unwrap();
    lab.groups(vec![group]);

    let (summary, told) = make(&lab, root.path(), Link::Copy);

    assert_eq!((summary.total.done, told), (2, Vec::new()));
    let found = below(root.path());
    assert_eq!(found[&folder.join("1-keep-0.jpg")], bytes);
    assert_eq!(found[&folder.join("2-1.jpg")], b"second");
    assert_eq!(found.len(), 2);
}

#[test]
fn no_link_in_the_folder_leads_out_of_it() {
    let (lab, here, root) = (Lab::new(1), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let victim = here.path().join("victim.jpg");
    std::fs::write(&victim, "mine").unwrap();
    let one = file(&lab, &here.path().join("a.jpg"), b"one", 0);
    let two = file(&lab, &here.path().join("b.jpg"), b"two", 1);
    let group = of_members(Class::Exact, vec![one, two, asset(&lab, 0, b"three", 2)]);
    let folder = folder_of(root.path(), &group);
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["1-keep-a.jpg", ".2-b.jpg.part", ".3-0.jpg.part"] {
        std::os::unix::fs::symlink(&victim, folder.join(name)).unwrap();
    }
    lab.groups(vec![group]);

    let (summary, _) = make(&lab, root.path(), Link::Copy);

    assert_eq!(std::fs::read(&victim).unwrap(), b"mine");
    assert_eq!((summary.total.done, summary.total.failed), (1, 2));
}

#[test]
fn a_hard_link_is_made_only_when_asked_for() {
    use std::os::unix::fs::MetadataExt as _;
    let (lab, here) = (Lab::new(1), tempfile::tempdir().unwrap());
    let one = file(&lab, &here.path().join("a.jpg"), b"one", 0);
    let two = file(&lab, &here.path().join("b.jpg"), b"two", 1);
    lab.groups(vec![of_members(Class::Exact, vec![one, two])]);
    let links = || std::fs::metadata(here.path().join("a.jpg")).unwrap().nlink();

    make(&lab, &here.path().join("copies"), Link::Copy);
    assert_eq!(links(), 1);

    make(&lab, &here.path().join("links"), Link::Hard);
    assert_eq!(links(), 2);
}
