//! One step and one failure, for the tests of all that shows them.

use std::path::PathBuf;

use immich_api::AssetId;
use photo_metadata::replace::FileIdentity;
use photo_metadata::{Change, Container, Datum, Tag, TagEdit, Value};
use sync_core::plan::{Failed, Kept, SkipReason, Skipped, Step};
use sync_core::state::{Base, Fingerprint, Role};

/// An asset of this number.
pub(super) fn asset(number: u8) -> AssetId {
    AssetId::parse(&format!("00000000-0000-4000-8000-0000000000{number:02x}")).unwrap()
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|&item| item.to_owned()).collect())
}

/// A photo with a change of every shape.
pub(super) fn step() -> Step {
    let edits = vec![
        TagEdit {
            tag: Tag::Subject,
            old: Some(list(&["beach"])),
            new: Some(list(&["beach", "Alice", "Bob, Jr."])),
        },
        TagEdit {
            tag: Tag::Description,
            old: Some(Value::text("OLYMPUS DIGITAL CAMERA")),
            new: Some(Value::text("A long day. ".repeat(8))),
        },
        TagEdit { tag: Tag::Rating, old: Some(Value::text("5")), new: None },
        TagEdit { tag: Tag::GpsLatitude, old: None, new: Some(Value::text("52.52")) },
    ];
    Step {
        asset: asset(1),
        path: "/photos/2024/07/a.jpg".into(),
        expects: Some(FileIdentity { device: 1, inode: 2, size: 3, mtime_ns: 4, ctime_ns: 5, links: 1 }),
        account: "00000000-0000-4000-8000-000000000009".to_owned(),
        role: Role::Original,
        original: "/photos/2024/07/a.jpg".into(),
        uploaded: None,
        change: Change { container: Container::Jpeg, edits, iptc: None },
        fingerprint: Fingerprint([0; 32]),
        base: Base::default(),
    }
}

/// A photo that was left out.
pub(super) fn skipped(reason: SkipReason) -> Skipped {
    Skipped { asset: asset(2), path: "/photos/2024/07/b.jpg".into(), reason }
}

/// A part of a photo that stays as it is.
pub(super) fn kept() -> Kept {
    let why = "somebody changed it in the file".to_owned();
    let path = "/photos/2024/07/a.jpg".into();
    Kept { asset: asset(1), path, datum: Some(Datum::Caption), why, is_trouble: false }
}

/// A photo that something went wrong with, whose name is no text.
pub(super) fn failed() -> Failed {
    use std::os::unix::ffi::OsStrExt as _;
    let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"/photos/\xff\x1b[2J.jpg"));
    Failed { asset: asset(3), path, message: "no space left\nfor it".to_owned(), transient: false }
}
