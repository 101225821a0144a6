//! What is remembered between runs: what each asset and its file were, and every change with its old values.
//!
//! The store is a trait, so that another database can be the shared memory of several workers later; the
//! conformance tests are written against the trait.

mod cached;
mod calls;
mod connection;
mod deeds;
mod exports;
mod filesystem;
pub(crate) mod folder;
mod groups;
mod journal;
mod ledger;
mod packed;
mod pictures;
mod recipe;
mod record;
mod room;
mod rows;
mod schema;
mod sqlite;
mod statements;
mod store;
mod trouble;
mod upgrade;
mod way_back;

pub use cached::{CachedAlbum, FaceRecord};
pub use deeds::{DeedStore, JournalStore};
pub use exports::ExportStore;
pub use filesystem::remote_file_system;
pub use groups::{ClassCount, GroupStore};
pub use journal::{ChangeCounts, Intent, JournalId, JournalMark, JournalRow, JournalState};
pub use ledger::{ImportStore, LedgerStore};
pub use photo_metadata::Base;
pub use pictures::{Likeness, PictureKey, PictureRecord, PictureStore, SearchChange, SearchId};
pub use record::{AssetRecord, Counts, Fingerprint, Role, RunId, RunRecord, ServerIdentity, Sha1s, Verdict};
pub use sqlite::SqliteStore;
pub use store::Store;
pub use way_back::{Seal, WayBack, WaysBack};
