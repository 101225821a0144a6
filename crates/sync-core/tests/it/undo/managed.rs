//! Files that Immich manages: which checksum it has, and which one the file has, is known as long as they differ.

use immich_sandbox::{AssetId, Version};
use sha1::{Digest as _, Sha1};
use sync_core::paths::{PathRule, PrefixMap};
use sync_core::state::{Sha1s, Verdict};
use sync_core::writeback::ManagedPolicy;

use super::lab::{TakesBack, jpeg, records};
use crate::harness::{Home, Setting, text};

const STORAGE: &str = "/data/library/admin";

/// An uploaded photo, written by run 1.
fn written() -> (Home, AssetId, Vec<u8>) {
    let mut setting = Setting::of(Version::V2_7_5);
    let uploaded = jpeg().build();
    setting.bytes("a.jpg", &uploaded);
    let storage = setting.scenario.managed_storage(STORAGE, setting.photos.path());
    let asset = setting.scenario.asset_file(&storage, "a.jpg").description("new").tag("beach");
    let id = asset.id();
    let mut home = setting.start();
    home.options.managed = Some(ManagedPolicy::Original);
    let local = home.photos.path().to_owned();
    home.options.mapping.rule = PathRule::Prefixes(vec![PrefixMap { server: STORAGE.to_owned(), local }]);
    home.sandbox.edit(id, |asset| asset.checksum = sha1(&uploaded)).unwrap();
    let (summary, told) = home.write();
    assert_eq!(summary.done, 1, "{told:?}");
    (home, id, uploaded)
}

fn sha1(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

fn known(home: &Home, id: AssetId) -> Option<Sha1s> {
    records(home, id)[0].sha1
}

#[test]
fn both_checksums_are_known_after_an_undo_that_leaves_other_bytes() {
    let (home, id, uploaded) = written();
    let written = std::fs::read(home.path("a.jpg")).unwrap();
    assert_eq!(known(&home, id), Some(Sha1s { before: sha1(&uploaded), after: sha1(&written) }));

    home.undo_run(1);

    let undone = std::fs::read(home.path("a.jpg")).unwrap();
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "old caption");
    let pair = Sha1s { before: sha1(&uploaded), after: sha1(&undone) };
    assert_eq!(known(&home, id), pair.of_changed());
    assert_ne!(undone, written);
}

#[test]
fn no_checksum_is_kept_once_the_bytes_are_those_of_the_server() {
    let (home, id, uploaded) = written();
    std::fs::write(home.path("a.jpg"), &uploaded).unwrap();

    home.undo_run(1);

    assert_eq!((known(&home, id), &records(&home, id)[0].verdict), (None, &Verdict::Undone));
}
