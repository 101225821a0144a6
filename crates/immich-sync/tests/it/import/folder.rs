//! Folders arrive, arrive again, and change.

use std::os::unix::ffi::OsStrExt as _;

use super::stand::Stand;
use crate::place::Said;

/// A folder of pictures in folders with names that are hard on patterns.
fn tree(stand: &Stand) -> std::path::PathBuf {
    let root = stand.folder.path().join("photos");
    for (number, name) in ["a [2020]", "b (x)", "c {1,2}", "+(g)", "f*star", "h?"].iter().enumerate() {
        std::fs::create_dir_all(root.join(name)).unwrap();
        std::fs::write(root.join(name).join("IMG_0001.JPG"), format!("picture {number}")).unwrap();
    }
    let odd = root.join(std::ffi::OsStr::from_bytes(b"n\xff.jpg"));
    std::fs::write(odd, "no text").unwrap();
    root
}

#[test]
fn folders_become_albums_and_a_second_run_sends_nothing() {
    let stand = Stand::with(1);
    let root = tree(&stand);
    let import = || {
        let mut command = stand.bare(&["import", "folder"]);
        command.arg(&root).args(["--folder-as-album", "FOLDER", "--json"]);
        command
    };

    let first = Said::by(&mut import()).ended_with(0).last();
    stand.sandbox.clear_requests();
    let again = Said::by(&mut import()).ended_with(0).last();

    assert_eq!((&first["uploaded"], stand.there().len()), (&7.into(), 7), "{first}");
    assert!(stand.albums().contains("a [2020]") && stand.albums().contains("h?"), "{:?}", stand.albums());
    assert_eq!((&again["done"], &again["bytes_read"]), (&0.into(), &0.into()), "{again}");
    assert_eq!(stand.sandbox.writes(), []);
}

#[test]
fn a_folder_that_is_not_there_is_named_and_the_others_are_sent() {
    let stand = Stand::with(1);
    let root = tree(&stand);
    let missing = stand.folder.path().join("not mounted");

    let said = Said::by(stand.bare(&["import", "folder", "--json"]).arg(&missing).arg(&root)).ended_with(3);

    assert!(said.stdout.contains("not mounted"), "{}", said.stdout);
    assert_eq!((&said.last()["listing_complete"], stand.there().len()), (&false.into(), 7));
}
