//! The ledger of imports: batches, outlines, and deeds that keep it in step.

use immich_api::AssetId;
use sync_core::deeds::{Deed, Hex, NewUpload, What};
use sync_core::import::{Entry, ItemId, Stamp, Standing};
use sync_core::state::{DeedStore as _, LedgerStore as _, RunId, SqliteStore, Store as _};

use super::sample::{account, entry, time};

fn store() -> (SqliteStore, RunId) {
    let store = SqliteStore::in_memory().unwrap();
    let run = store.begin_run("import", time(1)).unwrap();
    (store, run)
}

fn upload(entry: &Entry, asset: Option<u128>) -> NewUpload {
    NewUpload { item: Hex(entry.item.0), sha1: Hex(entry.sha1), asset: asset.map(AssetId::from_u128) }
}

fn deed(run: RunId, what: What) -> Deed {
    Deed { run, account: account(1), undoes: None, at: time(2), what }
}

/// An item that was announced.
fn announced(n: u32) -> Entry {
    Entry { standing: Standing::Announced, stamp: Stamp([0; 16]), ..entry(n * 5) }
}

fn standing(store: &SqliteStore, item: ItemId) -> Option<Standing> {
    let found = store.entries(&account(1), "sample", &[item]).unwrap();
    found.into_iter().next().map(|entry| entry.standing)
}

#[test]
fn items_come_back_by_id_by_sha1_and_by_asset() {
    let (store, _) = store();
    let all: Vec<Entry> = (0..2500).map(entry).collect();
    store.put_entries(&all).unwrap();

    let ids: Vec<ItemId> = all.iter().map(|entry| entry.item).collect();
    let sorted = |mut entries: Vec<Entry>| {
        entries.sort_by_key(|entry| entry.item);
        entries
    };

    let found = store.entries(&account(1), "sample", &ids).unwrap();
    assert_eq!(sorted(found), sorted(all.clone()));
    assert!(store.entries(&account(2), "sample", &ids).unwrap().is_empty());
    assert!(store.entries(&account(1), "other", &ids).unwrap().is_empty());
    assert_eq!(store.entries_by_sha1(&account(1), &[all[7].sha1]).unwrap().len(), 10);
    let asset = all[1].standing.asset().unwrap().clone();
    assert_eq!(store.entries_by_asset(&account(1), &[asset]).unwrap(), [all[1].clone()]);
    let mut outline = store.outline(&account(1), "sample").unwrap();
    assert_eq!(outline.len(), 2500);
    assert_eq!(outline.see(all[9].item, all[9].stamp), Some(true));
    store.forget_entries(&account(1), "sample", &ids[..2400]).unwrap();
    assert_eq!(store.outline(&account(1), "sample").unwrap().len(), 100);
}

#[test]
fn what_was_announced_is_there_when_its_deed_says_so_and_forgotten_when_it_came_to_nothing() {
    let (store, run) = store();
    let (one, other) = (announced(1), announced(2));
    let both = What::Upload { uploads: vec![upload(&one, None), upload(&other, None)] };
    let id = store.announce_uploads(&deed(run, both), &[one.clone(), other.clone()]).unwrap();
    assert_eq!(standing(&store, one.item), Some(Standing::Announced));

    let happened = What::Upload { uploads: vec![upload(&one, Some(9))] };
    store.close_deed(id, Some(&happened)).unwrap();

    let there = Standing::There { asset: AssetId::from_u128(9), ours: true };
    assert_eq!(standing(&store, one.item), Some(there));
    assert_eq!(standing(&store, other.item), None);
}

#[test]
fn what_a_user_takes_back_counts_as_deleted_and_what_we_withdraw_comes_back() {
    let (store, run) = store();
    let one = announced(1);
    let up = |asset| What::Upload { uploads: vec![upload(&one, asset)] };
    let first = store.announce_uploads(&deed(run, up(None)), std::slice::from_ref(&one)).unwrap();
    store.close_deed(first, Some(&up(Some(9)))).unwrap();
    let asset = AssetId::from_u128(9);
    let close = |what: What, undoes| {
        let id = store.announce(&Deed { undoes, ..deed(run, what.clone()) }).unwrap();
        store.close_deed(id, Some(&what)).unwrap();
        id
    };

    let undo = close(up(Some(9)).reversed(), Some(first));
    assert_eq!(standing(&store, one.item), Some(Standing::Deleted { asset: asset.clone(), ours: true }));
    close(up(Some(9)), Some(undo));
    assert_eq!(standing(&store, one.item), Some(Standing::There { asset: asset.clone(), ours: true }));
    let gone = close(up(Some(9)).reversed(), None);
    assert_eq!(standing(&store, one.item), Some(Standing::Withdrawn { asset: asset.clone() }));
    close(up(Some(9)), Some(gone));
    assert_eq!(
        standing(&store, one.item),
        Some(Standing::There { asset, ours: false }),
        "what the user fetched back is trashed by nobody again"
    );
}
