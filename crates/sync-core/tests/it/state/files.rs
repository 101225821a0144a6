//! What every store remembers of servers, accounts and the files of an asset.

use std::collections::HashMap;

use sync_core::SyncError;
use sync_core::state::{AssetRecord, Base, Counts, Role, ServerIdentity};

use super::conformance::on_every_store;
use super::sample::{account, asset, path, record, server};

fn in_role(n: u32, role: Role) -> AssetRecord {
    AssetRecord { role, ..record(n) }
}

fn identity(url: &str, users: &[u32]) -> ServerIdentity {
    ServerIdentity { url: url.to_owned(), users: users.iter().map(|n| account(*n)).collect() }
}

#[test]
fn a_server_with_none_of_the_known_users_is_refused() {
    on_every_store(|store| {
        store.set_identity(&server(1)).unwrap();
        store.set_identity(&server(1)).unwrap();

        let error = store.set_identity(&server(2)).unwrap_err();

        assert!(matches!(error, SyncError::OtherServer { .. }), "{error}");
        assert_eq!(store.identity().unwrap(), Some(server(1)));
    });
}

#[test]
fn users_are_added_beside_a_known_one_and_stay_known() {
    on_every_store(|store| {
        store.set_identity(&identity("http://nas:2283", &[1])).unwrap();
        store.set_identity(&identity("http://nas:2283", &[1, 2])).unwrap();

        store.set_identity(&identity("https://photos.example", &[2, 3])).unwrap();

        assert_eq!(store.identity().unwrap(), Some(identity("https://photos.example", &[1, 2, 3])));
    });
}

#[test]
fn each_file_of_an_asset_has_a_record_of_its_own() {
    on_every_store(|store| {
        let (sidecar, stem) = (in_role(4, Role::Sidecar), in_role(5, Role::StemSidecar));
        let stem = AssetRecord { asset: asset(4), ..stem };
        store.remember(&stem).unwrap();
        store.remember(&sidecar).unwrap();
        store.remember(&record(4)).unwrap();

        let found = store.records(&[asset(4), asset(5)]).unwrap();

        assert_eq!(found, HashMap::from([(asset(4), vec![record(4), sidecar, stem])]));
    });
}

#[test]
fn a_file_that_is_forgotten_leaves_the_others_of_its_asset() {
    on_every_store(|store| {
        store.remember_all(&[record(1), in_role(1, Role::Sidecar), record(2)]).unwrap();

        store.forget(&asset(1), Role::Original).unwrap();
        store.forget(&asset(3), Role::Original).unwrap();

        let found = store.records(&[asset(1), asset(2)]).unwrap();
        assert_eq!(found[&asset(1)], [in_role(1, Role::Sidecar)]);
        assert_eq!(found[&asset(2)], [record(2)]);
    });
}

#[test]
fn many_files_are_remembered_at_once_and_the_last_word_counts() {
    on_every_store(|store| {
        let moved = AssetRecord { path: path(99), ..record(2) };

        store.remember_all(&[record(1), record(2), moved.clone()]).unwrap();
        store.remember_all(&[]).unwrap();

        assert_eq!(store.records(&[asset(2)]).unwrap()[&asset(2)], [moved]);
        assert_eq!(store.records(&[asset(1)]).unwrap()[&asset(1)], [record(1)]);
    });
}

#[test]
fn assets_count_once_and_as_written_when_any_of_their_files_is() {
    on_every_store(|store| {
        let nothing = |n, role| AssetRecord { base: Base::default(), ..in_role(n, role) };
        assert_eq!(store.counts().unwrap(), Counts::default());
        store.remember_all(&[nothing(1, Role::Original), in_role(1, Role::Sidecar)]).unwrap();
        store.remember_all(&[nothing(2, Role::Original), nothing(2, Role::StemSidecar)]).unwrap();
        store.remember(&record(3)).unwrap();

        assert_eq!(store.counts().unwrap(), Counts { assets: 3, written: 2 });
        store.remember(&nothing(3, Role::Original)).unwrap();
        assert_eq!(store.counts().unwrap(), Counts { assets: 3, written: 1 });
    });
}
