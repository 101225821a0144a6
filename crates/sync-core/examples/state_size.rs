//! How large the state of a large library is, and how long its pages take.
//!
//! `cargo run --release -p sync-core --example state_size -- 1000000`

#![expect(clippy::print_stdout, reason = "a measurement talks to its terminal")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use immich_api::{AlbumId, AssetId};
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;
use photo_metadata::{Piece, Recipe, Tag, TagEdit, Value};
use sync_core::SyncError;
use sync_core::state::{
    AssetRecord, Base, CachedAlbum, FaceRecord, Fingerprint, Intent, Role, RunId, Seal, SqliteStore, Store,
    Verdict,
};

/// As many as one answer of the server holds.
const PAGE: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let assets: u32 = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(folder.path())?;
    let numbers: Vec<u32> = (0..assets).collect();
    files(&store, &numbers)?;
    caches(&store, &numbers)?;
    changes(&store, assets.min(10_000))
}

fn files(store: &SqliteStore, numbers: &[u32]) -> Result<(), Box<dyn Error>> {
    let time =
        each(numbers, |page| store.remember_all(&page.iter().map(|n| record(*n)).collect::<Vec<_>>()))?;
    println!("remember 1,000 records: {:.1} ms", per_page(time, numbers));
    println!("bytes per asset: {}", size(store)? / numbers.len() as u64);
    let time =
        each(numbers, |page| store.records(&page.iter().map(|n| id(*n)).collect::<Vec<_>>()).map(drop))?;
    println!("look up 1,000 records: {:.1} ms", per_page(time, numbers));
    let begin = Instant::now();
    let counts = store.counts()?;
    println!("count {} assets: {:.0} ms", counts.assets, milliseconds(begin.elapsed()));
    Ok(())
}

fn caches(store: &SqliteStore, numbers: &[u32]) -> Result<(), Box<dyn Error>> {
    let before = size(store)?;
    let time = each(numbers, |page| store.put_faces(&page.iter().map(|n| faces(*n)).collect::<Vec<_>>()))?;
    println!("keep the faces of 1,000: {:.1} ms", per_page(time, numbers));
    println!("bytes per asset with faces: {}", (size(store)? - before) / numbers.len() as u64);
    let begin = Instant::now();
    store.put_album("account", &album(numbers))?;
    println!("keep an album of all: {:.0} ms", milliseconds(begin.elapsed()));
    Ok(())
}

fn changes(store: &SqliteStore, changes: u32) -> Result<(), Box<dyn Error>> {
    let before = size(store)?;
    let run = store.begin_run("write", Timestamp::UNIX_EPOCH)?;
    let begin = Instant::now();
    for n in 0..changes {
        let id = store.intend(&intent(run, n))?;
        let (old, new, back) = ("ab".repeat(32), "cd".repeat(32), back(n));
        store.sealed(id, &Seal { old: Some(&old), new: Some(&new), back: back.as_ref(), in_place: false })?;
        store.done(id, record(n).file.as_ref(), Some(&record(n)))?;
    }
    println!("a change: {:.2} ms", milliseconds(begin.elapsed()) / f64::from(changes));
    println!("bytes per change: {}", (size(store)? - before) / u64::from(changes));
    Ok(())
}

/// Works on all pages, and measures.
fn each(numbers: &[u32], work: impl FnMut(&[u32]) -> Result<(), SyncError>) -> Result<Duration, SyncError> {
    let begin = Instant::now();
    numbers.chunks(PAGE).try_for_each(work)?;
    Ok(begin.elapsed())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn per_page(time: Duration, numbers: &[u32]) -> f64 {
    let pages = u32::try_from(numbers.len().div_ceil(PAGE)).unwrap_or(u32::MAX);
    milliseconds(time) / f64::from(pages)
}

/// The database with its log, in bytes.
fn size(store: &SqliteStore) -> std::io::Result<u64> {
    let log = PathBuf::from(format!("{}-wal", store.path().display()));
    let bytes = |path: &Path| path.metadata().map(|found| found.len());
    Ok(bytes(store.path())? + bytes(&log).unwrap_or(0))
}

/// An id that is as far from its neighbours as those of a server are.
fn id(n: u32) -> AssetId {
    let hash = blake3::hash(&n.to_le_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    AssetId::from_u128(u128::from_be_bytes(bytes))
}

/// Two names in two tags.
fn base(n: u32) -> Base {
    let names = Value::List(vec!["Alice Example".to_owned(), format!("Bob {}", n % 100)]);
    let written = [Tag::PersonInImage, Tag::Subject].map(|tag| (tag, names.clone()));
    Base { written: written.into(), ..Base::default() }
}

fn record(n: u32) -> AssetRecord {
    let time = 1_700_000_000_000_000_000 + i64::from(n);
    AssetRecord {
        asset: id(n),
        role: Role::Original,
        path: PathBuf::from(format!("/mnt/photos/library/2024/2024-07-01/IMG_{n:08}.jpg")),
        fingerprint: Fingerprint(*blake3::hash(&n.to_le_bytes()).as_bytes()),
        file: Some(FileIdentity {
            device: 64_769,
            inode: n.into(),
            size: 3_500_000,
            mtime_ns: time,
            ctime_ns: time,
            links: 1,
        }),
        verdict: Verdict::InStep,
        base: base(n),
        sha1: None,
    }
}

fn faces(n: u32) -> FaceRecord {
    let face = r#"{"name":"Alice Example","edges":[812.0,401.5,960.25,588.0],"picture":[1440.0,1080.0],"from_file":false}"#;
    FaceRecord { asset: id(n), people: [7; 32], faces: format!(r#"{{"list":[{face},{face}]}}"#), checked: 1 }
}

fn album(numbers: &[u32]) -> CachedAlbum {
    CachedAlbum {
        id: AlbumId::from_u128(1),
        name: "All".to_owned(),
        updated_at: None,
        asset_count: None,
        members: numbers.iter().map(|n| id(*n).as_u128()).collect(),
        fetched: Timestamp::UNIX_EPOCH,
    }
}

fn intent(run: RunId, n: u32) -> Intent {
    let AssetRecord { asset, path, fingerprint, file, base, .. } = record(n);
    let edits =
        base.written.iter().map(|(tag, new)| TagEdit { tag: *tag, old: None, new: Some(new.clone()) });
    Intent {
        run,
        asset,
        account: "289c7edf-4d4e-4ad7-a74e-4029b8dc94cd".to_owned(),
        role: Role::Original,
        work_dir: path.with_file_name(".immich-sync-0123456789abcdef"),
        path,
        before: file,
        edits: edits.collect(),
        fingerprint,
        base,
        sha1: None,
        owes: true,
        undoes: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

/// What a change of a camera's JPEG replaces: some dates, and a packet of XMP that is padded to 2 KiB.
fn back(n: u32) -> Option<Recipe> {
    let packet = format!(
        "<x:xmpmeta><rdf:RDF><rdf:Description xmp:CreateDate='2024-07-01' id='{n}'/></rdf:RDF></x:xmpmeta>"
    );
    let packet = format!("{packet:<2048}").into_bytes();
    let copy = |start, length| Piece::Copy { start, length };
    let date = Piece::Bytes(b"2024:07:01 12:00:00".to_vec());
    let pieces = vec![copy(0, 200), date, copy(219, 8000), Piece::Bytes(packet), copy(12_000, 3_400_000)];
    Recipe::new(3_500_000, pieces)
}
