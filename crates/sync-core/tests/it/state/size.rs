//! A library of a million assets: how large its state is, by the share of one asset.

use std::fs;
use std::path::PathBuf;

use photo_metadata::replace::FileIdentity;
use photo_metadata::{Tag, Value};
use sync_core::state::{AssetRecord, Base, Fingerprint, Role, SqliteStore, Store, Verdict};

use super::sample::asset;

/// What a typical photo leaves: two names in two tags, a path of usual length.
fn typical(n: u32) -> AssetRecord {
    let names = Value::List(vec!["Alice Example".to_owned(), format!("Bob {}", n % 100)]);
    let written = [Tag::PersonInImage, Tag::Subject].map(|tag| (tag, names.clone()));
    let spread = n.wrapping_mul(0x9e37_79b1);
    AssetRecord {
        asset: asset(spread),
        role: Role::Original,
        path: PathBuf::from(format!("/mnt/photos/library/2024/2024-07-01/IMG_{n:08}.jpg")),
        fingerprint: Fingerprint(*blake3::hash(&n.to_le_bytes()).as_bytes()),
        file: Some(FileIdentity {
            device: 64_769,
            inode: n.into(),
            size: 3_500_000,
            mtime_ns: 1_700_000_000_000_000_000 + i64::from(n),
            ctime_ns: 1_700_000_000_000_000_000 + i64::from(n),
            links: 1,
        }),
        verdict: Verdict::InStep,
        base: Base { written: written.into(), ..Base::default() },
        sha1: None,
    }
}

#[test]
fn a_remembered_asset_takes_less_than_half_a_kilobyte() {
    const ASSETS: u32 = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let all: Vec<_> = (0..ASSETS).map(typical).collect();

    for page in all.chunks(1000) {
        store.remember_all(page).unwrap();
    }

    store.close().unwrap();
    let bytes = fs::metadata(folder.path().join(SqliteStore::FILE_NAME)).unwrap().len();
    assert!(bytes / u64::from(ASSETS) < 512, "{} bytes each", bytes / u64::from(ASSETS));
}
