//! What is remembered between runs: what each asset and its file were, and every change with its old values.
//!
//! The store is a trait, so that another database can be the shared memory of several workers later; the
//! conformance tests are written against the trait.

mod connection;
mod filesystem;
pub(crate) mod folder;
mod record;
mod rows;
mod schema;
mod sqlite;
mod statements;
mod store;
mod trouble;

pub use filesystem::remote_file_system;
pub use photo_metadata::Base;
pub use record::{
    AssetRecord, Fingerprint, Intent, JournalId, JournalRow, JournalState, RunId, RunRecord, ServerIdentity,
    Verdict,
};
pub use sqlite::SqliteStore;
pub use store::Store;
