//! Albums: into files, out of them again, and with few requests.

use std::time::Duration;

use immich_sandbox::{Fault, Version};
use photo_metadata::Datum;
use sample_pictures::{Kind, Picture, Xmp};
use sync_core::state::Store;

use crate::harness::{Home, Setting, items, text};

const HIERARCHY: &str = "XMP-lr:HierarchicalSubject";
const EVENT: &str = "XMP-iptcExt:Event";

fn home(version: Version) -> (Home, immich_sandbox::AssetId, immich_sandbox::AlbumId) {
    let mut setting = Setting::of(version);
    let xmp = Xmp::new().hierarchical("Places|Sea");
    setting.file("a.jpg", &Picture::new(Kind::Jpeg).xmp(xmp));
    setting.file("b.jpg", &Picture::new(Kind::Jpeg).seed(2));
    let album = setting.scenario.album("Trip 2024");
    let other = setting.scenario.album("All the best");
    let asset = setting
        .scenario
        .asset_file(&setting.library, "a.jpg")
        .album(&album)
        .album(&other)
        .tag("Places/Sea")
        .id();
    setting.scenario.asset_file(&setting.library, "b.jpg").id();
    let mut home = setting.start();
    home.options.data = [Datum::Albums].into();
    home.options.brake.confirmed = true;
    (home, asset, album)
}

/// Another asset in the album, so that its members are asked for; and no members in the answer.
fn grow_and_tell_nobody(home: &Home, album: immich_sandbox::AlbumId) {
    let is_other = |view: &immich_sandbox::AssetView| view.original_path.ends_with("b.jpg");
    let other = home.sandbox.views().into_iter().find(is_other).unwrap().id;
    home.sandbox.add_to_album(album, &[other]);
    home.sandbox.answer_nothing(immich_sandbox::Question::AlbumMembers, true);
}

#[test]
fn all_albums_of_a_photo_are_written_and_leave_again() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let (home, asset, album) = home(version);

        assert_eq!(home.write().0.done, 1);
        let tags = home.tags("a.jpg");
        assert_eq!(items(&tags, HIERARCHY), ["Places|Sea", "Albums|All the best", "Albums|Trip 2024"]);
        assert_eq!(text(&tags, EVENT), "All the best");
        assert_eq!(home.write().0.files, 0);

        home.sandbox.rename_album(album, "Norway");
        assert_eq!(home.write().0.done, 1);
        let tags = home.tags("a.jpg");
        assert_eq!(items(&tags, HIERARCHY), ["Places|Sea", "Albums|All the best", "Albums|Norway"]);

        home.sandbox.remove_from_album(album, &[asset]);
        assert_eq!(home.write().0.done, 1);
        let tags = home.tags("a.jpg");
        assert_eq!(items(&tags, HIERARCHY), ["Places|Sea", "Albums|All the best"]);
    }
}

#[test]
fn an_album_that_did_not_change_is_not_asked_for_its_assets_again() {
    let (home, asset, album) = home(Version::V3_0_3);
    home.write();
    home.sandbox.clear_requests();

    home.write();
    let unchanged = home.asked("/api/search/metadata");
    home.sandbox.remove_from_album(album, &[asset]);
    home.sandbox.clear_requests();
    let (changed, _) = home.write();

    // A question for a tag and one for an album that cannot be show whether the server knows these filters.
    assert_eq!(unchanged, 1 + 1 + 2, "the listing, and two tags");
    assert_eq!((home.asked("/api/search/metadata"), changed.done), (unchanged + 1 + 1, 1));
}

#[test]
fn what_is_known_of_albums_serves_while_the_server_does_not_answer() {
    let (mut home, ..) = home(Version::V3_0_3);
    home.write();
    let before = home.tags("a.jpg");
    home.sandbox.inject(Fault::status(503).on("GET", "/api/albums"));

    let (known, told) = home.write();
    home.options.albums.stale_for = Duration::ZERO;
    let (unknown, unknown_told) = home.write();

    assert!(told.warnings.iter().any(|text| text.contains("what was known of them is used")), "{told:?}");
    assert!(
        unknown_told.warnings.iter().any(|text| text.contains("left out of this run")),
        "{unknown_told:?}"
    );
    assert_eq!((known.files, unknown.files), (0, 0));
    assert_eq!(home.tags("a.jpg"), before);
}

#[test]
fn an_album_list_that_comes_short_takes_nothing_away() {
    let (home, _, album) = home(Version::V3_0_3);
    home.write();
    let before = home.tags("a.jpg");
    grow_and_tell_nobody(&home, album);

    let (summary, _) = home.write();

    assert_eq!((summary.done, home.tags("a.jpg")), (0, before));
}

#[test]
fn a_short_list_in_memory_takes_nothing_away_either() {
    let (home, _, album) = home(Version::V3_0_3);
    home.write();
    let before = home.tags("a.jpg");
    grow_and_tell_nobody(&home, album);
    home.write();
    home.sandbox.inject(Fault::status(503).on("GET", "/api/albums"));

    let (summary, told) = home.write();

    assert!(told.warnings.iter().any(|text| text.contains("what was known of them is used")), "{told:?}");
    assert_eq!((summary.files, home.tags("a.jpg")), (0, before));
}

#[test]
fn a_memory_of_some_albums_takes_none_of_the_others_away() {
    let (home, ..) = home(Version::V3_0_3);
    home.write();
    let before = home.tags("a.jpg");
    // A run that got no further than the first album leaves such a memory.
    let account = home.client().server().user.id.to_string();
    let first = home.store.album_cache(&account).unwrap().remove(0);
    home.store.drop_albums(&account, &[first.id].into()).unwrap();
    home.sandbox.inject(Fault::status(503).on("GET", "/api/albums"));

    let (summary, told) = home.write();

    assert_eq!((summary.files, home.tags("a.jpg")), (0, before), "{told:?}");
}
