//! Records to store, each different from the next, with everything that is awkward in them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;
use photo_metadata::{Refusal, Tag, TagEdit, Value};
use sync_core::state::{AssetRecord, Base, Fingerprint, Intent, RunId, ServerIdentity, Verdict};

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
    ServerIdentity { url: format!("http://nas{n}:2283"), user: asset(n).to_string() }
}

pub(crate) fn record(n: u32) -> AssetRecord {
    AssetRecord {
        asset: asset(n),
        path: path(n),
        fingerprint: Fingerprint([n.to_le_bytes()[0]; 32]),
        file: file(n),
        verdict: if n.is_multiple_of(3) {
            Verdict::Refused { refusal: Refusal::Raw("CR2".to_owned()), by: "1.0 with ExifTool".to_owned() }
        } else {
            Verdict::InStep
        },
        base: base(n),
    }
}

fn base(n: u32) -> Base {
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
    let (asset, path, before, at) = (asset(n), path(n), file(n), time(n));
    Intent { run, asset, path, work_dir, before, edits, fingerprint, base, at }
}
