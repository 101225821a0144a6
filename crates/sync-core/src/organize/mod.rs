//! The organizer: duplicates and similar photos on an Immich server and on local disks.
//!
//! ```text
//! sources list photos ─► looks (remembered or computed) ─► pairs (only the new ones are searched) ─► groups
//!        groups are stored ─► list, show, report ─► actions: plan ─► apply, journalled ─► undo
//! ```
//!
//! Groups are stored as records, and everything behind that reads them one by one: two hundred thousand groups take
//! no more memory than ten.

mod actions;
mod cache;
mod folders;
mod local_trash;
mod options;
mod pages;
mod place;
mod record;
mod scan;
mod sources;
mod summary;

pub use actions::{Act, ActOptions, ActStore, ActSummary, Action};
pub use cache::ThumbnailCache;
pub use folders::{Folders, Link};
pub use local_trash::{LocalTrash, LocalTrashStore};
pub use options::{Filters, LookOptions, OrganizeOptions, Scope, SourceChoice};
pub use place::Place;
pub use record::{AlsoRecord, Decision, GroupRecord, MemberRecord};
pub use scan::{Scan, ScanStore};
pub use summary::{NotCompared, ScanSummary, SkipKind};

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
