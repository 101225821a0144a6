//! Every kind of import can be taken back, and what people did by hand since then stays.

use std::path::PathBuf;

use super::stand::Stand;
use super::world::World;
use crate::place::Said;

const OPTIONS: [&str; 7] =
    ["--folder-as-album", "folder", "--tag", "import/old", "--stack", "raw-jpeg", "--json"];

/// Photos in folders, beside a library that somebody lives in.
fn stand() -> (Stand, PathBuf) {
    let stand = Stand::lived_in(1);
    for number in 0..8 {
        stand.file(&format!("photos/{}/{number}.jpg", number % 2), format!("picture {number}").as_bytes());
    }
    stand.file("photos/0/0.dng", b"raw picture 0");
    let root = stand.folder.path().join("photos");
    (stand, root)
}

fn import(stand: &Stand, root: &std::path::Path) -> String {
    Said::by(&mut stand.folder(root, &OPTIONS)).ended_with(0).last()["run"].to_string()
}

fn undo(stand: &Stand, run: &str) -> Said {
    Said::by(&mut stand.bare(&["undo", run, "--yes", "--json"]))
}

#[test]
fn after_the_undo_of_a_first_import_the_server_is_what_it_was() {
    let (stand, root) = stand();
    let before = World::of(&stand.sandbox);
    let run = import(&stand, &root);
    assert!(World::of(&stand.sandbox) != before);

    undo(&stand, &run).ended_with(0);

    World::of(&stand.sandbox).without_new_trash(&before).assert_same(&before, "taken back");
    assert_eq!(stand.sandbox.views().iter().filter(|view| view.is_trashed).count(), 9 + 1);
    stand.sandbox.clear_requests();
    Said::by(&mut stand.folder(&root, &OPTIONS)).ended_with(0);
    World::of(&stand.sandbox).without_new_trash(&before).assert_same(&before, "and it stays so");
}

#[test]
fn after_the_undo_of_a_later_import_the_server_is_what_the_first_left() {
    let (stand, root) = stand();
    import(&stand, &root);
    let before = World::of(&stand.sandbox);
    stand.file("photos/0/0.jpg", b"an edited picture 0");
    stand.file("photos/2/new.jpg", b"a new picture");
    rustix::fs::rename(root.join("1/1.jpg"), root.join("0/1.jpg")).unwrap();
    stand.file("photos/1/3.jpg.xmp", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='4'/></rdf:RDF></x:xmpmeta>");
    let run = import(&stand, &root);
    let rated = stand.there().iter().filter(|view| view.rating == Some(4)).count();
    assert_eq!(rated, 1, "the sidecar was honoured");

    undo(&stand, &run).ended_with(0);

    World::of(&stand.sandbox).without_new_trash(&before).assert_same(&before, "taken back");
}

#[test]
fn what_was_adopted_stays_and_loses_only_what_it_was_given() {
    let (stand, root) = stand();
    import(&stand, &root);
    // Another machine with the same photos and no memory of the first.
    let elsewhere = stand.folder.path().join("elsewhere");
    rustix::fs::rename(&root, &elsewhere).unwrap();
    std::fs::remove_dir_all(stand.folder.path().join("home")).unwrap();
    let before = World::of(&stand.sandbox);
    let said = Said::by(&mut stand.folder(&elsewhere, &["--tag", "second", "--json"])).ended_with(0).last();
    assert_eq!((&said["adopted"], &said["uploaded"]), (&9.into(), &0.into()), "{said}");

    undo(&stand, &said["run"].to_string()).ended_with(0);

    World::of(&stand.sandbox).assert_same(&before, "taken back");
}

#[test]
fn what_was_done_by_hand_since_stays() {
    let (stand, root) = stand();
    let first = import(&stand, &root);
    stand.file("photos/1/3.jpg.xmp", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='4'/></rdf:RDF></x:xmpmeta>");
    let second = import(&stand, &root);
    let photos = stand.arrived();
    let (rated, shelved) = (photos[&b"picture 3"[..]].id, photos[&b"picture 4"[..]].id);
    let old = stand.there().iter().find(|view| view.description.as_deref() == Some("Old 0")).unwrap().id;
    stand.sandbox.edit(rated, |asset| asset.rating = Some(1)).unwrap();
    let mine = stand.sandbox.albums().into_iter().find(|(_, name, _)| name == "Old").unwrap().0;
    let ours = stand.sandbox.albums().into_iter().find(|(_, name, _)| name == "0").unwrap().0;
    stand.sandbox.add_to_album(mine, &[shelved]);
    stand.sandbox.add_to_album(ours, &[old]);

    undo(&stand, &second);

    let view = |id| stand.sandbox.view(id).unwrap();
    assert_eq!(view(rated).rating, Some(1), "the stars that somebody gave it");
    undo(&stand, &first);
    assert!(
        view(old).albums.contains(&"0".to_owned()),
        "an album with a photo of the user is no longer ours alone"
    );
    assert!(!view(old).is_trashed && view(old).tags == ["Old/Tag"]);
    assert_eq!(view(rated).rating, Some(1));
}

#[test]
fn the_undo_of_an_undo_brings_everything_back() {
    let (stand, root) = stand();
    let run = import(&stand, &root);
    let after = World::of(&stand.sandbox);
    undo(&stand, &run).ended_with(0);
    let history = Said::by(&mut stand.bare(&["history", "--json"])).ended_with(0).objects();
    let undone = history.iter().filter_map(|object| object["run"].as_i64()).max().unwrap().to_string();
    assert_ne!(undone, run);

    undo(&stand, &undone).ended_with(0);

    let now = World::of(&stand.sandbox);
    for (id, view) in &after.photos {
        assert_eq!(now.photos.get(id), Some(view));
    }
}
