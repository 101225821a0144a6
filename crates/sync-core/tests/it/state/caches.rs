//! What every store keeps of the server's answers, and the notes.

use std::collections::{BTreeSet, HashMap};

use sync_core::state::{CachedAlbum, FaceRecord};

use super::conformance::on_every_store;
use super::sample::{account, album, asset, faces};

#[test]
fn albums_come_back_whole_and_each_account_has_its_own() {
    on_every_store(|store| {
        assert_eq!(store.album_cache(&account(1)).unwrap(), []);
        for n in [0, 1, 6] {
            store.put_album(&account(1), &album(n)).unwrap();
        }
        let shared = CachedAlbum { members: Vec::new(), ..album(1) };
        store.put_album(&account(2), &shared).unwrap();

        // The sample counts its ids down.
        assert_eq!(store.album_cache(&account(1)).unwrap(), [album(6), album(1), album(0)]);
        assert_eq!(store.album_cache(&account(2)).unwrap(), [shared]);
    });
}

#[test]
fn an_album_that_is_put_again_replaces_what_was_known_of_it() {
    on_every_store(|store| {
        store.put_album(&account(1), &album(9)).unwrap();
        let changed = CachedAlbum { name: "New".to_owned(), updated_at: None, members: vec![7], ..album(9) };

        store.put_album(&account(1), &changed).unwrap();

        assert_eq!(store.album_cache(&account(1)).unwrap(), [changed]);
    });
}

#[test]
fn albums_that_are_gone_are_dropped_from_one_account_only() {
    on_every_store(|store| {
        for n in 0..4 {
            store.put_album(&account(1), &album(n)).unwrap();
            store.put_album(&account(2), &album(n)).unwrap();
        }

        store.drop_albums(&account(1), &BTreeSet::from([album(2).id, album(77).id])).unwrap();

        assert_eq!(store.album_cache(&account(1)).unwrap(), [album(2)]);
        assert_eq!(store.album_cache(&account(2)).unwrap().len(), 4);
        store.drop_albums(&account(2), &BTreeSet::new()).unwrap();
        assert_eq!(store.album_cache(&account(2)).unwrap(), []);
    });
}

#[test]
fn a_cleared_album_cache_is_empty_for_everybody() {
    on_every_store(|store| {
        store.put_album(&account(1), &album(1)).unwrap();
        store.put_album(&account(2), &album(2)).unwrap();

        store.clear_album_cache().unwrap();

        assert_eq!(store.album_cache(&account(1)).unwrap(), []);
        assert_eq!(store.album_cache(&account(2)).unwrap(), []);
    });
}

#[test]
fn faces_come_back_as_they_were_told_last() {
    on_every_store(|store| {
        store.put_faces(&(0..1500).map(faces).collect::<Vec<_>>()).unwrap();
        let newer = FaceRecord { people: [9; 32], faces: "{}".to_owned(), checked: -1, ..faces(3) };
        store.put_faces(std::slice::from_ref(&newer)).unwrap();

        let found = store.faces(&(2..3000).map(asset).collect::<Vec<_>>()).unwrap();

        assert_eq!((found.len(), store.count_faces().unwrap()), (1498, 1500));
        assert_eq!((&found[&asset(2)], &found[&asset(3)]), (&faces(2), &newer));
        assert_eq!(store.faces(&[]).unwrap(), HashMap::new());
    });
}

#[test]
fn faces_that_were_checked_longest_ago_are_named_first() {
    on_every_store(|store| {
        store.put_faces(&[faces(31), faces(9), faces(22), faces(8)]).unwrap();

        assert_eq!(store.oldest_faces(3).unwrap(), [asset(8), asset(9), asset(22)]);
        assert_eq!(store.oldest_faces(0).unwrap(), []);
        assert_eq!(store.oldest_faces(u64::MAX).unwrap().len(), 4);
        store.put_faces(&[FaceRecord { checked: 99, ..faces(8) }]).unwrap();
        assert_eq!(store.oldest_faces(9).unwrap(), [asset(9), asset(22), asset(31), asset(8)]);
    });
}

#[test]
fn dropped_faces_are_asked_for_again() {
    on_every_store(|store| {
        store.put_faces(&[faces(1), faces(2), faces(3)]).unwrap();

        store.drop_faces(&[asset(1), asset(3), asset(44)]).unwrap();

        assert_eq!((store.count_faces().unwrap(), store.oldest_faces(9).unwrap()), (1, vec![asset(2)]));
    });
}

#[test]
fn a_note_says_what_was_noted_last() {
    on_every_store(|store| {
        assert_eq!(store.note("mapping").unwrap(), None);
        store.set_note("mapping", "/data = /mnt").unwrap();
        store.set_note("other", "").unwrap();
        store.set_note("mapping", "/data = /mnt/\u{e9}\n").unwrap();

        assert_eq!(store.note("mapping").unwrap().as_deref(), Some("/data = /mnt/\u{e9}\n"));
        assert_eq!(store.note("other").unwrap().as_deref(), Some(""));
    });
}
