//! Records to store, each different from the next, with everything that is awkward in them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use immich_api::{AlbumId, AssetId};
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;
use photo_metadata::{Piece, Recipe, Refusal, Tag, TagEdit, Value};
use sync_core::state::{
    AssetRecord, Base, CachedAlbum, FaceRecord, Fingerprint, Intent, Role, RunId, Seal, ServerIdentity,
    Sha1s, Verdict,
};

pub(crate) fn asset(n: u32) -> AssetId {
    AssetId::parse(&format!("{n:08x}-0000-4000-8000-{n:012x}")).unwrap()
}

pub(crate) fn time(n: u32) -> Timestamp {
    Timestamp::new(1_700_000_000 + i64::from(n), 123_456_789).unwrap()
}

/// A name in Latin-1, with a newline: what old photo folders hold.
pub(crate) fn path(n: u32) -> PathBuf {
    let mut bytes = format!("/photos/{n}").into_bytes();
    bytes.extend(b"/M\xfcller \n'1'.jpg");
    PathBuf::from(OsStr::from_bytes(&bytes))
}

pub(crate) fn file(n: u32) -> FileIdentity {
    FileIdentity {
        device: u64::MAX,
        inode: u64::from(n),
        size: 3_000_000,
        mtime_ns: -i64::from(n),
        ctime_ns: i64::MAX,
        links: 1,
    }
}

pub(crate) fn server(n: u32) -> ServerIdentity {
    ServerIdentity { url: format!("http://nas{n}:2283"), users: [account(n)].into() }
}

/// The id of a user.
pub(crate) fn account(n: u32) -> String {
    asset(n).to_string()
}

pub(crate) fn record(n: u32) -> AssetRecord {
    AssetRecord {
        asset: asset(n),
        role: Role::Original,
        path: path(n),
        fingerprint: Fingerprint([n.to_le_bytes()[0]; 32]),
        file: (n % 11 != 10).then(|| file(n)),
        verdict: match n % 6 {
            0 | 3 => Verdict::Refused {
                refusal: Refusal::Raw("CR2".to_owned()),
                by: "1.0 with ExifTool".to_owned(),
            },
            4 => Verdict::Undone,
            5 => Verdict::Elsewhere,
            _ => Verdict::InStep,
        },
        base: base(n),
        sha1: n.is_multiple_of(2).then(|| sha1s(n)),
    }
}

fn sha1s(n: u32) -> Sha1s {
    let byte = n.to_le_bytes()[0];
    Sha1s { before: [byte; 20], after: [!byte; 20] }
}

fn base(n: u32) -> Base {
    if n % 5 == 4 {
        return Base::default();
    }
    let names = Value::List(vec![format!("Zoë {n}"), "O'Brien".to_owned()]);
    let mut base = Base { written: [(Tag::PersonInImage, names)].into(), ..Base::default() };
    if n % 2 == 1 {
        base.agreed.caption = Some(format!("Café {n}"));
    }
    base
}

pub(crate) fn intent(run: RunId, n: u32) -> Intent {
    let edits = vec![
        TagEdit { tag: Tag::Description, old: None, new: Some(Value::text(format!("Café {n}\n\u{1f600}"))) },
        TagEdit {
            tag: Tag::Subject,
            old: Some(Value::List(vec!["old".to_owned(), String::new()])),
            new: Some(Value::List(vec!["old".to_owned(), format!("Zoë {n}")])),
        },
    ];
    let work_dir = path(n).with_file_name(OsStr::from_bytes(b".immich-sync-\xff"));
    let AssetRecord { fingerprint, base, .. } = record(n);
    Intent {
        run,
        asset: asset(n),
        account: account(n % 2),
        role: [Role::Original, Role::Sidecar, Role::StemSidecar][(n % 3) as usize],
        path: path(n),
        work_dir,
        before: (n % 4 != 3).then(|| file(n)),
        edits,
        fingerprint,
        base,
        sha1: n.is_multiple_of(2).then(|| sha1s(n)),
        owes: n.is_multiple_of(2),
        undoes: None,
        at: time(n),
    }
}

/// Digests without a way back.
pub(crate) fn seal<'a>(old: Option<&'a str>, new: Option<&'a str>) -> Seal<'a> {
    Seal { old, new, ..Seal::default() }
}

/// A way back with a patch that all have, one of its own, and a small piece.
pub(crate) fn way_back(n: u32) -> Recipe {
    let copy = Piece::Copy { start: 7, length: 2_000_000 };
    let shared = Piece::Bytes(b"padding ".repeat(100));
    let own = Piece::Bytes(n.to_le_bytes().repeat(100));
    Recipe::new(
        3_000_000,
        vec![shared, copy, own, Piece::Copy { start: 0, length: 3 }, Piece::Bytes(vec![1])],
    )
    .unwrap()
}

/// An album with as many assets as its number says.
pub(crate) fn album(n: u32) -> CachedAlbum {
    CachedAlbum {
        id: AlbumId::from_u128(u128::MAX - u128::from(n)),
        name: format!("Été '{n}' \u{1f3d6}"),
        updated_at: n.is_multiple_of(2).then(|| time(n)),
        asset_count: n.is_multiple_of(3).then_some(u64::from(n)),
        members: (0..n).map(|member| asset(member).as_u128()).collect(),
        fetched: time(n + 1),
    }
}

/// Faces that were asked for in round `n / 10`.
pub(crate) fn faces(n: u32) -> FaceRecord {
    FaceRecord {
        asset: asset(n),
        people: [n.to_le_bytes()[0]; 32],
        faces: format!(r#"{{"list":[{{"name":"Zoë {n}"}}]}}"#),
        checked: i64::from(n / 10),
    }
}

/// What was sent of an item.
pub(crate) fn entry(n: u32) -> sync_core::import::Entry {
    use sync_core::import::{AlbumKey, Entry, ItemId, Sent, SentAlbum, Stamp, Standing};
    let standing = match n % 5 {
        0 => Standing::Announced,
        1 => Standing::There { asset: asset(n), ours: n.is_multiple_of(2) },
        2 => Standing::Deleted { asset: asset(n), ours: n.is_multiple_of(2) },
        3 => Standing::Withdrawn { asset: asset(n) },
        _ => Standing::Refused { why: "no such kind".to_owned() },
    };
    let mut sent = Sent { tags: vec![format!("tag {n}")], ..Sent::default() };
    sent.fields.insert("rating".to_owned(), serde_json::json!({ "rating": 3 }));
    sent.albums
        .insert(AlbumKey("/a".to_owned()), SentAlbum { album: immich_api::AlbumId::from_u128(n.into()) });
    Entry {
        item: ItemId::of("sample", &n.to_le_bytes()),
        source: "sample".to_owned(),
        account: account(1),
        path: path(n).into(),
        stamp: Stamp::of([&n.to_le_bytes()[..]]),
        bytes: Stamp([2; 16]),
        size: u64::from(n),
        sha1: [u8::try_from(n % 251).unwrap(); 20],
        standing,
        sent,
    }
}
