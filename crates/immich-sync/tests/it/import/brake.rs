//! Deletes that travel: never because a source is not to be seen, and many of them only after a yes.

use std::fs;
use std::path::{Path, PathBuf};

use super::stand::Stand;
use super::world::World;
use crate::place::Said;

/// So many photos that were sent.
fn sent(photos: usize) -> (Stand, PathBuf) {
    let stand = Stand::lived_in(1);
    for number in 0..photos {
        stand.file(&format!("photos/{}/{number:03}.jpg", number % 4), format!("picture {number}").as_bytes());
    }
    let root = stand.folder.path().join("photos");
    Said::by(&mut stand.folder(&root, &[])).ended_with(0);
    (stand, root)
}

fn trash(stand: &Stand, root: &Path, more: &[&str]) -> Said {
    Said::by(&mut stand.folder(root, &[&["--delete", "trash", "--json"], more].concat()))
}

/// Removes the first photos.
fn remove(root: &Path, photos: usize) {
    for number in 0..photos {
        fs::remove_file(root.join(format!("{}/{number:03}.jpg", number % 4))).unwrap();
    }
}

#[test]
fn a_few_are_trashed_and_many_only_after_a_yes() {
    let (stand, root) = sent(60);
    let before = stand.there().len();
    remove(&root, 3);

    assert_eq!(trash(&stand, &root, &[]).ended_with(0).last()["trashed"], 3);
    assert_eq!(stand.there().len(), before - 3);
    for number in 3..30 {
        fs::remove_file(root.join(format!("{}/{number:03}.jpg", number % 4))).unwrap();
    }
    let said = trash(&stand, &root, &[]).ended_with(4);
    assert!(said.stderr.contains("--yes") || said.stdout.contains("--yes"), "{}{}", said.stdout, said.stderr);
    assert_eq!(stand.there().len(), before - 3, "nothing more");
    let yes = trash(&stand, &root, &["--yes"]).ended_with(0).last();
    assert_eq!((&yes["trashed"], stand.there().len()), (&27.into(), before - 30), "{yes}");
    // Only to the trash, and never further.
    assert!(stand.sandbox.requests().iter().all(|request| {
        !(request.method == "DELETE" && String::from_utf8_lossy(&request.body).contains("\"force\":true"))
    }));
    Said::by(&mut stand.bare(&["undo", &yes["run"].to_string(), "--yes"])).ended_with(0);
    assert_eq!(stand.there().len(), before - 3);
}

#[test]
fn a_source_that_is_empty_away_closed_or_another_file_system_trashes_nothing() {
    let (stand, root) = sent(12);
    let world = World::of(&stand.sandbox);
    let away = stand.folder.path().join("away");
    rustix::fs::rename(&root, &away).unwrap();

    // Unmounted: the folder is not there.
    let said = trash(&stand, &root, &["--yes"]).ended_with(3);
    assert!(said.stdout.contains("cannot be read"), "{}", said.stdout);
    World::of(&stand.sandbox).assert_same(&world, "missing");
    // Unmounted: the folder that it is mounted on is there, and empty.
    fs::create_dir(&root).unwrap();
    let said = trash(&stand, &root, &["--yes"]).ended_with(3);
    assert!(said.stdout.contains("empty"), "{}", said.stdout);
    World::of(&stand.sandbox).assert_same(&world, "empty");
    // Something else is mounted: a disk without these photos.
    fs::write(root.join("other.txt"), "another disk").unwrap();
    let said = trash(&stand, &root, &["--yes"]);
    World::of(&stand.sandbox).assert_same(&world, "another disk");
    assert!(said.stdout.contains("12 photos") && said.stdout.contains("stay"), "{}", said.stdout);
    // One of the folders below is a place to mount something on.
    fs::remove_dir_all(&root).unwrap();
    rustix::fs::rename(&away, &root).unwrap();
    rustix::fs::rename(root.join("1"), &away).unwrap();
    fs::create_dir(root.join("1")).unwrap();
    let said = trash(&stand, &root, &["--yes"]).ended_with(0);
    World::of(&stand.sandbox).assert_same(&world, "a folder that something was mounted on");
    assert!(said.stdout.contains("3 photos") && said.stdout.contains("photos/1"), "{}", said.stdout);
    // A folder that somebody removed is another matter.
    fs::remove_dir(root.join("1")).unwrap();
    assert_eq!(trash(&stand, &root, &["--yes"]).ended_with(0).last()["trashed"], 3);
}

#[test]
fn a_folder_that_cannot_be_read_trashes_nothing_and_is_named() {
    let (stand, root) = sent(12);
    let world = World::of(&stand.sandbox);
    let closed = root.join("1");
    fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o0)).unwrap();
    let mut command = stand.folder(&root, &["--delete", "trash", "--yes", "--json"]);

    let said = super::wrong::unprivileged(&mut command, &closed).map(|mut command| Said::by(&mut command));

    fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let Some(said) = said else {
        return super::wrong::skipped("a_folder_that_cannot_be_read_trashes_nothing_and_is_named");
    };
    let said = said.ended_with(3);
    assert!(said.stdout.contains("photos/1"), "{}", said.stdout);
    World::of(&stand.sandbox).assert_same(&world, "a closed folder");
}
