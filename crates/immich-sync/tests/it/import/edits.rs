//! A photo that was edited at the source: stacked, replaced or kept, and all of it taken back.

use std::path::PathBuf;

use immich_sandbox::AssetView;
use sample_pictures::{Exif, Kind, Picture};

use super::stand::Stand;
use super::world::World;
use crate::place::Said;

/// The same photo, in as many versions as there are seeds and sizes.
fn photo(seed: u64, size: u32) -> Vec<u8> {
    Picture::new(Kind::Jpeg)
        .size(size, size)
        .seed(seed)
        .exif(Exif::new().taken("2021:03:04 05:06:07"))
        .build()
}

/// A photo of ours in an album, favoured and captioned by the user since, and the folder that it is in.
fn sent(size: u32) -> (Stand, PathBuf) {
    let stand = Stand::that_reads(1);
    stand.file("photos/trip/a.jpg", &photo(1, size));
    stand.file("photos/trip/b.jpg", &photo(9, 16));
    let root = stand.folder.path().join("photos");
    Said::by(&mut stand.folder(&root, &["--folder-as-album", "folder"])).ended_with(0);
    let id = stand.arrived()[&photo(1, size)].id;
    stand.sandbox.set_favorite(id, true).unwrap();
    stand.sandbox.edit_as_user(id, |asset| asset.description = Some("by hand".to_owned())).unwrap();
    (stand, root)
}

fn import(stand: &Stand, root: &std::path::Path, rule: &str) -> Said {
    Said::by(&mut stand.folder(root, &["--folder-as-album", "folder", "--on-edit", rule, "--json"]))
}

/// The view of these bytes, in the trash or not.
fn view(stand: &Stand, bytes: &[u8]) -> AssetView {
    let has = |view: &AssetView| std::fs::read(stand.sandbox.disk_path(view.id).unwrap()).unwrap() == bytes;
    stand.sandbox.views().into_iter().find(has).unwrap()
}

#[test]
fn each_rule_does_what_it_says_in_both_directions_and_can_be_taken_back() {
    for rule in ["stack", "replace", "keep-both"] {
        // Larger and smaller: size says nothing.
        for (old, new) in [(16, 64), (64, 16)] {
            let (stand, root) = sent(old);
            let before = World::of(&stand.sandbox);
            stand.file("photos/trip/a.jpg", &photo(2, new));

            let said = import(&stand, &root, rule).ended_with(0).last();

            assert_eq!(said["uploaded"], 1, "{rule}: {said}");
            let (first, second) = (view(&stand, &photo(1, old)), view(&stand, &photo(2, new)));
            assert!(!second.is_trashed);
            assert_eq!(first.is_trashed, rule == "replace", "{rule}");
            let stacks = stand.sandbox.stacks();
            assert_eq!(
                stacks,
                if rule == "stack" { vec![vec![second.id, first.id]] } else { Vec::new() },
                "{rule}"
            );
            assert_eq!(second.albums, ["trip"], "{rule}");
            if rule != "keep-both" {
                assert!(second.is_favorite, "{rule}: {second:?}");
                assert_eq!(second.description.as_deref(), Some("by hand"), "{rule}");
            }
            stand.sandbox.clear_requests();
            assert_eq!(import(&stand, &root, rule).ended_with(0).last()["done"], 0);
            assert_eq!(stand.sandbox.writes(), []);

            let mut undo = stand.bare(&["undo", &said["run"].to_string(), "--yes"]);
            Said::by(&mut undo).ended_with(0);
            World::of(&stand.sandbox).without_new_trash(&before).assert_same(&before, rule);
        }
    }
}

#[test]
fn an_edit_that_is_reverted_at_the_source_brings_the_first_version_back() {
    for rule in ["stack", "replace", "keep-both"] {
        let (stand, root) = sent(32);
        stand.file("photos/trip/a.jpg", &photo(2, 32));
        import(&stand, &root, rule).ended_with(0);
        stand.file("photos/trip/a.jpg", &photo(1, 32));

        let said = import(&stand, &root, rule).ended_with(0).last();

        let (first, second) = (view(&stand, &photo(1, 32)), view(&stand, &photo(2, 32)));
        assert!(!first.is_trashed, "{rule}: {said}\n{first:?}");
        assert_eq!(stand.sandbox.views().len(), 3, "{rule}: no version is there twice");
        assert_eq!(second.is_trashed, rule == "replace", "{rule}: {said}");
        let again = import(&stand, &root, rule).ended_with(0).last();
        assert_eq!(again["done"], 0, "{rule}: it comes to rest: {again}");
        let _ = second;
    }
}

#[test]
fn another_photo_under_an_old_name_is_no_version_of_it() {
    for rule in ["stack", "replace"] {
        let (stand, root) = sent(32);
        let other = Picture::new(Kind::Jpeg).seed(5).exif(Exif::new().taken("2022:03:04 05:06:07")).build();
        stand.file("photos/trip/a.jpg", &other);

        import(&stand, &root, rule).ended_with(0);

        assert!(!view(&stand, &photo(1, 32)).is_trashed, "{rule}");
        assert!(stand.sandbox.stacks().is_empty(), "{rule}");
        assert!(!view(&stand, &other).is_favorite, "{rule}");
    }
}
